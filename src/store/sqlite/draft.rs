//! A database file that is being made: it appears under its name whole, or not at all.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::RenameFlags;
use rustix::io::Errno;

use super::fault::io;
use super::open::sync_folder;
use super::upkeep;
use crate::store::StoreError;

/// A database under another name, which goes away unless it is published.
pub(super) struct Draft(PathBuf);

impl Draft {
    /// An empty file beside the one it is to become, readable by its owner only.
    pub(super) fn beside(path: &Path) -> Result<Self, StoreError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".new-{}", std::process::id()));
        let draft = path.with_file_name(name);
        // Left over by a process of the same number that was killed: it was never anybody's database.
        let _ = fs::remove_file(&draft);
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft);
        made.map_err(|error| io("cannot make", &draft, error))?;
        Ok(Draft(draft))
    }

    /// Where it is until then.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Gives it its name; `false` where there is such a file already.
    pub(super) fn publish(self, path: &Path) -> Result<bool, StoreError> {
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

impl Drop for Draft {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(upkeep::beside(&self.0, suffix));
        }
    }
}
