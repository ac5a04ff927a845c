//! The host of a command in a test: output that is kept, answers that were written down, a fixed present and a
//! store in memory. No command's own words may stand here.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Args;
use zeroize::Zeroizing;

use super::context::{Progress, StartProgress};
use super::{CommandResult, Context, Failure, Outcome, Prompt};
use crate::host::{Host, HostError};
use crate::output::capture::{Captured, NOW, options};
use crate::output::{Format, Ui};
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::ops::testing::{Counting, FakeStore, Handed, Home, cheap, make, plan};
use sessionctl_core::store::{SessionStore as _, Store, StoreError};

/// A command's host, and what happened in it.
pub(crate) struct Scene {
    pub(crate) context: Context,
    /// Everything that is kept.
    pub(crate) store: Home,
    /// Whether there is a database.
    pub(crate) exists: Rc<Cell<bool>>,
    out: Captured,
    err: Captured,
    asked: Rc<RefCell<Vec<String>>>,
    answers: Rc<RefCell<VecDeque<String>>>,
}

impl Scene {
    /// With a database, and nobody to ask.
    pub(crate) fn new() -> Self {
        let (out, err) = (Captured::default(), Captured::default());
        let (asked, answers) = (Rc::default(), Rc::<RefCell<VecDeque<String>>>::default());
        let store: Home = Arc::new(Mutex::new(FakeStore::new(cheap())));
        let exists = Rc::new(Cell::new(true));
        let context = Context {
            ui: Ui::new(Box::new(out.clone()), Box::new(err.clone()), options(Format::Table)),
            prompt: Box::new(Script {
                interactive: false,
                asked: Rc::clone(&asked),
                answers: Rc::clone(&answers),
            }),
            progress: Box::new(Untold),
            host: Box::new(InMemory { store: Arc::clone(&store), exists: Rc::clone(&exists) }),
            now: Timestamp::from_unix(NOW),
            clock_overridden: false,
            random: Box::new(Counting::default()),
            actor: "tester".to_owned(),
            yes: false,
            stdin: Box::new(Cursor::new(Vec::new())),
            stdin_is_terminal: false,
            env_token: None,
        };
        Scene { context, store, exists, out, err, asked, answers }
    }

    /// With somebody at the terminal who gives these answers, in order; a pick is answered by its places.
    pub(crate) fn answers(mut self, answers: &[&str]) -> Self {
        self.answers.borrow_mut().extend(answers.iter().map(|answer| (*answer).to_owned()));
        self.context.prompt = Box::new(Script {
            interactive: !answers.is_empty(),
            asked: Rc::clone(&self.asked),
            answers: Rc::clone(&self.answers),
        });
        self
    }

    /// With this on standard input.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.context.stdin = Box::new(Cursor::new(text.as_bytes().to_vec()));
        self
    }

    /// With this in `SESSIONCTL_TOKEN`.
    pub(crate) fn env_token(mut self, token: &str) -> Self {
        self.context.env_token = Some(Zeroizing::new(token.to_owned()));
        self
    }

    /// With this output format.
    pub(crate) fn format(mut self, format: Format) -> Self {
        self.context.ui = Ui::new(Box::new(self.out.clone()), Box::new(self.err.clone()), options(format));
        self
    }

    /// At another time; what was opened for writing before stands as it was.
    pub(crate) fn later(&mut self, seconds: u64) {
        self.context.now = self.context.now.plus(Duration::from_secs(seconds));
    }

    /// With a new session of the shop.
    pub(crate) fn session(&mut self, kind: Kind, user: Option<&str>) -> Handed {
        self.make(kind, user, None)
    }

    /// With a new session under a head.
    pub(crate) fn child(&mut self, head: SessionId, user: &str) -> Handed {
        self.make(Kind::Web, Some(user), Some(head))
    }

    fn make(&mut self, kind: Kind, user: Option<&str>, parent: Option<SessionId>) -> Handed {
        let now = self.context.now;
        let mut store = self.store.lock().unwrap();
        let user = user.map(|name| store.ensure_user(&name.parse().unwrap(), now));
        make(&mut store, self.context.random.as_mut(), &plan(kind, user, parent, &[], now))
    }

    /// The state of a session now.
    pub(crate) fn state(&self, id: SessionId) -> State {
        self.store.lock().unwrap().session(id).unwrap().unwrap().0.state(self.context.now)
    }

    /// Runs a command of these arguments: its exit code, as the program would end.
    pub(crate) fn run<A: Args>(
        &mut self,
        line: &[&str],
        run: impl FnOnce(&A, &mut Context) -> CommandResult<Outcome>,
    ) -> Result<u8, String> {
        let words = std::iter::once("x").chain(line.iter().copied());
        let found = A::augment_args(clap::Command::new("x")).try_get_matches_from(words);
        let args = found.and_then(|found| A::from_arg_matches(&found)).map_err(|error| error.to_string())?;
        Ok(match run(&args, &mut self.context) {
            Ok(outcome) => outcome.code(),
            Err(error) => {
                self.context.ui.error(&error.to_string());
                error.failure().map_or(1, |failure| failure.code)
            }
        })
    }

    /// What was asked, a question a line.
    pub(crate) fn questions(&self) -> String {
        self.asked.borrow().join("\n")
    }

    /// What was printed.
    pub(crate) fn out(&mut self) -> String {
        self.context.ui.flush().unwrap();
        self.out.text()
    }

    /// What was said.
    pub(crate) fn err(&self) -> String {
        self.err.text()
    }
}

