//! Opening and creating a database. A reader does as little as possible, because opening is most of the work of one
//! look-up; a writer sets what keeps its changes whole and its deletions effective.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, params};
use sessionctl_core::model::event::Event;
use sessionctl_core::store::StoreError;

use crate::audit::append::append;
use crate::connect::connect;
use crate::error::{SqliteError, io};
use crate::file_checks::validate;
use crate::maintenance::wal;
use crate::migrate::{self, CURRENT_VERSION};
use crate::paths::{resolve, sync_folder};
use crate::staged_file::StagedFile;
use crate::store::SqliteStore;

/// The values with which a new database is created.
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
    /// Opens a database for reading.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Refused`], [`StoreError::Newer`], or an error of the engine.
    pub fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        Ok(reader(path)?)
    }

    /// Opens a database for reading and writing, and migrates it to the current layout.
    ///
    /// # Errors
    /// As [`SqliteStore::open_to_read`].
    pub fn open_to_write(path: &Path) -> Result<Self, StoreError> {
        Ok(writer(path)?)
    }

    /// Creates a database where there is none; returns `false` where there is one. It appears whole: it is written
    /// under another name and then renamed, so that of many processes one creates it and all can continue.
    ///
    /// # Errors
    /// An error of the file system or of the engine; nothing is left behind then.
    pub fn create(path: &Path, fresh: &NewStore) -> Result<bool, StoreError> {
        Ok(create(path, fresh)?)
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
            // The first process that opens an older layout migrates it.
            drop(conn);
            return writer(&path);
        }
    }
    check_schema(&conn, &path)?;
    Ok(SqliteStore::new(conn, path))
}

fn writer(path: &Path) -> Result<SqliteStore, SqliteError> {
    let path = validate(path)?;
    // An empty WAL counts as new: its creator only read, or was killed before the name was on disk.
    let wal_is_new = wal::size(&path) == 0;
    let mut conn = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // `maintenance` decides when the WAL is copied back.
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
    if wal_is_new {
        // Acknowledged changes are in the WAL, so its name must be on disk as well.
        sync_folder(&path)?;
    }
    check_schema(&conn, &path)?;
    Ok(SqliteStore::new(conn, path))
}

fn create(path: &Path, fresh: &NewStore) -> Result<bool, SqliteError> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(false);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        let created = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        created.map_err(|error| io("cannot create the folder", folder, error))?;
    }
    let path = resolve(path)?;
    let staged_file = StagedFile::create(&path)?;
    build(staged_file.path(), fresh)?;
    staged_file.persist(&path)
}

fn check_schema(conn: &Connection, path: &Path) -> Result<(), SqliteError> {
    if migrate::is_ours(conn)? {
        return Ok(());
    }
    let why = "its schema was altered (a trigger, view, index or check that this program did not create)";
    Err(StoreError::Refused { path: path.to_owned(), why: why.to_owned() }.into())
}

/// Writes a whole database into an empty file, and leaves no WAL beside it.
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
    append(&tx, &fresh.event)?;
    tx.commit()?;
    conn.close().map_err(|(_, error)| error)?;
    Ok(())
}
