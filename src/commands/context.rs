//! The context of a command: the output, the host, the time and the prompts. `cli` creates it; commands only use it.

use std::io::{self, BufRead};

use crate::commands::interaction::{Prompt, StartProgress};
use crate::host::Host;
use crate::output::{Format, Messages, Record, Results, Ui, View};
use sessionctl_core::model::random::Randomness;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::ops::{OpContext, Step, Tracer};
use sessionctl_core::store::Store;

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
