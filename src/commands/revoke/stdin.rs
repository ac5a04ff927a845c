//! `revoke --stdin`: revokes what the input names, at once; after a look at all of it, `at_end` does. What it names is
//! found in `search`.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::ops::ControlFlow;

use super::search::{Counts, Entry, Found, Input};
use crate::commands::bulk::{REVOCATION_BY_LINE, report};
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Format, List, Moment, Record, Value, View};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::ops::revoke::revoke;
use sessionctl_core::ops::{BulkRequest, OpContext, clock};
use sessionctl_core::store::{BatchResult, Change};

/// The result for one id or token of a line.
pub(in crate::commands) const FOUND: View = View {
    noun: "results",
    singular: "result",
    fields: &["line", "id", "result", "before", "user", "kind", "ip", "last_ip"],
    columns: &["line", "id", "result", "before", "user", "kind", "ip", "last_ip"],
};

/// Which results are printed: one a line, or each session once where only ids are printed or counted, as a dry run does.
pub(super) struct Printed {
    sessions: Option<BTreeSet<SessionId>>,
}

impl Printed {
    pub(super) fn new(context: &Context) -> Printed {
        let is_of_sessions = matches!(context.ui.options().format, Format::Ids | Format::Count);
        Printed { sessions: is_of_sessions.then(BTreeSet::new) }
    }

    /// Prints the result of an entry, unless it is none of a session or that session was printed.
    pub(super) fn push(
        &mut self,
        list: &mut List<'_>,
        entry: &Entry,
        change: Option<&Change>,
        moment: Moment,
    ) -> io::Result<()> {
        let is_shown = match (&mut self.sessions, entry.found) {
            (None, _) => true,
            (Some(sessions), Found::Session(id)) => sessions.insert(id),
            (Some(_), Found::Unknown | Found::Nothing) => false,
        };
        if is_shown { list.push(result(entry, change, moment)) } else { Ok(()) }
    }
}

/// Revokes each as it arrives.
pub(super) fn run_at_once(context: &mut Context, reason: &str) -> CommandResult<Outcome> {
    let mut store = context.host.open_to_write_existing()?;
    let mut input = Input::new(context);
    let (mut found, mut counts) = (false, Counts::default());
    let shows_rows = report::shows_rows(context);
    let mut printed = Printed::new(context);
    let reading = clock::read(store.as_ref(), context.now)?;
    let moment = Moment { now: reading.now, clock_is_behind: reading.is_behind };
    // Ctrl-C ends the program at once: each part is reported when it is on disk, and the next may arrive late.
    context.act_printing(store.as_mut(), |cx, results, _| -> CommandResult<()> {
        let mut list = shows_rows.then(|| results.list(&FOUND)).transpose()?;
        // What was named is revoked, whether or not the results can be written; the output remembers its failure.
        let (mut more, mut is_written) = (true, true);
        // A session that is named again has the result of the first time, however the input arrives.
        let mut changes = HashMap::new();
        while more {
            let (entries, continues) = input.next(cx.store)?;
            more = continues;
            counts.add(end(cx, &entries, reason, &mut changes)?);
            for entry in entries {
                let change = match entry.found {
                    Found::Session(id) => {
                        found = true;
                        changes.get(&id)
                    }
                    Found::Unknown => {
                        counts.unknown += 1;
                        None
                    }
                    Found::Nothing => None,
                };
                if let Some(list) = list.as_mut().filter(|_| is_written) {
                    is_written = printed.push(list, &entry, change, moment).is_ok();
                }
            }
            if let Some(list) = list.as_mut().filter(|_| is_written) {
                is_written = list.catch_up().is_ok();
            }
        }
        let _ = list.map(|list| list.finish(None));
        Ok(())
    })?;
    input.report(Some(counts), counts.unknown, found, context);
    Ok(if found && counts.unknown == 0 { Outcome::Done } else { Outcome::NotFound })
}

/// The result for one id or token of a line, or for a line without one.
fn result(entry: &Entry, change: Option<&Change>, moment: Moment) -> Record {
    let (word, id) = match entry.found {
        Found::Nothing => (const { REVOCATION_BY_LINE.word("no token") }, None),
        Found::Unknown => (const { REVOCATION_BY_LINE.word("unknown") }, None),
        Found::Session(id) if change.is_some_and(|change| change.changed) => {
            (const { REVOCATION_BY_LINE.word("revoked") }, Some(id))
        }
        Found::Session(id) => (const { REVOCATION_BY_LINE.word("unchanged") }, Some(id)),
    };
    let record = Record::new()
        .with("line", entry.line)
        .with("id", id.map(SessionId::get))
        .with("result", word)
        .with("before", change.map(|change| Value::Word(moment.word(change.before))));
    report::with_subject(record, change.map(|change| &change.subject))
}

/// What became of the sessions that were named; one that was named twice is one.
pub(super) fn counted(
    ids: impl IntoIterator<Item = SessionId>,
    changes: &HashMap<SessionId, Change>,
) -> Counts {
    let mut counts = Counts::default();
    for change in ids.into_iter().filter_map(|id| changes.get(&id)) {
        if change.changed { counts.revoked += 1 } else { counts.already_ended += 1 }
    }
    counts
}

/// The sessions that were named, each once.
pub(super) fn ids(entries: &[Entry]) -> BTreeSet<SessionId> {
    let id = |entry: &Entry| if let Found::Session(id) = entry.found { Some(id) } else { None };
    entries.iter().filter_map(id).collect()
}

/// Adds the changes of a batch. A session that changed once has changed, whatever a later batch says.
pub(super) fn add_changes(changes: &mut HashMap<SessionId, Change>, batch: &BatchResult) {
    for change in &batch.changes {
        changes.entry(change.id).or_insert_with(|| change.clone()).changed |= change.changed;
    }
}

/// Revokes the sessions that were found, in as few commits as possible, adds the change of each to those of the sessions that
/// were named before, and returns what became of them.
fn end(
    cx: &mut OpContext<'_>,
    entries: &[Entry],
    reason: &str,
    changes: &mut HashMap<SessionId, Change>,
) -> CommandResult<Counts> {
    let ids: Vec<SessionId> = ids(entries).into_iter().filter(|id| !changes.contains_key(id)).collect();
    if ids.is_empty() {
        return Ok(Counts::default());
    }
    let request = BulkRequest::of(Selector { ids: ids.clone(), ..Selector::default() });
    revoke(cx, &request, reason, &mut |batch| {
        add_changes(changes, batch);
        ControlFlow::Continue(())
    })?;
    Ok(counted(ids, changes))
}
