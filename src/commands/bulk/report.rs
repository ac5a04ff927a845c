//! The report of bulk work: what became of each session, as soon as it is on disk. Shared by expire, revoke and
//! prune; what they do to the sessions is their matter.

use std::ops::ControlFlow;
use std::time::Duration;

use super::Verb;
use crate::commands::CommandResult;
use crate::commands::context::{Context, Outcome, Progress};
use crate::host::Host;
use crate::output::{List, Record, Value, View, steps};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::approximate_duration;
use sessionctl_core::ops::{OnBatch, OpContext, OpsError, Step, Totals, Tracer};
use sessionctl_core::store::{BatchResult, Store};

/// What became of a session.
pub const RESULT: View = View {
    noun: "results",
    singular: "result",
    fields: &["id", "result", "was", "with"],
    columns: &["id", "result", "was", "with"],
};

/// Work on more sessions is told of while it goes on, and how long it took.
const PROGRESS_THRESHOLD_SESSIONS: u64 = 1000;

/// Runs bulk work and reports each session's fate as soon as it is on disk.
///
/// # Errors
/// Where nothing could be done, or the output not be written; what was reported is done all the same.
pub fn run(
    store: &mut dyn Store,
    verb: Verb,
    total: Option<u64>,
    context: &mut Context,
    act: impl FnOnce(&mut OpContext<'_>, OnBatch<'_>) -> Result<Totals, OpsError>,
) -> CommandResult<Outcome> {
    // The output is busy with the report, so what there is to explain is told after it.
    let mut notes = DeferredSteps::new(context);
    let progress = total
        .is_none_or(|total| total > PROGRESS_THRESHOLD_SESSIONS)
        .then(|| context.progress.start(verb.done, total));
    context.present();
    let clock = context.host.clock();
    let host = context.host.as_ref();
    let mut report =
        Report { verb, list: context.ui.list(&RESULT)?, progress, done: 0, failed: None, stopped: false };
    let mut cx = OpContext {
        store,
        clock: clock.as_ref(),
        random: context.random.as_mut(),
        actor: &context.actor,
        tracer: &mut notes,
    };
    let totals = act(&mut cx, &mut |swept| report.slice(swept, host));
    let (outcome, sum) = report.end(totals)?;
    context.ui.status(&sum);
    notes.explain(context);
    Ok(outcome)
}

/// What there is to explain while the output is busy, told after it.
pub(crate) struct DeferredSteps {
    enabled: bool,
    steps: Vec<Step>,
}

impl DeferredSteps {
    /// None yet.
    pub(crate) fn new(context: &Context) -> Self {
        DeferredSteps { enabled: context.ui.options().explain, steps: Vec::new() }
    }

    /// Tells them.
    pub(crate) fn explain(self, context: &mut Context) {
        self.steps.iter().for_each(|step| context.ui.explain(&steps::sentence(step)));
    }
}

impl Tracer for DeferredSteps {
    fn trace(&mut self, step: Step) {
        self.steps.push(step);
    }

    fn enabled(&self) -> bool {
        self.enabled
    }
}

/// How long work took, for the end of the line that tells what was done.
#[must_use]
pub fn duration_suffix(took: Duration) -> String {
    match took.as_secs() {
        0..10 => format!(" in {:.1}s", took.as_secs_f64()),
        _ => format!(" in {}", approximate_duration(took)),
    }
}

struct Report<'a> {
    verb: Verb,
    list: List<'a>,
    progress: Option<Box<dyn Progress>>,
    done: u64,
    failed: Option<std::io::Error>,
    stopped: bool,
}

impl Report<'_> {
    /// Tells of one slice; breaks off where nobody enabled any more, or Ctrl-C was pressed.
    fn slice(&mut self, swept: &BatchResult, host: &dyn Host) -> ControlFlow<()> {
        if let Err(error) = self.print(swept) {
            self.failed = Some(error);
            return ControlFlow::Break(());
        }
        self.done += swept.changes.len() as u64;
        if let Some(progress) = &mut self.progress {
            progress.reached(self.done);
        }
        self.stopped = host.interrupted();
        if self.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn print(&mut self, swept: &BatchResult) -> std::io::Result<()> {
        for change in &swept.changes {
            let result = if change.changed { self.verb.done } else { "unchanged" };
            self.list.push(
                Record::new()
                    .with("id", change.id.get())
                    .with("result", Value::Word(result))
                    .with("was", Value::Word(change.before.as_str()))
                    .with("with", change.cascaded_from.map(SessionId::get)),
            )?;
        }
        self.list.flush()
    }

    /// Ends the report: ids that name nothing, and the sum.
    fn end(mut self, totals: Result<Totals, OpsError>) -> CommandResult<(Outcome, String)> {
        let took = self.progress.take().map(|mut progress| progress.finish());
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        let totals = match totals {
            Ok(totals) => totals,
            Err(error) => {
                // What is on disk was told of; the list is closed so that a machine can read it.
                self.list.finish(None)?;
                return Err(error.into());
            }
        };
        for id in &totals.missing {
            self.list.push(Record::new().with("id", id.get()).with("result", Value::Word("unknown")))?;
        }
        let mut sum = format!("{} {}", totals.changed, self.verb.done);
        for (count, what) in [
            (totals.cascaded, "of them with their head"),
            (totals.already_ended, "dead already and unchanged"),
            (totals.missing.len() as u64, "unknown"),
        ] {
            if count > 0 {
                sum.push_str(&format!(", {count} {what}"));
            }
        }
        if totals.matched > PROGRESS_THRESHOLD_SESSIONS {
            sum.push_str(&took.map(duration_suffix).unwrap_or_default());
        }
        if self.stopped && !totals.finished {
            sum.push_str("; interrupted: run it again to go on");
        }
        self.list.finish(None)?;
        let outcome = if self.stopped && !totals.finished {
            Outcome::Interrupted
        } else if !totals.missing.is_empty() || totals.matched == 0 {
            Outcome::NotFound
        } else {
            Outcome::Done
        };
        Ok((outcome, sum))
    }
}
