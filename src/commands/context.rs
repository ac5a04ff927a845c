//! The context of a command: the output, the host, the time and the prompts. `cli` creates it; commands only use it.

use std::io::{self, BufRead};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::commands::interaction::{Prompt, StartProgress};
use crate::commands::{CommandResult, Failure, Outcome};
use crate::host::{Host, HostError};
use crate::output::{Format, Messages, Moment, Record, Results, Ui, View};
use sessionctl_core::model::random::Randomness;
use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::session::{Session, State};
use sessionctl_core::model::time::{Timestamp, When, Zone};
use sessionctl_core::ops::{OpContext, Step, Tracer, clock, existence};
use sessionctl_core::store::{Store, StoreError};

/// What to write where nobody knows which zone a local time is in.
pub const TIME_WITH_ZONE: &str =
    "correct TZ, or write the time with its zone, such as 03:12Z or 2026-11-25T03:12+01:00";

/// How often Ctrl-C is looked for in a wait.
const INTERRUPT_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Everything a command needs.
pub struct Context {
    /// Results and messages.
    pub ui: Ui,
    /// The questions.
    pub prompt: Box<dyn Prompt>,
    /// The database and the machine.
    pub host: Box<dyn Host>,
    /// The reports of long work.
    pub progress: Box<dyn StartProgress>,
    /// The present, or the time of `--now`.
    pub now: Timestamp,
    /// Whether the clock was found behind the latest event, so that no session can be reported as active.
    pub clock_is_behind: bool,
    /// Whether it was so at some time while the command ran.
    pub clock_was_behind: bool,
    /// The operating system's randomness, or a test's.
    pub random: Box<dyn Randomness>,
    /// The account that runs the program.
    pub actor: String,
    /// `--yes`: no confirmation.
    pub yes: bool,
    /// Standard input.
    pub stdin: Box<dyn BufRead>,
    /// Whether standard input is a terminal.
    pub stdin_is_terminal: bool,
    /// The token in `SESSIONCTL_TOKEN`.
    pub env_token: Option<zeroize::Zeroizing<String>>,
    /// Whether the exit code is an answer, which is 0 only where its words were printed: a reader that has gone away got
    /// none.
    pub exit_code_answers: bool,
}

/// Prints the steps of an act as they are taken.
struct Explainer<'a>(&'a mut Messages);

impl Tracer for Explainer<'_> {
    fn trace(&mut self, step: Step) {
        self.0.trace(&step);
    }

    fn enabled(&self) -> bool {
        self.0.explains()
    }
}

impl Context {
    /// Reads the clock again. A command may have waited long for a password, a token or an answer, and must act by
    /// the time after the wait.
    pub fn present(&mut self) -> Timestamp {
        self.now = self.host.clock().now();
        self.now
    }

    /// Opens the database to change what `reader` showed. A session is named by its id, and the same id is another session
    /// in another file.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] where another file has taken the place of the one that `reader` has open, and as
    /// [`crate::host::Host::open_to_write_existing`].
    pub fn open_to_change(&self, reader: &dyn Store) -> CommandResult<Box<dyn Store>> {
        let store = self.host.open_to_write_existing()?;
        // In this order: whatever takes the place of the file from here on, the store that writes will notice.
        if reader.is_replaced() {
            return Err(StoreError::Replaced.into());
        }
        Ok(store)
    }

    /// Checks how an answer is to be printed that the exit code repeats: 0 is never all that says "active".
    ///
    /// # Errors
    /// A [`Failure`] where the chosen format or fields leave out `result`, the word.
    pub fn require_word(&mut self, view: &View) -> CommandResult<()> {
        self.exit_code_answers = true;
        self.refuse_count()?;
        self.ui.check_fields(view)?;
        let options = self.ui.options();
        if options.fields.as_ref().is_some_and(|fields| !fields.iter().any(|field| field == "result")) {
            return Err(Failure::usage("an answer is not printed without its result")
                .hint("add result to --fields")
                .into());
        }
        Ok(())
    }

    /// Checks how a text is to be printed that has no records: a script that asks for a format must not get something else.
    ///
    /// # Errors
    /// A usage [`Failure`] where a format or fields are asked for.
    pub fn require_text(&mut self, command: &str) -> Result<(), Failure> {
        self.leave_preset_format();
        let options = self.ui.options();
        let asked = match options.format {
            Format::Table if options.fields.is_none() => return Ok(()),
            Format::Table => "--fields".to_owned(),
            format => format!("--format {format}"),
        };
        Err(Failure::usage(format!("{command} prints a text that has no records: leave {asked} out")))
    }

    /// Refuses a count of the one answer. Where the environment asks for it, the answer has its usual format.
    ///
    /// # Errors
    /// A usage [`Failure`].
    pub fn refuse_count(&mut self) -> Result<(), Failure> {
        if self.ui.options().format == Format::Count {
            self.leave_preset_format();
        }
        if self.ui.options().format == Format::Count {
            return Err(Failure::usage("a count says nothing about a token")
                .hint("choose another --format; the exit code and the word are the same in each"));
        }
        Ok(())
    }

    /// Goes back to the usual format where the environment set one that the command does not have: it is set for all
    /// commands, and not for this one.
    pub fn leave_preset_format(&mut self) {
        if self.ui.options().format_is_preset {
            self.ui.update_options(|options| options.format = Format::Table);
        }
    }

