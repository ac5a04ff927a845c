//! What is asked of a store about sessions. A change of state is one conditional write: it says what must still
//! be true, and tells whether it was.

use std::ops::ControlFlow;
use std::time::Duration;

use super::{RANDOM_PER_TOKEN, StoreError};
use crate::model::event::Event;
use crate::model::selector::{Cursor, Selector, Sort};
use crate::model::session::{Client, Kind, Session, SessionId, State};
use crate::model::time::Timestamp;
use crate::model::token::{Digest, Token, TokenForm};
use crate::model::user::UserId;

/// How a presented token stands to its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStatus {
    /// It is the session's token.
    Current,
    /// It was rotated away.
    Retired {
        /// When.
        at: Timestamp,
        /// Until when it is honoured all the same.
        honoured_until: Timestamp,
    },
}

/// A session found by a token.
#[derive(Clone, Debug)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// The head of its family, where it has one.
    pub head: Option<Session>,
    /// How the token stands to it.
    pub standing: TokenStatus,
}

/// A part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The order.
    pub sort: Sort,
    /// Behind this session.
    pub after: Option<Cursor>,
    /// At most so many.
    pub limit: Option<u64>,
}

/// A session to be made.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// What it is for.
    pub kind: Kind,
    /// Whose it is.
    pub user: Option<UserId>,
    /// Under which head; its deadline is cut to the head's, and it is not made where the head is not active.
    pub parent: Option<SessionId>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The client.
    pub client: Client,
    /// When it is made.
    pub created_at: Timestamp,
    /// When a password was checked for it.
    pub authenticated_at: Option<Timestamp>,
    /// How long it lives without being seen.
    pub idle_timeout: Option<Duration>,
    /// The moment it dies at the latest.
    pub absolute_expires_at: Timestamp,
    /// How its token is written.
    pub form: TokenForm,
}

/// A session just made, and its token.
#[derive(Debug)]
pub struct Issued {
    /// The session.
    pub id: SessionId,
    /// Its token, which is kept nowhere.
    pub token: Token,
}

/// What becomes of the data of an anonymous session where the user has a session with data of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The user's value stays.
    Keep,
    /// The anonymous session's value takes its place.
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
    /// What becomes of data of the same name.
    pub merge: Merge,
    /// The event of its end.
    pub event: Event,
}

/// A login whose password was right.
#[derive(Clone, Debug)]
pub struct LogIn {
    /// The session to make.
    pub session: NewSession,
    /// The randomness of its token.
    pub random: [u8; RANDOM_PER_TOKEN],
    /// So many live sessions the user may have with this one.
    pub sessions_max: u64,
    /// End the oldest instead of refusing.
    pub evict_oldest: bool,
    /// The anonymous session that it takes over.
    pub upgrade: Option<Upgrade>,
    /// The hash against which the password was checked; it must still be the user's.
    pub checked_hash: String,
    /// A stronger hash of the same password, to keep in its place.
    pub rehash: Option<String>,
    /// The key of the attempts to clear.
    pub attempt_key: [u8; 32],
    /// The event; the store adds the session's id.
    pub event: Event,
}

/// What came of a login.
#[derive(Debug)]
pub enum LogInOutcome {
    /// Done.
    Done {
        /// The session.
        issued: Issued,
        /// The names of the values that moved from the anonymous session.
        moved: Vec<String>,
        /// The names that both sides had.
        merged: Vec<String>,
        /// The sessions that were ended to make room.
        evicted: Vec<SessionId>,
    },
    /// The user has so many live sessions already.
    TooMany(u64),
    /// The anonymous session is no longer active, or its token no longer current.
    NotUpgradable,
    /// Both sides have these values, and they were not to be merged.
    MergeConflict(Vec<String>),
    /// The user was disabled or removed, or the password changed, while it was being checked.
    UserGone,
}

/// A session seen alive.
#[derive(Clone, Copy, Debug)]
pub struct Touch {
    /// The session.
    pub id: SessionId,
    /// Its deadline from now on, were it alone; the store cuts it to the head's.
    pub deadline: Timestamp,
}

/// A new token for a session.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The session.
    pub id: SessionId,
    /// The digest of the token that dies, which must still be current.
    pub digest: Digest,
    /// The randomness of the new token.
    pub random: [u8; RANDOM_PER_TOKEN],
    /// Now.
    pub at: Timestamp,
    /// Until when the old token is honoured.
    pub honoured_until: Timestamp,
    /// Set where a password was checked again.
    pub authenticated_at: Option<Timestamp>,
    /// The key of the attempts to clear, where a password was checked again.
    pub attempt_key: Option<[u8; 32]>,
    /// The event.
    pub event: Event,
}

