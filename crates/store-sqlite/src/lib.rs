//! The store on SQLite: one file, one writer at a time, many readers. SQL stands below this folder and nowhere
//! else. Which file may be opened, and how, is the matter of `open` and `file_guard`.

mod backup;
mod bulk;
mod census;
mod change;
mod check;
mod data;
mod draft;
mod event;
mod family;
mod fault;
mod file_guard;
mod forward;
mod issue;
mod key;
mod login;
mod lookup;
mod migrate;
mod names;
mod open;
mod pace;
mod row;
mod select;
mod sweep;
mod told;
mod turn;
mod upkeep;
mod user;
mod way;

pub use open::Fresh;

use crate::fault::SqliteError;
use std::cell::{Cell, OnceCell};
use std::path::PathBuf;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use sessionctl_core::model::token::LocatorKey;

/// A session database in an SQLite file.
pub struct SqliteStore {
    conn: Connection,
    path: PathBuf,
    // Read when a token is first looked up or made: a list needs none.
    key: OnceCell<LocatorKey>,
    names: names::Names,
    /// Whether the file is mapped into memory.
    mapped: Cell<bool>,
    /// How much bulk work is done at once.
    pace: pace::Pace,
    /// Whether the write-ahead log may grow; see [`SqliteStore::expect`].
    expects_much: Cell<bool>,
}

impl SqliteStore {
    /// Makes a change whole or not at all, and returns when it is on disk. The lock is taken before anything is
    /// read (BEGIN IMMEDIATE): with a deferred one, of 64 processes that read and then write nearly all fail.
    pub(crate) fn write<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, SqliteError>,
    ) -> Result<T, SqliteError> {
        let _turn = turn::Turn::take(&upkeep::beside(&self.path, "-wal"));
        let log = (!self.expects_much.get()).then(|| self.log_size());
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = change(&tx)?;
        tx.commit()?;
        if let Some(before) = log {
            self.keep_log_short(before);
        }
        Ok(result)
    }

    /// The users' names.
    fn names(&self) -> &names::Names {
        &self.names
    }

    /// The connection, to read.
    pub(crate) fn read_conn(&self) -> &Connection {
        &self.conn
    }

    /// The key under which this database makes its locators.
    pub(crate) fn locator_key(&self) -> Result<&LocatorKey, SqliteError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let sql = "SELECT locator_key FROM meta WHERE id = 1";
        let bytes: [u8; 16] = self.conn.query_row(sql, [], |row| row.get(0))?;
        let bytes = zeroize::Zeroizing::new(bytes);
        Ok(self.key.get_or_init(|| LocatorKey::new(&bytes)))
    }
}
