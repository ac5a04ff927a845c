//! A store in a folder of its own, and the shortest ways to put something into it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sessionctl_contract::values::{self, TokenRandomness};
pub(crate) use sessionctl_contract::values::{START, at, new_session};
use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::session::{Session, SessionId, State};
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{Access, Issued, NewSession, SessionStore, StoreFactory as _, UserStore};
use sessionctl_store_sqlite::{SqliteFactory, SqliteStore};

thread_local! {
    /// The clock of the stores that this thread opens.
    static CLOCK: Arc<FixedClock> = Arc::new(FixedClock::new(at(0)));
}

pub(crate) fn set_clock(seconds: i64) {
    CLOCK.with(|clock| clock.set(at(seconds)));
}

pub(crate) fn factory(path: &Path) -> SqliteFactory {
    SqliteFactory::new(path, CLOCK.with(|clock| Arc::clone(clock) as Arc<dyn Clock>))
}

pub(crate) fn open_to_write(path: &Path) -> SqliteStore {
    factory(path).open_sqlite(Access::Write).unwrap()
}

pub(crate) fn event(action: Action, seconds: i64) -> Event {
    set_clock(seconds);
    values::event(action)
}

pub(crate) struct Scene {
    pub(crate) store: SqliteStore,
    pub(crate) path: PathBuf,
    _folder: tempfile::TempDir,
    random: TokenRandomness,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        set_clock(0);
        // A sandbox, in which the clock alone decides.
        let fresh = values::new_store(true);
        let factory = factory(&path);
        assert!(factory.create(&fresh).unwrap());
        assert!(!factory.create(&fresh).unwrap(), "a second database replaced the first");
        Scene { store: open_to_write(&path), path, _folder: folder, random: TokenRandomness::default() }
    }

    pub(crate) fn random(&mut self) -> [u8; 24] {
        self.random.draw()
    }

    pub(crate) fn user(&mut self, name: &str) -> UserId {
        let added = self.store.add_user(&name.parse().unwrap(), Some("hash"), event(Action::UserAdded, 0));
        added.unwrap().unwrap()
    }

    pub(crate) fn make(&mut self, plan: &NewSession) -> Issued {
        self.make_at(plan, 0)
    }

    pub(crate) fn make_at(&mut self, plan: &NewSession, seconds: i64) -> Issued {
        let random = self.random();
        let mut made = self.store.create(plan, &[random], event(Action::SessionCreated, seconds)).unwrap();
        assert_eq!(made.len(), 1);
        made.pop().unwrap()
    }

    pub(crate) fn session(&self, id: SessionId) -> Session {
        self.store.session(id).unwrap().unwrap().0
    }

    pub(crate) fn state(&self, id: SessionId, seconds: i64) -> State {
        self.session(id).state(at(seconds))
    }
}
