//! `revoke` on another program's table.

use std::time::Duration;

use super::args::RevokeArgs;
use super::journal;
use super::open::Database;
use super::selection::{self, Selection};
use crate::commands::bulk::confirm::{Bulk, confirm};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, Value, View};
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{self, MAX_TRANSACTION_ROWS, Options, Preview, Revoked};
use sessionctl_foreign::value::Key;

/// The result for one session.
pub(super) const RESULT: View = View {
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
    let selected = selection::resolve(&args.selector, database, context)?;
    if selected.filter.is_empty() && !selected.named_none {
        return Err(Failure::usage("revoke needs ids, a selector or --all").into());
    }
    selected.report_unknown(context);
    if selected.named_none {
        return Ok(Outcome::NotFound);
    }
    let outcome = revoke(args, &selected.filter, &[], &selected.words, database, context)?;
    Ok(complete(outcome, &selected))
}

fn complete(outcome: Outcome, selected: &Selection) -> Outcome {
    if outcome == Outcome::Done && !selected.unknown.is_empty() { Outcome::NotFound } else { outcome }
}

/// Previews, confirms and revokes.
pub(super) fn revoke(
    args: &RevokeArgs,
    filter: &Filter,
    named: &[Key],
    words: &str,
    database: &Database,
    context: &mut Context,
) -> CommandResult<Outcome> {
    let preview = database.act(context, |cx| ops::preview(cx, filter, named))?;
    show(&preview, database, context);
    let count = preview.targets.len() as u64;
    if let Some(expected) = args.change.expect.filter(|expected| *expected != count) {
        return Err(Failure::of(
            Outcome::Refused,
            format!("{count} sessions match, {expected} were expected"),
        )
        .into());
    }
    if count == 0 {
        context.ui.status("no session matches");
        return Ok(Outcome::NotFound);
    }
    if args.dry_run {
        print(&preview, |_| "would be revoked", context)?;
        return Ok(Outcome::Done);
    }
    confirm(Bulk { verb: "revoke", number: count, user: None }, context)?;
    let act = journal::new_act(context)?;
    let mut log = journal::open(args.change.no_log, database, context)?;
    let revoked = database.act(context, |cx| {
        let mut pause = |span: Duration| std::thread::sleep(span);
        let mut options = Options {
            expect: args.change.expect,
            selection: words.to_owned(),
            reason: args.reason.clone(),
            act: act.clone(),
            backup: args.change.backup.clone(),
            recheck: args.recheck,
            pause: &mut pause,
        };
        ops::revoke(cx, &preview, &mut options, log.as_mut())
    })?;
    report(&preview, &revoked, args, context)
}

/// What is about to be done.
fn show(preview: &Preview, database: &Database, context: &mut Context) {
    let count = preview.targets.len();
    let kinds: Vec<String> = preview
        .kinds
        .iter()
        .map(|(kind, count)| format!("{count} {}", kind.map_or("of unknown kind", |kind| kind.as_str())))
        .collect();
    if count > 0 {
        let sessions = if count == 1 { "session" } else { "sessions" };
        context.ui.status(&format!("{count} {sessions}: {}", kinds.join(", ")));
    }
    for (name, id, count) in preview.users.iter().take(MAX_NAMED_USERS) {
        let id = if name == id { String::new() } else { format!(" (user id {id})") };
        context.ui.status(&format!("  {name}{id}: {count}"));
    }
    if preview.users.len() > MAX_NAMED_USERS {
        context.ui.status(&format!("  and {} more users", preview.users.len() - MAX_NAMED_USERS));
    }
    if preview.unreadable > 0 {
        context.ui.status(&format!("{} rows were skipped as unreadable", preview.unreadable));
    }
    if !preview.remembered.is_empty() && count > 0 {
        context.ui.status(&format!(
            "{} of these users have a remember-me token, which is changed as well",
            preview.remembered.len()
        ));
    }
    let batches = count.div_ceil(MAX_TRANSACTION_ROWS);
    if batches > 1 {
        context.ui.status(&format!("in {batches} transactions of up to {MAX_TRANSACTION_ROWS} rows"));
    }
    for notice in preview.notices.iter().filter(|_| count > 0) {
        context.ui.status(&format!("note: {notice}"));
    }
    for unknown in database.layout().revoke.unknown.iter().filter(|_| count > 0) {
        context.ui.status(&format!("cannot be determined: {unknown}"));
    }
}

fn print(
    preview: &Preview,
    result: impl Fn(&str) -> &'static str,
    context: &mut Context,
) -> CommandResult<()> {
    let mut list = context.ui.list(&RESULT)?;
    for target in &preview.targets {
        let user = match &target.owner {
            sessionctl_foreign::record::Owner::User(id) => Value::Text(id.clone()),
            _ => Value::Null,
        };
        list.push(
            Record::new()
                .with("id", target.id.as_str())
                .with("result", Value::Word(result(&target.id)))
                .with("user_id", user),
        )?;
    }
    list.finish(None)?;
    Ok(())
}

fn report(
    preview: &Preview,
    revoked: &Revoked,
    args: &RevokeArgs,
    context: &mut Context,
) -> CommandResult<Outcome> {
    print(
        preview,
        |id| {
            let among = |ids: &[String]| ids.iter().any(|known| known == id);
            if among(&revoked.came_back) {
                "came back"
            } else if among(&revoked.changed_since) {
                "changed since"
            } else {
                "revoked"
            }
        },
        context,
    )?;
    context.ui.status(&format!("{} revoked, {} already gone", revoked.ended, revoked.already_gone));
    if revoked.chained > 0 {
        context.ui.status(&format!("{} sessions that replaced one of them were ended too", revoked.chained));
    }
    for (table, rows, because) in &revoked.also {
        context.ui.status(&format!("{rows} rows of {table} were changed: {because}"));
    }
    if revoked.anonymous_again > 0 {
        context.ui.status(&format!("{} came back as sessions of nobody", revoked.anonymous_again));
    }
    if let Some(file) = &args.change.backup {
        context.ui.status(&format!("{} holds live sessions: delete it when you are sure", file.display()));
    }
    if !revoked.changed_since.is_empty() {
        context.ui.warn(&format!(
            "{} rows were taken by another user since they were listed, and were not touched",
            revoked.changed_since.len()
        ));
    }
    if !revoked.came_back.is_empty() {
        let why = if revoked.triggers.is_empty() {
            "a request was in flight; revoke again".to_owned()
        } else {
            format!("the table has triggers: {}", revoked.triggers.join(", "))
        };
        context.ui.error(&format!("{} rows came back after the delete: {why}", revoked.came_back.len()));
    }
    Ok(if revoked.is_complete() { Outcome::Done } else { Outcome::Failed })
}
