//! Opening and making a database. A reader does as little as it can, because for one look-up the opening is most
//! of the work; a writer sets what keeps its changes whole and its deletions gone.

use crate::error::SqliteError;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, params};

use super::batch_size::BatchSize;
use super::error::io;
use super::file_checks::{resolve, validate};
use super::migrate::{self, CURRENT_VERSION};
use super::staged_file::StagedFile;
use super::{SqliteStore, event, maintenance};
use sessionctl_core::model::event::Event;
use sessionctl_core::store::StoreError;

/// Who finds the database locked asks again: soon, because mostly somebody is about to be done, and then at a batch_size at
/// which hundreds can ask and leave the one at work some time. SQLite's own query_plan is to wait longer and longer, and to
/// miss the gaps that others leave. Of those who write, mostly only one asks at a time, see `write_queue`.
fn pause(asked: i32) -> Duration {
    Duration::from_millis(if asked < 20 { 1 } else { 10 })
}

/// Two minutes: a disk that is overwhelmed can stand still for half of one.
const MAX_LOCK_RETRIES: i32 = 12_000;

pub(super) fn wait(asked: i32) -> bool {
    std::thread::sleep(pause(asked));
    asked < MAX_LOCK_RETRIES
}

/// The same for what can as well be left out, but not by chance: about a second.
pub(super) fn wait_a_second(asked: i32) -> bool {
    asked < 100 && wait(asked)
}

/// The same for what can as well be done later.
pub(super) fn wait_briefly(asked: i32) -> bool {
    asked < 20 && wait(asked)
}

/// What a new database is made with.
pub struct NewStore {
    /// The key of its locators.
    pub locator_key: [u8; 16],
    /// The key under which failed logins are counted.
    pub attempt_key: [u8; 32],
    /// Whether its time may be set.
    pub sandbox: bool,
    /// The first event.
    pub event: Event,
}

impl SqliteStore {
    /// Opens a database to read.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Refused`], [`StoreError::Newer`], or what SQLite fails of.
    pub fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        Ok(reader(path)?)
    }

    /// Opens a database to read and write, and brings it to the newest layout.
    ///
    /// # Errors
    /// As [`SqliteStore::open_to_read`].
    pub fn open_to_write(path: &Path) -> Result<Self, StoreError> {
        Ok(writer(path)?)
    }

    /// Makes a database where there is none; `false` where there is one. It appears whole: it is made under
    /// another name and then renamed, so that of many who make it at once one wins and all can go on.
    ///
    /// # Errors
    /// What the file system or SQLite fails of; nothing is left behind then.
    pub fn create(path: &Path, fresh: &NewStore) -> Result<bool, StoreError> {
        Ok(create(path, fresh)?)
    }

    fn of(conn: Connection, path: PathBuf) -> Self {
        conn.set_prepared_statement_cache_capacity(64);
        SqliteStore {
            conn,
            path,
            key: std::cell::OnceCell::new(),
            user_cache: super::user_cache::UserCache::default(),
            mapped: std::cell::Cell::new(false),
            batch_size: BatchSize::default(),
            bulk_mode: std::cell::Cell::new(false),
        }
    }
}

fn reader(path: &Path) -> Result<SqliteStore, SqliteError> {
    let path = validate(path)?;
    let conn = connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match migrate::version(&conn)? {
        CURRENT_VERSION => {}
        found if found > CURRENT_VERSION => {
            return Err(StoreError::Newer { path, found, known: CURRENT_VERSION }.into());
        }
        _ => {
            // An older layout is brought up to date by whoever opens it first.
            drop(conn);
            return writer(&path);
        }
    }
    check_schema(&conn, &path)?;
    Ok(SqliteStore::of(conn, path))
}

fn writer(path: &Path) -> Result<SqliteStore, SqliteError> {
    let path = validate(path)?;
    // An empty one counts as new: who made it only read, or was killed before its name was on disk.
    let log_is_new = maintenance::sidecar_path(&path, "-wal").metadata().map_or(true, |log| log.len() == 0);
    let mut conn = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // When the log is copied back is decided in `maintenance`.
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON; \
         PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 0;",
    )?;
    match migrate::version(&conn)? {
        CURRENT_VERSION => {}
        found if found > CURRENT_VERSION => {
            return Err(StoreError::Newer { path, found, known: CURRENT_VERSION }.into());
        }
        _ => migrate::migrate(&mut conn)?,
    }
    if log_is_new {
        // What is acknowledged stands in the log, so its name must be on disk as well.
        sync_folder(&path)?;
    }
    check_schema(&conn, &path)?;
    Ok(SqliteStore::of(conn, path))
}

fn create(path: &Path, fresh: &NewStore) -> Result<bool, SqliteError> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(false);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| io("cannot make the folder", folder, error))?;
    }
    let path = resolve(path)?;
    let staged_file = StagedFile::sidecar_path(&path)?;
    build(staged_file.path(), fresh)?;
    staged_file.persist(&path)
}

/// Makes the user_cache of the files in a file's folder last.
pub(super) fn sync_folder(path: &Path) -> Result<(), SqliteError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| io("cannot write", folder, error))
}

pub(super) fn connect(path: &Path, mode: OpenFlags) -> Result<Connection, SqliteError> {
    let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut conn = Connection::open_with_flags(path, flags)?;
    conn.busy_handler(Some(wait))?;
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        // A planted trigger made a revoke report success while the session lived on.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        // Without this, a statement is planned anew for each value that it is given: look-ups took six times as
        // long. The ways are chosen by hand anyhow, see `select`.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        // Copying the log back at each exit would make every one-shot write a third slower.
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
    ] {
        conn.set_db_config(setting, on)?;
    }
    Ok(conn)
}

fn check_schema(conn: &Connection, path: &Path) -> Result<(), SqliteError> {
    if migrate::is_ours(conn)? {
        return Ok(());
    }
    let why = "its schema was altered (a trigger, view, index or check that this program did not make); go back to a backup";
    Err(StoreError::Refused { path: path.to_owned(), why: why.to_owned() }.into())
}

/// Builds a whole database in an empty file, with nothing left in a log sidecar_path it.
fn build(path: &Path, fresh: &NewStore) -> Result<(), SqliteError> {
    let mut conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    migrate::migrate(&mut conn)?;
    let tx = conn.transaction()?;
    tx.execute(
        "INSERT INTO meta (id, locator_key, attempt_key, sandbox, created_at) VALUES (1, ?1, ?2, ?3, ?4)",
        params![fresh.locator_key, fresh.attempt_key, fresh.sandbox, fresh.event.at.unix()],
    )?;
    event::append(&tx, &fresh.event)?;
    tx.commit()?;
    conn.close().map_err(|(_, error)| error)?;
    Ok(())
}
