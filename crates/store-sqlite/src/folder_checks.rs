//! Which folder may contain a session database: whoever can write a folder can replace every file in it, whatever the
//! mode of the file. It is checked as ssh checks the folders above a key.

use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use sessionctl_core::store::StoreError;

use crate::error::{SqliteError, io};

const STICKY: u32 = 0o1000;
const WRITABLE_BY_OTHERS: u32 = 0o022;
const ROOT: u32 = 0;
/// The owner that a user namespace shows for a user outside of it, such as the real root in a container.
const UNMAPPED_USER: u32 = 65_534;

/// The map of users of a process that is in no user namespace: each is itself.
const ALL_USERS: [&str; 3] = ["0", "0", "4294967295"];

/// Checks the folder of a file, and all folders above it. The path must be resolved.
pub(crate) fn validate_folder(path: &Path) -> Result<(), SqliteError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    for ancestor in folder.ancestors() {
        let meta =
            fs::metadata(ancestor).map_err(|error| io("cannot look at the folder", ancestor, error))?;
        if let Some(why) = fault(&meta, ancestor == folder) {
            let why = format!("{why}: {}", ancestor.display());
            return Err(StoreError::Refused(why).into());
        }
    }
    Ok(())
}

/// Checks whether a database may be at a path, whether or not there is one.
///
/// # Errors
/// [`StoreError::Refused`] where others could replace it, and where the folders cannot be looked at.
pub fn check_folder(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let folder = folder.canonicalize().map_err(|error| io("cannot look at the folder", folder, error))?;
    Ok(validate_folder(&folder.join(path.file_name().unwrap_or_default()))?)
}

/// Whether there are users that this process cannot name. Elsewhere the number is an account as any other, `nobody`.
fn has_unmapped_users() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    !map.split_whitespace().eq(ALL_USERS)
}

fn fault(folder: &Metadata, is_own_folder: bool) -> Option<&'static str> {
    let (owner, mode) = (folder.uid(), folder.permissions().mode());
    let trusted = [ROOT, rustix::process::geteuid().as_raw()].contains(&owner)
        || (!is_own_folder && owner == UNMAPPED_USER && has_unmapped_users());
    if !trusted {
        Some("another user owns a folder above it, and could replace it")
    } else if mode & WRITABLE_BY_OTHERS != 0 && mode & STICKY == 0 {
        Some("others can write a folder above it, and could replace it")
    } else {
        None
    }
}
