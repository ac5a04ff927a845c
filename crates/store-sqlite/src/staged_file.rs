//! A database file that is being written: it appears under its name whole, or not at all.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use rustix::fs::RenameFlags;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use crate::error::{SqliteError, io};
use crate::paths::{SIDECAR_SUFFIXES, sidecar_path, sync_folder};

/// A staged file that was written to within this time is in use, even if its process cannot be seen from here: the
/// process may run in another container or on another machine.
const ACTIVE_WRITER_AGE: Duration = Duration::from_secs(10);

/// A database under another name, which is removed unless it is persisted.
pub(crate) struct StagedFile(PathBuf);

impl StagedFile {
    /// Creates an empty file beside `path`, readable by its owner only.
    pub(crate) fn create(path: &Path) -> Result<Self, SqliteError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        // No name that a person would give a copy, because left-over files of this name are removed.
        name.push(".half-made.new-");
        let stem = path.with_file_name(&name);
        // With a number that no other thread of the process has.
        static FILES_OF_PROCESS: AtomicU32 = AtomicU32::new(0);
        let number = FILES_OF_PROCESS.fetch_add(1, Ordering::Relaxed);
        name.push(format!("{}.{number}", std::process::id()));
        let staged_file = path.with_file_name(name);
        // Left over by a killed process of the same number; they never became a database.
        remove_with_sidecars(&staged_file);
        let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&staged_file);
        // Under its own name: the other one means nothing to whoever reads the message.
        let created = created.map_err(|error| io("cannot create", path, error))?;
        let staged_file = StagedFile(staged_file);
        // By the clock of the disk, which the other files have too.
        if let Ok(now) = created.metadata().and_then(|file| file.modified()) {
            remove_left_over(&stem, now);
        }
        Ok(staged_file)
    }

    /// Its path until it is persisted.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Renames it to `path`; returns `false` where that name is taken.
    pub(crate) fn persist(self, path: &Path) -> Result<bool, SqliteError> {
        Ok(self.persist_or_return(path)?.is_none())
    }

    /// Renames it to `path`; returns the file where that name is taken.
    pub(crate) fn persist_or_return(self, path: &Path) -> Result<Option<Self>, SqliteError> {
        match rustix::fs::renameat_with(
            rustix::fs::CWD,
            &self.0,
            rustix::fs::CWD,
            path,
            RenameFlags::NOREPLACE,
        ) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Ok(Some(self)),
            Err(error) => return Err(io("cannot create", path, error.into())),
        }
        sync_folder(path)?;
        Ok(None)
    }
}

/// Removes the staged files of killed processes: no forgotten copy of sessions may remain. `stem` is their path up to
/// the number of the process. A file that cannot be removed stays.
fn remove_left_over(stem: &Path, now: SystemTime) {
    let folder = stem.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let stem = stem.file_name().unwrap_or_default().as_encoded_bytes();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.as_encoded_bytes().strip_prefix(stem) else { continue };
        let (number, suffix) = split_number(rest);
        let suffix = suffix.strip_prefix(b".").map_or(suffix, |rest| split_number(rest).1);
        let is_suffix = suffix.is_empty() || SIDECAR_SUFFIXES.iter().any(|known| known.as_bytes() == suffix);
        let number = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
        let Some(pid) = number.and_then(Pid::from_raw).filter(|_| is_suffix) else { continue };
        let written = entry.metadata().ok().and_then(|file| now.duration_since(file.modified().ok()?).ok());
        if test_kill_process(pid) == Err(Errno::SRCH) && written.is_some_and(|ago| ago > ACTIVE_WRITER_AGE) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The leading digits of a text, and the rest.
fn split_number(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

/// What cannot be removed stays.
fn remove_with_sidecars(path: &Path) {
    let _ = fs::remove_file(path);
    for suffix in SIDECAR_SUFFIXES {
        let _ = fs::remove_file(sidecar_path(path, suffix));
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        remove_with_sidecars(&self.0);
    }
}
