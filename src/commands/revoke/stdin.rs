//! `revoke --stdin`: revokes what the input names, at once or after a look at all of it. What it names is found in
//! `search`.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use super::search::{Entry, Found, Input};
use super::{RevokeArgs, finish};
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Moment, Record, Value, View};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::ops::revoke::revoke;
use sessionctl_core::ops::{BulkRequest, OpContext, clock};
use sessionctl_core::store::Change;

/// The result for one id or token of a line.
pub(in crate::commands) const FOUND: View = View {
    noun: "results",
    singular: "result",
    fields: &["line", "id", "result", "before"],
    columns: &["line", "id", "result", "before"],
};

/// Revokes the sessions that standard input names: each at once with `--yes`, otherwise all after a confirmation, a
/// preview or a check of their number, which need the whole input.
pub(super) fn run(args: &RevokeArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.explain(
        "look for ids and for words with the shape of a token in each line, decoded from URLs, JSON and shells as well; look \
         each token up by its digest, and revoke the session that has it",
    );
    if context.stdin_is_terminal {
        context.ui.status("paste the text, then press Enter and Ctrl-D");
    }
    let all_first = args.bulk.dry_run || args.bulk.expect.is_some() || !context.yes;
    if all_first && !args.bulk.dry_run {
        args.bulk.require_confirmation(context)?;
    }
    if all_first { run_at_end(args, context) } else { run_at_once(context, &args.reason) }
}

fn run_at_end(args: &RevokeArgs, context: &mut Context) -> CommandResult<Outcome> {
    args.bulk.begin(&super::report::RESULT, &crate::output::SESSION, context)?;
    let reader = context.host.open_to_read()?;
    let mut input = Input::new(context);
    let (mut ids, mut unknown) = (BTreeSet::new(), 0_u64);
    let mut more = true;
    while more {
        let (entries, continues) = input.next(reader.as_ref())?;
        more = continues;
        for entry in entries {
            match entry.found {
                Found::Session(id) => drop(ids.insert(id)),
                Found::Unknown => unknown += 1,
                Found::Nothing => {}
            }
        }
    }
    let found = !ids.is_empty();
    let outcome = if found {
        let selector = Selector { ids: ids.into_iter().collect(), ..Selector::default() };
        finish(args, reader, selector, context)?
    } else {
        context.ui.status("the input names no session; nothing was changed");
        args.bulk.check(0)?;
        crate::commands::bulk::outcome(0, 0, args.bulk.expect)
    };
    input.report(None, unknown, found, context);
    Ok(if unknown > 0 && outcome == Outcome::Done { Outcome::NotFound } else { outcome })
}

fn run_at_once(context: &mut Context, reason: &str) -> CommandResult<Outcome> {
    context.ui.check_fields(&FOUND)?;
    let mut store = context.host.open_to_write_existing()?;
    let mut input = Input::new(context);
    let (mut found, mut revoked, mut unknown) = (false, 0_u64, 0_u64);
    let shows_rows = super::report::shows_rows(context);
    let reading = clock::read(store.as_ref(), context.now)?;
    let moment = Moment { now: reading.now, clock_is_behind: reading.is_behind };
    // Ctrl-C ends the program at once: each part is reported when it is on disk, and the next may arrive late.
    context.act_printing(store.as_mut(), |cx, results, _| -> CommandResult<()> {
        let mut list = shows_rows.then(|| results.list(&FOUND)).transpose()?;
        let mut more = true;
        while more {
            let (entries, continues) = input.next(cx.store)?;
            more = continues;
            let changes = end(cx, &entries, reason)?;
            for entry in entries {
                let (result, id, change) = match entry.found {
                    Found::Nothing => ("no token", None, None),
                    Found::Unknown => ("unknown", None, None),
                    Found::Session(id) => {
                        let change = changes.get(&id);
                        let changed = change.is_some_and(|change| change.changed);
                        (if changed { "revoked" } else { "unchanged" }, Some(id), change)
                    }
                };
                found |= id.is_some();
                revoked += u64::from(result == "revoked");
                unknown += u64::from(result == "unknown");
                if let Some(list) = &mut list {
                    list.push(
                        Record::new()
                            .with("line", entry.line)
                            .with("id", id.map(SessionId::get))
                            .with("result", Value::Word(result))
                            .with("before", change.map(|change| Value::Word(moment.word(change.before)))),
                    )?;
                }
            }
            if let Some(list) = &mut list {
                list.catch_up()?;
            }
        }
        list.map_or(Ok(None), |list| list.finish(None))?;
        Ok(())
    })?;
    input.report(Some(revoked), unknown, found, context);
    Ok(if found && unknown == 0 { Outcome::Done } else { Outcome::NotFound })
}

/// Revokes the sessions that were found, in as few commits as possible, and returns the change of each.
fn end(cx: &mut OpContext<'_>, entries: &[Entry], reason: &str) -> CommandResult<HashMap<SessionId, Change>> {
    let mut changes = HashMap::new();
    let ids: BTreeSet<SessionId> = entries
        .iter()
        .filter_map(|entry| if let Found::Session(id) = entry.found { Some(id) } else { None })
        .collect();
    if ids.is_empty() {
        return Ok(changes);
    }
    let request = BulkRequest::of(Selector { ids: ids.into_iter().collect(), ..Selector::default() });
    revoke(cx, &request, reason, &mut |batch| {
        for change in &batch.changes {
            let entry = changes.entry(change.id).or_insert(*change);
            entry.changed |= change.changed;
        }
        ControlFlow::Continue(())
    })?;
    Ok(changes)
}
