//! `verify --batch`: one token a line in, one answer a line out, in order and at once, in bounded memory. Where another
//! file takes the place of the database, it is opened, and answers the next line. A server that falls silent is waited for.

use std::collections::HashMap;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use super::{answer_record, answer_view, write};
use crate::commands::bulk::report::duration_suffix;
use crate::commands::input;
use crate::commands::input::line_stream::{LineStream, LongLine};
use crate::commands::interaction::Progress;
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Format, List};
use sessionctl_core::counted;
use sessionctl_core::model::policy::Policy;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::verify::{self, Requirements, Verdict};
use sessionctl_core::ops::{FlushFailures, OpsError, TouchBuffer, clock};
use sessionctl_core::store::{Store, StoreError};
use sessionctl_wire::find::FindError;

/// A longer line is not a token.
const MAX_LINE_BYTES: usize = 4096;
/// With at least this many lines at once, more threads help.
const PARALLEL_THRESHOLD_LINES: usize = 256;
/// The size of one read, except for an unfinished line.
const READ_BYTES: usize = 1024 * 1024;
/// More threads only wait for the same memory.
const MAX_THREADS: usize = 4;
/// How long a server that fell silent is waited for, and how often it is asked.
const FAILOVER_TIMEOUT: Duration = Duration::from_secs(60);
const RETRY_INTERVAL: Duration = Duration::from_millis(200);
/// How often the database can be replaced while the same lines are answered, before that is an error.
const MAX_REOPENINGS: u32 = 20;

/// Answers every line of standard input. Exits with 0 if one of them was active, otherwise with 3: `verify` is 0 only if
/// it printed `active`, and a client's text could be the option that asks for a batch.
pub(super) fn run(context: &mut Context, requirements: &Requirements, touch: bool) -> CommandResult<Outcome> {
    context.require_word(answer_view(context))?;
    let mut batch = Batch::open(context, requirements, touch)?;
    let mut lines = LineStream::new(
        std::mem::replace(&mut context.stdin, Box::new(std::io::empty())),
        MAX_LINE_BYTES,
        LongLine::Cut,
    );
    // The token of each line, or none. There is room for a read of empty lines: growing would leave a copy of the
    // tokens behind.
    let mut arrived: Vec<Option<Token>> = Vec::with_capacity(READ_BYTES + MAX_LINE_BYTES);
    let (mut more, mut faults) = (true, HashMap::new());
    while more {
        arrived.clear();
        faults.clear();
        let read = lines.arrived(|line, _| {
            let found = input::search(line);
            if let Err(fault) = found {
                faults.insert(arrived.len(), fault);
            }
            arrived.push(found.ok());
            Ok(())
        });
        batch = batch.answer_whatever_happens(context, &arrived, &faults)?;
        more = read?;
        match &mut batch.list {
            Some(list) => list.catch_up()?,
            None => context.ui.flush()?,
        }
        if batch.touches.is_due() {
            batch.write_down(context);
        }
    }
    batch.finish(context)
}

struct Batch<'a> {
    store: Box<dyn Store>,
    /// The same database, opened again for each further thread, when there is enough work.
    helpers: Vec<Box<dyn Store>>,
    policy: Policy,
    requirements: &'a Requirements,
    touch: bool,
    writes: bool,
    touches: TouchBuffer,
    /// Where the answers are printed as records.
    list: Option<List<'static>>,
    answered: u64,
    /// Lines that do not hold exactly one token.
    without_token: u64,
    /// The time of the latest visit that was written.
    visited_at: Option<Timestamp>,
    /// Whether one of them holds several.
    several: bool,
    any_active: bool,
    /// Whether enough lines arrived at once for more threads.
    crowd: bool,
    progress: Option<Box<dyn Progress>>,
}

