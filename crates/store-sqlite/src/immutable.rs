//! A database on a medium that nothing can be written to: an archive, or a read-only mount. SQLite reads a database in
//! WAL mode only where it can create the files beside it; where it cannot and there is no WAL, the file alone is the
//! whole database, and is read as immutable.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use rustix::fs::Access;
use sessionctl_core::store::StoreError;

use crate::connect::connect;
use crate::error::{SqliteError, io};
use crate::paths::sidecar_path;

/// What a database was when it was opened as immutable. SQLite does not look again: were the medium writable elsewhere
/// after all, a session revoked there would stay active here.
pub(crate) struct Immutable(Metadata);

impl Immutable {
    /// Opens a database as immutable if nothing can be written beside it and nothing beside it belongs to it.
    pub(crate) fn open(path: &Path) -> Result<Option<(Connection, Self)>, SqliteError> {
        let folder = path.parent().unwrap_or(Path::new("/"));
        if rustix::fs::access(folder, Access::WRITE_OK).is_ok() || has_changes_beside(path) {
            return Ok(None);
        }
        let before = fs::metadata(path).map_err(|error| io("cannot look at", path, error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let conn = connect(&immutable_uri(path), flags)?;
        Ok(Some((conn, Immutable(before))))
    }

    /// Fails where the database has changed since.
    pub(crate) fn ensure_unchanged(&self, path: &Path) -> Result<(), SqliteError> {
        let now = fs::metadata(path).map_err(|error| io("cannot look at", path, error))?;
        let of = |meta: &Metadata| (meta.dev(), meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec());
        if of(&now) == of(&self.0) && !has_changes_beside(path) {
            return Ok(());
        }
        let why = "it was changed while it was read as a database that nothing can write; open it again";
        Err(StoreError::Refused(why.to_owned()).into())
    }
}

/// Whether a file beside the database holds a part of it. The empty WAL and the index that a reader leaves, and that an
/// archive keeps, hold nothing.
fn has_changes_beside(path: &Path) -> bool {
    let beside = |suffix| fs::symlink_metadata(sidecar_path(path, suffix));
    beside("-journal").is_ok() || beside("-wal").is_ok_and(|wal| !wal.is_file() || wal.len() > 0)
}

/// The path as a URI under which SQLite takes the file for one that nobody changes, and looks for no file beside it.
pub(crate) fn immutable_uri(path: &Path) -> PathBuf {
    uri(path, "immutable=1")
}

/// The path as a URI with a parameter; every byte that could mean something in a URI is escaped.
pub(crate) fn uri(path: &Path, parameter: &str) -> PathBuf {
    let mut uri = b"file:".to_vec();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(*byte),
            other => uri.extend(format!("%{other:02X}").bytes()),
        }
    }
    uri.push(b'?');
    uri.extend(parameter.bytes());
    OsString::from_vec(uri).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uri_escapes_what_could_mean_something() {
        assert_eq!(
            immutable_uri(Path::new("/a b/c?d#e%f.db")),
            Path::new("file:/a%20b/c%3Fd%23e%25f.db?immutable=1")
        );
    }

    #[test]
    fn ensure_unchanged_fails_once_the_file_or_a_sidecar_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        let opened = || Immutable(fs::metadata(&path).unwrap());
        fs::write(&path, "a database").unwrap();
        let state = opened();
        assert!(state.ensure_unchanged(&path).is_ok());
        fs::write(&path, "another database").unwrap();
        assert!(state.ensure_unchanged(&path).is_err());
        let state = opened();
        fs::write(sidecar_path(&path, "-wal"), "").unwrap();
        assert!(state.ensure_unchanged(&path).is_ok());
        fs::write(sidecar_path(&path, "-wal"), "a change").unwrap();
        assert!(state.ensure_unchanged(&path).is_err());
    }
}
