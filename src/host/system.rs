//! The machine that this process runs on. What is done with the database does not belong here.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::process::interrupt;
use super::random::OsRandomness;
use super::{Host, HostError, Location, LocationError, clock, open_store};
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::random::Randomness as _;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Store, StoreError};

/// What happened to the database while the process ran.
#[derive(Debug, Default)]
pub struct StoreActivity {
    written: AtomicBool,
    created: AtomicBool,
}

impl StoreActivity {
    /// Whether it was opened for writing, so that something may have been changed.
    #[must_use]
    pub fn written(&self) -> bool {
        self.written.load(Ordering::Relaxed)
    }

    /// Whether it was created because a command needed one.
    #[must_use]
    pub fn created(&self) -> bool {
        self.created.load(Ordering::Relaxed)
    }
}

/// The machine that this process runs on.
pub struct SystemHost {
    location: Result<Location, LocationError>,
    now: Timestamp,
    clock_overridden: bool,
    actor: String,
    activity: Arc<StoreActivity>,
}

impl SystemHost {
    /// A host with the database at `location`, which acts as `actor`. With `clock_overridden`, its time is `now`
    /// instead of the system's.
    #[must_use]
    pub fn new(
        location: Result<Location, LocationError>,
        now: Timestamp,
        clock_overridden: bool,
        actor: String,
    ) -> Self {
        SystemHost { location, now, clock_overridden, actor, activity: Arc::default() }
    }

    /// What happens to the database from now on.
    #[must_use]
    pub fn activity(&self) -> Arc<StoreActivity> {
        Arc::clone(&self.activity)
    }

    fn location(&self) -> Result<&Location, HostError> {
        self.location.as_ref().map_err(|error| error.clone().into())
    }

    fn create_at(&self, location: &Location, sandbox: bool) -> Result<bool, HostError> {
        location.check_home()?;
        let mut random = OsRandomness::new();
        let (mut locator_key, mut attempt_key) = ([0; 16], [0; 32]);
        random.fill(&mut locator_key)?;
        random.fill(&mut attempt_key)?;
        let event = Event::new(self.now, Action::DatabaseCreated, &self.actor);
        let event = event.detail(sandbox.then(|| "sandbox".to_owned()));
        self.activity.written.store(true, Ordering::Relaxed);
        let new = open_store::NewDatabase { locator_key, attempt_key, sandbox, event };
        Ok(open_store::create(location.path(), &new)?)
    }

    fn admit_writer(&self, store: Box<dyn Store>) -> Result<Box<dyn Store>, HostError> {
        if self.clock_overridden && !store.is_sandbox()? {
            return Err(HostError::NotSandbox);
        }
        self.activity.written.store(true, Ordering::Relaxed);
        Ok(store)
    }
}

impl Host for SystemHost {
    fn open_to_read(&self) -> Result<Box<dyn Store>, HostError> {
        Ok(open_store::open_to_read(self.location()?.path())?)
    }

    fn open_to_write(&self) -> Result<Box<dyn Store>, HostError> {
        let location = self.location()?;
        let store = match open_store::open_to_write(location.path()) {
            Err(StoreError::Missing(_)) if self.clock_overridden => return Err(HostError::NotSandbox),
            Err(StoreError::Missing(_)) => {
                let created = self.create_at(location, false)?;
                self.activity.created.store(created, Ordering::Relaxed);
                open_store::open_to_write(location.path())?
            }
            opened => opened?,
        };
        self.admit_writer(store)
    }

    fn open_to_write_existing(&self) -> Result<Box<dyn Store>, HostError> {
        self.admit_writer(open_store::open_to_write(self.location()?.path())?)
    }

    fn create(&self, sandbox: bool) -> Result<bool, HostError> {
        if self.clock_overridden && !sandbox {
            return Err(HostError::NotSandbox);
        }
        self.create_at(self.location()?, sandbox)
    }

    fn clock(&self) -> Option<Timestamp> {
        (!self.clock_overridden).then(clock::now)
    }

    fn database(&self) -> &Path {
        self.location.as_ref().map_or(Path::new("(no home directory)"), Location::path)
    }

    fn interrupted(&self) -> bool {
        let interrupt = interrupt();
        interrupt.hold();
        interrupt.pressed()
    }
}