impl<'a> Batch<'a> {
    /// Opens the database, and prints what comes before the first answer.
    fn open(context: &mut Context, requirements: &'a Requirements, touch: bool) -> CommandResult<Self> {
        let options = context.ui.options();
        let bare = options.format == Format::Table && options.fields.is_none();
        let view = answer_view(context);
        let store = context.host.open_to_read()?;
        let mut batch = Batch {
            policy: store.policy()?,
            requirements,
            touch,
            writes: crate::commands::reused_token::may_write(context, store.as_ref())?,
            store,
            helpers: Vec::new(),
            touches: TouchBuffer::default(),
            list: if bare { None } else { Some(context.ui.results.detached_list(view)?) },
            answered: 0,
            without_token: 0,
            visited_at: None,
            several: false,
            any_active: false,
            crowd: false,
            progress: None,
        };
        // A reader of CSV waits for the heading before it asks anything.
        if let Some(list) = &mut batch.list {
            list.flush()?;
        }
        Ok(batch)
    }

    /// Answers all lines, from the server that comes back or the file that takes the place of the database where that
    /// happens meanwhile: nothing was printed until then.
    fn answer_whatever_happens(
        mut self,
        context: &mut Context,
        presented: &[Option<Token>],
        faults: &HashMap<usize, FindError>,
    ) -> CommandResult<Self> {
        let (mut reopenings, begun) = (0, Instant::now());
        while let Err(error) = self.answer(context, presented, faults) {
            if error.is_unreachable() && begun.elapsed() < FAILOVER_TIMEOUT && !context.wait(RETRY_INTERVAL) {
                continue;
            }
            reopenings += 1;
            if !error.is_replaced() || reopenings > MAX_REOPENINGS {
                return Err(error);
            }
            self = self.reopen(context)?;
        }
        Ok(self)
    }

    /// Writes what is still to be written, and reports what the answers were about.
    fn finish(mut self, context: &mut Context) -> CommandResult<Outcome> {
        self.write_down(context);
        let lost = self.touches.forget();
        report_failures(lost, context);
        let took = self.progress.map(|mut progress| duration_suffix(progress.finish())).unwrap_or_default();
        if let Some(list) = self.list {
            list.finish(None)?;
        }
        if let Some(seen_at) = self.visited_at {
            super::report_visit(context, seen_at);
        }
        context.ui.detail(&format!("{} answered{took}", counted(self.answered, "token", "tokens")));
        if self.without_token > 0 {
            let lines = counted(self.without_token, "line holds", "lines hold");
            let what = if self.several { "no token, or several" } else { "no token" };
            context.ui.warn(&format!("{lines} {what}, and got the answer unknown"));
            context.ui.hint("`revoke --stdin --dry-run` finds tokens in any text, and shows their sessions");
        }
        Ok(match self.any_active {
            _ if context.clock_was_behind => Outcome::Failed,
            true => Outcome::Done,
            false => Outcome::NotFound,
        })
    }

    /// Opens the file that has the name of the database now, with all checks.
    fn reopen(mut self, context: &mut Context) -> CommandResult<Self> {
        let id = |store: &dyn Store| store.head().map(|head| head.database_id).ok();
        let before = id(self.store.as_ref());
        // Closed first: within a process SQLite shares what it knows of a file, that another WAL has its name included.
        self.helpers.clear();
        drop(self.store);
        self.store = context.host.open_to_read()?;
        if self.crowd {
            self.helpers = helpers(context);
        }
        self.policy = self.store.policy()?;
        self.writes = crate::commands::reused_token::may_write(context, self.store.as_ref())?;
        let is_same = before.is_some() && before == id(self.store.as_ref());
        if !is_same {
            let lost = self.touches.forget();
            report_failures(lost, context);
        }
        let what = if is_same { "restored, or replaced by a copy" } else { "replaced by another one" };
        context.ui.warn(&format!("the database was {what}: the answers that follow are from the new file"));
        Ok(self)
    }

