//! Where a database is, as the audit log records it: by this an event is known to be about this database and no other.
//! What an event recorded besides is in `recorded`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sessionctl_core::model::redact::redact_tokens;

use super::recorded::Recorded;

/// The place of a database.
#[derive(Clone, Debug)]
pub struct Place {
    /// Without links.
    path: PathBuf,
    given: PathBuf,
    /// Device and inode.
    file: String,
    /// The path as it is recorded: without a token.
    recorded: String,
    /// Whether no other path is recorded like this one.
    is_exact: bool,
}

impl Place {
    /// The place of the file at a path, with its device and inode (see [`SourceFactory::identity`]).
    ///
    /// [`SourceFactory::identity`]: crate::source::SourceFactory::identity
    #[must_use]
    pub fn of(given: &Path, file: String) -> Self {
        let absolute = std::path::absolute(given).unwrap_or_else(|_| given.to_owned());
        let path = fs::canonicalize(given).unwrap_or(absolute);
        let recorded = redact_tokens(&path.display().to_string()).into_owned();
        let is_exact = path.to_str() == Some(&recorded);
        Place { path, given: given.to_owned(), file, recorded, is_exact }
    }

    /// The place as an event begins with it.
    #[must_use]
    pub fn text(&self) -> String {
        let is_plain = !self.recorded.contains(": ") && !self.recorded.starts_with('"');
        if is_plain {
            self.recorded.clone()
        } else {
            serde_json::Value::from(self.recorded.as_str()).to_string()
        }
    }

    /// The path without links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether what was recorded at this path is about another file than the one that has it now.
    #[must_use]
    pub fn was_replaced_since(&self, act: &Recorded) -> bool {
        act.database == self.recorded && act.file != self.file
    }

    /// Whether what was recorded at another path, where there is no file now, may be about this file: it may have been moved,
    /// and another file may have the inode of one that was deleted.
    #[must_use]
    pub fn may_have_been_moved(&self, act: &Recorded) -> bool {
        let written = Path::new(&act.database);
        let is_gone =
            || fs::symlink_metadata(written).is_err_and(|error| error.kind() == ErrorKind::NotFound);
        act.file == self.file && act.database != self.recorded && written.is_absolute() && is_gone()
    }

    /// Whether what was recorded is about this database.
    #[must_use]
    pub fn is_that_of(&self, act: &Recorded) -> bool {
        let is_same_file = act.file == self.file;
        if act.database == self.recorded {
            return self.is_exact || is_same_file;
        }
        let written = Path::new(&act.database);
        if written.is_absolute() {
            // A link was recorded, or took the place of the file later.
            return fs::canonicalize(written).is_ok_and(|path| path == self.path);
        }
        // Relative to an unknown folder. Of a file that was deleted another one may have the inode.
        let has_name = |path: &Path| path.file_name() == written.file_name();
        is_same_file && (has_name(&self.path) || has_name(&self.given))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(database: &str, file: &str) -> Recorded {
        let detail = format!("{database}: django in file {file}: 1 session; users: {{}}; ids: []; act 1");
        Recorded::read(&detail).unwrap()
    }

    #[test]
    fn place_is_known_by_its_path_and_an_earlier_relative_one_by_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().canonicalize().unwrap().join("app.db");
        fs::write(&file, "").unwrap();
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let place = Place::of(&link, "1:2".to_owned());
        assert_eq!(place.text(), file.display().to_string());
        for (path, file, expected) in [
            (file.to_str().unwrap(), "9:9", true),
            (link.to_str().unwrap(), "9:9", true),
            ("/elsewhere/app.db", "1:2", false),
            ("app.db", "1:2", true),
            ("../x/link.db", "1:2", true),
            ("app.db", "9:9", false),
            ("other.db", "1:2", false),
        ] {
            assert_eq!(place.is_that_of(&act(path, file)), expected, "{path} {file}");
        }
    }

    #[test]
    fn file_that_was_replaced_or_moved_is_told_by_its_inode() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().canonicalize().unwrap().join("app.db");
        fs::write(&file, "").unwrap();
        let here = file.to_str().unwrap();
        let place = Place::of(&file, "1:2".to_owned());
        for (path, file, replaced, moved) in [
            (here, "1:2", false, false),
            (here, "9:9", true, false),
            ("/nowhere/at/all/app.db", "1:2", false, true),
            ("/nowhere/at/all/app.db", "9:9", false, false),
            // Another file, which is still there.
            (folder.path().to_str().unwrap(), "1:2", false, false),
        ] {
            let act = act(path, file);
            assert_eq!(place.was_replaced_since(&act), replaced, "{path} {file}");
            assert_eq!(place.may_have_been_moved(&act), moved, "{path} {file}");
        }
    }

    #[test]
    fn path_that_holds_a_token_is_known_with_its_file_only() {
        let path = format!("/nowhere/{}/app: x.db", "a1".repeat(32));
        let place = Place::of(Path::new(&path), "1:2".to_owned());
        assert!(!place.text().contains("a1a1") && place.text().starts_with('"'), "{}", place.text());
        assert!(
            place.is_that_of(&act(&place.text(), "1:2")) && !place.is_that_of(&act(&place.text(), "1:3"))
        );
    }
}
