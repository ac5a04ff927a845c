//! A folder for a sandbox that lives as long as its command. What is in it does not belong here.

use std::io;
use std::path::{Path, PathBuf};

use sessionctl_store_sqlite::check_folder;
use tempfile::{Builder, TempDir};

/// Creates the folder where a database may be: below the folder for temporary files, or where others can write that one
/// without a sticky bit, below another one of the system.
///
/// # Errors
/// The operating system's, for the first place.
pub fn scratch_folder(prefix: &str) -> io::Result<TempDir> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let others = ["/tmp", "/var/tmp"].map(PathBuf::from).into_iter().chain(runtime);
    let create = |place: &Path| Builder::new().prefix(prefix).tempdir_in(place);
    let is_safe = |folder: &TempDir| check_folder(&folder.path().join("database")).is_ok();
    let first = create(&std::env::temp_dir());
    if first.as_ref().is_ok_and(is_safe) {
        return first;
    }
    others.filter_map(|place| create(&place).ok()).find(is_safe).map_or(first, Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_is_where_a_database_may_be() {
        let folder = scratch_folder("sessionctl-test-").unwrap();
        assert!(check_folder(&folder.path().join("database")).is_ok());
    }
}
