//! The values that the tests of a store begin with, in the contract and in the tests that only one store can be asked: a
//! time, an event, a new database, a session to create, randomness. Nothing that acts on a store belongs here.

use std::time::Duration;

use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Client, Kind, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::TokenForm;
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{AuthenticatedAt, NewSession, NewStore, RANDOM_PER_TOKEN};

/// The time at which every test begins, in Unix seconds.
pub const START: i64 = 1_800_000_000;

/// The time this many seconds after the beginning.
#[must_use]
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(START + seconds)
}

/// An event by the tester.
#[must_use]
pub fn event(action: Action) -> Event {
    Event::new(action, "tester")
}

/// A new database with keys that every test knows.
#[must_use]
pub fn new_store(sandbox: bool) -> NewStore {
    NewStore { locator_key: [7; 16], attempt_key: [8; 32], sandbox, event: event(Action::DatabaseCreated) }
}

/// A session with a lifetime of an hour and an idle timeout of ten minutes.
#[must_use]
pub fn new_session(kind: Kind, user: Option<UserId>) -> NewSession {
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

/// The sessions of one id.
#[must_use]
pub fn only(id: SessionId) -> Selector {
    Selector { ids: vec![id], ..Selector::default() }
}

/// The randomness of tokens, different at every call and the same in every test.
#[derive(Debug, Default)]
pub struct TokenRandomness(u32);

impl TokenRandomness {
    /// The randomness of the next token.
    pub fn draw(&mut self) -> [u8; RANDOM_PER_TOKEN] {
        self.0 += 1;
        let mut bytes = [7; RANDOM_PER_TOKEN];
        bytes[RANDOM_PER_TOKEN - 4..].copy_from_slice(&self.0.to_be_bytes());
        bytes
    }
}
