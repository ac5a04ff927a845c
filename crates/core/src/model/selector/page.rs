//! The order of a list of sessions, and its pages. No SQL may appear here.

use crate::model::session::{Session, SessionId, UnknownName};
use crate::model::time::Timestamp;

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sort {
    /// By id, the newest first.
    #[default]
    Newest,
    /// By id, the oldest first.
    Oldest,
    /// By deadline, the next to expire first.
    Expiring,
    /// By the time last seen, the latest first.
    LastSeen,
}

impl Sort {
    /// The names, as the command line accepts them.
    pub const NAMES: [&str; 4] = ["newest", "oldest", "expiring", "last-seen"];
}

impl std::str::FromStr for Sort {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "newest" => Ok(Sort::Newest),
            "oldest" => Ok(Sort::Oldest),
            "expiring" => Ok(Sort::Expiring),
            "last-seen" => Ok(Sort::LastSeen),
            _ => Err(UnknownName("sort order")),
        }
    }
}

/// The end of a page: the last session shown, by the keys of every order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The session's deadline.
    pub deadline: Timestamp,
    /// When the session was last seen.
    pub last_seen_at: Timestamp,
    /// The session's id.
    pub id: SessionId,
}

impl Cursor {
    /// The cursor behind a session.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        Cursor { deadline: session.deadline, last_seen_at: session.last_seen_at, id: session.id }
    }

    /// Whether a session comes after the cursor in an order.
    #[must_use]
    pub fn precedes(&self, session: &Session, sort: Sort) -> bool {
        match sort {
            Sort::Newest => session.id < self.id,
            Sort::Oldest => session.id > self.id,
            Sort::Expiring => (session.deadline, session.id) > (self.deadline, self.id),
            Sort::LastSeen => (session.last_seen_at, session.id) < (self.last_seen_at, self.id),
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{}", self.id, self.deadline.unix(), self.last_seen_at.unix())
    }
}

impl std::str::FromStr for Cursor {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let mut parts = text.splitn(3, '-');
            let id = SessionId::new(parts.next()?.parse().ok()?)?;
            let mut time = || parts.next()?.parse().ok().map(Timestamp::from_unix);
            Some(Cursor { deadline: time()?, last_seen_at: time()?, id })
        };
        parse().ok_or(UnknownName("cursor: take it from the \"next\" of a list"))
    }
}
