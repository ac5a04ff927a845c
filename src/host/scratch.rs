//! A folder for a sandbox that lives as long as its command. What is in it does not belong here.

use std::path::{Path, PathBuf};
use std::{fs, io, thread};

use rustix::termios::tcgetattr;

use sessionctl_store_sqlite::check_folder;
use signal_hook::consts::{SIGHUP, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use tempfile::{Builder, TempDir};

use super::process::is_ignored;
use super::terminal_modes;

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

/// Removes a folder also where SIGTERM or SIGHUP, which a closed terminal sends, ends the process. The terminal gets
/// the modes that it has now. A signal that was ignored from the start, as under `nohup`, still ends nothing.
///
/// # Errors
/// Where the signals cannot be handled.
pub fn remove_when_ended(folder: &Path) -> io::Result<()> {
    let heeded = [SIGHUP, SIGTERM].into_iter().filter(|signal| !is_ignored(*signal));
    let mut signals = Signals::new(heeded)?;
    let (folder, modes) = (folder.to_owned(), tcgetattr(io::stdin()).ok());
    let end = move || {
        if let Some(signal) = signals.forever().next() {
            // A command that still runs there may create a file while the others are removed.
            let _ = fs::remove_dir_all(&folder).or_else(|_| fs::remove_dir_all(&folder));
            if let Some(modes) = &modes {
                terminal_modes::set_finally(modes);
            }
            let _ = emulate_default_handler(signal);
        }
    };
    thread::Builder::new().spawn(end).map(drop)
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
