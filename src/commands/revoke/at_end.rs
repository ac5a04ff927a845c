//! `revoke --stdin` where the number of sessions is expected or confirmed: finds all of them first, and revokes none unless
//! that holds. The results are those of `stdin`.

use std::collections::{BTreeSet, HashMap};
use std::ops::{ControlFlow, Range};

use super::search::{Counts, Entry, Found, Input};
use super::stdin::{FOUND, Printed, add_changes, counted, ids};
use super::{RevokeArgs, VERB, preview, request};
use crate::commands::bulk::{self, report};
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{List, Moment};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::ops::preview::PlannedAct;
use sessionctl_core::ops::revoke::revoke;
use sessionctl_core::ops::{OpsError, Totals, clock};
use sessionctl_core::store::{Change, Store};

/// What the whole input names. Lines without an id and a token are counted only, so that a log may be long.
struct Named {
    entries: Vec<Entry>,
    ids: BTreeSet<SessionId>,
    unknown: u64,
    lines: u64,
}

impl Named {
    fn read(input: &mut Input, store: &dyn Store) -> CommandResult<Named> {
        let mut named = Named { entries: Vec::new(), ids: BTreeSet::new(), unknown: 0, lines: 0 };
        let mut more = true;
        while more {
            let (entries, continues) = input.next(store)?;
            more = continues;
            for entry in entries {
                match entry.found {
                    Found::Session(id) => drop(named.ids.insert(id)),
                    Found::Unknown => named.unknown += 1,
                    Found::Nothing => continue,
                }
                named.entries.push(entry);
            }
        }
        named.lines = input.lines_read();
        Ok(named)
    }

    /// Prints a result for each line. A session without a change was not reached before an interruption.
    fn print(
        &self,
        changes: &HashMap<SessionId, Change>,
        moment: Moment,
        printed: &mut Printed,
        list: &mut List<'_>,
    ) -> std::io::Result<()> {
        let mut last = 0;
        for entry in &self.entries {
            bare_lines(last + 1..entry.line, moment, printed, list)?;
            last = entry.line;
            let change = match entry.found {
                Found::Session(id) => match changes.get(&id) {
                    None => continue,
                    change => change,
                },
                Found::Unknown | Found::Nothing => None,
            };
            printed.push(list, entry, change, moment)?;
        }
        bare_lines(last + 1..self.lines + 1, moment, printed, list)
    }
}

/// Prints the result for each of these lines, which hold no id and no token.
fn bare_lines(
    lines: Range<u64>,
    moment: Moment,
    printed: &mut Printed,
    list: &mut List<'_>,
) -> std::io::Result<()> {
    for line in lines {
        let entry = Entry { line, found: Found::Nothing };
        printed.push(list, &entry, None, moment)?;
    }
    Ok(())
}

/// Previews, or confirms and revokes, what the whole input names.
pub(super) fn run(args: &RevokeArgs, context: &mut Context) -> CommandResult<Outcome> {
    let mut reader = context.host.open_to_read()?;
    let mut input = Input::new(context);
    let named = Named::read(&mut input, reader.as_ref())?;
    let found = !named.ids.is_empty();
    let selector = Selector { ids: named.ids.iter().copied().collect(), ..Selector::default() };
    if args.bulk.dry_run {
        let outcome = if found {
            preview(args, reader.as_mut(), &selector, context)?
        } else {
            context.ui.status("the input names no session; nothing was changed");
            args.bulk.check(0)?;
            bulk::outcome(0, 0, args.bulk.expect)
        };
        input.report(None, named.unknown, found, context);
        return Ok(with_unknown(outcome, &named));
    }
    if found {
        args.bulk.confirm(reader.as_mut(), &selector, (VERB, PlannedAct::Revoke), context)?;
    } else {
        args.bulk.check(0)?;
    }
    let store = context.open_to_change(reader.as_ref())?;
    drop(reader);
    let (totals, counts) = act(args, store, selector, &named, context)?;
    input.report(Some(counts), named.unknown, found, context);
    if !totals.finished {
        context.ui.status("interrupted: run it again to continue");
        return Ok(Outcome::Interrupted);
    }
    Ok(with_unknown(bulk::outcome(totals.matched, totals.missing.len(), args.bulk.expect), &named))
}

/// Revokes what was named, prints the results, and returns the totals with what became of those that were named.
fn act(
    args: &RevokeArgs,
    mut store: Box<dyn Store>,
    selector: Selector,
    named: &Named,
    context: &mut Context,
) -> CommandResult<(Totals, Counts)> {
    let reading = clock::read(store.as_ref(), context.now)?;
    let moment = Moment { now: reading.now, clock_is_behind: reading.is_behind };
    let shows_rows = report::shows_rows(context);
    let mut printed = Printed::new(context);
    let mut progress = report::is_long(named.ids.len() as u64)
        .then(|| context.progress.start(VERB.done, Some(named.ids.len() as u64)));
    let request = request(args, selector);
    context.act_printing(store.as_mut(), |cx, results, host| -> CommandResult<_> {
        let mut changes = HashMap::new();
        let totals: Result<Totals, OpsError> = if named.ids.is_empty() {
            Ok(Totals { finished: true, ..Totals::default() })
        } else {
            revoke(cx, &request, &args.reason, &mut |batch| {
                add_changes(&mut changes, batch);
                if let Some(progress) = &mut progress {
                    progress.reached(changes.len() as u64);
                }
                if host.interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
        };
        if let Some(mut progress) = progress {
            progress.finish();
        }
        // What is on disk is reported even where a later part failed; a refusal changed nothing.
        if shows_rows && (totals.is_ok() || !changes.is_empty()) {
            // The output remembers its failure; the totals are reported all the same.
            let _ = results.list(&FOUND).and_then(|mut list| {
                named.print(&changes, moment, &mut printed, &mut list)?;
                list.finish(None)
            });
        }
        Ok((totals?, counted(ids(&named.entries), &changes)))
    })
}

/// A token or an id that names no session is an answer of its own.
fn with_unknown(outcome: Outcome, named: &Named) -> Outcome {
    if named.unknown > 0 && outcome == Outcome::Done { Outcome::NotFound } else { outcome }
}
