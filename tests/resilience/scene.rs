//! A store in a folder of its own, and the shortest ways to put something into it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::session::{Client, Kind, Session, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::TokenForm;
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{
    Access, AuthenticatedAt, Issued, NewSession, NewStore, SessionStore, StoreFactory as _, UserStore,
};
use sessionctl_store_sqlite::{SqliteFactory, SqliteStore};

/// The time at which every scene begins, in Unix seconds.
pub(crate) const START: i64 = 1_800_000_000;

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

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(START + seconds)
}

pub(crate) fn event(action: Action, seconds: i64) -> Event {
    set_clock(seconds);
    Event::new(action, "tester")
}

/// A session with a lifetime of an hour and an idle timeout of ten minutes.
pub(crate) fn plan(kind: Kind, user: Option<UserId>) -> NewSession {
    NewSession {
        kind,
        user,
        parent: None,
        scopes: Vec::new(),
        client: Client::default(),
        authenticated_at: AuthenticatedAt::Never,
        idle_timeout: Some(Duration::from_secs(600)),
        lifetime: Duration::from_secs(3_600),
        form: if kind == Kind::Api { TokenForm::Api } else { TokenForm::Bare },
        logins_max: None,
    }
}

pub(crate) struct Scene {
    pub(crate) store: SqliteStore,
    pub(crate) path: PathBuf,
    _folder: tempfile::TempDir,
    drawn: u32,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let fresh = NewStore {
            locator_key: [7; 16],
            attempt_key: [8; 32],
            // The clock alone decides.
            sandbox: true,
            event: event(Action::DatabaseCreated, 0),
        };
        let factory = factory(&path);
        assert!(factory.create(&fresh).unwrap());
        assert!(!factory.create(&fresh).unwrap(), "a second database replaced the first");
        Scene { store: open_to_write(&path), path, _folder: folder, drawn: 0 }
    }

    pub(crate) fn random(&mut self) -> [u8; 24] {
        self.drawn += 1;
        let mut bytes = [7; 24];
        bytes[20..].copy_from_slice(&self.drawn.to_be_bytes());
        bytes
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
