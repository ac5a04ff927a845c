//! The paths of a database: its sidecar files, and its folder. Nothing here looks into a file.

use std::fs::File;
use std::path::{Path, PathBuf};

use sessionctl_core::store::StoreError;

use crate::error::{SqliteError, io};

/// The suffixes of the files that SQLite reads beside a database as parts of it. A process that can write one of
/// them can change everything.
pub(crate) const SIDECAR_SUFFIXES: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What the file begins with that takes the place of a database that was moved.
pub(crate) const MOVED: &str = "sessionctl: moved to ";

/// The path of a sidecar file, one of [`SIDECAR_SUFFIXES`].
pub(crate) fn sidecar_path(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Resolves the folder of a path; the file itself is not followed.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, SqliteError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(|error| io("cannot find the folder", folder, error))?;
    match path.file_name() {
        Some(name) => Ok(folder.join(name)),
        None => Err(StoreError::Refused("the path names no file".to_owned()).into()),
    }
}

/// Syncs the folder of a file, so that names in it survive a power cut.
pub(crate) fn sync_folder(path: &Path) -> Result<(), SqliteError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| io("cannot write", folder, error))
}