    /// Refuses to change sessions by a local time where nobody knows which zone is meant.
    ///
    /// # Errors
    /// A usage [`Failure`].
    pub fn refuse_unknown_zone(&self, times: impl IntoIterator<Item = When>) -> Result<(), Failure> {
        let is_known = !matches!(self.ui.options().zone, Zone::Unknown);
        if is_known || !times.into_iter().any(When::is_local) {
            return Ok(());
        }
        Err(Failure::usage(HostError::UnknownZone.to_string()).hint(TIME_WITH_ZONE))
    }

    /// Waits before more is printed, or until nobody reads it; returns whether the reader has gone. Ctrl-C ends it too.
    pub fn wait_for_more(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while !self.host.interrupted() && !self.host.reader_is_gone() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            sleep(left.min(INTERRUPT_POLL_INTERVAL));
        }
        self.host.reader_is_gone()
    }

    /// Waits for a time, or until Ctrl-C, which is only recorded from then on; returns whether it was pressed.
    pub fn wait(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if self.host.interrupted() || left.is_zero() {
                return self.host.interrupted();
            }
            sleep(left.min(INTERRUPT_POLL_INTERVAL));
        }
    }

    /// Compares the clock with the latest event before sessions are shown. Where it is behind, prints a warning; the
    /// command then shows sessions through [`Context::moment`], and exits with 1.
    ///
    /// # Errors
    /// Where reading the database fails.
    pub fn read_clock(&mut self, store: &dyn Store) -> CommandResult<()> {
        let reading = clock::read(store, self.host.clock().now())?;
        self.clock_is_behind = reading.is_behind;
        let Some(latest) = reading.latest.filter(|_| reading.is_behind) else { return Ok(()) };
        if !std::mem::replace(&mut self.clock_was_behind, true) {
            self.ui.warn(&format!(
                "the clock shows {}, but the latest event was at {latest}: which sessions are active is unknown",
                reading.now
            ));
            self.ui.hint("set the clock if it is wrong; `sessionctl db clock` corrects a false future");
        }
        Ok(())
    }

    /// Refuses to select by being active where the clock is behind: nobody knows which sessions those are.
    ///
    /// # Errors
    /// A [`Failure`].
    pub fn refuse_unknown_state(&self, selector: &Selector) -> Result<(), Failure> {
        let asks = selector.state == Some(StateFilter::Only(State::Active)) || selector.expiring_by.is_some();
        if !asks || !self.clock_is_behind {
            return Ok(());
        }
        Err(Failure::of(Outcome::Failed, "which sessions are active is unknown")
            .hint("without --state active, those that may be are shown"))
    }

    /// The present from which sessions are shown.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment { now: self.now, clock_is_behind: self.clock_is_behind }
    }

    /// The outcome of a command that showed sessions: nothing is done where their states are unknown.
    #[must_use]
    pub fn outcome_by_clock(&self, outcome: Outcome) -> Outcome {
        if self.clock_was_behind && outcome == Outcome::Done { Outcome::Failed } else { outcome }
    }

    /// Selects nothing that does not exist at the present, which a sandbox allows.
    ///
    /// # Errors
    /// The store's.
    pub fn hide_later(&self, store: &dyn Store, selector: &mut Selector) -> CommandResult<()> {
        Ok(existence::select_existing(store, selector, self.now)?)
    }

    /// Whether a session was created after the present, which a sandbox allows: it does not exist yet.
    ///
    /// # Errors
    /// The store's.
    pub fn hides(&self, store: &dyn Store, session: &Session) -> CommandResult<bool> {
        Ok(!existence::exists(store, session, self.now)?)
    }

    /// Whether `--now` is before the time at which an account or a key was created: it did not exist then.
    #[must_use]
    pub fn is_later(&self, created_at: Timestamp) -> bool {
        created_at > self.now && self.host.clock_overridden()
    }

    /// Runs an operation on a store with this context, at the present.
    pub fn act<T>(&mut self, store: &mut dyn Store, act: impl FnOnce(&mut OpContext<'_>) -> T) -> T {
        self.act_printing(store, |cx, _, _| act(cx))
    }

    /// Runs an act that prints results while it goes on: each batch of bulk work, for instance. Its steps are printed
    /// as they are taken all the same.
    pub fn act_printing<T>(
        &mut self,
        store: &mut dyn Store,
        act: impl FnOnce(&mut OpContext<'_>, &mut Results, &dyn Host) -> T,
    ) -> T {
        self.present();
        let clock = self.host.clock();
        let mut tracer = Explainer(&mut self.ui.messages);
        let hashing = self.host.hash_limit();
        let mut cx = OpContext {
            store,
            clock: clock.as_ref(),
            random: self.random.as_mut(),
            hashing: hashing.as_ref(),
            actor: &self.actor,
            tracer: &mut tracer,
        };
        act(&mut cx, &mut self.ui.results, self.host.as_ref())
    }

    /// Prints the result of a change as a record, for a format that a script reads. In a table the message on standard
    /// error is enough, unless fields were asked for.
    ///
    /// # Errors
    /// Where writing the output fails.
    pub fn print_result(&mut self, view: &View, record: Record) -> io::Result<()> {
        let options = self.ui.options();
        if options.format == Format::Table && options.fields.is_none() {
            return Ok(());
        }
        self.ui.record(view, record)
    }

    /// Reads standard input to its end, at most `max_bytes` bytes.
    ///
    /// # Errors
    /// Where reading fails or the input is longer.
    pub fn read_stdin(&mut self, max_bytes: u64) -> io::Result<zeroize::Zeroizing<Vec<u8>>> {
        super::input::read_stream(&mut self.stdin, max_bytes)
    }
}
