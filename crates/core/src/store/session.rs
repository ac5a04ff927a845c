//! What is asked of a store about sessions: look-ups, lists, creation and changes.

use std::ops::ControlFlow;
use std::time::Duration;

use super::{
    Batch, BatchResult, EndRule, Entry, Fence, FullScan, LimitRule, LogIn, LogInOutcome, RANDOM_PER_TOKEN,
    Rotation, StoreError, Touch,
};
use crate::model::creation::CreationRecord;
use crate::model::event::Event;
use crate::model::selector::{Cursor, Selector, Sort};
use crate::model::session::{Client, Kind, Session, SessionId};
use crate::model::time::Timestamp;
use crate::model::token::{Token, TokenForm};
use crate::model::user::UserId;

/// What a presented token is to its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStatus {
    /// It is the session's token.
    Current,
    /// It was rotated out.
    Retired {
        /// When.
        at: Timestamp,
        /// Until when it is still accepted.
        honoured_until: Timestamp,
    },
}

/// A session found by a token.
#[derive(Clone, Debug)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// Its parent, where it has one.
    pub parent: Option<Session>,
    /// What the token is to it.
    pub status: TokenStatus,
}

/// A part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The order.
    pub sort: Sort,
    /// Behind this session.
    pub after: Option<Cursor>,
    /// At most N sessions.
    pub limit: Option<u64>,
}

impl Page {
    /// Everything, in one order.
    #[must_use]
    pub fn whole(sort: Sort) -> Self {
        Page { sort, after: None, limit: None }
    }
}

/// When the password of a new session counts as checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticatedAt {
    /// Never: no password was checked.
    Never,
    /// At the time of the change.
    Now,
    /// When the parent's was.
    AsParent,
}

/// A session to be created. All times are relative to the time of the change.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// What it is for.
    pub kind: Kind,
    /// Its user.
    pub user: Option<UserId>,
    /// Its parent: the session's limits never pass the parent's, and it is not created where the parent is not active.
    pub parent: Option<SessionId>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The client.
    pub client: Client,
    /// When its password counts as checked.
    pub authenticated_at: AuthenticatedAt,
    /// How long it stays active without being used; none for no idle limit.
    pub idle_timeout: Option<Duration>,
    /// How long it stays active at most.
    pub lifetime: Duration,
    /// How its token is written.
    pub form: TokenForm,
    /// How many active logins the user may have afterwards: sessions of kind web and sso without a parent.
    pub logins_max: Option<u64>,
}

impl NewSession {
    /// What the audit log keeps of it, given how long it really stays active at most: never longer than its parent.
    #[must_use]
    pub fn creation_record(&self, lifetime: Duration) -> CreationRecord {
        CreationRecord {
            kind: self.kind,
            parent: self.parent,
            scopes: self.scopes.clone(),
            lifetime,
            idle_timeout: self.idle_timeout,
        }
    }
}

/// A session that was just created, and its token.
#[derive(Debug)]
pub struct Issued {
    /// The session.
    pub id: SessionId,
    /// Its token, which is kept nowhere.
    pub token: Token,
}

/// Sessions.
pub trait SessionStore {
    /// The session of a token, in whatever state; the stored digest is compared in constant time.
    ///
    /// # Errors
    /// [`StoreError`], as for every method of this trait.
    fn look_up(&self, token: &Token) -> Result<Option<Found>, StoreError>;

    /// The session of a token once more, where [`SessionStore::look_up`] may answer from a copy that is a little behind
    /// and this answer is not: for an answer that a later change can have made wrong, such as "unknown". `None` where
    /// every answer is current.
    ///
    /// # Errors
    /// [`StoreError`].
    fn look_up_again(&self, token: &Token) -> Result<Option<Option<Found>>, StoreError> {
        let _ = token;
        Ok(None)
    }

    /// Whether many look-ups take less time together than one by one: each is a round trip then. In a file they do not,
    /// and what all of them found takes more memory than a processor's cache.
    fn prefers_many(&self) -> bool {
        false
    }

