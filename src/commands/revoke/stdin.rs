//! `revoke --stdin`: ids, tokens, and any text that contains tokens, line by line, in bounded memory.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use super::{RevokeArgs, finish};
use crate::commands::input::line_stream::{LineStream, LongLine};
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Moment, Record, Value, View};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::token::{HexRun, hex_runs};
use sessionctl_core::ops::revoke::revoke;
use sessionctl_core::ops::{BulkRequest, OpContext, clock};
use sessionctl_core::store::{Change, Store};

/// The result for one id or token of a line.
pub(in crate::commands) const FOUND: View = View {
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

/// Revokes the sessions that standard input names: each at once with `--yes`, otherwise all after a confirmation, a
/// preview or a check of their number, which need the whole input.
pub(super) fn run(args: &RevokeArgs, context: &mut Context) -> CommandResult<Outcome> {
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
        Outcome::NotFound
    };
    input.report(unknown, context);
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
                list.flush()?;
            }
        }
        list.map_or(Ok(None), |list| list.finish(None))?;
        Ok(())
    })?;
    context.ui.status(&format!("{revoked} revoked"));
    input.report(unknown, context);
    Ok(if found && unknown == 0 { Outcome::Done } else { Outcome::NotFound })
}

/// Standard input, and what was read of it.
struct Input {
    lines: LineStream,
    read: u64,
    /// Runs of hex digits that were too long for a token and held none.
    searched: u64,
    /// Whether the line has held no id and no token so far.
    bare: bool,
}

impl Input {
    fn new(context: &mut Context) -> Self {
        let stdin = std::mem::replace(&mut context.stdin, Box::new(std::io::empty()));
        let lines = LineStream::new(stdin, MAX_LINE_BYTES, LongLine::Parts);
        Input { lines, read: 0, searched: 0, bare: true }
    }

    /// The entries of the lines that have arrived, and whether more can follow.
    fn next(&mut self, store: &dyn Store) -> CommandResult<(Vec<Entry>, bool)> {
        let mut entries = Vec::new();
        let Input { lines, read, searched, bare } = self;
        let more = lines.arrived(|text, ends| {
            let found = look(store, text, searched)?;
            *bare &= found.is_empty();
            entries.extend(found.into_iter().map(|found| Entry { line: *read + 1, found }));
            if ends {
                if *bare {
                    entries.push(Entry { line: *read + 1, found: Found::Nothing });
                }
                (*read, *bare) = (*read + 1, true);
            }
            Ok(())
        })?;
        Ok((entries, more))
    }

    fn report(&self, unknown: u64, context: &mut Context) {
        let lines = if self.read == 1 { "1 line".to_owned() } else { format!("{} lines", self.read) };
        let mut text = format!("{unknown} unknown, {lines} read");
        if self.searched > 0 {
            text.push_str(&format!("; {} longer runs of hex digits hold no token", self.searched));
        }
        context.ui.status(&text);
    }
}

/// Finds the sessions of all tokens on a line, or of the id that it consists of.
fn look(store: &dyn Store, text: &[u8], searched: &mut u64) -> CommandResult<Vec<Found>> {
    let mut found = Vec::new();
    for run in hex_runs(text) {
        let sessions = sessions_in(store, &run)?;
        match sessions.as_slice() {
            [] if run.is_exact() => found.push(Found::Unknown),
            [] => *searched += 1,
            sessions => found.extend(sessions.iter().copied().map(Found::Session)),
        }
    }
    let word = without_mark(text).trim_ascii();
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

/// The sessions whose tokens a run of hex digits contains. A wrong candidate costs microseconds: its locator leads to no
/// row.
fn sessions_in(store: &dyn Store, run: &HexRun<'_>) -> CommandResult<Vec<SessionId>> {
    let (mut sessions, mut start) = (Vec::new(), 0);
    while let Some(candidates) = run.candidates(start) {
        let mut next = start + 1;
        for token in candidates {
            if let Some(found) = store.look_up(&token)? {
                sessions.push(found.session.id);
                next = HexRun::behind(start);
                break;
            }
        }
        start = next;
    }
    Ok(sessions)
}

/// The text without a byte order mark.
fn without_mark(text: &[u8]) -> &[u8] {
    let marks: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
    marks.iter().find_map(|mark| text.strip_prefix(*mark)).unwrap_or(text)
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
