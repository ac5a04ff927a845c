//! `verify --batch`: tokens one a line, an answer a line, in order and at once, in bounded memory.

use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::{ANSWER, answer_record, write};
use crate::commands::bulk::report::duration_suffix;
use crate::commands::context::Progress;
use crate::commands::input::line_stream::{LineStream, LongLine};
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::Format;
use sessionctl_core::model::policy::Policy;
use sessionctl_core::ops::verify::{self, Requirements, Verdict, Verification};
use sessionctl_core::ops::{OpContext, clock};
use sessionctl_core::store::{Found, Store};

/// A longer line is no token, however it goes on.
const LONGEST_LINE: usize = 4096;
/// Sessions seen are written together, once they are so many …
const TOUCHES: usize = 10_000;
/// … or the first of them was seen so long ago.
const TOUCHED_WITHIN: Duration = Duration::from_secs(1);
/// With so many lines at once, others help.
const CROWD: usize = 256;
/// Hardly more is read at once.
const PIECE: usize = 1024 * 1024;
/// More threads wait for the same memory.
const MOST_THREADS: usize = 4;

/// Answers every line of standard input. Exits with 0 where all were answered, whatever the answers.
pub(super) fn run(context: &mut Context, requirements: &Requirements, touch: bool) -> CommandResult<Outcome> {
    context.ui.check_fields(&ANSWER)?;
    let store = context.host.open_to_read()?;
    let mut batch = Batch {
        policy: store.policy()?,
        requirements,
        touch,
        writes: crate::commands::reused_token::may_write(context, store.as_ref())?,
        store,
        helpers: Vec::new(),
        seen: Vec::new(),
        seen_since: None,
        stolen: Vec::new(),
        answered: 0,
        crowd: false,
        progress: None,
    };
    let mut lines = LineStream::new(
        std::mem::replace(&mut context.stdin, Box::new(std::io::empty())),
        LONGEST_LINE,
        LongLine::Cut,
    );
    let mut arrived = Arrived::new();
    let mut more = true;
    while more {
        arrived.clear();
        let read = lines.arrived(|line, _| {
            arrived.push(line);
            Ok(())
        });
        batch.answer(context, &arrived.lines())?;
        more = read?;
        context.ui.flush()?;
        if batch.must_write() {
            batch.write_down(context);
        }
    }
    batch.write_down(context);
    let took = batch.progress.map(|mut progress| duration_suffix(progress.finish())).unwrap_or_default();
    context.ui.detail(&format!("{} tokens answered{took}", batch.answered));
    Ok(Outcome::Done)
}

/// The lines that arrived together, behind one another.
struct Arrived {
    text: Zeroizing<Vec<u8>>,
    ends: Vec<usize>,
}

impl Arrived {
    /// With room for all that is ever read at once: growing would leave a copy of the tokens behind.
    fn new() -> Self {
        Arrived { text: Zeroizing::new(Vec::with_capacity(PIECE + LONGEST_LINE)), ends: Vec::new() }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn push(&mut self, line: &[u8]) {
        self.text.extend_from_slice(line);
        self.ends.push(self.text.len());
    }

    fn lines(&self) -> Vec<&[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.text[start..*end]).collect()
    }
}

struct Batch<'a> {
    store: Box<dyn Store>,
    /// The same database, open once more for each other thread, once there is enough to do.
    helpers: Vec<Box<dyn Store>>,
    policy: Policy,
    requirements: &'a Requirements,
    touch: bool,
    writes: bool,
    seen: Vec<Found>,
    seen_since: Option<Instant>,
    stolen: Vec<Found>,
    answered: u64,
    /// Whether so many lines came at once that others help.
    crowd: bool,
    progress: Option<Box<dyn Progress>>,
}

impl Batch<'_> {
    fn answer(&mut self, context: &mut Context, presented: &[&[u8]]) -> CommandResult<()> {
        if presented.len() >= CROWD && !std::mem::replace(&mut self.crowd, true) {
            self.helpers = helpers(context);
            // Where the answers themselves stand on the terminal, they show how far it is.
            if context.ui.options().stdout_terminal.is_none() {
                self.progress = Some(context.progress.start("tokens answered", None));
            }
        }
        let (policy, requirements, helpers) = (&self.policy, self.requirements, &mut self.helpers);
        let answers = context.act(self.store.as_mut(), |cx| {
            clock::guard(cx).map(|()| verify::verify_many(cx, helpers, policy, presented, requirements))
        })?;
        for answer in answers {
            let answer = answer?;
            self.answered += 1;
            let options = context.ui.options();
            if options.format == Format::Table && options.fields.is_none() {
                context.ui.bare(answer.verdict.word())?;
            } else {
                let record = answer_record(context, &answer.verdict);
                context.ui.record(&ANSWER, record)?;
            }
            self.note(answer);
        }
        if let Some(progress) = &mut self.progress {
            progress.reached(self.answered);
        }
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
                self.seen_since.get_or_insert_with(Instant::now);
                self.seen.push(*found);
            }
        }
    }

    fn must_write(&self) -> bool {
        self.seen.len() >= TOUCHES
            || !self.stolen.is_empty()
            || self.seen_since.is_some_and(|since| since.elapsed() >= TOUCHED_WITHIN)
    }

    /// Writes what the answers call for, many in one go; the answers stand if it fails.
    fn write_down(&mut self, context: &mut Context) {
        self.seen_since = None;
        let (seen, stolen) = (std::mem::take(&mut self.seen), std::mem::take(&mut self.stolen));
        if !stolen.is_empty() {
            let report = |cx: &mut OpContext<'_>| {
                stolen.iter().try_for_each(|found| verify::report_reuse(cx, &found.session).map(drop))
            };
            if let Err(error) = write(context, report) {
                context.ui.error(&format!("a reused token could not be written down: {error:#}"));
            }
        }
        if !seen.is_empty()
            && let Err(error) = write(context, |cx| verify::touch_all(cx, &seen))
        {
            let what = format!("that {} sessions were seen", seen.len());
            context.ui.detail(&format!("{what} could not be written: {error:#}"));
        }
    }
}

/// A store for each further thread. Where one cannot be had, the others do its work.
fn helpers(context: &Context) -> Vec<Box<dyn Store>> {
    let threads = available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    (1..threads).map_while(|_| context.host.open_to_read().ok()).collect()
}
