//! `revoke` on another program's table.

use std::time::Duration;

use super::args::RevokeArgs;
use super::open::Database;
use super::outcomes::{
    self, Done, Words, check_expected, print_nothing, report_backup, report_stopped, with_unreadable,
};
use super::selection::Selection;
use super::{columns, journal, selection, summary};
use crate::commands::bulk::confirm::{Bulk, confirm};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::ResultWords;
use sessionctl_core::counted;
use sessionctl_foreign::ops::{self, Options, Preview, Revoked, TargetOutcome};
use sessionctl_foreign::value::Row;

/// The most users that a warning names.
const MAX_NAMED_USERS: usize = 10;

pub(super) fn run(
    args: &RevokeArgs,
    database: &mut Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    context.ui.check_fields(outcomes::view(args.dry_run))?;
    context.ui.status(&database.source_line());
    context.refuse_unknown_zone(args.selector.times())?;
    let selected = selection::resolve(&args.selector, database, context)?;
    if selected.filter.is_empty() && !selected.named_none {
        return Err(Failure::usage("revoke needs ids, a selector or --all").into());
    }
    selected.report_unknown(context);
    if selected.named_none {
        return outcomes::print_none(args.dry_run, WORDS, &selected.unknown, context);
    }
    let outcome = revoke(args, (&selected, &[]), database, context)?;
    Ok(selected.outcome(outcome))
}

/// Previews, confirms and revokes what a selection matches, and the rows that were named.
pub(super) fn revoke(
    args: &RevokeArgs,
    (selected, named): (&Selection, &[Row]),
    database: &Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    let Selection { filter, words, unknown, .. } = selected;
    journal::check_backup(args.change.table.backup.as_deref(), database, context)?;
    let preview = database.act(context, |cx| ops::preview(cx, filter, named))?;
    summary::show(&preview, database, context);
    let columns = columns::of(filter, &database.detected.plan);
    let count = preview.targets.len() as u64;
    check_expected(args.change.expect, count)?;
    if count == 0 {
        database.report_no_match(context);
        print_nothing(args.dry_run, context)?;
        let outcome = if args.change.expect == Some(0) { Outcome::Done } else { Outcome::NotFound };
        return Ok(with_unreadable(outcome, preview.unreadable, context));
    }
    if args.dry_run {
        outcomes::print_planned(WORDS, &preview, columns, database, context)?;
        journal::report_plan(args.change.table.no_log, database, context)?;
        return Ok(with_unreadable(Outcome::Done, preview.unreadable, context));
    }
    let user = outcomes::single_user(filter, &preview);
    if !context.yes && context.prompt.is_interactive() {
        summary::describe_few(&preview, database, context);
    }
    confirm(Bulk { verb: "revoke", number: count, user }, context)?;
    let act = journal::new_act(context)?;
    let mut log = journal::open(args.change.table.no_log, database, context)?;
    let revoked = database.act_until_stopped(context, |cx, stop| {
        let mut pause = |span: Duration| std::thread::sleep(span);
        let mut options = Options {
            expect: args.change.expect,
            selection: words.clone(),
            reason: args.reason.clone(),
            act: act.clone(),
            backup: args.change.table.backup.clone(),
            recheck: args.recheck.recheck,
            pause: &mut pause,
            stop,
        };
        ops::revoke(cx, &preview, &mut options, &mut log)
    })?;
    let outcome = report((&preview, &revoked, unknown), &columns, args, database, context)?;
    log.report(&act, context);
    Ok(with_unreadable(outcome, preview.unreadable, context))
}

/// What would become of a session.
pub(in crate::commands) const PLANNED_WORDS: ResultWords =
    ResultWords::new(&[("would be revoked", "nothing was changed")]);
/// What became of a session.
pub(in crate::commands) const REVOKED_WORDS: ResultWords = ResultWords::new(&[
    ("revoked", "it has ended"),
    ("changed since", "its row has become another user's meanwhile, and is kept"),
    outcomes::ALREADY_GONE,
    outcomes::CAME_BACK,
    outcomes::NOT_REACHED,
    outcomes::UNKNOWN,
]);

const WORDS: Words =
    Words::new(PLANNED_WORDS.word("would be revoked"), REVOKED_WORDS, ["revoked", "changed since"]);

fn report(
    (preview, revoked, unknown): (&Preview, &Revoked, &[String]),
    columns: &[&'static str],
    args: &RevokeArgs,
    database: &Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    let gone = revoked.count(TargetOutcome::AlreadyGone);
    let sum = format!("{} revoked, {gone} already gone", revoked.ended());
    let done = Done { preview, outcomes: &revoked.outcomes, unknown };
    let printed = outcomes::print_done((WORDS, &sum), done, columns, database, context);
    if revoked.chained > 0 {
        context.ui.status(&format!(
            "{} ended too",
            counted(
                revoked.chained,
                "session that replaced one of them was",
                "sessions that replaced one of them were"
            )
        ));
    }
    for (table, rows, because) in &revoked.also {
        context.ui.status(&format!("{} of {table} changed: {because}", counted(*rows, "row", "rows")));
    }
    for (table, user) in revoked.without_user.iter().take(MAX_NAMED_USERS) {
        context.ui.warn(&format!("table {table} has no row of user id {user}: nothing was changed there"));
    }
    if revoked.without_user.len() > MAX_NAMED_USERS {
        let more = revoked.without_user.len() - MAX_NAMED_USERS;
        context.ui.warn(&format!("and nothing for {}", counted(more, "more user", "more users")));
    }
    if revoked.anonymous_again > 0 {
        let ids = counted(revoked.anonymous_again, "id is", "ids are");
        context.ui.status(&format!(
            "{ids} in the table again, with nobody logged in: the browser sent another request"
        ));
    }
    report_backup(args.change.table.backup.as_deref(), context);
    let changed = revoked.count(TargetOutcome::ChangedSince);
    if changed > 0 {
        context.ui.warn(&format!(
            "{} by another user since the list was read, and not touched",
            counted(changed, "row was taken", "rows were taken")
        ));
    }
    let back = revoked.count(TargetOutcome::CameBack);
    if back > 0 {
        let why = if revoked.triggers.is_empty() {
            "a request was in flight; revoke again".to_owned()
        } else {
            format!("the table has triggers: {}", revoked.triggers.join(", "))
        };
        context.ui.error(&format!("{} came back after the delete: {why}", counted(back, "row", "rows")));
    }
    printed?;
    if let Some(error) = &revoked.stopped {
        let rest = revoked.count(TargetOutcome::NotReached);
        return Ok(report_stopped(error, ("revoked", revoked.ended()), rest, database, context));
    }
    Ok(if revoked.is_complete() { Outcome::Done } else { Outcome::Failed })
}
