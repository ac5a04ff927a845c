//! The machine around a command: where the database is, opening and making it, progress, and Ctrl-C. What is
//! done with the database is the commands' matter.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::Context as _;
use etcetera::BaseStrategy as _;

use super::process::interrupt;
use super::progress::{Bar, Lines, Silent};
use super::random::OsRandomness;
use super::{clock, open_store};
use crate::commands::Failure;
use crate::commands::context::{Host, Progress};
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::random::Randomness as _;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Store, StoreError};

/// What happened to the database, for the end of the program to know.
#[derive(Debug, Default)]
pub(super) struct StoreActivity {
    /// It was opened for writing, so that something may have been changed.
    pub(super) written: Cell<bool>,
    /// It was made, without having been asked for.
    pub(super) made: Cell<bool>,
}

/// How long work is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProgressStyle {
    /// A bar on a terminal.
    Bar,
    /// A line now and then.
    Lines,
    /// Not at all.
    Silent,
}

/// The machine the program runs on.
pub(super) struct SystemHost {
    /// None where there is no home directory to keep it in.
    pub(super) path: Option<PathBuf>,
    pub(super) now: Timestamp,
    pub(super) clock_overridden: bool,
    pub(super) actor: String,
    pub(super) telling: ProgressStyle,
    pub(super) traces: Rc<StoreActivity>,
}

/// Where the database is unless it is said: `$XDG_DATA_HOME/sessionctl/sessions.db` (XDG Base Directory
/// Specification 0.8).
pub(super) fn usual_path() -> Option<PathBuf> {
    let base = etcetera::base_strategy::Xdg::new().ok()?;
    Some(base.data_dir().join("sessionctl").join("sessions.db"))
}

impl SystemHost {
    fn path(&self) -> anyhow::Result<&Path> {
        let failure = || {
            Failure::usage("there is no home directory to keep the session database in")
                .hint("set HOME or XDG_DATA_HOME, or say where it is with --db")
        };
        Ok(self.path.as_deref().ok_or_else(failure)?)
    }

    fn create(&self, path: &Path, sandbox: bool) -> anyhow::Result<bool> {
        let mut random = OsRandomness::new();
        let (mut locator_key, mut attempt_key) = ([0; 16], [0; 32]);
        random.fill(&mut locator_key)?;
        random.fill(&mut attempt_key)?;
        let event = Event::new(self.now, Action::DatabaseCreated, &self.actor);
        let event = event.detail(sandbox.then(|| "sandbox".to_owned()));
        self.traces.written.set(true);
        Ok(open_store::create(path, &open_store::NewDatabase { locator_key, attempt_key, sandbox, event })?)
    }

    fn let_write(&self, store: Box<dyn Store>) -> anyhow::Result<Box<dyn Store>> {
        if self.clock_overridden && !store.is_sandbox()? {
            return Err(Self::no_sandbox().into());
        }
        self.traces.written.set(true);
        Ok(store)
    }

    fn no_sandbox() -> Failure {
        Failure::usage(
            "--now would change what really happened: only a sandbox can be written at another time",
        )
        .hint("`sessionctl --db PATH db init --sandbox` makes one to play with")
    }
}

impl Host for SystemHost {
    fn open_to_read(&self) -> anyhow::Result<Box<dyn Store>> {
        Ok(open_store::open_to_read(self.path()?)?)
    }

    fn open_to_write(&self) -> anyhow::Result<Box<dyn Store>> {
        let path = self.path()?;
        let store = match open_store::open_to_write(path) {
            Err(StoreError::Missing(_)) if self.clock_overridden => return Err(Self::no_sandbox().into()),
            Err(StoreError::Missing(_)) => {
                self.traces.made.set(self.create(path, false)?);
                open_store::open_to_write(path)?
            }
            opened => opened?,
        };
        self.let_write(store)
    }

    fn open_to_write_existing(&self) -> anyhow::Result<Box<dyn Store>> {
        self.let_write(open_store::open_to_write(self.path()?)?)
    }

    fn make(&self, sandbox: bool) -> anyhow::Result<bool> {
        if self.clock_overridden && !sandbox {
            return Err(Self::no_sandbox().into());
        }
        let path = self.path()?;
        self.create(path, sandbox).with_context(|| format!("cannot make {}", path.display()))
    }

    fn clock(&self) -> Option<Timestamp> {
        (!self.clock_overridden).then(clock::now)
    }

    fn database(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new("(no home directory)"))
    }

    fn progress(&self, what: &str, total: Option<u64>) -> Box<dyn Progress> {
        match self.telling {
            ProgressStyle::Bar => Box::new(Bar::new(what, total)),
            ProgressStyle::Lines => Box::new(Lines::new(what, total)),
            ProgressStyle::Silent => Box::new(Silent::new()),
        }
    }

    fn interrupted(&self) -> bool {
        let interrupt = interrupt();
        interrupt.hold();
        interrupt.pressed()
    }
}
