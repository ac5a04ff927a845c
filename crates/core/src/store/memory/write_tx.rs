//! The write transaction: the contents while the lock is held, and the time that decides the change.

use std::ops::Deref;

use super::accounts;
use super::state::{SessionRow, State};
use crate::model::event::Event;
use crate::model::session::{Session, SessionId};
use crate::model::time::Timestamp;
use crate::store::{ChangeTime, StoreError};

/// A change while it holds the lock.
pub(super) struct WriteTx<'a> {
    pub(super) state: &'a mut State,
    pub(super) time: ChangeTime,
}

impl Deref for WriteTx<'_> {
    type Target = ChangeTime;

    fn deref(&self) -> &ChangeTime {
        &self.time
    }
}

impl<'a> WriteTx<'a> {
    /// Begins a change with the time that the clock shows under the lock.
    pub(super) fn begin(state: &'a mut State, clock: Timestamp) -> Result<Self, StoreError> {
        let time = ChangeTime::read(clock, state.log.latest_at(), || Ok(state.sandbox))?;
        Ok(WriteTx { state, time })
    }

    /// When a session ends that this change ends: not before it was last seen, as far as the latest event proves that,
    /// because a clock that went back may be the wrong one.
    pub(super) fn end_of(&self, session: &Session) -> Timestamp {
        let seen_at = session.last_seen_at.min(self.now);
        session.deadline.min(self.taken_at().max(seen_at))
    }

    /// Appends the event of the change.
    pub(super) fn append(&mut self, event: &Event) {
        let name = event.user.as_deref().and_then(|name| name.parse().ok());
        let account = name.and_then(|name| accounts::account(self.state, &name)).map(|account| account.id);
        self.state.log.append(event, self.now, account);
    }

    /// A session that can be changed.
    pub(super) fn live(&self, id: SessionId) -> Option<&SessionRow> {
        self.state.sessions.get(&id).filter(|row| row.is_live(self.now))
    }

    /// A session that can be changed, to change it.
    pub(super) fn live_mut(&mut self, id: SessionId) -> Option<&mut SessionRow> {
        self.state.sessions.get_mut(&id).filter(|row| row.is_live(self.time.now))
    }

    /// A session that has not ended by the clock, with its end if this change ends it.
    pub(super) fn endable_mut(&mut self, id: SessionId) -> Option<(&mut SessionRow, Timestamp)> {
        let end = self.end_of(&self.state.sessions.get(&id)?.session);
        let clock = self.clock;
        self.state.sessions.get_mut(&id).filter(|row| row.is_live(clock)).map(|row| (row, end))
    }
}
