//! What the tests of the acts, and of the commands, work with: a store in memory that honours the conditions of every write, a fixed
//! clock, bytes that only look random, and a listener that remembers. No rule of an act may stand here.

mod sessions;
mod store;
mod users;

use std::collections::HashMap;
use std::time::Duration;

pub use store::{FakeStore, Home};

use super::verify::{Requirements, verify};
use super::{OpContext, Tracer};
use crate::model::event::{Action, Event};
use crate::model::policy::{Key, Policy};
use crate::model::random::{Randomness, RandomnessError};
use crate::model::session::{Client, Kind, Session, SessionId, State};
use crate::model::time::Timestamp;
use crate::model::token::{Token, TokenForm};
use crate::model::user::{UserId, UserName};
use crate::store::{Found, NewSession, SessionStore};

/// Different bytes at every call, the same in every test.
#[derive(Default)]
pub struct Counting(u64);

impl Randomness for Counting {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        for chunk in bytes.chunks_mut(8) {
            self.0 += 1;
            chunk.copy_from_slice(&self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[derive(Default)]
pub(super) struct Remembering(pub(super) Vec<String>);

impl Tracer for Remembering {
    fn trace(&mut self, step: &str) {
        self.0.push(step.to_owned());
    }

    fn enabled(&self) -> bool {
        true
    }
}

/// A session that was made, and its token as a client would present it.
pub struct Handed {
    pub id: SessionId,
    token: String,
}

impl Handed {
    pub(super) fn text(&self) -> &[u8] {
        self.token.as_bytes()
    }

    pub fn as_str(&self) -> &str {
        &self.token
    }
}

pub(super) struct Fixture {
    pub(super) store: FakeStore,
    pub(super) now: Timestamp,
    pub(super) steps: Remembering,
    random: Counting,
}

impl Fixture {
    pub(super) fn new() -> Self {
        Fixture {
            store: FakeStore::new(cheap()),
            now: Timestamp::from_unix(1_800_000_000),
            steps: Remembering::default(),
            random: Counting(0),
        }
    }

    pub(super) fn run<T>(&mut self, act: impl FnOnce(&mut OpContext<'_>) -> T) -> T {
        act(&mut OpContext {
            store: &mut self.store,
            now: self.now,
            random: &mut self.random,
            actor: "tester",
            tracer: &mut self.steps,
        })
    }

    pub(super) fn later(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
    }

    /// The user, added where there is none yet.
    pub(super) fn user(&mut self, name: &str) -> UserId {
        self.store.ensure_user(&name.parse::<UserName>().unwrap(), self.now)
    }

    pub(super) fn session(&mut self, kind: Kind, user: Option<&str>) -> Handed {
        let user = user.map(|name| self.user(name));
        self.make(kind, user, None, &[])
    }

    pub(super) fn api(&mut self, user: &str, scopes: &[&str]) -> Handed {
        let user = self.user(user);
        self.make(Kind::Api, Some(user), None, scopes)
    }

    pub(super) fn child(&mut self, head: SessionId) -> Handed {
        let name = self.get(head).user.unwrap();
        let user = self.user(name.as_str());
        self.make(Kind::Web, Some(user), Some(head), &[])
    }

    fn make(
        &mut self,
        kind: Kind,
        user: Option<UserId>,
        parent: Option<SessionId>,
        scopes: &[&str],
    ) -> Handed {
        let session = plan(kind, user, parent, scopes, self.now);
        make(&mut self.store, &mut self.random, &session)
    }

    pub(super) fn find(&self, text: &[u8]) -> Found {
        self.store.look_up(&Token::parse(text).unwrap()).unwrap().unwrap()
    }

    pub(super) fn get(&self, id: SessionId) -> Session {
        self.store.session(id).unwrap().unwrap().0
    }

    pub(super) fn state(&self, id: SessionId) -> State {
        self.get(id).state(self.now)
    }

    /// What verification says, with all that it writes.
    pub(super) fn word(&mut self, text: &[u8]) -> &'static str {
        let requirements = Requirements { touch: true, ..Requirements::default() };
        self.run(|b| verify(b, text, &requirements)).unwrap().verdict.word()
    }

    pub(super) fn actions(&self) -> Vec<String> {
        self.store.events.iter().map(|event| event.action.clone()).collect()
    }

    pub(super) fn details(&self) -> Vec<String> {
        self.store.events.iter().filter_map(|event| event.detail.clone()).collect()
    }
}

/// A session of the shop with the usual lifetimes.
pub fn plan(
    kind: Kind,
    user: Option<UserId>,
    parent: Option<SessionId>,
    scopes: &[&str],
    now: Timestamp,
) -> NewSession {
    let (idle_timeout, absolute) = Policy::default().lifetimes(kind, false);
    NewSession {
        kind,
        user,
        parent,
        scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
        client: Client { app: Some("shop".to_owned()), ..Client::default() },
        created_at: now,
        authenticated_at: user.map(|_| now),
        idle_timeout,
        absolute_expires_at: now.plus(absolute),
        form: if kind == Kind::Api { TokenForm::Api } else { TokenForm::Bare },
    }
}

/// Makes it.
pub fn make(store: &mut FakeStore, random: &mut dyn Randomness, session: &NewSession) -> Handed {
    let mut bytes = [0; crate::store::RANDOM_PER_TOKEN];
    random.fill(&mut bytes).unwrap();
    let event = Event::new(session.created_at, Action::SessionCreated, "tester");
    let issued = store.create(session, &[bytes], event).unwrap().remove(0);
    Handed { id: issued.id, token: issued.token.expose().to_string() }
}

/// The cheapest policy there can be.
pub fn cheap() -> Policy {
    let mut policy = Policy::default();
    for (key, value) in [(Key::PasswordMemory, 19_456), (Key::PasswordPasses, 2), (Key::PasswordLanes, 1)] {
        policy.set(key, value);
    }
    policy
}

pub(super) type Attempts = HashMap<[u8; 32], (u32, Timestamp)>;
