//! A database in a folder of its own, with a clock that a test sets.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sessionctl_contract::values::TokenRandomness;
pub(crate) use sessionctl_contract::values::{at, event, new_session, new_store, only};
use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::event::Action;
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Kind, Session, SessionId};
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{
    Access, Batch, BatchResult, Issued, NewSession, SessionStore, StoreError, StoreFactory as _, UserStore,
};
use sessionctl_store_sqlite::{SqliteFactory, SqliteStore};

pub(crate) struct Env {
    pub(crate) store: SqliteStore,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<FixedClock>,
    random: TokenRandomness,
}

impl Env {
    pub(crate) fn new() -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(FixedClock::new(at(0))));
        let factory = SqliteFactory::new(folder.path().join("sessions.db"), clock.clone());
        assert!(factory.create(&new_store(false)).unwrap());
        let store = factory.open_sqlite(Access::Write).unwrap();
        Env { store, folder, clock, random: TokenRandomness::default() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("sessions.db")
    }

    pub(crate) fn factory_at(&self, path: &Path) -> SqliteFactory {
        SqliteFactory::new(path, self.clock.clone() as Arc<dyn Clock>)
    }

    /// Opens a further store on the database.
    pub(crate) fn open(&self, access: Access) -> SqliteStore {
        self.factory_at(&self.path()).open_sqlite(access).unwrap()
    }

    pub(crate) fn random(&mut self) -> [u8; 24] {
        self.random.draw()
    }

    pub(crate) fn create(&mut self, session: &NewSession) -> Issued {
        let random = self.random();
        self.store.create(session, &[random], event(Action::SessionCreated)).unwrap().pop().unwrap()
    }

    pub(crate) fn create_anonymous(&mut self) -> Issued {
        self.create(&new_session(Kind::Anonymous, None))
    }

    pub(crate) fn add_user(&mut self, name: &str) -> UserId {
        let added = self.store.add_user(&name.parse().unwrap(), Some("hash"), event(Action::UserAdded));
        added.unwrap().unwrap()
    }

    /// An sso session and a child of it.
    pub(crate) fn create_parent_and_child(&mut self) -> (Issued, Issued) {
        let bob = self.add_user("bob");
        let parent = self.create(&new_session(Kind::Sso, Some(bob)));
        let child = self.create(&NewSession { parent: Some(parent.id), ..new_session(Kind::Web, Some(bob)) });
        (parent, child)
    }

    pub(crate) fn session(&self, id: SessionId) -> Session {
        self.store.session(id).unwrap().unwrap().0
    }

    pub(crate) fn revoke(&mut self, id: SessionId) -> BatchResult {
        let selector = only(id);
        let batch = batch(&self.store, &selector);
        self.store.revoke(&batch, "test", event(Action::SessionRevoked)).unwrap()
    }

    /// Changes the database behind the store's back.
    pub(crate) fn run_sql(&self, sql: &str) {
        rusqlite::Connection::open(self.path()).unwrap().execute_batch(sql).unwrap();
    }

    /// The bytes of the database and of the files beside it.
    pub(crate) fn all_bytes(&self) -> Vec<u8> {
        ["", "-wal", "-shm", "-journal"]
            .iter()
            .filter_map(|suffix| fs::read(beside(&self.path(), suffix)).ok())
            .flatten()
            .collect()
    }

    pub(crate) fn contains(&self, text: &[u8]) -> bool {
        self.all_bytes().windows(text.len()).any(|part| part == text)
    }
}

pub(crate) fn batch<'a>(store: &SqliteStore, selector: &'a Selector) -> Batch<'a> {
    let up_to = store.newest().unwrap().unwrap();
    Batch { selector, after: None, up_to, limit: usize::MAX, expect: None }
}

pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    format!("{}{suffix}", path.display()).into()
}

/// The error of opening what must be refused, the same for a reader and a writer.
pub(crate) fn refusal(env: &Env, path: &Path) -> String {
    let open = |access| env.factory_at(path).open_sqlite(access).map(drop).unwrap_err();
    let (reading, writing) = (open(Access::Read), open(Access::Write));
    assert_eq!(reading.to_string(), writing.to_string());
    assert!(matches!(reading, StoreError::Refused(_)), "{reading}");
    reading.to_string()
}
