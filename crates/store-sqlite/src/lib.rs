//! The store on SQLite: one file, one writer at a time, many readers. SQL stands below this folder and nowhere
//! else. Which file may be opened, and how, is the matter of `open` and `file_checks`.

mod audit_replay;
mod backup;
mod batch_size;
mod bulk;
mod change;
mod check;
mod data;
mod error;
mod event;
mod family;
mod file_checks;
mod forward;
mod issue;
mod key;
mod login;
mod lookup;
mod maintenance;
mod migrate;
mod open;
mod query_plan;
mod row;
mod select;
mod staged_file;
mod stats;
mod sweep;
mod user;
mod user_cache;
mod write_queue;

pub use open::NewStore;

use crate::error::SqliteError;
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
    user_cache: user_cache::UserCache,
    /// Whether the file is mapped into memory.
    mapped: Cell<bool>,
    /// How much bulk work is done at once.
    batch_size: batch_size::BatchSize,
    /// Whether the write-ahead log may grow; see [`SqliteStore::hint_bulk_write`].
    bulk_mode: Cell<bool>,
}

impl SqliteStore {
    /// Makes a change whole or not at all, and returns when it is on disk. The lock is taken before anything is
    /// read (BEGIN IMMEDIATE): with a deferred one, of 64 processes that read and then write nearly all fail.
    pub(crate) fn write<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, SqliteError>,
    ) -> Result<T, SqliteError> {
        let _turn = write_queue::WriteGuard::acquire(&maintenance::sidecar_path(&self.path, "-wal"));
        let log = (!self.bulk_mode.get()).then(|| self.wal_size());
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = change(&tx)?;
        tx.commit()?;
        if let Some(before) = log {
            self.checkpoint_if_large(before);
        }
        Ok(result)
    }

    /// The users' user_cache.
    fn user_cache(&self) -> &user_cache::UserCache {
        &self.user_cache
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
