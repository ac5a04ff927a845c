//! A copy of the database while it is in use. It is written under another name and then renamed, so that half a
//! copy is never taken for a whole one.

use std::fs::File;
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use sessionctl_core::model::event::Event;
use sessionctl_core::store::{CopyProgress, StoreError};

use crate::audit::append::append;
use crate::connect::connect;
use crate::error::{SqliteError, io};
use crate::folder_checks::validate_folder;
use crate::paths::resolve;
use crate::sidecar_checks::ensure_no_sidecars;
use crate::staged_file::StagedFile;
use crate::store::{SqliteStore, WriteTx};

/// Pages copied between two progress reports.
const PAGES_PER_STEP: i32 = 2_048;

/// Copies the database to a file that does not exist yet.
pub(crate) fn backup(
    store: &SqliteStore,
    to: &Path,
    without_keys: Option<&Event>,
    progress: CopyProgress<'_>,
) -> Result<(), SqliteError> {
    let to = resolve(to)?;
    let taken = || SqliteError::from(StoreError::FileExists);
    if to.symlink_metadata().is_ok() {
        return Err(taken());
    }
    validate_folder(&to)?;
    ensure_no_sidecars(&to)?;
    let staged_file = StagedFile::create(&to)?;
    copy(store.conn(), staged_file.path(), progress)?;
    if let Some(event) = without_keys {
        leave_out_keys(staged_file.path(), store, event)?;
    }
    sync(staged_file.path())?;
    if staged_file.persist(&to)? { Ok(()) } else { Err(taken()) }
}

/// Copies a database into an empty file.
pub(super) fn copy(from: &Connection, to: &Path, progress: CopyProgress<'_>) -> Result<(), SqliteError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(to, flags)?;
    // One read transaction: otherwise each change by another process restarts the copy.
    let snapshot = from.unchecked_transaction()?;
    snapshot.query_row("SELECT count(*) FROM meta", [], |_| Ok(()))?;
    {
        let backup = Backup::new(&snapshot, &mut copy)?;
        loop {
            let step = backup.step(PAGES_PER_STEP)?;
            let pages = backup.progress();
            progress(
                u64::try_from(pages.pagecount - pages.remaining).unwrap_or(0),
                u64::try_from(pages.pagecount).unwrap_or(0),
            );
            match step {
                StepResult::Done => break,
                StepResult::Busy | StepResult::Locked => return Err(StoreError::Busy.into()),
                _ => {}
            }
        }
    }
    drop(snapshot);
    copy.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Deletes the signing keys from a copy, so that nothing of them stays in the file, and records it.
fn leave_out_keys(path: &Path, store: &SqliteStore, event: &Event) -> Result<(), SqliteError> {
    let mut conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    conn.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
    let tx = WriteTx::at(conn.transaction()?, store.now())?;
    tx.execute("DELETE FROM jwt_key", [])?;
    append(&tx, event)?;
    tx.commit()?;
    conn.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Syncs a file.
pub(super) fn sync(path: &Path) -> Result<(), SqliteError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| io("cannot write", path, error))
}
