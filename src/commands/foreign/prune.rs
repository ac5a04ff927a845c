//! `prune` on another program's table.

use std::time::Duration;

use super::args::PruneArgs;
use super::open::Database;
use super::outcomes::{Done, Words, check_expected, report_backup, report_stopped, with_unreadable};
use super::{columns, journal, outcomes, selection};
use crate::commands::bulk::confirm::{Bulk, confirm};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::ResultWords;
use sessionctl_core::counted;
use sessionctl_core::model::time::format_duration;
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{self, Options, Preview, PruneRequest, Pruned, TargetOutcome};

/// A shorter age needs a selector or `--all`.
const USUAL_AGE: Duration = Duration::from_secs(30 * 86_400);

pub(super) fn run(
    args: &PruneArgs,
    database: &mut Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    context.ui.check_fields(outcomes::view(args.dry_run))?;
    context.ui.status(&database.source_line());
    context.refuse_unknown_zone(args.selector.times())?;
    let only_expired = |state: &String| state == "expired" || state == "any";
    if !args.selector.state.iter().all(only_expired) || args.selector.expiring_within.is_some() {
        return Err(Failure::usage("prune deletes expired sessions only")
            .hint("`revoke` ends the others")
            .into());
    }
    let selected = selection::resolve(&args.selector, database, context)?;
    selected.report_unknown(context);
    if selected.named_none {
        return outcomes::print_none(args.dry_run, WORDS, &selected.unknown, context);
    }
    // Of the states that prune accepts, none narrows what it deletes.
    let narrowed = Filter { states: Vec::new(), ..selected.filter.clone() };
    if args.older_than < USUAL_AGE && narrowed.is_empty() {
        return Err(Failure::usage("an age below 30d needs a selector or --all").into());
    }
    journal::check_backup(args.change.table.backup.as_deref(), database, context)?;
    let request = PruneRequest { filter: selected.filter.clone(), older_than: args.older_than };
    let preview = database.act(context, |cx| ops::prunable(cx, &request))?;
    let count = preview.targets.len() as u64;
    check_expected(args.change.expect, count)?;
    let age = format_duration(args.older_than);
    let columns = columns::of_ended(&database.detected.plan);
    if args.dry_run || count == 0 {
        if count > 0 {
            outcomes::print_planned(WORDS, &preview, columns, database, context)?;
        } else {
            outcomes::print_nothing(args.dry_run, context)?;
        }
        context.ui.status(&format!("{} expired {age} ago or earlier", counted(count, "session", "sessions")));
        if count > 0 {
            journal::report_plan(args.change.table.no_log, database, context)?;
        }
        return Ok(with_unreadable(selected.outcome(Outcome::Done), preview.unreadable, context));
    }
    let user = outcomes::single_user(&selected.filter, &preview);
    confirm(Bulk { verb: "prune", number: count, user }, context)?;
    let act = journal::new_act(context)?;
    let mut log = journal::open(args.change.table.no_log, database, context)?;
    let pruned = database.act_until_stopped(context, |cx, stop| {
        let mut pause = std::thread::sleep;
        let mut options = Options {
            expect: args.change.expect,
            selection: format!("expired {age} ago or earlier {}", selected.words),
            reason: None,
            act: act.clone(),
            backup: args.change.table.backup.clone(),
            recheck: None,
            pause: &mut pause,
            stop,
        };
        ops::prune(cx, &preview, &request, &mut options, &mut log)
    })?;
    let outcome = report((&preview, &pruned, &selected.unknown), &columns, args, database, context)?;
    log.report(&act, context);
    Ok(with_unreadable(selected.outcome(outcome), preview.unreadable, context))
}

/// What would become of a session.
pub(in crate::commands) const PLANNED_WORDS: ResultWords =
    ResultWords::new(&[("would be deleted", "nothing was changed")]);
/// What became of a session.
pub(in crate::commands) const PRUNED_WORDS: ResultWords = ResultWords::new(&[
    ("deleted", "its row is gone"),
    ("in use again", "it got a later end meanwhile, and is kept"),
    outcomes::ALREADY_GONE,
    outcomes::CAME_BACK,
    outcomes::NOT_REACHED,
    outcomes::UNKNOWN,
]);

const WORDS: Words =
    Words::new(PLANNED_WORDS.word("would be deleted"), PRUNED_WORDS, ["deleted", "in use again"]);

fn report(
    (preview, pruned, unknown): (&Preview, &Pruned, &[String]),
    columns: &[&'static str],
    args: &PruneArgs,
    database: &Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    let sum = format!("{} deleted, {} in use again or gone", pruned.deleted(), pruned.skipped());
    let done = Done { preview, outcomes: &pruned.outcomes, unknown };
    let printed = outcomes::print_done((WORDS, &sum), done, columns, database, context);
    report_backup(args.change.table.backup.as_deref(), context);
    let back = pruned.count(TargetOutcome::CameBack);
    if back > 0 {
        let triggers = pruned.triggers.join(", ");
        context.ui.error(&format!(
            "{} there again; the table has triggers: {triggers}",
            counted(back, "row is", "rows are")
        ));
    }
    printed?;
    if let Some(error) = &pruned.stopped {
        let rest = pruned.count(TargetOutcome::NotReached);
        return Ok(report_stopped(error, ("deleted", pruned.deleted()), rest, database, context));
    }
    Ok(if pruned.is_complete() { Outcome::Done } else { Outcome::Failed })
}
