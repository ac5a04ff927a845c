//! `prune` on another program's table.

use std::time::Duration;

use super::args::PruneArgs;
use super::open::Database;
use super::{journal, selection};
use crate::commands::bulk::confirm::{Bulk, confirm};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, View};
use sessionctl_core::model::time::format_duration;
use sessionctl_foreign::ops::{self, Options, PruneRequest};

const PRUNED: View = View {
    noun: "results",
    singular: "result",
    fields: &["id", "expired_at"],
    columns: &["id", "expired_at"],
};

/// A shorter age needs a selector or `--all`.
const USUAL_AGE: Duration = Duration::from_secs(30 * 86_400);

pub(super) fn run(
    args: &PruneArgs,
    database: &mut Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    context.ui.check_fields(&PRUNED)?;
    context.ui.status(&database.source_line());
    let selected = selection::resolve(&args.selector, database, context)?;
    selected.report_unknown(context);
    if selected.named_none {
        return Ok(Outcome::NotFound);
    }
    let only_expired = |state: &String| state == "expired" || state == "any";
    if !args.selector.state.iter().all(only_expired) || args.selector.expiring_within.is_some() {
        return Err(Failure::usage("prune deletes expired sessions only")
            .hint("`revoke` ends the others")
            .into());
    }
    if args.older_than < USUAL_AGE && selected.filter.is_empty() {
        return Err(Failure::usage("an age below 30d needs a selector or --all").into());
    }
    let request = PruneRequest { filter: selected.filter.clone(), older_than: args.older_than };
    let preview = database.act(context, |cx| ops::prunable(cx, &request))?;
    let count = preview.targets.len() as u64;
    if let Some(expected) = args.change.expect.filter(|expected| *expected != count) {
        return Err(Failure::of(
            Outcome::Refused,
            format!("{count} sessions match, {expected} were expected"),
        )
        .into());
    }
    let mut list = context.ui.list(&PRUNED)?;
    for target in &preview.targets {
        list.push(Record::new().with("id", target.id.as_str()).with("expired_at", target.expires_at))?;
    }
    list.finish(None)?;
    let age = format_duration(args.older_than);
    if args.dry_run || count == 0 {
        context.ui.status(&format!("{count} sessions expired {age} ago or earlier"));
        return Ok(Outcome::Done);
    }
    confirm(Bulk { verb: "prune", number: count, user: None }, context)?;
    let act = journal::new_act(context)?;
    let mut log = journal::open(args.change.no_log, database, context)?;
    let pruned = database.act(context, |cx| {
        let mut pause = std::thread::sleep;
        let mut options = Options {
            expect: args.change.expect,
            selection: format!("expired {age} ago or earlier {}", selected.words),
            reason: None,
            act: act.clone(),
            backup: args.change.backup.clone(),
            recheck: None,
            pause: &mut pause,
        };
        ops::prune(cx, &preview, &request, &mut options, log.as_mut())
    })?;
    context.ui.status(&format!("{} deleted, {} in use again or gone", pruned.deleted, pruned.skipped));
    Ok(Outcome::Done)
}
