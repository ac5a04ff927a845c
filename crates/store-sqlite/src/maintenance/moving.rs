//! The mark of a database that is being moved elsewhere: a file beside it that names the new place. It stays if the
//! move is killed, so that no change is made that the copy does not have.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;
use sessionctl_core::store::StoreError;

use crate::error::{SqliteError, io as failed};
use crate::paths::{sidecar_path, sync_folder};

const SUFFIX: &str = "-moving";
/// The most bytes of the name of a place.
const MAX_PLACE_BYTES: u64 = 4096;

/// Marks a database, before the move takes its lock; `false` where it was marked already.
pub(crate) fn mark(path: &Path, to: &str) -> Result<bool, SqliteError> {
    if let Some(marked) = place(path)? {
        if marked == to {
            return Ok(false);
        }
        return Err(StoreError::Moving { to: marked }.into());
    }
    let mark = sidecar_path(path, SUFFIX);
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&mark);
    let written = created.and_then(|mut file| {
        file.write_all(to.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| failed("cannot write", &mark, error))?;
    sync_folder(path)?;
    Ok(true)
}

/// Removes the mark; `false` where there is none.
pub(crate) fn unmark(path: &Path) -> Result<bool, SqliteError> {
    let mark = sidecar_path(path, SUFFIX);
    match fs::remove_file(&mark) {
        Ok(()) => {
            sync_folder(path)?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed("cannot remove", &mark, error)),
    }
}

/// Refuses a change of a database that is being moved.
pub(crate) fn refuse_change(path: &Path) -> Result<(), SqliteError> {
    place(path)?.map_or(Ok(()), |to| Err(StoreError::Moving { to }.into()))
}

/// Where a database is being moved.
fn place(path: &Path) -> Result<Option<String>, SqliteError> {
    let mark = sidecar_path(path, SUFFIX);
    // A pipe of this name would otherwise wait for a writer.
    let careful = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let opened: io::Result<File> = OpenOptions::new().read(true).custom_flags(careful).open(&mark);
    let mut bytes = Vec::new();
    match opened.and_then(|file| file.take(MAX_PLACE_BYTES).read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("cannot read", &mark, error)),
    }
}
