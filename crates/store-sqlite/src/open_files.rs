//! The database files that this process has open, each with one descriptor of our own. POSIX drops all locks of a
//! process on a file when the process closes any descriptor of that file, so a file that SQLite has open must not be
//! opened and closed beside it: another program would then remove the WAL in use, and acknowledged changes would be
//! lost with it. So the descriptor stays open as long as a store. It also carries the lock by which a restore keeps
//! others from opening the file that it replaces; that lock (flock) is none of SQLite's.

use std::collections::BTreeMap;
use std::fs::{File, Metadata, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{SqliteError, io};

/// Where the header has the version of the format in which the file is written (SQLite's file format, section 1.3.3) …
const WRITE_VERSION_OFFSET: u64 = 18;
/// … which is this one for a WAL.
const WAL_VERSION: u8 = 2;

/// A file, whatever its name: its device and its inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileId(u64, u64);

impl FileId {
    /// The file of these metadata.
    pub(crate) fn of(file: &Metadata) -> Self {
        FileId(file.dev(), file.ino())
    }
}

/// A file that stores of this process have open.
struct Entry {
    file: File,
    stores: usize,
    /// How many hold the lock with others.
    shared_holds: usize,
}

static OPEN_FILES: Mutex<BTreeMap<FileId, Entry>> = Mutex::new(BTreeMap::new());

/// Marks a file as open in this process, until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenFile(FileId);

impl OpenFile {
    /// Marks the file at a path as open, after `check`. Where the process already has it open, it was checked before
    /// and `check` does not run. `None` where another file has the name meanwhile.
    pub(crate) fn register(
        path: &Path,
        meta: &Metadata,
        check: impl FnOnce(&File) -> Result<(), SqliteError>,
    ) -> Result<Option<Self>, SqliteError> {
        let id = FileId::of(meta);
        // Held during the check: another thread must not connect before a descriptor is closed.
        let mut open = open_files();
        if let Some(entry) = open.get_mut(&id) {
            entry.stores += 1;
            return Ok(Some(OpenFile(id)));
        }
        let flags = rustix::fs::OFlags::NOFOLLOW.bits() as i32;
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
        let file = file.map_err(|error| io("cannot read", path, error))?;
        let found = FileId::of(&file.metadata().map_err(|error| io("cannot look at", path, error))?);
        if found != id {
            if open.contains_key(&found) {
                // Closing it would drop the locks of the stores that have that file open.
                std::mem::forget(file);
            }
            return Ok(None);
        }
        check(&file)?;
        open.insert(id, Entry { file, stores: 1, shared_holds: 0 });
        Ok(Some(OpenFile(id)))
    }

    /// The file.
    pub(crate) fn id(&self) -> FileId {
        self.0
    }

    /// Whether the header of the file says that its changes are in a WAL. SQLite's own descriptors hold locks, and must
    /// not be joined by another that is closed.
    pub(crate) fn is_in_wal_mode(&self) -> bool {
        let mut version = [0];
        let open = open_files();
        let read =
            open.get(&self.0).map(|entry| entry.file.read_exact_at(&mut version, WRITE_VERSION_OFFSET));
        matches!(read, Some(Ok(()))) && version == [WAL_VERSION]
    }

    /// Keeps a restore from replacing the file, until the hold is dropped. It waits for a restore that is at work. On a
    /// file system without such locks it holds nothing.
    pub(crate) fn hold(&self) -> Hold {
        if let Some(entry) = open_files().get_mut(&self.0) {
            if entry.shared_holds == 0 {
                let _ = entry.file.lock_shared();
            }
            entry.shared_holds += 1;
        }
        Hold(self.0)
    }

    /// Keeps all others from opening the file, until the hold is dropped. It waits for those that are just opening it.
    pub(crate) fn hold_alone(&self) -> HoldAlone {
        if let Some(entry) = open_files().get(&self.0) {
            let _ = entry.file.lock();
        }
        HoldAlone(self.0)
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        let mut open = open_files();
        if let Some(entry) = open.get_mut(&self.0) {
            entry.stores -= 1;
            if entry.stores == 0 {
                open.remove(&self.0);
            }
        }
    }
}

/// The lock on a file, held with others.
#[derive(Debug)]
pub(crate) struct Hold(FileId);

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(entry) = open_files().get_mut(&self.0) {
            entry.shared_holds -= 1;
            if entry.shared_holds == 0 {
                let _ = entry.file.unlock();
            }
        }
    }
}

/// The lock on a file, held alone.
#[derive(Debug)]
pub(crate) struct HoldAlone(FileId);

impl Drop for HoldAlone {
    fn drop(&mut self) {
        if let Some(entry) = open_files().get(&self.0) {
            let _ = entry.file.unlock();
        }
    }
}

/// A panic while it was locked left the counts whole.
fn open_files() -> MutexGuard<'static, BTreeMap<FileId, Entry>> {
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
            OpenFile::register(file.path(), &meta, |_| {
                checks += 1;
                Ok(())
            })
            .unwrap()
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
    fn register_leaves_no_mark_where_the_check_fails() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let meta = file.path().metadata().unwrap();
        let failed = OpenFile::register(file.path(), &meta, |_| Err(crate::error::corrupt("nothing")));
        assert!(failed.is_err() && !open_files().contains_key(&FileId::of(&meta)));
    }
}
