//! A store in a folder of its own, and the shortest ways to put something into it.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::selector::{Selector, Sort};
use sessionctl_core::model::session::{Client, Kind, Session, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::{Token, TokenForm};
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{
    Access, AuditStore, AuthenticatedAt, Batch, BatchResult, EventFilter, Issued, Maintenance as _,
    NewSession, NewStore, Page, SessionStore, StoreError, StoreFactory as _, UserStore,
};
use sessionctl_store_sqlite::{SqliteFactory, SqliteStore};

/// The moment at which every scene begins.
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

pub(crate) fn id(number: i64) -> SessionId {
    SessionId::new(number).unwrap()
}

pub(crate) fn event(action: Action, seconds: i64) -> Event {
    set_clock(seconds);
    Event::new(action, "tester")
}

/// A session of an hour that lives ten minutes without being seen.
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
        assert!(!factory.create(&fresh).unwrap(), "a second one must not take its place");
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

    pub(crate) fn checked_at(&self, seconds: i64) -> Result<Vec<String>, StoreError> {
        set_clock(seconds);
        self.store.check()
    }

    pub(crate) fn state(&self, id: SessionId, seconds: i64) -> State {
        self.session(id).state(at(seconds))
    }

    /// A head and a session under it.
    pub(crate) fn family(&mut self) -> (Issued, Issued) {
        let bob = self.user("bob");
        let head = self.make(&plan(Kind::Sso, Some(bob)));
        let child = self.make(&NewSession { parent: Some(head.id), ..plan(Kind::Web, Some(bob)) });
        (head, child)
    }

    pub(crate) fn listed(&self, selector: &Selector, sort: Sort, seconds: i64) -> Vec<i64> {
        let mut ids = Vec::new();
        let mut each = |session: Session| {
            ids.push(session.id.get());
            ControlFlow::Continue(())
        };
        self.store.select(selector, Page::whole(sort), at(seconds), &mut each).unwrap();
        ids
    }

    pub(crate) fn revoke(&mut self, selector: &Selector, seconds: i64) -> BatchResult {
        let slice = self.slice(selector, seconds);
        self.store.revoke(&slice, "test", event(Action::SessionRevoked, seconds)).unwrap()
    }

    pub(crate) fn slice<'a>(&self, selector: &'a Selector, seconds: i64) -> Batch<'a> {
        set_clock(seconds);
        let up_to = self.store.newest().unwrap().unwrap();
        Batch { selector, after: None, up_to, limit: 1_000, expect: None }
    }

    pub(crate) fn actions(&self) -> Vec<String> {
        let mut actions = Vec::new();
        let mut each = |event: sessionctl_core::model::event::LoggedEvent| {
            actions.push(event.action);
            ControlFlow::Continue(())
        };
        self.store.events(&EventFilter::default(), &mut each).unwrap();
        actions.reverse();
        actions
    }

    /// Runs SQL behind the store's back.
    pub(crate) fn tamper(&self, sql: &str) {
        rusqlite::Connection::open(&self.path).unwrap().execute_batch(sql).unwrap();
    }
}

pub(crate) fn only(id: SessionId) -> Selector {
    Selector { ids: vec![id], ..Selector::default() }
}

pub(crate) fn text(token: &Token) -> String {
    token.expose().to_string()
}
