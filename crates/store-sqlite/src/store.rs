//! [`SqliteStore`]: the connection, what it remembers between calls, and how a change is made. What is read and
//! written is in `read` and `write`, which use this file; it uses neither's queries.

use std::cell::{Cell, OnceCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::policy::Policy;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::LocatorKey;
use sessionctl_core::store::{JudgedBy, StoreError};

use crate::connect::{wait, wait_briefly};
use crate::error::SqliteError;
use crate::immutable::Immutable;
use crate::layout::refuse_newer;
use crate::maintenance::{moving, wal};
use crate::open_files::{Hold, OpenFile};
use crate::paths::sidecar_path;
use crate::place::Place;
use crate::read::latest::{change_time, latest_event_at};
use crate::read::memo::Memo;
use crate::read::policy::policy;
use crate::read::user_cache::UserCache;
use crate::write::batch_size::BatchSize;
use crate::write::write_queue::WriteGuard;
pub(crate) use crate::write_tx::WriteTx;

/// The most bytes of the file that are mapped into memory for many look-ups.
pub(crate) const MAX_MMAP_BYTES: i64 = 16 << 30;
/// A change of at least this many rows is bulk work.
const BULK_WRITE_ROWS: usize = 50;
/// How often the WAL is emptied before others are found to write all the time.
const MAX_EMPTY_WAL_TRIES: u32 = 20;
/// For how long each try waits for others that read.
const EMPTY_WAL_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a store of a server looks whether the names still lead to its files.
const PLACE_INTERVAL: Duration = Duration::from_millis(100);
/// Statements that stay prepared.
const CACHED_STATEMENTS: usize = 64;

/// A session database in an SQLite file.
pub struct SqliteStore {
    conn: Connection,
    path: PathBuf,
    /// Decides each change, under the lock.
    clock: Arc<dyn Clock>,
    /// Read when the first token is looked up or generated: a list needs no key.
    locator_key: OnceCell<LocatorKey>,
    user_cache: UserCache,
    memo: Memo,
    /// Whether the file is mapped into memory.
    mapped: Cell<bool>,
    /// How many sessions the next batch of bulk work may hold.
    pub(crate) batch_size: BatchSize,
    /// Whether the WAL may grow; see [`SqliteStore::hint_bulk_write`].
    bulk_mode: Cell<bool>,
    /// Whether something was changed that a copy of the file alone must contain.
    changed: Cell<bool>,
    /// Whether such a change was made since the last [`SqliteStore::write_back`].
    unwritten: Cell<bool>,
    /// Set where the database is read as immutable.
    immutable: Option<Immutable>,
    place: Place,
    /// For a store of a server: when it looked last whether the names still lead to its files.
    place_seen: Cell<Option<Instant>>,
    /// Whether the store is a server's, which is asked all the time.
    is_of_server: bool,
    /// Whether a view of one moment is read, which was checked when it began.
    in_snapshot: Cell<bool>,
    /// Keeps a restore away while the connection is closed.
    closing: Option<Hold>,
    /// Dropped after the connection is closed.
    open_file: OpenFile,
}

impl SqliteStore {
    /// A store on an open connection to the database at `path`.
    pub(crate) fn new(
        conn: Connection,
        path: PathBuf,
        (open_file, place): (OpenFile, Place),
        immutable: Option<Immutable>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        conn.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        SqliteStore {
            conn,
            path,
            clock,
            locator_key: OnceCell::new(),
            user_cache: UserCache::default(),
            memo: Memo::default(),
            mapped: Cell::new(false),
            batch_size: BatchSize::default(),
            bulk_mode: Cell::new(false),
            changed: Cell::new(false),
            unwritten: Cell::new(false),
            immutable,
            place,
            place_seen: Cell::new(None),
            is_of_server: false,
            in_snapshot: Cell::new(false),
            closing: None,
            open_file,
        }
    }

    /// Makes a change whole or not at all, and returns when it is on disk. The lock is taken before anything is
    /// read (BEGIN IMMEDIATE): with a deferred one, nearly all of 64 processes that read and then write fail.
    pub(crate) fn write<T>(
        &mut self,
        change: impl FnOnce(&WriteTx<'_>) -> Result<T, SqliteError>,
    ) -> Result<T, SqliteError> {
        let result = self.write_lazily(change)?;
        self.changed.set(true);
        self.unwritten.set(true);
        Ok(result)
    }

    /// Makes a change that may stay in the WAL when the store is closed.
    pub(crate) fn write_lazily<T>(
        &mut self,
        change: impl FnOnce(&WriteTx<'_>) -> Result<T, SqliteError>,
    ) -> Result<T, SqliteError> {
        self.forget();
        // Before the lock, which a copy may hold for long, and again under it.
        moving::refuse_change(&self.path)?;
        let _guard = WriteGuard::acquire(&sidecar_path(&self.path, "-wal"));
        let wal_bytes_before = (!self.bulk_mode.get()).then(|| self.wal_size());
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        self.place.ensure(&self.path)?;
        moving::refuse_change(&self.path)?;
        refuse_newer(&tx)?;
        let tx = WriteTx::at(tx, self.clock.now())?;
        let result = change(&tx)?;
        tx.commit()?;
        if let Some(before) = wal_bytes_before {
            wal::checkpoint_if_large(&mut self.conn, &self.path, before);
        }
        Ok(result)
    }

    /// Makes a change where the clock is behind the latest event, whose time is then the clock's; `None` where the
    /// clock is not behind. `change` also gets the time of the latest event. Without `commit` nothing is changed.
    pub(crate) fn correct_clock<T>(
        &mut self,
        commit: bool,
        change: impl FnOnce(&WriteTx<'_>, Timestamp) -> Result<T, SqliteError>,
    ) -> Result<Option<T>, SqliteError> {
        self.forget();
        moving::refuse_change(&self.path)?;
        let _guard = WriteGuard::acquire(&sidecar_path(&self.path, "-wal"));
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        self.place.ensure(&self.path)?;
        moving::refuse_change(&self.path)?;
        let mut tx = WriteTx::at(tx, self.clock.now())?;
        let Some((_, latest)) = tx.time.behind else { return Ok(None) };
        tx.time = tx.time.corrected();
        let result = change(&tx, latest)?;
        if commit {
            tx.commit()?;
            self.changed.set(true);
            self.unwritten.set(true);
        }
        Ok(Some(result))
    }

    /// Obtains the write lock while the WAL is empty, so that the one file is all of the database. A process that
    /// writes all the time can prevent it.
    pub(crate) fn lock_with_empty_wal<'a, T>(
        &'a self,
        lock: impl FnOnce(WriteTx<'a>, &'a OpenFile, WriteGuard) -> T,
    ) -> Result<T, SqliteError> {
        let guard = WriteGuard::acquire(&sidecar_path(&self.path, "-wal"));
        // This connection does nothing else.
        self.conn.busy_timeout(EMPTY_WAL_TIMEOUT)?;
        for _ in 0..MAX_EMPTY_WAL_TRIES {
            match wal::checkpoint(&self.conn) {
                Ok(()) | Err(SqliteError(StoreError::Busy)) => {}
                Err(error) => return Err(error),
            }
            let tx = match Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate) {
                Ok(tx) => tx,
                Err(error) => match SqliteError::from(error) {
                    SqliteError(StoreError::Busy) => continue,
                    other => return Err(other),
                },
            };
            self.place.ensure(&self.path)?;
            if self.wal_size() == 0 {
                return Ok(lock(WriteTx::at(tx, self.clock.now())?, &self.open_file, guard));
            }
        }
        Err(StoreError::Busy.into())
    }

    /// Copies the changes so far from the WAL into the file, and truncates the WAL, unless others prevent it for longer
    /// than a moment. For changes that take access away, which a copy of the file alone must contain, and for those
    /// that replace or delete a secret, which the WAL must not keep. The change is on disk, whatever comes of this.
    pub(crate) fn write_back(&mut self) {
        if !self.unwritten.replace(false) {
            return;
        }
        let _guard = WriteGuard::acquire(&sidecar_path(&self.path, "-wal"));
        let _ = wal::checkpoint_soon(&mut self.conn);
    }

    /// Runs `act` with another busy handler.
    pub(crate) fn with_busy_handler<T>(
        &mut self,
        handler: fn(i32) -> bool,
        act: impl FnOnce(&mut Self) -> Result<T, SqliteError>,
    ) -> Result<T, SqliteError> {
        self.conn.busy_handler(Some(handler))?;
        let result = act(self);
        self.conn.busy_handler(Some(wait))?;
        result
    }

    /// For a server that reads: a read that finds the database locked fails after some milliseconds, and a snapshot
    /// looks every 100 ms whether another file has one of the names, because looking is a tenth of an answer's time.
    pub(crate) fn limit_lock_wait(&mut self) -> Result<(), SqliteError> {
        self.is_of_server = true;
        Ok(self.conn.busy_handler(Some(wait_briefly))?)
    }

    /// Whether another file has the name of the database or of its WAL now, or none; or a newer program has changed its
    /// layout.
    pub(crate) fn is_replaced(&self) -> bool {
        let is_newer =
            || matches!(refuse_newer(&self.conn), Err(SqliteError(StoreError::NewerVersion { .. })));
        self.place.ensure(&self.path).is_err() || is_newer()
    }

    /// Truncates the WAL if others allow it within a moment.
    pub(crate) fn checkpoint_soon(&mut self) -> Result<(), SqliteError> {
        wal::checkpoint_soon(&mut self.conn)
    }

    /// The present, as the clock shows it.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The time by which a change would judge now, for the search before it.
    pub(crate) fn search_time(&self, by: JudgedBy) -> Result<Timestamp, SqliteError> {
        let clock = self.clock.now();
        match by {
            JudgedBy::Clock => Ok(clock),
            JudgedBy::LatestEvent => Ok(change_time(&self.conn, clock)?.now),
        }
    }

    /// The connection, for reading.
    pub(crate) fn conn(&self) -> &Connection {
        &self.conn
    }

    /// Fails where the database was replaced, or is read as immutable and changed all the same. For what must not be
    /// answered from an older state, such as whether a session is active.
    pub(crate) fn ensure_current(&self) -> Result<(), SqliteError> {
        if !self.in_snapshot.get() {
            self.place.ensure(&self.path)?;
        }
        self.immutable.as_ref().map_or(Ok(()), |immutable| immutable.ensure_unchanged(&self.path))
    }

    /// The policy; within a snapshot the one that was read of the same state before.
    pub(crate) fn policy(&self) -> Result<Policy, SqliteError> {
        self.ensure_current()?;
        if self.in_snapshot.get() { self.memo.policy(&self.conn) } else { policy(&self.conn) }
    }

    /// The time of the latest event, in the same way.
    pub(crate) fn latest_event_at(&self) -> Result<Option<Timestamp>, SqliteError> {
        self.ensure_current()?;
        if self.in_snapshot.get() {
            self.memo.latest_event_at(&self.conn)
        } else {
            latest_event_at(&self.conn)
        }
    }

    /// Forgets what was read, before it changes.
    fn forget(&self) {
        self.user_cache.clear();
        self.memo.forget();
    }

    /// Whether the database is read as immutable.
    pub(crate) fn is_immutable(&self) -> bool {
        self.immutable.is_some()
    }

    /// The path of the database file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The names of users that were read before.
    pub(crate) fn user_cache(&self) -> &UserCache {
        &self.user_cache
    }

    /// The size of the WAL in bytes.
    pub(crate) fn wal_size(&self) -> u64 {
        wal::size(&self.path)
    }

    /// The key under which this database makes its locators.
    pub(crate) fn locator_key(&self) -> Result<&LocatorKey, SqliteError> {
        if let Some(key) = self.locator_key.get() {
            return Ok(key);
        }
        let sql = "SELECT locator_key FROM meta WHERE id = 1";
        let bytes: [u8; 16] = self.conn.query_row(sql, [], |row| row.get(0))?;
        let bytes = zeroize::Zeroizing::new(bytes);
        Ok(self.locator_key.get_or_init(|| LocatorKey::new(&bytes)))
    }

    /// Lets the WAL grow to SQLite's own size where many rows are written at once: what is written in one go needs
    /// fewer checkpoints.
    pub(crate) fn hint_bulk_write(&self, rows: usize) -> Result<(), SqliteError> {
        if rows >= BULK_WRITE_ROWS && !self.bulk_mode.replace(true) {
            self.conn.pragma_update(None, "wal_autocheckpoint", 1_000)?;
        }
        Ok(())
    }

    /// Begins a read transaction, within which all that is read is of one moment.
    pub(crate) fn begin_snapshot(&self) -> Result<(), SqliteError> {
        if !self.mapped.replace(true) {
            // A caller that wants a snapshot reads much; for one look-up, mapping the file costs more than it saves.
            self.conn.pragma_update(None, "mmap_size", MAX_MMAP_BYTES)?;
        }
        if !self.is_of_server || self.place_seen.get().is_none_or(|seen| seen.elapsed() >= PLACE_INTERVAL) {
            self.place.ensure(&self.path)?;
            self.place_seen.set(Some(Instant::now()));
        }
        self.conn.prepare_cached("BEGIN")?.execute([])?;
        let mut followed = self.memo.follow(&self.conn);
        if !matches!(followed, Ok(true)) {
            self.user_cache.clear();
        }
        if let Ok(false) = followed {
            followed = refuse_newer(&self.conn).map(|()| false);
        }
        self.in_snapshot.set(true);
        if let Err(error) = followed {
            let _ = self.end_snapshot();
            return Err(error);
        }
        Ok(())
    }

    /// Ends the read transaction.
    pub(crate) fn end_snapshot(&self) -> Result<(), SqliteError> {
        self.in_snapshot.set(false);
        Ok(self.conn.prepare_cached("COMMIT")?.execute([]).map(drop)?)
    }
}

/// A store that changed something leaves no WAL behind, unless another process has the database open; then bulk work
/// leaves a short one.
impl Drop for SqliteStore {
    fn drop(&mut self) {
        if self.bulk_mode.get() {
            wal::shorten(&mut self.conn, &self.path);
        }
        let hold = self.open_file.hold();
        // Closing would remove the WAL by its name, which is another file's where this one was replaced.
        if self.changed.get() && !self.is_replaced() {
            // Where it fails, the WAL stays, and nothing is lost.
            let _ = self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
        }
        self.closing = Some(hold);
    }
}
