//! A copy of the database while it is in use. It is written under another name and then renamed, so that half a
//! copy is never taken for a whole one.

use std::fs::File;
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use sessionctl_core::store::StoreError;

use crate::error::{SqliteError, io};
use crate::folder_checks::validate_folder;
use crate::paths::resolve;
use crate::sidecar_checks::ensure_no_sidecars;
use crate::staged_file::StagedFile;

/// Pages copied between two progress reports.
const PAGES_PER_STEP: i32 = 2_048;

/// Copies the database to a file that does not exist yet.
pub(crate) fn backup(
    conn: &Connection,
    to: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), SqliteError> {
    let to = resolve(to)?;
    let taken = || {
        SqliteError::from(StoreError::Refused(
            "the file already exists; a backup never overwrites a file".to_owned(),
        ))
    };
    if to.symlink_metadata().is_ok() {
        return Err(taken());
    }
    validate_folder(&to)?;
    ensure_no_sidecars(&to)?;
    let staged_file = StagedFile::create(&to)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(staged_file.path(), flags)?;
    // One read transaction: otherwise each change by another process restarts the copy.
    let snapshot = conn.unchecked_transaction()?;
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
    File::open(staged_file.path())
        .and_then(|file| file.sync_all())
        .map_err(|error| io("cannot write", &to, error))?;
    if staged_file.persist(&to)? { Ok(()) } else { Err(taken()) }
}
