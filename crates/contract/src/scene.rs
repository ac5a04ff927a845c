//! A store at a place of its own with a clock that a case sets, and the shortest ways to put something into it.

use std::ops::ControlFlow;
use std::sync::Arc;

use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::event::{Action, LoggedEvent};
use sessionctl_core::model::selector::{Selector, Sort};
use sessionctl_core::model::session::{Kind, Session, SessionId, State};
use sessionctl_core::model::token::Token;
use sessionctl_core::model::user::{UserId, UserName};
use sessionctl_core::store::{
    Access, Batch, BatchResult, DataLimits, DataOutcome, DataWrite, EventFilter, Issued, NewSession, Page,
    RANDOM_PER_TOKEN, Store, StoreFactory,
};

use crate::StoreProvider;
use crate::values::TokenRandomness;
pub(crate) use crate::values::{at, event, new_session, new_store, only};

/// Room for the values that cases keep.
pub(crate) const ROOMY: DataLimits = DataLimits { keys: 100, bytes: 10_000 };
/// The password hash of every user.
pub(crate) const HASH: &str = "hash";

pub(crate) fn id(number: i64) -> SessionId {
    SessionId::new(number).unwrap()
}

pub(crate) fn name(text: &str) -> UserName {
    text.parse().unwrap()
}

pub(crate) fn all() -> Selector {
    Selector { all: true, ..Selector::default() }
}

pub(crate) fn text(token: &Token) -> String {
    token.expose().to_string()
}

/// A store, and the clock that decides its changes.
pub(crate) struct Scene {
    pub(crate) store: Box<dyn Store>,
    pub(crate) factory: Arc<dyn StoreFactory>,
    clock: Arc<FixedClock>,
    random: TokenRandomness,
}

impl Scene {
    pub(crate) fn new(provider: &dyn StoreProvider) -> Self {
        Self::create(provider, false)
    }

    /// With a store whose time may be set.
    pub(crate) fn sandbox(provider: &dyn StoreProvider) -> Self {
        Self::create(provider, true)
    }

    fn create(provider: &dyn StoreProvider, sandbox: bool) -> Self {
        let clock = Arc::new(FixedClock::new(at(0)));
        let factory = provider.factory(Arc::clone(&clock) as Arc<dyn Clock>);
        Self::at_place(factory.into(), clock, sandbox)
    }

    /// On a factory whose clock follows `clock`.
    pub(crate) fn on(factory: Arc<dyn StoreFactory>, clock: Arc<FixedClock>) -> Self {
        Self::at_place(factory, clock, false)
    }

    fn at_place(factory: Arc<dyn StoreFactory>, clock: Arc<FixedClock>, sandbox: bool) -> Self {
        assert!(factory.create(&new_store(sandbox)).unwrap());
        Scene {
            store: factory.open(Access::Write).unwrap(),
            factory,
            clock,
            random: TokenRandomness::default(),
        }
    }

    /// Sets the clock to this many seconds after the beginning.
    pub(crate) fn go_to(&mut self, seconds: i64) -> &mut Self {
        self.clock.set(at(seconds));
        self
    }

    /// The random bytes of one token, different at every call.
    pub(crate) fn random(&mut self) -> [u8; RANDOM_PER_TOKEN] {
        self.random.draw()
    }

    pub(crate) fn user(&mut self, text: &str) -> UserId {
        self.store.add_user(&name(text), Some(HASH), event(Action::UserAdded)).unwrap().unwrap()
    }

    /// Creates a session; `None` where the store refuses.
    pub(crate) fn try_create(&mut self, new: &NewSession) -> Option<Issued> {
        let random = self.random();
        let mut issued = self.store.create(new, &[random], event(Action::SessionCreated)).unwrap();
        assert!(issued.len() <= 1);
        issued.pop()
    }

    pub(crate) fn create_session(&mut self, new: &NewSession) -> Issued {
        self.try_create(new).unwrap()
    }

    pub(crate) fn create_many(&mut self, new: &NewSession, count: usize) -> Vec<Issued> {
        let random: Vec<_> = (0..count).map(|_| self.random()).collect();
        self.store.create(new, &random, event(Action::SessionCreated)).unwrap()
    }

    pub(crate) fn anonymous(&mut self) -> Issued {
        self.create_session(&new_session(Kind::Anonymous, None))
    }

    /// The user `bob` with an sso session and a child of it.
    pub(crate) fn parent_and_child(&mut self) -> (Issued, Issued) {
        let bob = self.user("bob");
        let parent = self.create_session(&new_session(Kind::Sso, Some(bob)));
        let child = NewSession { parent: Some(parent.id), ..new_session(Kind::Web, Some(bob)) };
        (parent, self.create_session(&child))
    }

    pub(crate) fn session(&self, id: SessionId) -> Session {
        self.store.session(id).unwrap().unwrap().0
    }

    /// The state of a session at the time that the clock shows.
    pub(crate) fn state(&self, id: SessionId) -> State {
        self.session(id).state(self.clock.now())
    }

    /// The ids of the sessions that the store finds, in their order.
    pub(crate) fn selected(&self, selector: &Selector, page: Page) -> Vec<i64> {
        let mut ids = Vec::new();
        let mut each = |session: Session| {
            ids.push(session.id.get());
            ControlFlow::Continue(())
        };
        self.store.select(selector, page, self.clock.now(), &mut each).unwrap();
        ids
    }

    pub(crate) fn listed(&self, selector: &Selector, sort: Sort) -> Vec<i64> {
        self.selected(selector, Page::whole(sort))
    }

    /// A batch of all that a selector matches.
    pub(crate) fn batch<'a>(&self, selector: &'a Selector) -> Batch<'a> {
        let up_to = self.store.newest().unwrap().unwrap();
        Batch { selector, after: None, up_to, limit: 1_000, expect: None }
    }

    pub(crate) fn revoke(&mut self, selector: &Selector) -> BatchResult {
        let batch = self.batch(selector);
        self.store.revoke(&batch, "test", event(Action::SessionRevoked)).unwrap()
    }

    pub(crate) fn set_data(&mut self, session: SessionId, key: &str, json: &str) -> DataOutcome {
        let write = DataWrite { session, key, json: Some(json), if_version: None, limits: ROOMY };
        self.store.set_data(&write, event(Action::DataChanged)).unwrap()
    }

    /// The events that match, newest first.
    pub(crate) fn events(&self, filter: &EventFilter) -> Vec<LoggedEvent> {
        let mut events = Vec::new();
        let mut each = |event: LoggedEvent| {
            events.push(event);
            ControlFlow::Continue(())
        };
        self.store.events(filter, &mut each).unwrap();
        events
    }

    /// The number of events with an action.
    pub(crate) fn count_events(&self, action: Action) -> usize {
        let filter = EventFilter { actions: vec![action.as_str().to_owned()], ..EventFilter::default() };
        self.events(&filter).len()
    }

    /// The number of all events.
    pub(crate) fn event_count(&self) -> usize {
        self.events(&EventFilter::default()).len()
    }
}
