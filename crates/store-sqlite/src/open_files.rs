//! The database files that this process has open. POSIX drops all locks of a process on a file when the process closes
//! any descriptor of that file, so a file that SQLite has open must not be opened and closed beside it: another
//! program would then remove the WAL in use, and acknowledged changes would be lost with it.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::SqliteError;

/// A file, whatever its name: its device and its inode.
type FileId = (u64, u64);

/// How many stores have each file open.
static OPEN_FILES: Mutex<BTreeMap<FileId, usize>> = Mutex::new(BTreeMap::new());

/// Marks a file as open in this process, until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenFile(FileId);

impl OpenFile {
    /// Marks a file as open, after `check`, which may open and close it. Where the process already has it open, it was
    /// checked before and `check` does not run.
    pub(crate) fn register(
        file: &Metadata,
        check: impl FnOnce() -> Result<(), SqliteError>,
    ) -> Result<Self, SqliteError> {
        let id = (file.dev(), file.ino());
        // Held during the check: another thread must not connect before the descriptor is closed.
        let mut open = open_files();
        if !open.contains_key(&id) {
            check()?;
        }
        *open.entry(id).or_default() += 1;
        Ok(OpenFile(id))
    }
}

impl OpenFile {
    /// Whether the name at `path` is another file's now, or nobody's. Only the name is looked at: opening the file would
    /// drop the locks that this process holds on it.
    pub(crate) fn is_replaced(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).map_or(true, |now| (now.dev(), now.ino()) != self.0)
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        let mut open = open_files();
        if let Some(stores) = open.get_mut(&self.0) {
            *stores -= 1;
            if *stores == 0 {
                open.remove(&self.0);
            }
        }
    }
}

/// A panic while it was locked left the counts whole.
fn open_files() -> MutexGuard<'static, BTreeMap<FileId, usize>> {
    OPEN_FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn register_checks_a_file_only_while_no_store_has_it_open() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let meta = file.path().metadata().unwrap();
        let mut checks = 0;
        let mut register = || {
            OpenFile::register(&meta, || {
                checks += 1;
                Ok(())
            })
            .unwrap()
        };
        let (first, second) = (register(), register());
        drop(first);
        let third = register();
        drop((second, third));
        drop(register());
        assert_eq!(checks, 2);
    }

    #[test]
    fn file_is_replaced_where_its_name_leads_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "").unwrap();
        let open = OpenFile::register(&path.metadata().unwrap(), || Ok(())).unwrap();
        assert!(!open.is_replaced(&path));
        fs::write(&other, "").unwrap();
        fs::rename(&other, &path).unwrap();
        assert!(open.is_replaced(&path));
        fs::remove_file(&path).unwrap();
        assert!(open.is_replaced(&path));
    }

    #[test]
    fn register_leaves_no_mark_where_the_check_fails() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let meta = file.path().metadata().unwrap();
        let failed = OpenFile::register(&meta, || Err(crate::error::corrupt("nothing")));
        assert!(failed.is_err() && !open_files().contains_key(&(meta.dev(), meta.ino())));
    }
}
