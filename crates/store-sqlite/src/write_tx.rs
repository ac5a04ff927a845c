//! [`WriteTx`]: a write transaction, and the time by which its change judges.

use std::ops::Deref;

use rusqlite::Transaction;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::StoreError;

use crate::error::SqliteError;
use crate::read::latest::time_of_change;

/// Which of two times judges whether a session has ended, where the clock is before the latest event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JudgedBy {
    /// The clock, for what takes access away: what ends by the latest event alone would be active again once a false
    /// future is corrected.
    Clock,
    /// The latest event, for what grants access: what has expired once stays expired.
    LatestEvent,
}

/// A write transaction: the lock is held, and the time that decides is read.
pub(crate) struct WriteTx<'a> {
    tx: Transaction<'a>,
    /// The time of the change: that of the clock, never earlier than the latest event. In a sandbox, where time is set
    /// at will, that of the clock alone.
    pub(crate) now: Timestamp,
    /// What the clock shows.
    pub(crate) clock: Timestamp,
    /// What the clock shows and the time of the latest event, where the clock is too far behind it.
    pub(crate) behind: Option<(Timestamp, Timestamp)>,
}

impl<'a> WriteTx<'a> {
    /// Reads the time under the lock.
    pub(crate) fn at(tx: Transaction<'a>, clock: Timestamp) -> Result<Self, SqliteError> {
        let (now, behind) = time_of_change(&tx, clock)?;
        Ok(WriteTx { tx, now, clock, behind })
    }

    /// Refuses a change that grants access where the clock is behind.
    pub(crate) fn grant(&self) -> Result<(), SqliteError> {
        match self.behind {
            Some((now, latest)) => Err(StoreError::ClockBehind { now, latest }.into()),
            None => Ok(()),
        }
    }

    /// The time by which the change judges whether a session has ended.
    pub(crate) fn judged_at(&self, by: JudgedBy) -> Timestamp {
        match by {
            JudgedBy::Clock => self.clock,
            JudgedBy::LatestEvent => self.now,
        }
    }

    /// The time kept with what is taken away: never one that only a false future has reached.
    pub(crate) fn taken_at(&self) -> Timestamp {
        self.behind.map_or(self.now, |(clock, _)| clock)
    }

    /// Ends the transaction.
    pub(crate) fn commit(self) -> Result<(), SqliteError> {
        Ok(self.tx.commit()?)
    }
}

impl<'a> Deref for WriteTx<'a> {
    type Target = Transaction<'a>;

    fn deref(&self) -> &Transaction<'a> {
        &self.tx
    }
}