    /// The sessions of many tokens, in their order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn look_up_many(&self, tokens: &[&Token]) -> Result<Vec<Option<Found>>, StoreError> {
        tokens.iter().map(|token| self.look_up(token)).collect()
    }

    /// The session with an id, and its parent.
    ///
    /// # Errors
    /// [`StoreError`].
    fn session(&self, id: SessionId) -> Result<Option<(Session, Option<Session>)>, StoreError>;

    /// The children of a session, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn children(&self, parent: SessionId) -> Result<Vec<Session>, StoreError>;

    /// How many tokens of a session were rotated out.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rotations(&self, id: SessionId) -> Result<u64, StoreError>;

    /// Calls `each` with the sessions that match at `now`, in the page's order, until it breaks off.
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

    /// Which sessions the store has to read one by one to answer a selector; `None` where it reads little more than
    /// it returns.
    fn full_scan(&self, _selector: &Selector) -> Option<FullScan> {
        None
    }

    /// How many sessions match at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn count(&self, selector: &Selector, now: Timestamp) -> Result<u64, StoreError>;

    /// The highest id.
    ///
    /// # Errors
    /// [`StoreError`].
    fn newest(&self) -> Result<Option<SessionId>, StoreError>;

    /// Sets the fence of bulk work that begins now; `None` where there is nothing to wait for, as in a store with one
    /// writer at a time.
    ///
    /// # Errors
    /// [`StoreError`].
    fn set_fence(&self) -> Result<Option<Fence>, StoreError> {
        Ok(None)
    }

    /// Waits until every change that was going on when the fence was set has ended. Then one more pass over the
    /// sessions misses none.
    ///
    /// # Errors
    /// [`StoreError::Unfenced`] where one goes on for too long, or another failure.
    fn pass_fence(&self, _fence: &Fence) -> Result<(), StoreError> {
        Ok(())
    }

    /// Creates one session for each element of `random`, with one event for all; the store sets the event's subjects.
    /// Returns none where the parent is not active, the user was disabled or removed, or the user would have more
    /// active logins than [`NewSession::logins_max`].
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn create(
        &mut self,
        session: &NewSession,
        random: &[[u8; RANDOM_PER_TOKEN]],
        event: Event,
    ) -> Result<Vec<Issued>, StoreError>;

    /// Creates the session of a login, with all that belongs to it, in one step.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn log_in(&mut self, login: LogIn) -> Result<LogInOutcome, StoreError>;

    /// Creates the session of an entry, or renews the child that the browser has already, in one step. Returns none
    /// where the parent is not active or the user was disabled or removed; nothing was replaced then.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn enter(&mut self, entry: &Entry) -> Result<Option<Issued>, StoreError>;

    /// Writes that sessions were used; each only if it is still active and was not seen later. A deadline is never
    /// shortened, never passes the parent's, and does not move where `expire` has set it. An address is kept as the
    /// session's last one; where it is in another network than the one before, [`Touch::network_event`] completes
    /// `network_changed`, which is written in the same step. There is no other event.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn touch(&mut self, touches: &[Touch], network_changed: &Event) -> Result<(), StoreError>;

    /// Replaces a session's token if the session is active and the digest current; `None` where not.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn rotate(&mut self, rotation: &Rotation) -> Result<Option<Token>, StoreError>;

    /// Revokes the active sessions of a batch and their children. The store sets the event's subjects and writes no
    /// event where nothing changed. The reason is kept with each session.
    ///
    /// # Errors
    /// [`StoreError`].
    fn revoke(&mut self, batch: &Batch<'_>, reason: &str, event: Event) -> Result<BatchResult, StoreError>;

    /// Sets the end of the active sessions of a batch, at most their absolute limit, and shortens their children to it.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`] unless the rule is [`EndRule::Now`], or another failure.
    fn expire(&mut self, batch: &Batch<'_>, end: EndRule, event: Event) -> Result<BatchResult, StoreError>;

    /// Gives the active sessions of a batch the limits of [`LimitRule::limits`], and shortens their children to the new
    /// deadline.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn set_limits(
        &mut self,
        batch: &Batch<'_>,
        rule: &LimitRule,
        event: Event,
    ) -> Result<BatchResult, StoreError>;

    /// Deletes the ended sessions of a batch with all that belongs to them; a parent only when it has no child left.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn prune(&mut self, batch: &Batch<'_>, event: Event) -> Result<BatchResult, StoreError>;
}
