//! What tests of acts and of fronts begin with: bytes that only look random, a cheap policy, and sessions on any store.
//! With the cargo feature `testing`; no rule of an act belongs here.

use crate::model::event::{Action, Event};
use crate::model::policy::{Key, Policy};
use crate::model::random::{Randomness, RandomnessError};
use crate::model::session::{Client, Kind, SessionId};
use crate::model::token::TokenForm;
use crate::model::user::{UserId, UserName};
use crate::store::{AuthenticatedAt, NewSession, RANDOM_PER_TOKEN, Store, StoreError};

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

/// Sets the cheapest policy for passwords.
///
/// # Errors
/// The store's.
pub fn set_cheap_policy(store: &mut dyn Store) -> Result<(), StoreError> {
    for (key, value) in [(Key::PasswordMemory, 19_456), (Key::PasswordPasses, 2), (Key::PasswordLanes, 1)] {
        store.set_policy(key, Some(value), Event::new(Action::PolicyChanged, TEST_ACTOR))?;
    }
    Ok(())
}
