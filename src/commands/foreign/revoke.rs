//! `revoke` on another program's table.

use std::time::Duration;

use super::args::RevokeArgs;
use super::journal;
use super::open::Database;
use super::outcomes::{self, Words, check_expected, report_backup, report_stopped, with_unreadable};
use super::selection;
use crate::commands::bulk::confirm::{Bulk, confirm};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{ResultWords, Value, View};
use sessionctl_core::counted;
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{self, MAX_TRANSACTION_ROWS, Options, Preview, Revoked, Target, TargetOutcome};
use sessionctl_foreign::record::Owner;
use sessionctl_foreign::value::Row;

/// The result for one session.
pub(in crate::commands) const RESULT: View = View {
    noun: "results",
    singular: "result",
    fields: &["id", "result", "user_id"],
    columns: &["id", "result", "user_id"],
};

/// The most users that a summary names.
const MAX_NAMED_USERS: usize = 10;

pub(super) fn run(
    args: &RevokeArgs,
    database: &mut Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    context.ui.check_fields(&RESULT)?;
    context.ui.status(&database.source_line());
    context.refuse_unknown_zone(args.selector.times())?;
    let selected = selection::resolve(&args.selector, database, context)?;
    if selected.filter.is_empty() && !selected.named_none {
        return Err(Failure::usage("revoke needs ids, a selector or --all").into());
    }
    selected.report_unknown(context);
    if selected.named_none {
        return Ok(Outcome::NotFound);
    }
    let outcome = revoke(args, &selected.filter, &[], &selected.words, database, context)?;
    Ok(selected.outcome(outcome))
}

/// Previews, confirms and revokes.
pub(super) fn revoke(
    args: &RevokeArgs,
    filter: &Filter,
    named: &[Row],
    words: &str,
    database: &Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    journal::check_backup(args.change.table.backup.as_deref(), database, context)?;
    let preview = database.act(context, |cx| ops::preview(cx, filter, named))?;
    show(&preview, database, context);
    let count = preview.targets.len() as u64;
    check_expected(args.change.expect, count)?;
    if count == 0 {
        database.report_no_match(context);
        print(&preview, None, context)?;
        let outcome = if args.change.expect == Some(0) { Outcome::Done } else { Outcome::NotFound };
        return Ok(with_unreadable(outcome, preview.unreadable, context));
    }
    if args.dry_run {
        print(&preview, None, context)?;
        journal::report_plan(args.change.table.no_log, database, context)?;
        return Ok(with_unreadable(Outcome::Done, preview.unreadable, context));
    }
    let user = outcomes::single_user(filter, &preview);
    confirm(Bulk { verb: "revoke", number: count, user }, context)?;
    let act = journal::new_act(context)?;
    let mut log = journal::open(args.change.table.no_log, database, context)?;
    let revoked = database.act_until_stopped(context, |cx, stop| {
        let mut pause = |span: Duration| std::thread::sleep(span);
        let mut options = Options {
            expect: args.change.expect,
            selection: words.to_owned(),
            reason: args.reason.clone(),
            act: act.clone(),
            backup: args.change.table.backup.clone(),
            recheck: args.recheck.recheck,
            pause: &mut pause,
            stop,
        };
        ops::revoke(cx, &preview, &mut options, &mut log)
    })?;
    let outcome = report(&preview, &revoked, args, database, context)?;
    log.report(&act, context);
    Ok(with_unreadable(outcome, preview.unreadable, context))
}

/// What is about to be done.
fn show(preview: &Preview, database: &Database, context: &mut Context) {
    let count = preview.targets.len();
    let kinds: Vec<String> = preview
        .kinds
        .iter()
        .map(|(kind, count)| format!("{} ({count})", kind.map_or("(no kind)", |kind| kind.as_str())))
        .collect();
    if count > 0 {
        context.ui.status(&format!("{}: {}", counted(count, "session", "sessions"), kinds.join(", ")));
    }
    for (name, id, count) in preview.users.iter().take(MAX_NAMED_USERS) {
        let id = if name == id { String::new() } else { format!(" (user id {id})") };
        context.ui.status(&format!("  {name}{id}: {count}"));
    }
    if preview.users.len() > MAX_NAMED_USERS {
        let more = preview.users.len() - MAX_NAMED_USERS;
        context.ui.status(&format!("  and {}", counted(more, "more user", "more users")));
    }
    if preview.unreadable > 0 {
        context.ui.status(&format!(
            "{} skipped as unreadable",
            counted(preview.unreadable, "row was", "rows were")
        ));
    }
    if !preview.remembered.is_empty() && count > 0 {
        let users = counted(
            preview.remembered.len(),
            "of these users has a remember-me token",
            "of these users have a remember-me token",
        );
        context.ui.status(&format!("{users}, which is changed as well: it would log the client in again"));
    }
    let batches = count.div_ceil(MAX_TRANSACTION_ROWS);
    if batches > 1 {
        context.ui.status(&format!("in {batches} transactions of up to {MAX_TRANSACTION_ROWS} rows"));
    }
    for notice in preview.notices.iter().filter(|_| count > 0) {
        context.ui.status(&format!("note: {notice}"));
    }
    for unknown in database.layout().revoke.unknown.iter().filter(|_| count > 0) {
        context.ui.status(&format!("not visible in the table: {unknown}"));
    }
}

/// What becomes of a session.
pub(in crate::commands) const RESULT_WORDS: ResultWords = ResultWords::new(&[
    ("would be revoked", "nothing was changed (--dry-run)"),
    ("revoked", "it has ended"),
    ("changed since", "another token has taken its place meanwhile, and it is kept"),
    outcomes::ALREADY_GONE,
    outcomes::CAME_BACK,
    outcomes::NOT_REACHED,
]);

const WORDS: Words = Words::new(RESULT_WORDS, ["would be revoked", "revoked", "changed since"]);

fn print(preview: &Preview, outcomes: Option<&[TargetOutcome]>, context: &mut Context) -> CommandResult<()> {
    let user = |target: &Target| match &target.owner {
        Owner::User(id) => ("user_id", Value::Text(id.clone())),
        _ => ("user_id", Value::Null),
    };
    outcomes::print((&RESULT, WORDS), preview, outcomes, user, context)
}

fn report(
    preview: &Preview,
    revoked: &Revoked,
    args: &RevokeArgs,
    database: &Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    // Whether or not the results can be written, what was done is summed up.
    let printed = print(preview, Some(&revoked.outcomes), context);
    let gone = revoked.count(TargetOutcome::AlreadyGone);
    context.ui.status(&format!("{} revoked, {gone} already gone", revoked.ended()));
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
