//! The context of a command: the output, the store, the time, the prompts, and how a command ends. `cli` creates it;
//! commands only use it.

use std::io::{self, BufRead};
use std::time::Duration;

use thiserror::Error;

use crate::commands::CommandResult;
use crate::host::Host;
use crate::output::{Format, Messages, Record, Results, Ui, View};
use sessionctl_core::model::random::Randomness;
use sessionctl_core::model::session::State;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::ops::verify::Verdict;
use sessionctl_core::ops::{OpContext, Step, Tracer};
use sessionctl_core::store::Store;

/// How a command ended without an error. Each is an exit code of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done; for `verify`, active: 0.
    Done,
    /// Failed, or the answer could not be determined, and that was reported: 1.
    Failed,
    /// No such thing: 3.
    NotFound,
    /// Expired: 4.
    Expired,
    /// Revoked, or rotated away: 5.
    Revoked,
    /// Refused: 6.
    Refused,
    /// Insufficient: 7.
    Insufficient,
    /// Interrupted; what was done was reported: 130.
    Interrupted,
}

impl Outcome {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::Failed => 1,
            Outcome::NotFound => 3,
            Outcome::Expired => 4,
            Outcome::Revoked => 5,
            Outcome::Refused => 6,
            Outcome::Insufficient => 7,
            Outcome::Interrupted => 130,
        }
    }

    /// The outcome of a command on one session, by the session's state.
    #[must_use]
    pub fn of(state: State) -> Self {
        match state {
            State::Active => Outcome::Done,
            State::Expired => Outcome::Expired,
            State::Revoked => Outcome::Revoked,
        }
    }
}

/// The outcome of a command that was given a token with this verdict.
impl From<&Verdict> for Outcome {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Active(_) => Outcome::Done,
            Verdict::Expired(_) => Outcome::Expired,
            Verdict::Revoked(_) | Verdict::RotatedAway(_) => Outcome::Revoked,
            Verdict::Unknown => Outcome::NotFound,
            Verdict::Insufficient(..) => Outcome::Insufficient,
        }
    }
}

/// A command that ends without doing anything, with one line for the user, a hint and an exit code of its own.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct Failure {
    /// The exit code: 2 for a usage error, or an [`Outcome`]'s.
    pub code: u8,
    /// What was tried, on what, and why not: a lowercase fragment without a secret.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Failure {
    /// A usage error: 2.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Failure { code: 2, message: message.into(), hint: None }
    }

    /// A failure with the code of an outcome.
    #[must_use]
    pub fn of(outcome: Outcome, message: impl Into<String>) -> Self {
        Failure { code: outcome.code(), message: message.into(), hint: None }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Makes an error a usage error; for `map_err`.
pub fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::usage(error.to_string())
}

/// Asks the person at the terminal. Without a terminal, or with `--no-input`, every question is a usage error.
pub trait Prompt {
    /// Whether there is a terminal to ask on.
    fn is_interactive(&self) -> bool;
    /// Asks for a password without echo; never returns an empty one.
    ///
    /// # Errors
    /// Where there is no terminal, or the question is interrupted.
    fn password(&mut self, prompt: &str) -> CommandResult<zeroize::Zeroizing<String>>;
    /// Asks yes or no; `yes` is never the default.
    ///
    /// # Errors
    /// As above.
    fn confirm(&mut self, question: &str) -> CommandResult<bool>;
    /// Asks for a word that confirms a change.
    ///
    /// # Errors
    /// As above.
    fn type_word(&mut self, question: &str) -> CommandResult<String>;
    /// Offers several items to select one; `None` where none was selected.
    ///
    /// # Errors
    /// As above.
    fn select(&mut self, question: &str, items: &[String]) -> CommandResult<Option<usize>>;
    /// Offers several items to select some.
    ///
    /// # Errors
    /// As above.
    fn multi_select(&mut self, question: &str, items: &[String]) -> CommandResult<Vec<usize>>;
}

/// Reports long work while it goes on: a bar on a terminal, a line now and then with `-v` elsewhere.
pub trait Progress {
    /// Reports how many parts are done.
    fn reached(&mut self, done: u64);
    /// Removes what was shown, and returns how long the work took.
    fn finish(&mut self) -> Duration;
}

/// Starts to report long work.
pub trait StartProgress {
    /// Reports work of which `total` parts are known to be done, or an unknown number.
    fn start(&self, what: &str, total: Option<u64>) -> Box<dyn Progress>;
}

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
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        io::Read::read_to_end(&mut io::Read::take(&mut self.stdin, max_bytes + 1), &mut bytes)?;
        if bytes.len() as u64 > max_bytes {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "standard input is too long"));
        }
        Ok(bytes)
    }
}
