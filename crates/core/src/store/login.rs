//! A login whose password was right, and what a store makes of it in one step.

use super::{Issued, NewSession, RANDOM_PER_TOKEN};
use crate::model::event::Event;
use crate::model::session::SessionId;
use crate::model::token::Digest;
use crate::model::user::UserId;

/// What becomes of a value of an anonymous session where the user's last session has a value of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The user's value stays.
    Keep,
    /// The anonymous session's value replaces it.
    Replace,
    /// The login fails and nothing is changed.
    Fail,
}

/// An anonymous session that becomes a login's.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// The session.
    pub id: SessionId,
    /// Its token's digest, which must still be current.
    pub digest: Digest,
    /// What becomes of values of the same name.
    pub merge: Merge,
    /// The event of its end; the store sets its subject.
    pub event: Event,
}

/// A password that was checked outside of the change, and what must still be true of it inside.
#[derive(Clone, Debug)]
pub struct Reauthentication {
    /// The user, who must be neither disabled nor removed.
    pub user: UserId,
    /// The hash against which the password was checked; it must still be the user's.
    pub checked_hash: String,
    /// The key of the failed logins to clear.
    pub attempt_key: [u8; 32],
}

/// A login whose password was right.
#[derive(Clone, Debug)]
pub struct LogIn {
    /// The session to create; its user is that of `checked`.
    pub session: NewSession,
    /// The randomness of its token.
    pub random: [u8; RANDOM_PER_TOKEN],
    /// The number of live sessions that the user may have, this one included.
    pub sessions_max: u64,
    /// Whether the oldest sessions end where there would be too many, instead of the login being refused.
    pub evict_oldest: bool,
    /// Logins of the user that end with this one, whose holder chose them to make room. Any other id is ignored.
    pub ends: Vec<SessionId>,
    /// The anonymous session that it replaces.
    pub upgrade: Option<Upgrade>,
    /// The password.
    pub checked: Reauthentication,
    /// A stronger hash of the same password, to replace the stored one.
    pub rehash: Option<String>,
    /// The event; the store adds the session's id.
    pub event: Event,
}

impl LogIn {
    /// Which of the user's active logins, oldest first, end to make room for this one; `None` where there would still
    /// be too many.
    #[must_use]
    pub fn evicted(&self, active: &[SessionId]) -> Option<Vec<SessionId>> {
        let surplus = (active.len() as u64 + 1).saturating_sub(self.sessions_max.max(1));
        let (mut evicted, others): (Vec<_>, Vec<_>) = active.iter().partition(|id| self.ends.contains(id));
        let missing = usize::try_from(surplus).unwrap_or(usize::MAX).saturating_sub(evicted.len());
        if missing > 0 && !self.evict_oldest {
            return None;
        }
        evicted.extend(others.into_iter().take(missing));
        evicted.sort_unstable();
        Some(evicted)
    }
}

/// What came of a login.
#[derive(Debug)]
pub enum LogInOutcome {
    /// The session is created.
    Done {
        /// The session and its token.
        issued: Issued,
        /// The names of the values that moved from the anonymous session.
        moved: Vec<String>,
        /// The names that both sides had.
        merged: Vec<String>,
        /// The sessions that ended to make room.
        evicted: Vec<SessionId>,
    },
    /// The user has this number of live sessions, as many as the policy allows.
    TooMany(u64),
    /// The anonymous session is no longer active, or its token no longer current.
    NotUpgradable,
    /// Both sides have these values, and they were not to be merged.
    MergeConflict(Vec<String>),
    /// The user was disabled or removed, or the password changed, while it was being checked.
    UserGone,
}
