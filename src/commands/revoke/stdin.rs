//! `revoke --stdin`: ids, tokens, and any text that contains tokens, line by line, in bounded memory.

use std::collections::HashMap;
use std::ops::ControlFlow;

use crate::commands::input::line_stream::{LineStream, LongLine};
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, Value, View};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::token::find_tokens;
use sessionctl_core::ops::revoke::revoke;
use sessionctl_core::ops::{BulkRequest, OpContext};
use sessionctl_core::store::{Change, Store};

/// The result for one id or token of a line.
const FOUND: View = View {
    noun: "results",
    singular: "result",
    fields: &["line", "id", "result", "before"],
    columns: &["line", "id", "result", "before"],
};

/// A longer line is searched in parts.
const MAX_LINE_BYTES: usize = 1 << 20;

/// An id or a token on a line, or their absence.
struct Entry {
    line: u64,
    found: Found,
}

#[derive(Clone, Copy)]
enum Found {
    /// This session.
    Session(SessionId),
    /// A token or an id that names no session.
    Unknown,
    /// No id and no token.
    Nothing,
}

/// Revokes the sessions that standard input names, with a result for each.
pub(super) fn run(context: &mut Context, reason: &str) -> CommandResult<Outcome> {
    context.ui.check_fields(&FOUND)?;
    let mut store = context.host.open_to_write_existing()?;
    let mut lines = LineStream::new(
        std::mem::replace(&mut context.stdin, Box::new(std::io::empty())),
        MAX_LINE_BYTES,
        LongLine::Parts,
    );
    let (mut number, mut revoked, mut unknown) = (0, 0, 0);
    // Ctrl-C ends the program at once: each part is reported when it is on disk, and the next may arrive late.
    context.act_printing(store.as_mut(), |cx, results, _| -> CommandResult<()> {
        let mut list = results.list(&FOUND)?;
        let mut more = true;
        // Whether the line has held no id and no token so far.
        let mut bare = true;
        while more {
            let mut entries = Vec::new();
            more = lines.arrived(|text, ends| {
                let found = look(cx.store, text)?;
                bare &= found.is_empty();
                entries.extend(found.into_iter().map(|found| Entry { line: number + 1, found }));
                if ends {
                    if bare {
                        entries.push(Entry { line: number + 1, found: Found::Nothing });
                    }
                    (number, bare) = (number + 1, true);
                }
                Ok(())
            })?;
            let changes = end(cx, &entries, reason)?;
            for entry in entries {
                let mut record = Record::new().with("line", entry.line);
                match entry.found {
                    Found::Nothing => record.push("result", Value::Word("no token")),
                    Found::Unknown => {
                        unknown += 1;
                        record.push("result", Value::Word("unknown"));
                    }
                    Found::Session(id) => {
                        let change = changes.get(&id);
                        let changed = change.is_some_and(|change| change.changed);
                        revoked += u64::from(changed);
                        record.push("id", id.get());
                        record.push("result", Value::Word(if changed { "revoked" } else { "unchanged" }));
                        record.push("before", change.map(|change| change.before.as_str().to_owned()));
                    }
                }
                list.push(record)?;
            }
            list.flush()?;
        }
        list.finish(None)?;
        Ok(())
    })?;
    context.ui.status(&format!(
        "{revoked} revoked, {unknown} unknown, {number} line{} read",
        if number == 1 { "" } else { "s" }
    ));
    Ok(if unknown == 0 { Outcome::Done } else { Outcome::NotFound })
}

/// Finds the sessions of all tokens on a line, or of the id that it consists of.
fn look(store: &dyn Store, text: &[u8]) -> CommandResult<Vec<Found>> {
    let mut found = Vec::new();
    for token in find_tokens(text) {
        found.push(match store.look_up(&token)? {
            Some(hit) => Found::Session(hit.session.id),
            None => Found::Unknown,
        });
    }
    let word = text.trim_ascii();
    if found.is_empty() && !word.is_empty() && word.len() < 20 && word.iter().all(u8::is_ascii_digit) {
        let id = std::str::from_utf8(word).ok().and_then(|w| w.parse().ok()).and_then(SessionId::new);
        let known = match id {
            Some(id) => store.session(id)?.map(|_| id),
            None => None,
        };
        found.push(known.map_or(Found::Unknown, Found::Session));
    }
    Ok(found)
}

/// Revokes the sessions that were found, in as few commits as possible, and returns the change of each.
fn end(cx: &mut OpContext<'_>, entries: &[Entry], reason: &str) -> CommandResult<HashMap<SessionId, Change>> {
    let mut changes = HashMap::new();
    let mut ids: Vec<SessionId> = entries
        .iter()
        .filter_map(|entry| if let Found::Session(id) = entry.found { Some(id) } else { None })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(changes);
    }
    let request = BulkRequest::of(Selector { ids, ..Selector::default() });
    revoke(cx, &request, reason, &mut |batch| {
        for change in &batch.changes {
            let entry = changes.entry(change.id).or_insert(*change);
            entry.changed |= change.changed;
        }
        ControlFlow::Continue(())
    })?;
    Ok(changes)
}
