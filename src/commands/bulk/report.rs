//! The report of bulk work: the result for each session, as soon as it is on disk. Shared by expire, revoke and
//! prune, which decide what happens to the sessions.

use std::ops::ControlFlow;
use std::time::Duration;

use super::Verb;
use crate::commands::CommandResult;
use crate::commands::interaction::Progress;
use crate::commands::list_total::no_room;
use crate::commands::{Context, Outcome};
use crate::host::Host;
use crate::output::{Format, List, Moment, Record, Unprinted, Value, View};
use sessionctl_core::model::address;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::approximate_duration;
use sessionctl_core::ops::{OnBatch, OpContext, OpsError, Totals, clock};
use sessionctl_core::store::{BatchResult, Change, ChangeSubject, Store};

/// The result for one session.
pub const RESULT: View = View {
    noun: "results",
    singular: "result",
    fields: &["id", "result", "before", "together_with", "user", "kind", "ip", "last_ip"],
    columns: &["id", "result", "before", "user", "kind", "ip", "last_ip", "together_with"],
};

/// Work on more sessions shows its progress, and reports how long it took.
const PROGRESS_THRESHOLD_SESSIONS: u64 = 1000;

/// Runs bulk work and reports the result for each session as soon as it is on disk. `total` is how many there are,
/// where that is known, and `expect` how many the caller expects.
///
/// The work that was begun is finished, whether or not its results can be written: nobody would know which sessions were
/// left. The output remembers its failure, and the program reports it at its end.
///
/// # Errors
/// Where the work fails, or the output could not be written before it; what was reported is on disk in either case.
pub fn run(
    store: &mut dyn Store,
    verb: Verb,
    (total, expect): (Option<u64>, Option<u64>),
    context: &mut Context,
    act: impl FnOnce(&mut OpContext<'_>, OnBatch<'_>) -> Result<Totals, OpsError>,
) -> CommandResult<Outcome> {
    let progress = total.is_none_or(is_long).then(|| context.progress.start(verb.done, total));
    let shows_rows = shows_rows(context);
    let clock_is_behind = clock::read(store, context.now)?.is_behind;
    let (outcome, sum) = context.act_printing(store, |cx, results, host| {
        let list = shows_rows.then(|| results.list(&RESULT)).transpose()?;
        let mut report = Report {
            verb,
            clock_is_behind,
            list,
            progress,
            done: 0,
            ended: 0,
            is_unwritten: false,
            stopped: false,
        };
        let totals = act(cx, &mut |batch| report.batch(batch, host));
        report.end(totals, expect)
    })?;
    if context.ui.flush().is_err() {
        context.ui.messages.summary(&sum);
    } else if shows_rows || !verb.ends_live {
        context.ui.status(&sum);
    } else {
        context.ui.bare(&sum)?;
    }
    Ok(outcome)
}

/// Whether work on this number of sessions shows its progress.
#[must_use]
pub fn is_long(sessions: u64) -> bool {
    sessions > PROGRESS_THRESHOLD_SESSIONS
}

/// Whether each session gets a row: not in a table with `--quiet`, of which only the summary remains.
#[must_use]
pub fn shows_rows(context: &Context) -> bool {
    let options = context.ui.options();
    !(options.quiet && options.format == Format::Table && options.fields.is_none())
}

/// How long work took, as the end of the line that sums it up.
#[must_use]
pub fn duration_suffix(took: Duration) -> String {
    match took.as_secs() {
        0..10 => format!(" in {:.1}s", took.as_secs_f64()),
        _ => format!(" in {}", approximate_duration(took)),
    }
}

/// The result for a session, with whose it is.
pub(in crate::commands) fn with_subject(record: Record, subject: Option<&ChangeSubject>) -> Record {
    let user = |subject: &ChangeSubject| subject.user.as_ref().map(|name| name.as_str().to_owned());
    record
        .with("user", subject.and_then(user))
        .with("kind", subject.map(|subject| Value::Word(subject.kind.as_str())))
        .with("ip", subject.and_then(|subject| subject.ip).map(address::to_text))
        .with("last_ip", subject.and_then(|subject| subject.last_ip).map(address::to_text))
}

struct Report<'a> {
    verb: Verb,
    clock_is_behind: bool,
    list: Option<List<'a>>,
    progress: Option<Box<dyn Progress>>,
    done: u64,
    /// Those of them whose word is that they have ended, where the others' is another.
    ended: u64,
    /// Whether a result could not be written: the others are not, either.
    is_unwritten: bool,
    stopped: bool,
}

impl Report<'_> {
    /// Reports one batch; breaks where Ctrl-C was pressed.
    fn batch(&mut self, result: &BatchResult, host: &dyn Host) -> ControlFlow<()> {
        self.is_unwritten = self.is_unwritten || self.print(result).is_err();
        self.done += result.changes.len() as u64;
        let changed = result.changes.iter().filter(|change| change.changed);
        let has_ended = |change: &&Change| self.verb.result(change, result.at).as_str() != self.verb.done;
        self.ended += changed.filter(has_ended).count() as u64;
        if let Some(progress) = &mut self.progress {
            progress.reached(self.done);
        }
        self.stopped = host.interrupted();
        if self.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn print(&mut self, batch: &BatchResult) -> std::io::Result<()> {
        let Some(list) = &mut self.list else { return Ok(()) };
        let moment = Moment { now: batch.at, clock_is_behind: self.clock_is_behind };
        for change in &batch.changes {
            let record = Record::new()
                .with("id", change.id.get())
                .with("result", self.verb.result(change, batch.at))
                .with("before", Value::Word(moment.word(change.before)))
                .with("together_with", change.cascaded_from.map(SessionId::get));
            list.push(with_subject(record, Some(&change.subject)))?;
        }
        list.flush()
    }

    /// Ends the report with the ids that name no session, and the totals.
    fn end(
        mut self,
        totals: Result<Totals, OpsError>,
        expect: Option<u64>,
    ) -> CommandResult<(Outcome, String)> {
        let took = self.progress.take().map(|mut progress| progress.finish());
        let totals = match totals {
            Ok(totals) => totals,
            Err(error) => {
                // What is on disk was reported; closing the list keeps the output readable for machines.
                let _ = self.finish_list();
                return Err(error.into());
            }
        };
        for id in &totals.missing {
            let Some(list) = &mut self.list else { break };
            let record = Record::new()
                .with("id", id.get())
                .with("result", self.verb.unknown())
                .with("before", Value::Null)
                .with("together_with", Value::Null);
            self.is_unwritten |= list.push(with_subject(record, None)).is_err();
        }
        let mut sum = self.verb.counts(totals.changed, self.ended);
        for (count, what) in [
            (totals.cascaded, "of them together with their parent"),
            (totals.already_ended, self.verb.unchanged()),
            (totals.missing.len() as u64, "unknown"),
        ] {
            if count > 0 {
                sum.push_str(&format!(", {count} {what}"));
            }
        }
        if is_long(totals.matched) {
            sum.push_str(&took.map(duration_suffix).unwrap_or_default());
        }
        if self.stopped && !totals.finished {
            sum.push_str("; interrupted: run it again to continue");
        }
        sum.push_str(&no_room(&self.finish_list()));
        let outcome = if self.stopped && !totals.finished {
            Outcome::Interrupted
        } else {
            super::outcome(totals.matched, totals.missing.len(), expect)
        };
        Ok((outcome, sum))
    }

    /// Ends the list. The output remembers a failure.
    fn finish_list(&mut self) -> Unprinted {
        self.list.take().and_then(|list| list.finish(None).ok()).unwrap_or_default()
    }
}
