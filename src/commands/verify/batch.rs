//! `verify --batch`: tokens one a line, an answer a line, in order and at once, in bounded memory.

use super::{ANSWER, answer_record};
use crate::commands::args::lines::{Lines, Long};
use crate::commands::{Context, Outcome};
use crate::domain::policy::Policy;
use crate::ops::clock;
use crate::ops::verify::{self, Requirements, Verdict, Verification};
use crate::output::Format;
use crate::store::{Found, Store};

/// A longer line is no token, however it goes on.
const LONGEST_LINE: usize = 4096;
/// Sessions seen are written together; so many are kept at most.
const TOUCHES: usize = 1000;

/// Answers every line of standard input. Exits with 0 where all were answered, whatever the answers.
pub(super) fn run(
    context: &mut Context,
    requirements: &Requirements,
    touch: bool,
) -> anyhow::Result<Outcome> {
    context.ui.check_fields(&ANSWER)?;
    let mut store = context.world.open_to_read()?;
    context.act(store.as_mut(), clock::guard)?;
    let mut batch = Batch {
        policy: store.policy()?,
        requirements,
        touch,
        writes: crate::commands::args::reuse::may_write(context, store.as_ref())?,
        store,
        seen: Vec::new(),
        stolen: Vec::new(),
        answered: 0,
        still: false,
    };
    let mut lines =
        Lines::of(std::mem::replace(&mut context.stdin, Box::new(std::io::empty())), LONGEST_LINE, Long::Cut);
    loop {
        let more = lines.arrived(|line, _| batch.answer(context, line));
        batch.let_go()?;
        if !more? {
            break;
        }
        context.ui.flush()?;
        if batch.seen.len() >= TOUCHES || !batch.stolen.is_empty() {
            batch.write_down(context);
        }
    }
    context.ui.flush()?;
    batch.write_down(context);
    context.ui.detail(&format!("{} tokens answered", batch.answered));
    Ok(Outcome::Done)
}

struct Batch<'a> {
    store: Box<dyn Store>,
    policy: Policy,
    requirements: &'a Requirements,
    touch: bool,
    writes: bool,
    seen: Vec<Found>,
    stolen: Vec<Found>,
    answered: u64,
    /// Whether the store is held still: while lines that have arrived are answered, never while more are awaited.
    still: bool,
}

impl Batch<'_> {
    fn let_go(&mut self) -> anyhow::Result<()> {
        if std::mem::take(&mut self.still) {
            self.store.hold_still(false)?;
        }
        Ok(())
    }

    fn answer(&mut self, context: &mut Context, presented: &[u8]) -> anyhow::Result<()> {
        if !std::mem::replace(&mut self.still, true) {
            self.store.hold_still(true)?;
        }
        let (policy, requirements) = (&self.policy, self.requirements);
        let answer = context
            .act(self.store.as_mut(), |bench| verify::verify_with(bench, policy, presented, requirements))?;
        self.answered += 1;
        let options = context.ui.options();
        if options.format == Format::Table && options.fields.is_none() {
            context.ui.bare(answer.verdict.word())?;
        } else {
            let record = answer_record(context, &answer.verdict);
            context.ui.record(&ANSWER, record)?;
        }
        self.note(answer);
        Ok(())
    }

    fn note(&mut self, answer: Verification) {
        if !self.writes {
            return;
        }
        let (touch, reuse) = (answer.wants_touch && self.touch, answer.wants_reuse_report);
        if let Verdict::Active(found) | Verdict::RotatedAway(found) = answer.verdict {
            if reuse {
                self.stolen.push(*found);
            } else if touch {
                self.seen.push(*found);
            }
        }
    }

    /// Writes what the answers call for, many in one go; the answers stand if it fails.
    fn write_down(&mut self, context: &mut Context) {
        let (seen, stolen) = (std::mem::take(&mut self.seen), std::mem::take(&mut self.stolen));
        if seen.is_empty() && stolen.is_empty() {
            return;
        }
        let written = context.world.open_to_write_existing().and_then(|mut store| {
            context
                .act(store.as_mut(), |bench| {
                    for found in &stolen {
                        verify::report_reuse(bench, &found.session)?;
                    }
                    verify::note_all_seen(bench, &seen)
                })
                .map_err(anyhow::Error::from)
        });
        match written {
            Ok(()) => {}
            Err(error) if stolen.is_empty() => {
                context.ui.detail(&format!(
                    "that {} sessions were seen could not be written: {error:#}",
                    seen.len()
                ));
            }
            Err(error) => context.ui.error(&format!("a reused token could not be written down: {error:#}")),
        }
    }
}