/// The next part of the sessions that a selector matches, for bulk work: by rising id, so that it can go on
/// where it ended.
#[derive(Clone, Debug)]
pub struct Batch<'a> {
    /// The filter.
    pub selector: &'a Selector,
    /// Behind this id.
    pub after: Option<SessionId>,
    /// Up to this id: what was made after the work began is left alone.
    pub up_to: SessionId,
    /// At most so many.
    pub limit: usize,
    /// Now.
    pub now: Timestamp,
    /// Refuse with [`StoreError::Unexpected`] unless so many sessions match from `after` on.
    pub expect: Option<u64>,
}

/// What became of one session in bulk work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The session.
    pub id: SessionId,
    /// Its state before.
    pub before: State,
    /// Whether it was changed.
    pub changed: bool,
    /// The head with which it fell, where it was not itself selected.
    pub with: Option<SessionId>,
}

/// What came of a slice; it is on disk.
#[derive(Clone, Debug, Default)]
pub struct BatchResult {
    /// Session by session.
    pub changes: Vec<Change>,
    /// Where to go on; none where the work is done.
    pub next: Option<SessionId>,
}

/// Sessions.
pub trait SessionStore {
    /// The session of a token, in whatever state; the stored digest is compared in constant time.
    ///
    /// # Errors
    /// [`StoreError`], as for every method of this trait.
    fn look_up(&self, token: &Token) -> Result<Option<Found>, StoreError>;
    /// The session with an id, and the head of its family.
    ///
    /// # Errors
    /// [`StoreError`].
    fn session(&self, id: SessionId) -> Result<Option<(Session, Option<Session>)>, StoreError>;
    /// The sessions under a head, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn children(&self, head: SessionId) -> Result<Vec<Session>, StoreError>;
    /// How many tokens of a session were rotated away.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rotations(&self, id: SessionId) -> Result<u64, StoreError>;
    /// Calls `each` with the sessions that match, in the page's order, until it breaks off.
    ///
    /// # Errors
    /// [`StoreError`].
    fn select(
        &self,
        selector: &Selector,
        page: Page,
        now: Timestamp,
        each: &mut dyn FnMut(Session) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;
    /// How many match.
    ///
    /// # Errors
    /// [`StoreError`].
    fn count(&self, selector: &Selector, now: Timestamp) -> Result<u64, StoreError>;
    /// The highest id there is.
    ///
    /// # Errors
    /// [`StoreError`].
    fn newest(&self) -> Result<Option<SessionId>, StoreError>;
    /// Makes one session for each element of `random`, with one event for all (its subjects are set here).
    /// Empty where the head is not active, or the user was disabled or removed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn create(
        &mut self,
        session: &NewSession,
        random: &[[u8; RANDOM_PER_TOKEN]],
        event: Event,
    ) -> Result<Vec<Issued>, StoreError>;
    /// Makes the session of a login, with all that belongs to it, in one step.
    ///
    /// # Errors
    /// [`StoreError`].
    fn log_in(&mut self, login: LogIn) -> Result<LogInOutcome, StoreError>;
    /// Notes that sessions were seen at `now`; each only if it is still active, was not seen later, and its end
    /// was not set meanwhile. A deadline is never shortened, and never passes the head's. No event.
    ///
    /// # Errors
    /// [`StoreError`].
    fn touch(&mut self, seen: &[Touch], now: Timestamp) -> Result<(), StoreError>;
    /// Replaces a session's token if it is active and the digest current; `None` where not.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rotate(&mut self, rotation: &Rotation) -> Result<Option<Token>, StoreError>;
    /// Revokes the active ones of a slice and the families under them; the event's subjects are set here, and
    /// none is written where nothing changed. A reason is kept with each.
    ///
    /// # Errors
    /// [`StoreError`].
    fn revoke(&mut self, slice: &Batch<'_>, reason: &str, event: Event) -> Result<BatchResult, StoreError>;
    /// Sets the end of the active ones of a slice, at most their absolute limit, and cuts the families under
    /// them to it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn expire(&mut self, slice: &Batch<'_>, at: Timestamp, event: Event) -> Result<BatchResult, StoreError>;
    /// Deletes the dead ones of a slice with all that belongs to them; a head only when no session under it is
    /// left.
    ///
    /// # Errors
    /// [`StoreError`].
    fn prune(&mut self, slice: &Batch<'_>, event: Event) -> Result<BatchResult, StoreError>;
}
