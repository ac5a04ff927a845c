//! `stats` on another program's table.

use super::args::StatsArgs;
use super::open::Database;
use super::revoke::with_unreadable;
use super::selection;
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Format, Record, View};
use sessionctl_foreign::ops::{self, By};

const STATS: View = View {
    noun: "stats",
    singular: "stat",
    fields: &["group", "name", "active", "expired", "revoked", "unknown"],
    columns: &["group", "name", "active", "expired", "revoked", "unknown"],
};

pub(super) fn run(
    args: &StatsArgs,
    database: &mut Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    context.ui.check_fields(&STATS)?;
    if context.ui.options().format != Format::Json {
        context.ui.status(&database.source_line());
    }
    let selected = selection::resolve(&args.selector, database, context)?;
    selected.report_unknown(context);
    if selected.named_none {
        return Ok(Outcome::NotFound);
    }
    let by = match args.by.as_str() {
        "state" => By::State,
        "kind" => By::Kind,
        "authenticates" => By::Authenticates,
        "network" => By::Network,
        "user-agent" => By::UserAgent,
        _ => By::User,
    };
    let stats = database.act(context, |cx| ops::stats(cx, &selected.filter, by))?;
    let row = |group: &str, name: Option<&str>, counts: [u64; 4]| {
        let [active, expired, revoked, unknown] = counts;
        Record::new()
            .with("group", group)
            .with("name", name)
            .with("active", active)
            .with("expired", expired)
            .with("revoked", revoked)
            .with("unknown", unknown)
    };
    let mut list = context.ui.list(&STATS)?;
    list.push(row("all", None, stats.counts))?;
    list.push(row("never expire", None, [stats.never_expire, 0, 0, 0]))?;
    for group in stats.groups.iter().take(args.top) {
        list.push(row(&args.by, Some(&group.name), group.counts))?;
    }
    list.finish(None)?;
    let more = stats.groups.len().saturating_sub(args.top);
    if more > 0 {
        context.ui.status(&format!("{more} more: --top {}", stats.groups.len()));
    }
    let outcome = if selected.unknown.is_empty() { Outcome::Done } else { Outcome::NotFound };
    Ok(with_unreadable(outcome, stats.unreadable, context))
}
