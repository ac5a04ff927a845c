//! How `inspect` shows a session on a terminal.

use super::inspection::Inspection;
use crate::commands::CommandResult;
use crate::commands::Context;
use crate::output::escape::escape_text;
use crate::output::wrap::wrap_indented;
use crate::output::{SESSION, session_marks, session_record, timeline};
use sessionctl_core::model::time::approximate_duration;
use sessionctl_core::rules::Expiry;

/// Fields that say nothing more than the state does.
const UNSHOWN: &[&str] = &["from", "authenticates", "why"];

/// Draws one session.
pub(super) fn draw(context: &mut Context, inspection: &Inspection) -> CommandResult<()> {
    let now = context.now;
    let options = context.ui.options().clone();
    let unicode = options.unicode;
    // The record shows the zone.
    let local = |at| options.local_time(at);
    let record = session_record(inspection.session.clone(), context.moment());
    context.ui.results.present_fields(&SESSION, record, UNSHOWN)?;
    context.ui.bare("")?;
    if !inspection.checks.is_empty() {
        context.ui.bare("checks, in the order verify makes them")?;
    }
    let (pass, fail) = if unicode { ("✓", "✗") } else { ("ok", "NO") };
    for check in &inspection.checks {
        let mark = if check.passed { pass } else { fail };
        let detail = options.in_local_time(&check.detail);
        paragraph(&format!("{mark} {}: {}", check.name, escape_text(&detail)), "  ", context)?;
        paragraph(check.rule, "      ", context)?;
    }
    if !inspection.checks.is_empty() {
        context.ui.bare("")?;
    }
    let fate = match &inspection.fate {
        None => "the clock is behind the latest event: when and whether it expires is unknown".to_owned(),
        Some(Expiry::Ended { at, why }) => {
            format!(
                "ended {} ago, at {}: {}",
                approximate_duration(now.since(*at)),
                local(*at),
                escape_text(why)
            )
        }
        Some(Expiry::Active { unused, latest }) if unused.at == latest.at => {
            format!(
                "expires in {}, at {}: {} limit",
                approximate_duration(latest.at.since(now)),
                local(latest.at),
                latest.limit.as_str()
            )
        }
        Some(Expiry::Active { unused, latest }) => format!(
            "expires in {}, at {}, if it is not used again ({} limit),\n  and in {}, at {}, at the latest ({} limit)",
            approximate_duration(unused.at.since(now)),
            local(unused.at),
            unused.limit.as_str(),
            approximate_duration(latest.at.since(now)),
            local(latest.at),
            latest.limit.as_str(),
        ),
    };
    for line in fate.lines() {
        paragraph(line.trim_start(), if line.starts_with(' ') { "  " } else { "" }, context)?;
    }
    if inspection.rotations > 0 {
        context.ui.bare(&match inspection.rotations {
            1 => "its token was replaced once".to_owned(),
            times => format!("its token was replaced {times} times"),
        })?;
    }
    if let Some(width) = options.width.filter(|_| inspection.fate.is_some()) {
        context.ui.bare("")?;
        for line in timeline::draw(&session_marks(&inspection.session, now), now, usize::from(width), unicode)
        {
            context.ui.bare(&line)?;
        }
    }
    if !inspection.family.is_empty() {
        context.ui.bare("")?;
        context.ui.bare("family")?;
        for member in &inspection.family {
            let app = member.client.app.as_deref().unwrap_or("-");
            let line = format!(
                "  {} {} {} {}",
                member.id,
                member.kind.as_str(),
                escape_text(app),
                context.moment().word(member.state(now))
            );
            context.ui.bare(&line)?;
        }
    }
    if !inspection.events.is_empty() {
        context.ui.bare("")?;
        context.ui.bare("last events")?;
        for event in &inspection.events {
            let detail =
                event.detail.as_deref().map(|text| format!(": {}", escape_text(text))).unwrap_or_default();
            let actor = escape_text(&event.actor);
            let line = format!("{} {} by {actor}{detail}", local(event.at), event.action);
            paragraph(&options.in_local_time(&line), "  ", context)?;
        }
    }
    Ok(())
}

/// Prints text between words within the width, if it has a limit.
fn paragraph(text: &str, indent: &str, context: &mut Context) -> CommandResult<()> {
    let width = context.ui.options().width.map_or(usize::MAX, usize::from);
    for line in wrap_indented(text, indent, width) {
        context.ui.bare(&line)?;
    }
    Ok(())
}
