//! Where the reader left the tour, kept in the user's state directory (XDG Base Directory Specification 0.8). It is a
//! convenience: a place that cannot be read or written is ignored. What a chapter holds does not belong here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The file that names the next chapter.
pub(super) struct Progress {
    path: Option<PathBuf>,
}

impl Progress {
    /// Finds the file; there is none without a home directory.
    pub(super) fn find() -> Self {
        Self::find_in(&|name| std::env::var_os(name))
    }

    fn find_in(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let directory = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = directory("XDG_STATE_HOME").or_else(|| {
            // A home directory is never created.
            directory("HOME").filter(|home| home.is_dir()).map(|home| home.join(".local/state"))
        });
        Progress { path: state.map(|state| state.join("sessionctl").join("tour")) }
    }

    /// The chapter that was to come next.
    pub(super) fn chapter(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.path.as_deref()?).ok()?;
        Some(text.trim().to_owned())
    }

    /// Keeps the chapter that comes next.
    pub(super) fn keep(&self, chapter: &str) {
        if let Some(path) = &self.path
            && std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).is_ok()
        {
            let _ = std::fs::write(path, format!("{chapter}\n"));
        }
    }

    /// Forgets it, because the tour was finished.
    pub(super) fn forget(&self) {
        if let Some(path) = &self.path {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_kept_until_it_is_forgotten() {
        let home = tempfile::tempdir().unwrap();
        let progress = Progress::find_in(&|name| (name == "HOME").then(|| home.path().into()));
        assert_eq!(progress.chapter(), None);
        progress.keep("theft");
        assert_eq!(progress.chapter().as_deref(), Some("theft"));
        assert!(home.path().join(".local/state/sessionctl/tour").exists());
        progress.forget();
        assert_eq!(progress.chapter(), None);
    }

    #[test]
    fn progress_creates_no_home_directory() {
        let missing = PathBuf::from("/nonexistent-home");
        let progress = Progress::find_in(&|name| (name == "HOME").then(|| missing.clone().into()));
        progress.keep("theft");
        assert!(progress.path.is_none() && !missing.exists());
        assert!(Progress::find_in(&|_| None).path.is_none());
    }
}