    /// Answers all lines, or none of them where the database was replaced.
    fn answer(
        &mut self,
        context: &mut Context,
        presented: &[Option<Token>],
        faults: &HashMap<usize, FindError>,
    ) -> CommandResult<()> {
        if presented.len() >= PARALLEL_THRESHOLD_LINES && !std::mem::replace(&mut self.crowd, true) {
            self.helpers = helpers(context);
            // Where the answers are printed on the terminal, they are the progress.
            if !context.ui.options().stdout_is_terminal {
                self.progress = Some(context.progress.start("tokens answered", None));
            }
        }
        if clock::read(self.store.as_ref(), context.present())?.is_behind {
            context.read_clock(self.store.as_ref())?;
            return self.answer_unknown(context, presented.len());
        }
        let (policy, requirements, helpers) = (&self.policy, self.requirements, &mut self.helpers);
        let answers = context.act(self.store.as_mut(), |cx| {
            clock::guard(cx).map(|()| verify::verify_many(cx, helpers, policy, presented, requirements))
        })?;
        let mut answers = answers;
        if let Some(Err(OpsError::Store(
            StoreError::Replaced | StoreError::Moved { .. } | StoreError::Unreachable(_),
        ))) = answers.last()
            && let Some(Err(error)) = answers.pop()
        {
            return Err(error.into());
        }
        for (place, answer) in answers.into_iter().enumerate() {
            let (answer, fault) = (answer?, faults.get(&place));
            self.answered += 1;
            self.without_token += u64::from(fault.is_some());
            self.several |= matches!(fault, Some(FindError::Several(_)));
            self.any_active |= matches!(answer.verdict, Verdict::Active(_));
            match &mut self.list {
                None => context.ui.bare(answer.verdict.word())?,
                Some(list) => {
                    list.push(answer_record(context, &answer.verdict, fault.map(reason)))?;
                }
            }
            if self.writes {
                self.touches.add(&answer, self.touch);
            }
        }
        if let Some(progress) = &mut self.progress {
            progress.reached(self.answered);
        }
        Ok(())
    }

    /// Answers lines while the clock is behind the latest event. The process goes on: the clock may be set meanwhile.
    fn answer_unknown(&mut self, context: &mut Context, lines: usize) -> CommandResult<()> {
        for _ in 0..lines {
            self.answered += 1;
            match &mut self.list {
                None => context.ui.bare(Verdict::Unknown.word())?,
                Some(list) => {
                    let reason = "the clock is behind the latest event".to_owned();
                    list.push(answer_record(context, &Verdict::Unknown, Some(reason)))?;
                }
            }
        }
        Ok(())
    }

    /// Writes what the answers call for, many in one go; the answers are valid whatever fails. Where the database was
    /// replaced, nothing is written: the answers were about the sessions of another file.
    fn write_down(&mut self, context: &mut Context) {
        if self.touches.is_empty() {
            return;
        }
        let touches = &mut self.touches;
        let latest = touches.latest();
        let mut failures = FlushFailures::default();
        let written = write(context, self.store.as_ref(), |cx| {
            failures = touches.flush(cx);
            Ok(())
        });
        if written.is_ok() && failures.touches.is_none() {
            self.visited_at = self.visited_at.max(latest);
        }
        report_failures(failures, context);
        if let Err(error) = written {
            context.ui.detail(&format!("the time of last use could not be written: {error}"));
        }
    }
}

/// Why a line was answered without a look-up.
fn reason(fault: &FindError) -> String {
    match fault {
        FindError::Several(number) => format!("the line holds {number} tokens where one is expected"),
        FindError::Unclear => {
            "a part of the line looks like a token, but is damaged or inside other text".to_owned()
        }
        FindError::IsJwt => "the line holds a JWT, not a session token".to_owned(),
        _ => "the line holds no token".to_owned(),
    }
}

fn report_failures(failures: FlushFailures, context: &mut Context) {
    if let Some(error) = failures.reuse {
        context.ui.error(&format!("a reused token could not be recorded: {error}"));
    }
    if let Some((_, error)) = failures.touches {
        context.ui.detail(&format!("the time of last use could not be written: {error}"));
    }
}

/// A store for each further thread. If opening one fails, the other threads do its work.
fn helpers(context: &Context) -> Vec<Box<dyn Store>> {
    let threads = available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
    (1..threads).map_while(|_| context.host.open_to_read().ok()).collect()
}
