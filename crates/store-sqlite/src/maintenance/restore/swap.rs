//! The files of a restore. At each moment the name of the database leads to the old one or to the new one, each whole:
//! the old file has all of the WAL before the files beside it are removed, and both change names in one step.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::StoreError;

use crate::error::{SqliteError, io};
use crate::open_files::OpenFile;
use crate::paths::{SIDECAR_SUFFIXES, sidecar_path, sync_folder};
use crate::staged_file::StagedFile;
use crate::store::{SqliteStore, WriteTx};
use crate::write::write_queue::WriteGuard;

/// The lock on the database that is replaced.
pub(crate) struct Locked<'a> {
    pub(crate) tx: WriteTx<'a>,
    pub(crate) open_file: &'a OpenFile,
    _guard: WriteGuard,
}

impl SqliteStore {
    /// Obtains the write lock while the one file is all of the database: its WAL is empty.
    pub(crate) fn lock_to_replace(&self) -> Result<Locked<'_>, SqliteError> {
        self.lock_with_empty_wal(|tx, open_file, guard| Locked { tx, open_file, _guard: guard })
    }
}

/// Puts the staged file in the place of the database, and returns the name under which the old one is kept.
pub(crate) fn exchange(
    staged: StagedFile,
    path: &Path,
    locked: &Locked<'_>,
    label: &'static str,
) -> Result<PathBuf, SqliteError> {
    let kept = give_name(staged, path, locked.tx.time.now, label)?;
    // A process that opens the database waits until it is replaced; one that has it open waits for the write lock, and
    // then notices.
    let alone = locked.open_file.hold_alone();
    // They belong to the old file, which has all of their contents; beside the new one they would be taken for its own.
    for suffix in SIDECAR_SUFFIXES {
        let sidecar = sidecar_path(path, suffix);
        match fs::remove_file(&sidecar) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let _ = fs::remove_file(&kept);
                return Err(io("cannot remove", &sidecar, error));
            }
            _ => {}
        }
    }
    if let Err(error) = renameat_with(CWD, &kept, CWD, path, RenameFlags::EXCHANGE) {
        let _ = fs::remove_file(&kept);
        return Err(io("cannot replace", path, error.into()));
    }
    sync_folder(path)?;
    drop(alone);
    Ok(kept)
}

/// Gives the staged file the name under which the old database will be kept, so that the two can change names.
fn give_name(
    mut staged: StagedFile,
    path: &Path,
    now: Timestamp,
    label: &'static str,
) -> Result<PathBuf, SqliteError> {
    for name in kept_names(path, now, label) {
        match staged.persist_or_return(&name)? {
            None => return Ok(name),
            Some(returned) => staged = returned,
        }
    }
    Err(StoreError::Busy.into())
}

/// Names for the old database: `sessions.db.before-restore-20261125T231500Z`, with a number where it is taken.
fn kept_names(path: &Path, now: Timestamp, label: &'static str) -> impl Iterator<Item = PathBuf> {
    let time = now.to_string().replace(['-', ':'], "");
    let name = move |suffix: String| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!("{label}{time}{suffix}"));
        PathBuf::from(name)
    };
    let first = name(String::new());
    std::iter::once(first).chain((2..).map(move |number| name(format!("-{number}"))))
}