struct InMemory {
    store: Home,
    exists: Rc<Cell<bool>>,
}

impl InMemory {
    fn missing(&self) -> Result<(), HostError> {
        if self.exists.get() {
            return Ok(());
        }
        Err(StoreError::Missing(PathBuf::from("memory")).into())
    }
}

impl Host for InMemory {
    fn open_to_read(&self) -> Result<Box<dyn Store>, HostError> {
        self.missing()?;
        Ok(Box::new(self.store.lock().unwrap().snapshot()))
    }

    fn open_to_write(&self) -> Result<Box<dyn Store>, HostError> {
        self.exists.set(true);
        self.open_to_write_existing()
    }

    fn open_to_write_existing(&self) -> Result<Box<dyn Store>, HostError> {
        self.missing()?;
        Ok(Box::new(FakeStore::lent(&self.store)))
    }

    fn create(&self, sandbox: bool) -> Result<bool, HostError> {
        self.store.lock().unwrap().sandbox = sandbox;
        Ok(!self.exists.replace(true))
    }

    fn clock(&self) -> Option<Timestamp> {
        None
    }

    fn database(&self) -> &Path {
        Path::new("memory")
    }

    fn interrupted(&self) -> bool {
        false
    }
}

struct Untold;

impl StartProgress for Untold {
    fn start(&self, _what: &str, _total: Option<u64>) -> Box<dyn Progress> {
        Box::new(Untold)
    }
}

impl Progress for Untold {
    fn reached(&mut self, _done: u64) {}

    fn finish(&mut self) -> Duration {
        Duration::ZERO
    }
}

struct Script {
    interactive: bool,
    asked: Rc<RefCell<Vec<String>>>,
    answers: Rc<RefCell<VecDeque<String>>>,
}

impl Script {
    fn ask(&mut self, question: &str) -> CommandResult<String> {
        if !self.interactive {
            return Err(Failure::usage("there is nobody to ask").into());
        }
        self.asked.borrow_mut().push(question.to_owned());
        Ok(self.answers.borrow_mut().pop_front().expect("an answer to every question"))
    }
}

impl Prompt for Script {
    fn is_interactive(&self) -> bool {
        self.interactive
    }

    fn password(&mut self, prompt: &str, _confirm: bool) -> CommandResult<Zeroizing<String>> {
        self.ask(prompt).map(Zeroizing::new)
    }

    fn confirm(&mut self, question: &str) -> CommandResult<bool> {
        Ok(self.ask(question)? == "yes")
    }

    fn type_word(&mut self, question: &str) -> CommandResult<String> {
        self.ask(question)
    }

    fn select(&mut self, question: &str, _items: &[String]) -> CommandResult<Option<usize>> {
        Ok(self.ask(question)?.parse().ok())
    }

    fn multi_select(&mut self, question: &str, _items: &[String]) -> CommandResult<Vec<usize>> {
        Ok(self.ask(question)?.split_whitespace().map(|place| place.parse().unwrap()).collect())
    }
}
