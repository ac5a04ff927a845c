//! The database as a whole: what it is, its policy, and its write-ahead log.

use crate::error::SqliteError;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, params};

use super::{SqliteStore, backup, check, event, migrate, open, row, stats};
use sessionctl_core::model::event::Event;
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{SessionStats, StoreError, StoreInfo};

/// So many bytes of the file are mapped into memory for many look-ups.
const MMAP_BYTES: i64 = 16 << 30;

/// The policy in force. A setting that this program does not know is left alone: a newer one wrote it.
pub(super) fn policy(conn: &Connection) -> Result<Policy, SqliteError> {
    let mut policy = Policy::default();
    let mut statement = conn.prepare_cached("SELECT name, value FROM policy")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Ok(key) = Key::named(&row.get::<_, String>(0)?) {
            let value =
                u64::try_from(row.get::<_, i64>(1)?).map_err(|_| row::corrupt("a negative setting"))?;
            policy.set(key, value);
        }
    }
    Ok(policy)
}

/// The file sidecar_path the database that SQLite user_cache with this suffix.
pub(super) fn sidecar_path(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Bytes of the write-ahead log, 100 pages of it, after which it is copied back. Whoever opens the database first
/// reads all of the log: with 2,000 pages in it, a look-up took three times as long.
const WAL_CHECKPOINT_BYTES: u64 = 100 * 4_120;

/// From so many rows on, a change is one of many.
const BULK_WRITE_ROWS: usize = 50;

impl SqliteStore {
    /// Bytes of the write-ahead log.
    pub(super) fn wal_size(&self) -> u64 {
        sidecar_path(&self.path, "-wal").metadata().map_or(0, |log| log.len())
    }

    /// Lets the write-ahead log grow to SQLite's own size, where so many rows are much: what is to be written in one
    /// go is copied back less often.
    pub(super) fn hint_bulk_write(&self, rows: usize) -> Result<(), SqliteError> {
        if rows >= BULK_WRITE_ROWS && !self.bulk_mode.replace(true) {
            self.conn.pragma_update(None, "wal_autocheckpoint", 1_000)?;
        }
        Ok(())
    }

    /// Copies the log back and cuts it, where a change has made it longer by another [`WAL_CHECKPOINT_BYTES`]. SQLite's own query_plan
    /// copies it back without cutting it; a process that opens the database later takes it for new again, so that of
    /// many single changes each copied it back anew. The change is on disk, whatever comes of this.
    pub(super) fn checkpoint_if_large(&mut self, before: u64) {
        if self.wal_size() / WAL_CHECKPOINT_BYTES > before / WAL_CHECKPOINT_BYTES {
            let _ = self.checkpoint_soon();
        }
    }

    /// Does something, and waits for others meanwhile as `wait` says.
    pub(super) fn with_patience<T>(
        &mut self,
        wait: fn(i32) -> bool,
        act: impl FnOnce(&mut Self) -> Result<T, SqliteError>,
    ) -> Result<T, SqliteError> {
        self.conn.busy_handler(Some(wait))?;
        let done = act(self);
        self.conn.busy_handler(Some(open::wait))?;
        done
    }

    /// Makes the write-ahead log small if the others let it within a moment; if not, the next time will do.
    pub(super) fn checkpoint_soon(&mut self) -> Result<(), SqliteError> {
        // Most is copied while others write on; only the rest is, while they wait.
        self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        match self.with_patience(open::wait_briefly, Self::checkpoint) {
            Err(SqliteError(StoreError::Busy)) => Ok(()),
            other => other,
        }
    }
}

/// Who wrote much leaves a short log behind.
impl Drop for SqliteStore {
    fn drop(&mut self) {
        if self.bulk_mode.get() && self.wal_size() > WAL_CHECKPOINT_BYTES {
            let _ = self.checkpoint_soon();
        }
    }
}

impl SqliteStore {
    pub(crate) fn hold_still(&mut self, still: bool) -> Result<(), SqliteError> {
        if still && !self.mapped.replace(true) {
            // Who asks so much at once reads much; for one look-up, mapping the file would cost more than it saves.
            self.read_conn().pragma_update(None, "mmap_size", MMAP_BYTES)?;
        }
        let sql = if still { "BEGIN" } else { "COMMIT" };
        Ok(self.read_conn().prepare_cached(sql)?.execute([]).map(drop)?)
    }

    pub(crate) fn is_sandbox(&self) -> Result<bool, SqliteError> {
        Ok(self.read_conn().query_row("SELECT sandbox FROM meta WHERE id = 1", [], |row| row.get(0))?)
    }

    pub(crate) fn info(&self) -> Result<StoreInfo, SqliteError> {
        let conn = self.read_conn();
        let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, u64>(0));
        let size = |suffix: &str| sidecar_path(&self.path, suffix).metadata().map_or(0, |meta| meta.len());
        let (sandbox, created_at) =
            conn.query_row("SELECT sandbox, created_at FROM meta WHERE id = 1", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        Ok(StoreInfo {
            schema_version: migrate::version(conn)?,
            sandbox,
            created_at: Timestamp::from_unix(created_at),
            sessions: count("SELECT count(*) FROM session")?,
            users: count("SELECT count(*) FROM user WHERE removed_at IS NULL")?,
            events: count("SELECT count(*) FROM event")?,
            bytes: size("") + size("-wal"),
            engine: format!("SQLite {}", rusqlite::version()),
        })
    }

    pub(crate) fn policy(&self) -> Result<Policy, SqliteError> {
        policy(self.read_conn())
    }

    pub(crate) fn set_policy(
        &mut self,
        key: Key,
        value: Option<u64>,
        event: Event,
    ) -> Result<(), SqliteError> {
        let name = key.setting().name;
        self.write(|tx| {
            match value.map(|value| i64::try_from(value).unwrap_or(i64::MAX)) {
                Some(value) => tx.execute(
                    "INSERT INTO policy (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
                    params![name, value],
                )?,
                None => tx.execute("DELETE FROM policy WHERE name = ?1", [name])?,
            };
            event::append(tx, &event)
        })
    }

    pub(crate) fn check(&self, now: Timestamp) -> Result<Vec<String>, SqliteError> {
        check::check(self.read_conn(), &self.path, now)
    }

    pub(crate) fn backup(&self, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), SqliteError> {
        backup::backup(self.read_conn(), to, progress)
    }

    pub(crate) fn stats(
        &self,
        now: Timestamp,
        steps: &[Duration],
        most: usize,
    ) -> Result<SessionStats, SqliteError> {
        stats::stats(self.read_conn(), now, steps, most)
    }

    pub(crate) fn checkpoint(&mut self) -> Result<(), SqliteError> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: bool = self.read_conn().query_row(sql, [], |row| row.get(0))?;
        if busy { Err(StoreError::Busy.into()) } else { Ok(()) }
    }
}
