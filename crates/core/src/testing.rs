//! What tests of acts and of fronts begin with: bytes that only look random, a cheap policy, and sessions on any store.
//! With the cargo feature `testing`; no rule of an act belongs here.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use crate::model::clock::{Clock, FixedClock};
use crate::model::event::{Action, Event, LoggedEvent};
use crate::model::hash_limit::Unlimited;
use crate::model::policy::{Key, Policy};
use crate::model::random::{Randomness, RandomnessError};
use crate::model::selector::Selector;
use crate::model::session::{Client, Kind, Session, SessionId, State};
use crate::model::time::Timestamp;
use crate::model::token::{Token, TokenForm};
use crate::model::user::{UserId, UserName};
use crate::ops::verify::{Requirements, not_a_token, verify};
use crate::ops::{OpContext, RecordedSteps};
use crate::store::memory::{MemoryFactory, MemoryStore};
use crate::store::{
    Access, AuditStore as _, AuthenticatedAt, EventFilter, Found, NewSession, NewStore, PolicyStore as _,
    RANDOM_PER_TOKEN, SessionStore as _, Store, StoreError, StoreFactory as _,
};

/// Who acts in tests.
pub const TEST_ACTOR: &str = "tester";

/// Different bytes at every call, the same in every test.
#[derive(Clone, Debug, Default)]
pub struct CountingRandomness(u64);

impl Randomness for CountingRandomness {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        for chunk in bytes.chunks_mut(8) {
            self.0 += 1;
            chunk.copy_from_slice(&self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A session that was created, and its token as a client would present it.
#[derive(Clone, Debug)]
pub struct TestSession {
    /// The session.
    pub id: SessionId,
    token: String,
}

impl TestSession {
    /// The token's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.token
    }

    /// The token.
    ///
    /// # Panics
    /// Never: it was created by a store.
    #[must_use]
    pub fn token(&self) -> Token {
        Token::parse(self.token.as_bytes()).expect("a store created it")
    }

    /// The token's bytes.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.token.as_bytes()
    }
}

/// A session of the application `shop` with the default lifetimes.
#[must_use]
pub fn new_session(
    kind: Kind,
    user: Option<UserId>,
    parent: Option<SessionId>,
    scopes: &[&str],
) -> NewSession {
    let (idle_timeout, lifetime) = Policy::default().lifetimes(kind, false);
    NewSession {
        kind,
        user,
        parent,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        client: Client { app: Some("shop".to_owned()), ..Client::default() },
        authenticated_at: if user.is_some() { AuthenticatedAt::Now } else { AuthenticatedAt::Never },
        idle_timeout,
        lifetime,
        form: if kind == Kind::Api { TokenForm::Api } else { TokenForm::Bare },
        logins_max: None,
    }
}

/// Creates a session.
///
/// # Panics
/// Where the store refuses it.
pub fn create_session(
    store: &mut dyn Store,
    random: &mut dyn Randomness,
    session: &NewSession,
) -> TestSession {
    let mut bytes = [0; RANDOM_PER_TOKEN];
    random.fill(&mut bytes).expect("the bytes only look random");
    let event = Event::new(Action::SessionCreated, TEST_ACTOR);
    let issued = store.create(session, &[bytes], event).expect("the store works");
    let issued = issued.first().expect("the session can be created");
    TestSession { id: issued.id, token: issued.token.expose().to_string() }
}

/// The user with a name, added where there is none.
///
/// # Errors
/// The store's.
pub fn ensure_user(store: &mut dyn Store, name: &UserName) -> Result<UserId, StoreError> {
    if let Some(user) = store.user(name)? {
        return Ok(user.id);
    }
    let added = store.add_user(name, None, Event::new(Action::UserAdded, TEST_ACTOR))?;
    added.ok_or_else(|| StoreError::Corrupt("a user that was not there is taken".to_owned()))
}

/// The cheapest policy for passwords.
#[must_use]
pub fn cheap_policy() -> Policy {
    let mut policy = Policy::default();
    CHEAPEST.iter().for_each(|(key, value)| policy.set(*key, *value));
    policy
}

const CHEAPEST: [(Key, u64); 3] =
    [(Key::PasswordMemory, 19_456), (Key::PasswordPasses, 2), (Key::PasswordLanes, 1)];

/// Sets the cheapest policy for passwords.
///
/// # Errors
/// The store's.
pub fn set_cheap_policy(store: &mut dyn Store) -> Result<(), StoreError> {
    for (key, value) in CHEAPEST {
        store.set_policy(key, Some(value), Event::new(Action::PolicyChanged, TEST_ACTOR))?;
    }
    Ok(())
}

/// A store in memory, a clock that is set by hand, and steps that are kept: what a test of an act works with.
pub struct Fixture {
    /// Opens further stores on the same memory, and makes changes fail.
    pub factory: MemoryFactory,
    /// The store that acts use.
    pub store: MemoryStore,
    /// The clock of the store and of the acts.
    pub clock: Arc<FixedClock>,
    /// The steps that were shown.
    pub steps: RecordedSteps,
    random: CountingRandomness,
}

impl Default for Fixture {
    fn default() -> Self {
        Self::new()
    }
}

impl Fixture {
    /// An empty store with the cheapest policy for passwords.
    ///
    /// # Panics
    /// Never: a store in memory can be created.
    #[must_use]
    pub fn new() -> Self {
        let clock = Arc::new(FixedClock::new(Timestamp::from_unix(1_800_000_000)));
        let factory = MemoryFactory::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let event = Event::new(Action::DatabaseCreated, TEST_ACTOR);
        let new = NewStore { locator_key: [7; 16], attempt_key: [8; 32], sandbox: false, event };
        factory.create(&new).expect("there is memory");
        let mut store = factory.open_memory(Access::Write).expect("it was created");
        set_cheap_policy(&mut store).expect("the store works");
        Fixture {
            factory,
            store,
            clock,
            steps: RecordedSteps::default(),
            random: CountingRandomness::default(),
        }
    }

