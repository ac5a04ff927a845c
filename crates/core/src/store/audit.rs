//! The audit log. It has no method to write an event beside a change of its own: each change brings its event.

use std::net::IpAddr;
use std::ops::ControlFlow;
use std::time::Duration;

use super::{LogHead, StoreError};
use crate::model::address::Cidr;
use crate::model::event::{Event, LoggedEvent};
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::model::user::UserName;

/// Which events are asked for; every part that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// The one with this number.
    pub id: Option<i64>,
    /// Behind the event with this id: what is new since an earlier answer.
    pub after: Option<i64>,
    /// About this session.
    pub session: Option<SessionId>,
    /// About the account that is shown under this name; see [`UserStore::account`](super::UserStore::account).
    pub user: Option<UserName>,
    /// With one of these actions, or one that begins with it and a dot; empty for no such limit.
    pub actions: Vec<String>,
    /// By this actor; see [`EventFilter::accepts_actor`].
    pub actor: Option<String>,
    /// Caused by a client whose address is in one of these blocks; empty for no such limit.
    pub ip: Vec<Cidr>,
    /// At or after this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// At most N of the newest.
    pub limit: Option<u64>,
}

impl EventFilter {
    /// Whether an actor is the one that is asked for. `root (sudo eve)` is an act of root and of eve.
    #[must_use]
    pub fn accepts_actor(&self, actor: &str) -> bool {
        self.actor.as_deref().is_none_or(|asked| {
            let caller = actor.strip_suffix(')').and_then(|named| named.split_once(" (sudo "));
            actor == asked || caller.is_some_and(|(name, caller)| name == asked || caller == asked)
        })
    }

    /// Whether an action is one of those that are asked for.
    #[must_use]
    pub fn accepts_action(&self, action: &str) -> bool {
        self.actions.is_empty() || self.actions.iter().any(|asked| is_within(action, asked))
    }

    /// The actions that are asked for without those that are a part of another: no event has two of them.
    #[must_use]
    pub fn disjoint_actions(&self) -> Vec<&str> {
        let mut disjoint: Vec<&str> = self.actions.iter().map(String::as_str).collect();
        disjoint.sort_unstable();
        disjoint.dedup_by(|later, earlier| is_within(later, earlier));
        disjoint
    }

    /// Whether an address is one of those that are asked for.
    #[must_use]
    pub fn accepts_address(&self, address: Option<IpAddr>) -> bool {
        self.ip.is_empty() || address.is_some_and(|ip| self.ip.iter().any(|block| block.contains(ip)))
    }
}

/// Whether an action is another one, or a part of its area: `login.failed` of `login`.
fn is_within(action: &str, area: &str) -> bool {
    action.strip_prefix(area).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What verifying the chain of the audit log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogVerdict {
    /// Each event follows from the one before it.
    Consistent {
        /// The number of events.
        events: u64,
        /// The last link (hex), to be kept elsewhere.
        head: String,
    },
    /// The chain breaks.
    Broken {
        /// The first event that does not follow from the one before it.
        at: i64,
        /// What contradicts it.
        why: String,
    },
}

/// Events that were written and are not part of the chain yet: [`AuditStore::verify_log`] proves nothing about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsealed {
    /// How many.
    pub events: u64,
    /// The time of the oldest one.
    pub oldest: Option<Timestamp>,
}

/// Who signed the chain, as far as one key is concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signatures {
    /// The events up to the last part of the chain that the key signed; they are all covered by that signature.
    pub events: u64,
    /// The first part of the chain that another key signed.
    pub other: Option<i64>,
}

/// The audit log.
pub trait AuditStore {
    /// Calls `each` with the events that match, the newest first, until it breaks off.
    ///
    /// # Errors
    /// [`StoreError`], as for every method of this trait.
    fn events(
        &self,
        filter: &EventFilter,
        each: &mut dyn FnMut(LoggedEvent) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Verifies the whole chain.
    ///
    /// # Errors
    /// [`StoreError`].
    fn verify_log(&self) -> Result<LogVerdict, StoreError>;

    /// The last event and its link.
    ///
    /// # Errors
    /// [`StoreError`].
    fn head(&self) -> Result<LogHead, StoreError>;

    /// Whether a head that was kept earlier belongs to this log: whether this is its database, and the event still has
    /// that link. What follows from [`AuditStore::verify_log`] is not checked again.
    ///
    /// # Errors
    /// [`StoreError`].
    fn contains_head(&self, head: &LogHead) -> Result<bool, StoreError>;

    /// The head that the log had when this was its last event. `None` where the store has no such event, and for one
    /// whose chain has no link for each event.
    ///
    /// # Errors
    /// [`StoreError`].
    fn head_at(&self, event: i64) -> Result<Option<LogHead>, StoreError> {
        let _ = event;
        Ok(None)
    }

    /// The events that are not part of the chain yet. A store that links each event as it is written has none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn unsealed(&self) -> Result<Unsealed, StoreError> {
        Ok(Unsealed::default())
    }

    /// Adds to the chain what is not part of it yet, after what was reported with [`AuditStore::raise_alarm`] was
    /// answered; returns the number of events that were added.
    ///
    /// # Errors
    /// [`StoreError`].
    fn seal(&mut self) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// What an Ed25519 key signed of the chain that [`AuditStore::verify_log`] found consistent, which checks each
    /// signature.
    ///
    /// # Errors
    /// [`StoreError`].
    fn signatures(&self, key: &[u8; 32]) -> Result<Signatures, StoreError> {
        let _ = key;
        Ok(Signatures::default())
    }

    /// Reports what happened to a session to whoever may change it, where this program may only read: the session is
    /// revoked, or the event written, by the next one that seals. `false` where this store takes no reports.
    ///
    /// # Errors
    /// [`StoreError`].
    fn raise_alarm(&mut self, session: SessionId, event: &Event) -> Result<bool, StoreError> {
        let _ = (session, event);
        Ok(false)
    }

    /// The number of the newest event; 0 where there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn newest_event(&self) -> Result<i64, StoreError> {
        Ok(self.head()?.event)
    }

    /// For how long an event may still appear after one with a higher number; `None` where events appear in the order
    /// of their numbers. Whoever follows the log reads the events of that time again.
    fn late_events(&self) -> Option<Duration> {
        None
    }

    /// The time of the latest event.
    ///
    /// # Errors
    /// [`StoreError`].
    fn latest_event_at(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Writes an event that no change comes with, such as a refused login.
    ///
    /// # Errors
    /// [`StoreError`].
    fn record(&mut self, event: Event) -> Result<(), StoreError>;

    /// Writes an event if the session is active and its deadline, and its parent's, is not before `until`; `false`
    /// where not. For what is handed out on the strength of a session, such as a JWT.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn record_if_active(
        &mut self,
        session: SessionId,
        until: Timestamp,
        event: Event,
    ) -> Result<bool, StoreError>;
}
