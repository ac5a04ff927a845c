//! A database file that is being written: it appears under its name whole, or not at all.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::RenameFlags;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use crate::error::{SqliteError, io};
use crate::paths::{SIDECAR_SUFFIXES, sidecar_path, sync_folder};

/// A staged_file is somebody's while it is written to, even if its process is not seen from here: it may run in another
/// container, or on another machine.
const ACTIVE_WRITER_AGE: Duration = Duration::from_secs(10);

/// A database under another name, which goes away unless it is published.
pub(crate) struct StagedFile(PathBuf);

impl StagedFile {
    /// An empty file sidecar_path the one it is to become, readable by its owner only.
    pub(crate) fn sidecar_path(path: &Path) -> Result<Self, SqliteError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        // No name that anybody gives a copy, because what is left over under it is removed.
        name.push(".half-made.new-");
        let stem = path.with_file_name(&name);
        name.push(std::process::id().to_string());
        let staged_file = path.with_file_name(name);
        // Left over by a process of the same number that was killed: it was never anybody's database.
        let _ = fs::remove_file(&staged_file);
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&staged_file);
        let made = made.map_err(|error| io("cannot make", &staged_file, error))?;
        let staged_file = StagedFile(staged_file);
        // By the clock of the disk, which is also that of the others.
        if let Ok(now) = made.metadata().and_then(|file| file.modified()) {
            remove_left_over(&stem, now);
        }
        Ok(staged_file)
    }

    /// Where it is until then.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Gives it its name; `false` where there is such a file already.
    pub(crate) fn persist(self, path: &Path) -> Result<bool, SqliteError> {
        match rustix::fs::renameat_with(
            rustix::fs::CWD,
            &self.0,
            rustix::fs::CWD,
            path,
            RenameFlags::NOREPLACE,
        ) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Ok(false),
            Err(error) => return Err(io("cannot make", path, error.into())),
        }
        sync_folder(path)?;
        Ok(true)
    }
}

/// Removes the drafts that killed processes left: a copy of sessions that nobody knows of should not lie about.
/// `stem` is their path up to the number of the process. What cannot be removed stays.
fn remove_left_over(stem: &Path, now: SystemTime) {
    let folder = stem.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let stem = stem.file_name().unwrap_or_default().as_encoded_bytes();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.as_encoded_bytes().strip_prefix(stem) else { continue };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, suffix) = rest.split_at(digits);
        let is_suffix = suffix.is_empty()
            || SIDECAR_SUFFIXES.iter().any(|sidecar_path| sidecar_path.as_bytes() == suffix);
        let number = std::str::from_utf8(number).ok().and_then(|number| number.parse().ok());
        let Some(pid) = number.and_then(Pid::from_raw).filter(|_| is_suffix) else { continue };
        let written = entry.metadata().ok().and_then(|file| now.duration_since(file.modified().ok()?).ok());
        if test_kill_process(pid) == Err(Errno::SRCH) && written.is_some_and(|ago| ago > ACTIVE_WRITER_AGE) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
        for suffix in SIDECAR_SUFFIXES {
            let _ = fs::remove_file(sidecar_path(&self.0, suffix));
        }
    }
}