    /// Runs an act.
    pub fn run<T>(&mut self, act: impl FnOnce(&mut OpContext<'_>) -> T) -> T {
        act(&mut OpContext {
            store: &mut self.store,
            clock: self.clock.as_ref(),
            random: &mut self.random,
            hashing: &Unlimited,
            actor: TEST_ACTOR,
            tracer: &mut self.steps,
        })
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock forward.
    pub fn later(&mut self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The user with a name, added where there is none.
    ///
    /// # Panics
    /// Where the name is none.
    pub fn user(&mut self, name: &str) -> UserId {
        ensure_user(&mut self.store, &name.parse().expect("a user name")).expect("the store works")
    }

    /// A new session.
    pub fn session(&mut self, kind: Kind, user: Option<&str>) -> TestSession {
        let user = user.map(|name| self.user(name));
        create_session(&mut self.store, &mut self.random, &new_session(kind, user, None, &[]))
    }

    /// A new API token.
    pub fn api(&mut self, user: &str, scopes: &[&str]) -> TestSession {
        let user = Some(self.user(user));
        create_session(&mut self.store, &mut self.random, &new_session(Kind::Api, user, None, scopes))
    }

    /// A new child of a session.
    ///
    /// # Panics
    /// Where the parent has no user.
    pub fn child(&mut self, parent: SessionId) -> TestSession {
        let name = self.get(parent).user.expect("a parent has a user");
        let user = Some(self.user(name.as_str()));
        create_session(&mut self.store, &mut self.random, &new_session(Kind::Web, user, Some(parent), &[]))
    }

    /// What a token leads to.
    ///
    /// # Panics
    /// Where it leads nowhere.
    #[must_use]
    pub fn find(&self, token: &Token) -> Found {
        self.store.look_up(token).expect("the store works").expect("the token is known")
    }

    /// A session.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn get(&self, id: SessionId) -> Session {
        self.store.session(id).expect("the store works").expect("the session is there").0
    }

    /// The state of a session now.
    #[must_use]
    pub fn state(&self, id: SessionId) -> State {
        self.get(id).state(self.now())
    }

    /// How many sessions there are.
    ///
    /// # Panics
    /// Never: the store works.
    #[must_use]
    pub fn count(&self) -> u64 {
        let all = Selector { all: true, ..Selector::default() };
        self.store.count(&all, self.now()).expect("the store works")
    }

    /// The word of verification about a text, with all that it writes.
    ///
    /// # Panics
    /// Where the answer cannot be determined.
    pub fn word(&mut self, text: &[u8]) -> &'static str {
        let requirements = Requirements { touch: true, ..Requirements::default() };
        let answer = self.run(|cx| match Token::parse(text) {
            Some(token) => verify(cx, &token, &requirements),
            None => Ok(not_a_token(cx)),
        });
        answer.expect("the answer can be determined").verdict.word()
    }

    /// The events, oldest first.
    ///
    /// # Panics
    /// Never: the store works.
    #[must_use]
    pub fn events(&self) -> Vec<LoggedEvent> {
        let mut events = Vec::new();
        let mut keep = |event| {
            events.push(event);
            ControlFlow::Continue(())
        };
        self.store.events(&EventFilter::default(), &mut keep).expect("the store works");
        events.reverse();
        events
    }

    /// The events since the fixture was set up, oldest first.
    #[must_use]
    pub fn new_events(&self) -> Vec<LoggedEvent> {
        let mut events = self.events();
        let is_setup = |event: &LoggedEvent| event.action == "db.created" || event.action == "policy.changed";
        let first = events.iter().position(|event| !is_setup(event)).unwrap_or(events.len());
        events.split_off(first)
    }

    /// The actions of all events, oldest first.
    #[must_use]
    pub fn actions(&self) -> Vec<String> {
        self.events().into_iter().map(|event| event.action).collect()
    }

    /// The details of all events that have one, oldest first.
    #[must_use]
    pub fn details(&self) -> Vec<String> {
        self.events().into_iter().filter_map(|event| event.detail).collect()
    }

    /// Changes a setting.
    ///
    /// # Panics
    /// Never: the store works.
    pub fn set_policy(&mut self, key: Key, value: u64) {
        let event = Event::new(Action::PolicyChanged, TEST_ACTOR);
        self.store.set_policy(key, Some(value), event).expect("the store works");
    }
}
