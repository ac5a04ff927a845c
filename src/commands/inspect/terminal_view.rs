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
    let record = session_record(inspection.session.clone(), context.moment());
    context.ui.results.present_fields(&SESSION, record, UNSHOWN)?;
    context.ui.bare("")?;
    draw_checks(context, inspection)?;
    draw_expiry(context, inspection)?;
    draw_timeline(context, inspection)?;
    draw_family(context, inspection)?;
    draw_events(context, inspection)
}

fn draw_checks(context: &mut Context, inspection: &Inspection) -> CommandResult<()> {
    if inspection.checks.is_empty() {
        return Ok(());
    }
    let options = context.ui.options().clone();
    let (pass, fail) = if options.unicode { ("✓", "✗") } else { ("ok", "NO") };
    context.ui.bare("checks, in the order verify makes them")?;
    for check in &inspection.checks {
        let mark = if check.passed { pass } else { fail };
        let detail = options.in_local_time(&check.detail);
        paragraph(&format!("{mark} {}: {}", check.name, escape_text(&detail)), "  ", context)?;
        paragraph(check.rule, "      ", context)?;
    }
    Ok(context.ui.bare("")?)
}

/// When the session ended or expires, and how often its token was replaced.
fn draw_expiry(context: &mut Context, inspection: &Inspection) -> CommandResult<()> {
    let expiry = expiry_sentence(context, inspection.fate.as_ref());
    for line in expiry.lines() {
        paragraph(line.trim_start(), if line.starts_with(' ') { "  " } else { "" }, context)?;
    }
    match inspection.rotations {
        0 => Ok(()),
        1 => Ok(context.ui.bare("its token was replaced once")?),
        times => Ok(context.ui.bare(&format!("its token was replaced {times} times"))?),
    }
}

fn expiry_sentence(context: &Context, expiry: Option<&Expiry>) -> String {
    let now = context.now;
    // The record shows the zone.
    let local = |at| context.ui.options().local_time(at);
    match expiry {
        None => "the clock is behind the latest event: when and whether it expires is unknown".to_owned(),
        Some(Expiry::Ended { at, why }) => {
            let ago = approximate_duration(now.since(*at));
            format!("ended {ago} ago, at {}: {}", local(*at), escape_text(why))
        }
        Some(Expiry::Active { unused, latest }) if unused.at == latest.at => {
            let (left, limit) = (approximate_duration(latest.at.since(now)), latest.limit.as_str());
            format!("expires in {left}, at {}: {limit} limit", local(latest.at))
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
    }
}

fn draw_timeline(context: &mut Context, inspection: &Inspection) -> CommandResult<()> {
    let (now, options) = (context.now, context.ui.options());
    let Some(width) = options.width.filter(|_| inspection.fate.is_some()) else { return Ok(()) };
    let marks = session_marks(&inspection.session, now);
    let lines = timeline::draw(&marks, now, usize::from(width), options.unicode);
    context.ui.bare("")?;
    lines.iter().try_for_each(|line| Ok(context.ui.bare(line)?))
}

fn draw_family(context: &mut Context, inspection: &Inspection) -> CommandResult<()> {
    if inspection.family.is_empty() {
        return Ok(());
    }
    context.ui.bare("")?;
    context.ui.bare("family")?;
    for member in &inspection.family {
        let app = escape_text(member.client.app.as_deref().unwrap_or("-"));
        let state = context.moment().word(member.state(context.now));
        context.ui.bare(&format!("  {} {} {app} {state}", member.id, member.kind.as_str()))?;
    }
    Ok(())
}

fn draw_events(context: &mut Context, inspection: &Inspection) -> CommandResult<()> {
    if inspection.events.is_empty() {
        return Ok(());
    }
    let options = context.ui.options().clone();
    context.ui.bare("")?;
    context.ui.bare("last events")?;
    for event in &inspection.events {
        let detail =
            event.detail.as_deref().map(|text| format!(": {}", escape_text(text))).unwrap_or_default();
        let actor = escape_text(&event.actor);
        let line = format!("{} {} by {actor}{detail}", options.local_time(event.at), event.action);
        paragraph(&options.in_local_time(&line), "  ", context)?;
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
