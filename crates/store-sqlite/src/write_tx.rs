//! [`WriteTx`]: a write transaction, and the time that decides its change.

use std::ops::Deref;

use rusqlite::Transaction;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::ChangeTime;

use crate::error::SqliteError;
use crate::read::latest::change_time;

/// A write transaction: the lock is held, and the time that decides is read.
pub(crate) struct WriteTx<'a> {
    tx: Transaction<'a>,
    pub(crate) time: ChangeTime,
}

impl<'a> WriteTx<'a> {
    /// Reads the time under the lock.
    pub(crate) fn at(tx: Transaction<'a>, clock: Timestamp) -> Result<Self, SqliteError> {
        let time = change_time(&tx, clock)?;
        Ok(WriteTx { tx, time })
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
