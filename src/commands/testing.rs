//! The host of a command in a test: output that is kept, answers that were written down, a fixed present and a
//! database of its own. No words of a command belong here.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::Cursor;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use zeroize::Zeroizing;

use super::interaction::{Progress, StartProgress};
use super::{CommandResult, Context, Failure, Outcome, Prompt};
use crate::host::{Host, HostError, Location};
use crate::output::capture::{Captured, NOW, options};
use crate::output::{Format, Ui};
use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::hash_limit::{HashLimit, Unlimited};
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::memory::MemoryFactory;
use sessionctl_core::store::{Access, NewStore, Store, StoreFactory};
use sessionctl_core::testing::{
    CountingRandomness, TestSession, create_session, ensure_user, new_session, set_cheap_policy,
};

/// A command's context, and what happened in it.
pub(crate) struct Scene {
    pub(crate) context: Context,
    clock: Arc<FixedClock>,
    clock_overridden: Rc<Cell<bool>>,
    factory: MemoryFactory,
    out: Captured,
    err: Captured,
    asked: Rc<RefCell<Vec<String>>>,
    answers: Rc<RefCell<VecDeque<String>>>,
}

impl Scene {
    /// With a database, and without a terminal.
    pub(crate) fn new() -> Self {
        let scene = Self::without_database();
        assert!(scene.factory.create(&new_store(false)).unwrap());
        set_cheap_policy(scene.factory.open(Access::Write).unwrap().as_mut()).unwrap();
        scene
    }

    /// Without a database, and without a terminal.
    pub(crate) fn without_database() -> Self {
        let (out, err) = (Captured::default(), Captured::default());
        let (asked, answers) = (Rc::default(), Rc::<RefCell<VecDeque<String>>>::default());
        let clock = Arc::new(FixedClock::new(Timestamp::from_unix(NOW)));
        let factory = MemoryFactory::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let clock_overridden = Rc::<Cell<bool>>::default();
        let context = Context {
            ui: Ui::new(Box::new(out.clone()), Box::new(err.clone()), options(Format::Table)),
            prompt: Box::new(Script {
                interactive: false,
                asked: Rc::clone(&asked),
                answers: Rc::clone(&answers),
            }),
            progress: Box::new(Untold),
            host: Box::new(TestHost {
                factory: factory.clone(),
                clock: Arc::clone(&clock),
                clock_overridden: Rc::clone(&clock_overridden),
            }),
            now: Timestamp::from_unix(NOW),
            clock_is_behind: false,
            clock_was_behind: false,
            random: Box::new(CountingRandomness::default()),
            actor: "tester".to_owned(),
            yes: false,
            stdin: Box::new(Cursor::new(Vec::new())),
            stdin_is_terminal: false,
            env_token: None,
            exit_code_answers: false,
        };
        Scene { context, clock, clock_overridden, factory, out, err, asked, answers }
    }

    /// With a terminal that gives these answers, in order; a selection is answered by its positions.
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

    /// As if the clock were overridden, as with `--now`.
    pub(crate) fn override_clock(&mut self) {
        self.clock_overridden.set(true);
    }

    /// At a later time; a store that is already open for writing keeps its time.
    pub(crate) fn later(&mut self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.context.present();
    }

    /// With a new session of the shop.
    pub(crate) fn session(&mut self, kind: Kind, user: Option<&str>) -> TestSession {
        self.make(kind, user, None)
    }

    /// With a new session under a parent.
    pub(crate) fn child(&mut self, parent: SessionId, user: &str) -> TestSession {
        self.make(Kind::Web, Some(user), Some(parent))
    }

    fn make(&mut self, kind: Kind, user: Option<&str>, parent: Option<SessionId>) -> TestSession {
        let mut store = self.factory.open(Access::Write).unwrap();
        let user = user.map(|name| ensure_user(store.as_mut(), &name.parse().unwrap()).unwrap());
        create_session(store.as_mut(), self.context.random.as_mut(), &new_session(kind, user, parent, &[]))
    }

    /// The state of a session now.
    pub(crate) fn state(&self, id: SessionId) -> State {
        self.factory.open(Access::Read).unwrap().session(id).unwrap().unwrap().0.state(self.context.now)
    }

    /// Runs a command with these arguments, and returns its exit code as the program would.
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

    /// The questions that were asked, one a line.
    pub(crate) fn questions(&self) -> String {
        self.asked.borrow().join("\n")
    }

    /// Standard output.
    pub(crate) fn out(&mut self) -> String {
        self.context.ui.flush().unwrap();
        self.out.text()
    }

    /// Whether there is a database.
    pub(crate) fn has_database(&self) -> bool {
        self.factory.open(Access::Read).is_ok()
    }

    /// Standard error.
    pub(crate) fn err(&self) -> String {
        self.err.text()
    }
}

struct TestHost {
    factory: MemoryFactory,
    clock: Arc<FixedClock>,
    clock_overridden: Rc<Cell<bool>>,
}

fn new_store(sandbox: bool) -> NewStore {
    let event = Event::new(Action::DatabaseCreated, "tester");
    NewStore { locator_key: [7; 16], attempt_key: [8; 32], sandbox, event }
}

impl Host for TestHost {
    fn open_to_read(&self) -> Result<Box<dyn Store>, HostError> {
        Ok(self.factory.open(Access::Read)?)
    }

    fn open_to_write(&self) -> Result<Box<dyn Store>, HostError> {
        self.create(false)?;
        self.open_to_write_existing()
    }

    fn open_to_write_existing(&self) -> Result<Box<dyn Store>, HostError> {
        Ok(self.factory.open(Access::Write)?)
    }

    fn create(&self, sandbox: bool) -> Result<bool, HostError> {
        Ok(self.factory.create(&new_store(sandbox))?)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    fn clock_overridden(&self) -> bool {
        self.clock_overridden.get()
    }

    fn factory(&self) -> Result<Box<dyn StoreFactory>, HostError> {
        Ok(Box::new(self.factory.clone()))
    }

    fn factory_at(&self, _: &Location) -> Result<Box<dyn StoreFactory>, HostError> {
        Ok(Box::new(self.factory.clone()))
    }

    fn hash_limit(&self) -> Box<dyn HashLimit> {
        Box::new(Unlimited)
    }

    fn database(&self) -> &Path {
        Path::new("test")
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
            return Err(Failure::usage("there is no terminal to ask on").into());
        }
        self.asked.borrow_mut().push(question.to_owned());
        Ok(self.answers.borrow_mut().pop_front().expect("an answer to every question"))
    }
}

impl Prompt for Script {
    fn is_interactive(&self) -> bool {
        self.interactive
    }

    fn password(&mut self, prompt: &str) -> CommandResult<Zeroizing<String>> {
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
