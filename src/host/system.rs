//! [`SystemHost`]: the machine that this process runs on. What is done with the database does not belong here.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::clock::HostClock;
use super::hash_slots::HashSlots;
use super::open_store::Opener;
use super::process::{self, interrupt};
use super::random::OsRandomness;
use super::{Host, HostError, Location, LocationError};
use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::hash_limit::{HashLimit, Unlimited};
use sessionctl_core::model::random::Randomness as _;
use sessionctl_core::store::{Access, NewStore, Store, StoreError, StoreFactory};

/// Names the file with the key that signs what is sealed.
const SEAL_KEY_VARIABLE: &str = "SESSIONCTL_SEAL_KEY";

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
    opener: Opener,
    actor: String,
    activity: Arc<StoreActivity>,
    /// Why the seal key that a variable names cannot be used: nothing is written without it.
    seal_key: Result<(), String>,
}

impl SystemHost {
    /// A host with the database at `location`, which acts as `actor`.
    #[must_use]
    pub fn new(location: Result<Location, LocationError>, clock: HostClock, actor: String) -> Self {
        let opener = Opener::new(location.as_ref().ok(), clock);
        let mut host = SystemHost { location, opener, actor, activity: Arc::default(), seal_key: Ok(()) };
        host.seal_key = host.read_seal_key().map_err(|error| error.to_string());
        host
    }

    /// What happens to the database from now on.
    #[must_use]
    pub fn activity(&self) -> Arc<StoreActivity> {
        Arc::clone(&self.activity)
    }

    fn location(&self) -> Result<&Location, HostError> {
        self.location.as_ref().map_err(|error| error.clone().into())
    }

    fn own_factory(&self, location: &Location) -> Result<Box<dyn StoreFactory>, HostError> {
        Ok(self.opener.factory(location)?)
    }

    /// The key that a variable names, for every command that writes: each seals as it ends.
    fn read_seal_key(&mut self) -> Result<(), HostError> {
        match std::env::var_os(SEAL_KEY_VARIABLE).filter(|file| !file.is_empty()) {
            Some(file) if self.location.as_ref().is_ok_and(|location| location.server().is_some()) => {
                self.opener.use_seal_key(Path::new(&file))
            }
            _ => Ok(()),
        }
    }

    /// Changes nothing by a local time where nobody knows which zone is meant.
    fn refuse_unknown_zone(&self) -> Result<(), HostError> {
        if self.opener.clock().is_in_unknown_zone() { Err(HostError::UnknownZone) } else { Ok(()) }
    }

    fn create_at(&self, location: &Location, sandbox: bool) -> Result<bool, HostError> {
        self.refuse_unknown_zone()?;
        location.check_home()?;
        let mut random = OsRandomness::new();
        let (mut locator_key, mut attempt_key) = ([0; 16], [0; 32]);
        random.fill(&mut locator_key)?;
        random.fill(&mut attempt_key)?;
        let event = Event::new(Action::DatabaseCreated, &self.actor);
        let event = event.detail(sandbox.then(|| "sandbox".to_owned()));
        self.activity.written.store(true, Ordering::Relaxed);
        Ok(self.own_factory(location)?.create(&NewStore { locator_key, attempt_key, sandbox, event })?)
    }

    fn admit_writer(&self, store: Box<dyn Store>) -> Result<Box<dyn Store>, HostError> {
        if self.opener.clock().is_overridden() && !store.is_sandbox()? {
            return Err(HostError::NotSandbox);
        }
        self.refuse_unknown_zone()?;
        self.seal_key.clone().map_err(HostError::SealKey)?;
        self.activity.written.store(true, Ordering::Relaxed);
        Ok(store)
    }
}

impl Host for SystemHost {
    fn open_to_read(&self) -> Result<Box<dyn Store>, HostError> {
        Ok(self.own_factory(self.location()?)?.open(Access::Read)?)
    }

    fn open_to_write(&self) -> Result<Box<dyn Store>, HostError> {
        let location = self.location()?;
        let factory = self.own_factory(location)?;
        let store = match factory.open(Access::Write) {
            // On a server, only `db init` creates the schema: an administrator owns the database.
            Err(StoreError::Missing) if location.server().is_some() => return Err(StoreError::Missing.into()),
            Err(StoreError::Missing) if self.opener.clock().is_overridden() => {
                return Err(HostError::NotSandbox);
            }
            Err(StoreError::Missing) => {
                let created = self.create_at(location, false)?;
                self.activity.created.store(created, Ordering::Relaxed);
                factory.open(Access::Write)?
            }
            opened => opened?,
        };
        self.admit_writer(store)
    }

    fn open_to_write_existing(&self) -> Result<Box<dyn Store>, HostError> {
        self.admit_writer(self.own_factory(self.location()?)?.open(Access::Write)?)
    }

    fn create(&self, sandbox: bool) -> Result<bool, HostError> {
        if self.opener.clock().is_overridden() && !sandbox {
            return Err(HostError::NotSandbox);
        }
        self.create_at(self.location()?, sandbox)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.opener.clock().shared()
    }

    fn clock_overridden(&self) -> bool {
        self.opener.clock().is_overridden()
    }

    fn clock_in_the_past(&self) -> bool {
        self.opener.clock().is_in_the_past()
    }

    fn factory(&self) -> Result<Box<dyn StoreFactory>, HostError> {
        self.own_factory(self.location()?)
    }

    fn factory_at(&self, location: &Location) -> Result<Box<dyn StoreFactory>, HostError> {
        Ok(Opener::new(Some(location), HostClock::system()).factory(location)?)
    }

    fn use_seal_key(&mut self, file: &Path) -> Result<(), HostError> {
        self.opener.use_seal_key(file)
    }

    fn hash_limit(&self) -> Box<dyn HashLimit> {
        // The slots of a database on a server are this user's: they limit what this machine hashes at once.
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join("sessionctl"));
        match &self.location {
            Ok(location) if location.server().is_none() => Box::new(HashSlots::new(location.path())),
            Ok(_) if runtime.is_some() => Box::new(HashSlots::new(&runtime.unwrap_or_default())),
            _ => Box::new(Unlimited),
        }
    }

    fn database(&self) -> &Path {
        self.location.as_ref().map_or(Path::new("(no home directory)"), Location::path)
    }

    fn interrupted(&self) -> bool {
        let interrupt = interrupt();
        interrupt.hold();
        interrupt.pressed()
    }

    fn reader_is_gone(&self) -> bool {
        process::is_hung_up(io::stdout())
    }
}
