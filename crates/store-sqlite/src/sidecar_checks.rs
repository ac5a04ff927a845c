//! Which sidecar files may exist beside a new database, and beside one that is opened: those of another database must
//! never be merged into it.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags, fcntl_lock};
use sessionctl_core::store::StoreError;

use crate::error::SqliteError;
use crate::open_files::OpenFile;
use crate::paths::{SIDECAR_SUFFIXES, sidecar_path};

/// Refuses a name that has a sidecar file beside it, and one that is itself that of a sidecar file: SQLite would take
/// the database for a part of another one, and empty it. The empty WAL and the index that a reader leaves behind
/// contain nothing, and are accepted once no process has them open.
pub(crate) fn ensure_no_sidecars(path: &Path) -> Result<(), SqliteError> {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    if let Some(suffix) = SIDECAR_SUFFIXES.iter().find(|suffix| name.ends_with(suffix.as_bytes())) {
        let why = format!("its name ends in {suffix}, as that of a file that SQLite keeps beside a database");
        return Err(StoreError::Refused(why).into());
    }
    let wal = sidecar_path(path, "-wal");
    let shm = sidecar_path(path, "-shm");
    if fs::symlink_metadata(&wal).is_ok_and(|wal| wal.is_file() && wal.len() == 0)
        && fs::symlink_metadata(sidecar_path(path, "-journal")).is_err()
    {
        return if is_in_use(&shm) { refuse(&wal, "is in use") } else { Ok(()) };
    }
    for suffix in SIDECAR_SUFFIXES {
        let sidecar = sidecar_path(path, suffix);
        if fs::symlink_metadata(&sidecar).is_ok() {
            return refuse(&sidecar, "is left over from an earlier database of this name");
        }
    }
    Ok(())
}

/// Refuses a rollback journal beside a database whose changes are in a WAL. SQLite would write what the journal has
/// over the database, and nothing in it says to which database it belongs. A journal without its first byte is a
/// finished one.
pub(crate) fn ensure_no_journal(path: &Path, open_file: &OpenFile) -> Result<(), SqliteError> {
    let careful = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let journal = OpenOptions::new().read(true).custom_flags(careful).open(sidecar_path(path, "-journal"));
    let mut first = [0];
    let is_unfinished = match journal.and_then(|mut journal| journal.read(&mut first)) {
        Ok(_) => first != [0],
        Err(error) => error.kind() != ErrorKind::NotFound,
    };
    if is_unfinished && open_file.is_in_wal_mode() {
        return Err(StoreError::JournalBeside.into());
    }
    Ok(())
}

fn refuse(sidecar: &Path, why: &str) -> Result<(), SqliteError> {
    Err(StoreError::Refused(format!("{} {why}", sidecar.display())).into())
}

/// Whether a process has the index of a WAL open: each connection holds a lock on it. A file that cannot be asked
/// counts as in use.
fn is_in_use(shm: &Path) -> bool {
    if fs::symlink_metadata(shm).is_err() {
        return false;
    }
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(shm);
    // The lock ends when the file is closed.
    !file.is_ok_and(|file| fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive).is_ok())
}
