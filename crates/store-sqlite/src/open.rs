//! Opening and creating a database. A reader does as little as possible, because opening is most of the work of one
//! look-up; a writer sets what keeps its changes whole and its deletions effective.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, params};
use sessionctl_core::model::clock::Clock;
use sessionctl_core::store::{NewStore, StoreError};
use sha2::{Digest as _, Sha256};

use crate::audit::append::append;
use crate::connect::connect;
use crate::error::{SqliteError, io};
use crate::file_checks::validate;
use crate::folder_checks::validate_folder;
use crate::immutable::Immutable;
use crate::layout::{self, CURRENT_VERSION};
use crate::maintenance::wal;
use crate::migrate;
use crate::paths::{resolve, sync_folder};
use crate::place::Place;
use crate::sidecar_checks::ensure_no_sidecars;
use crate::staged_file::StagedFile;
use crate::store::{SqliteStore, WriteTx};

/// Opens a database for reading. An older layout is migrated first.
pub(crate) fn reader(path: &Path, clock: &Arc<dyn Clock>) -> Result<SqliteStore, SqliteError> {
    let (path, open_file, hold) = validate(path)?;
    let mut conn = connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut immutable = None;
    let version = match layout::version(&conn) {
        Err(SqliteError(StoreError::ReadOnly(why))) => {
            let Some((reopened, state)) = Immutable::open(&path)? else {
                return Err(StoreError::ReadOnly(why).into());
            };
            (conn, immutable) = (reopened, Some(state));
            layout::version(&conn)
        }
        version => version,
    };
    let place = Place::of(&path, &open_file);
    drop(hold);
    match version? {
        CURRENT_VERSION => {}
        found if found > CURRENT_VERSION => {
            return Err(StoreError::NewerVersion { found, known: CURRENT_VERSION }.into());
        }
        _ => {
            // The first process that opens an older layout migrates it.
            drop((conn, open_file));
            return writer(&path, clock);
        }
    }
    check_schema(&conn)?;
    Ok(SqliteStore::new(conn, path, (open_file, place), immutable, Arc::clone(clock)))
}

/// Opens a database for reading and writing, and migrates it to the current layout.
pub(crate) fn writer(path: &Path, clock: &Arc<dyn Clock>) -> Result<SqliteStore, SqliteError> {
    let (path, open_file, hold) = validate(path)?;
    // An empty WAL counts as new: its creator only read, or was killed before the name was on disk.
    let wal_is_new = wal::size(&path) == 0;
    let mut conn = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // `maintenance` decides when the WAL is copied back.
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON; \
         PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 0;",
    )?;
    let version = layout::version(&conn)?;
    let place = Place::of(&path, &open_file);
    // Not during a migration, which waits for the write lock that a restore may hold.
    drop(hold);
    match version {
        CURRENT_VERSION => {}
        found if found > CURRENT_VERSION => {
            return Err(StoreError::NewerVersion { found, known: CURRENT_VERSION }.into());
        }
        _ => migrate::migrate(&mut conn, clock.as_ref())?,
    }
    if wal_is_new {
        // Acknowledged changes are in the WAL, so its name must be on disk as well.
        sync_folder(&path)?;
    }
    check_schema(&conn)?;
    Ok(SqliteStore::new(conn, path, (open_file, place), None, Arc::clone(clock)))
}

/// Creates a database; `false` where there is one already. It appears whole: it is built under another name and then
/// renamed, so that of many processes that create it at once one wins and all can go on.
pub(crate) fn create(path: &Path, new: &NewStore, clock: &dyn Clock) -> Result<bool, SqliteError> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(false);
    }
    create_folder(path)?;
    let path = resolve(path)?;
    validate_folder(&path)?;
    if let Err(left_over) = ensure_no_sidecars(&path) {
        // Where another process created the database meanwhile, they are its own.
        return if fs::symlink_metadata(&path).is_ok() { Ok(false) } else { Err(left_over) };
    }
    let staged_file = StagedFile::create(&path)?;
    build(staged_file.path(), new, clock)?;
    staged_file.persist(&path)
}

/// Creates the folder of a database where it is missing.
pub(crate) fn create_folder(path: &Path) -> Result<(), SqliteError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        let created = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        created.map_err(|error| io("cannot create the folder", folder, error))?;
    }
    Ok(())
}

/// The largest number of alterations of a schema that a message names.
const MAX_NAMED_ALTERATIONS: usize = 3;

/// Refuses a schema that differs from the one that this program creates.
pub(crate) fn check_schema(conn: &Connection) -> Result<(), SqliteError> {
    if migrate::is_ours(conn)? {
        return Ok(());
    }
    let found = migrate::alterations(conn)?;
    let more = match found.len().saturating_sub(MAX_NAMED_ALTERATIONS) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let named = &found[..found.len().min(MAX_NAMED_ALTERATIONS)];
    Err(StoreError::Refused(format!("its schema was altered: {}{more}", named.join(", "))).into())
}

/// The detail of the first event of a database whose time can be set.
pub(crate) const SANDBOX: &str = "sandbox";

/// The id of a new database, as random as its keys, which it does not reveal.
fn database_id(new: &NewStore) -> [u8; 16] {
    let digest = Sha256::new()
        .chain_update("sessionctl database id")
        .chain_update(new.locator_key)
        .chain_update(new.attempt_key)
        .finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    id
}

/// Writes a whole database into an empty file, and leaves no WAL beside it.
fn build(path: &Path, new: &NewStore, clock: &dyn Clock) -> Result<(), SqliteError> {
    let mut conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    migrate::migrate(&mut conn, clock)?;
    let tx = WriteTx::at(conn.transaction()?, clock.now())?;
    tx.execute(
        "INSERT INTO meta (id, locator_key, attempt_key, sandbox, created_at, database_id, bound_from) \
         VALUES (1, ?1, ?2, ?3, ?4, ?5, 1)",
        params![new.locator_key, new.attempt_key, new.sandbox, tx.time.now.unix(), database_id(new)],
    )?;
    let sandbox = new.sandbox.then(|| SANDBOX.to_owned());
    append(&tx, &new.event.clone().detail(sandbox))?;
    tx.commit()?;
    conn.close().map_err(|(_, error)| error)?;
    Ok(())
}
