//! What a row of a foreign table shows: the record that every front prints. A value that the row does not show
//! is `None`; nothing is guessed.

use sessionctl_core::model::session::Kind;
use sessionctl_core::model::time::Timestamp;

use crate::value::Key;

/// What the row alone shows, by the framework's own comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// The program accepts the row.
    Active,
    /// Its time has passed.
    Expired,
    /// The row is marked as revoked.
    Revoked,
    /// It cannot be determined.
    Unknown,
}

impl State {
    /// The names.
    pub const NAMES: [&str; 4] = ["active", "expired", "revoked", "unknown"];

    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// Whose session a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The user with this id.
    User(String),
    /// The payload was read, and it has no user.
    Nobody,
    /// The row does not show it.
    Unknown,
}

/// A user who is logged in beside the one that a record shows: a program can have several guards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherUser {
    /// The user's id in the program.
    pub id: String,
    /// The user's name, where the table has one.
    pub name: Option<String>,
}

impl OtherUser {
    /// The name, else the id.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// A session in another program's table.
#[derive(Clone, Debug)]
pub struct Record {
    /// The key, or its fingerprint where the key is a secret.
    pub id: String,
    /// The key by which DELETE names the row. Never shown.
    pub key: Key,
    /// What the session is for; `None` where the payload is not readable.
    pub kind: Option<Kind>,
    /// What the row alone shows.
    pub state: State,
    /// Whose it is.
    pub owner: Owner,
    /// The user's name in the program, where its table has one.
    pub user_name: Option<String>,
    /// Users who are logged in with the same session beside this one.
    pub others: Vec<OtherUser>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When the client was last seen.
    pub last_seen_at: Option<Timestamp>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The client's address, in its shortest form where it is one.
    pub ip: Option<String>,
    /// The client's address at the last request, in its shortest form where it is one.
    pub last_ip: Option<String>,
    /// The client's User-Agent header.
    pub user_agent: Option<String>,
    /// Whether the program accepts the client as this user; `None` where it cannot be determined.
    pub authenticates: Option<bool>,
    /// Reasons for what is unknown or unusual.
    pub why: Vec<String>,
}

impl Record {
    /// A record of which nothing but the key is known.
    pub(crate) fn new(key: Key, id: String) -> Self {
        Record {
            id,
            key,
            kind: None,
            state: State::Unknown,
            owner: Owner::Unknown,
            user_name: None,
            others: Vec::new(),
            created_at: None,
            last_seen_at: None,
            expires_at: None,
            ended_at: None,
            ip: None,
            last_ip: None,
            user_agent: None,
            authenticates: None,
            why: Vec::new(),
        }
    }

    /// The user as it is shown: the name, else the id.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        match &self.owner {
            Owner::User(id) => Some(self.user_name.as_deref().unwrap_or(id)),
            _ => None,
        }
    }

    /// The user's id in the program.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        match &self.owner {
            Owner::User(id) => Some(id),
            _ => None,
        }
    }

    /// Adds a reason once.
    pub(crate) fn note(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        if !self.why.contains(&reason) {
            self.why.push(reason);
        }
    }
}
