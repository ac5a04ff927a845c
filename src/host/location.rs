//! Where the session database is: the path that was given, or the user's data directory. Opening it does not belong
//! here.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use sessionctl_core::model::redact::holds_token;
use sessionctl_core::store::StoreUrl;
use thiserror::Error;

use super::open_store;

/// Why the place of the database is unknown or cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LocationError {
    /// Nothing names a home directory.
    #[error("there is no home directory to keep the session database in")]
    NoHome,
    /// `HOME` depends on the working directory.
    #[error("HOME is not an absolute path")]
    RelativeHome,
    /// `HOME` names a directory that is not there; it is never created.
    #[error("the home directory {} does not exist", .0.display())]
    MissingHome(PathBuf),
    /// SQLite's name for a database in memory.
    #[error("a database in memory would end with this process: the session database is a file")]
    InMemory,
    /// SQLite's URI form, whose parameters could switch off locking.
    #[error("the session database is named by a path, not by a file: URI")]
    FileUri,
    /// The file would have a token as its name, for everyone who lists its folder.
    #[error("the name of the file has the shape of a token")]
    TokenAsName,
    /// A URL with a password was given where every user of the machine can read it.
    #[error("a password in the arguments can be read by every user of this machine")]
    PasswordInArguments,
    /// The URL of a server cannot be read; its words hold no value of it.
    #[error("{0}")]
    Url(String),
    /// The URL of a server that this program has no store for. The URL itself may hold a password.
    #[error("this program has no store for {0}:// URLs")]
    UnknownScheme(String),
}

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    path: PathBuf,
    /// The home directory that the path begins with, if it was derived from one.
    home: Option<PathBuf>,
    /// The server that keeps the database, where it is no file.
    server: Option<StoreUrl>,
}

impl Location {
    /// The place for a path as the user gave it, or the default `$XDG_DATA_HOME/sessionctl/sessions.db` (XDG Base
    /// Directory Specification 0.8). A leading `~/` is the home directory.
    ///
    /// # Errors
    /// [`LocationError`].
    pub fn find(given: Option<&Path>) -> Result<Self, LocationError> {
        Self::find_in(given, &|name| std::env::var_os(name))
    }

    /// As [`Location::find`], for a path or URL of the command line, which must hold no password.
    ///
    /// # Errors
    /// [`LocationError`].
    pub fn find_argument(given: &Path) -> Result<Self, LocationError> {
        if StoreUrl::new(given).has_password() {
            return Err(LocationError::PasswordInArguments);
        }
        Self::find(Some(given))
    }

    fn find_in(
        given: Option<&Path>,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Self, LocationError> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let Some(path) = given {
            let url = StoreUrl::new(path);
            if let Some(scheme) = url.scheme() {
                // Taken for a path, a URL would become a directory.
                open_store::check_url(scheme, &url)?;
                return Ok(Location { path: url.to_string().into(), home: None, server: Some(url) });
            }
            refuse_names(path)?;
            let Ok(rest) = path.strip_prefix("~") else {
                return Ok(Location { path: path.to_owned(), home: None, server: None });
            };
            let home = home_directory(set("HOME"))?;
            return Ok(Location { path: home.join(rest), home: Some(home), server: None });
        }
        // The specification has relative paths ignored.
        let data = set("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let (data, home) = match data {
            Some(data) => (data, None),
            None => {
                let home = home_directory(set("HOME"))?;
                (home.join(".local/share"), Some(home))
            }
        };
        let path = data.join("sessionctl").join("sessions.db");
        refuse_names(&path)?;
        Ok(Location { path, home, server: None })
    }

    /// Whether the connection to the server is encrypted to whoever answers.
    #[must_use]
    pub fn is_unverified(&self) -> bool {
        self.server.as_ref().is_some_and(open_store::is_unverified)
    }

    /// The server that keeps the database; none where it is a file.
    #[must_use]
    pub fn server(&self) -> Option<&StoreUrl> {
        self.server.as_ref()
    }

    /// The path; for a server, its URL without a password, to be shown.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the database was moved from here, or is an unfinished copy of one.
    #[must_use]
    pub fn is_in_transit(&self) -> bool {
        self.server.is_none() && open_store::is_in_transit(&self.path)
    }

    /// Checks that creating the path would not create a home directory.
    ///
    /// # Errors
    /// [`LocationError::MissingHome`].
    pub fn check_home(&self) -> Result<(), LocationError> {
        match &self.home {
            Some(home) if !home.is_dir() => Err(LocationError::MissingHome(home.clone())),
            _ => Ok(()),
        }
    }
}

fn refuse_names(path: &Path) -> Result<(), LocationError> {
    let name = path.as_os_str().as_bytes();
    if name == b":memory:" {
        return Err(LocationError::InMemory);
    }
    if name.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"file:")) {
        return Err(LocationError::FileUri);
    }
    if would_create_token_name(path) {
        return Err(LocationError::TokenAsName);
    }
    Ok(())
}

/// Whether the name of a file has the shape of a token, or that of a folder of it that does not exist. One that exists
/// is known already: containers have such folders.
#[must_use]
pub fn would_create_token_name(path: &Path) -> bool {
    path.ancestors().enumerate().any(|(number, part)| {
        part.file_name().is_some_and(|name| holds_token(&name.to_string_lossy()))
            && (number == 0 || !part.exists())
    })
}

fn home_directory(variable: Option<OsString>) -> Result<PathBuf, LocationError> {
    // Without the variable, the standard library asks for the account's entry.
    let home = variable.map(PathBuf::from).or_else(std::env::home_dir);
    let home = home.filter(|home| !home.as_os_str().is_empty()).ok_or(LocationError::NoHome)?;
    if home.is_absolute() { Ok(home) } else { Err(LocationError::RelativeHome) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(given: Option<&str>, variables: &[(&str, &str)]) -> Result<PathBuf, LocationError> {
        let value = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        Location::find_in(given.map(Path::new), &value).map(|location| location.path)
    }

    #[test]
    fn default_location_is_data_home_then_home() {
        let expected = |path: &str| Ok(PathBuf::from(path));
        assert_eq!(
            find(None, &[("XDG_DATA_HOME", "/d"), ("HOME", "/h")]),
            expected("/d/sessionctl/sessions.db")
        );
        for ignored in ["", "relative"] {
            assert_eq!(
                find(None, &[("XDG_DATA_HOME", ignored), ("HOME", "/h")]),
                expected("/h/.local/share/sessionctl/sessions.db")
            );
        }
        assert_eq!(find(None, &[("HOME", "h")]), Err(LocationError::RelativeHome));
        assert_eq!(
            find(None, &[("XDG_DATA_HOME", "/d"), ("HOME", "h")]),
            expected("/d/sessionctl/sessions.db")
        );
    }

    #[test]
    fn given_path_expands_only_a_leading_tilde() {
        let home = [("HOME", "/h")];
        assert_eq!(find(Some("~/a.db"), &home), Ok(PathBuf::from("/h/a.db")));
        assert_eq!(find(Some("~/a.db"), &[("HOME", "h")]), Err(LocationError::RelativeHome));
        for kept in ["a.db", "a/~/b.db", "~bob/a.db", "./:memory:", "files.db"] {
            assert_eq!(find(Some(kept), &home), Ok(PathBuf::from(kept)));
        }
    }

    #[test]
    fn sqlite_names_and_urls_are_refused() {
        assert_eq!(find(Some(":memory:"), &[]), Err(LocationError::InMemory));
        for uri in ["file:a.db", "file:/a.db?immutable=1", "FILE:a"] {
            assert_eq!(find(Some(uri), &[]), Err(LocationError::FileUri));
        }
        let error = find(Some("mysql://ann:s3cret@db/app"), &[]).unwrap_err();
        assert_eq!(error.to_string(), "this program has no store for mysql:// URLs");
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn server_is_named_by_a_url_and_shown_without_its_password() {
        let url = Path::new("postgres://ann:s3cret@db.example/app");
        let location = Location::find(Some(url)).unwrap();
        assert_eq!(location.path(), Path::new("postgres://ann@db.example/app"));
        assert_eq!(location.server(), Some(&StoreUrl::new(url)));
        assert_eq!(Location::find_argument(url), Err(LocationError::PasswordInArguments));
        assert!(Location::find_argument(location.path()).is_ok());
        let error = Location::find(Some(Path::new("postgres://ann:s3cret@db.example:0/app"))).unwrap_err();
        assert_eq!(error.to_string(), "the port of the URL is not a number from 1 to 65535");
    }

    #[test]
    fn missing_home_is_reported_before_creating() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let at = |home: &Path| Location {
            path: home.join("x/sessions.db"),
            home: Some(home.to_owned()),
            server: None,
        };
        assert_eq!(at(&gone).check_home(), Err(LocationError::MissingHome(gone.clone())));
        assert_eq!(at(folder.path()).check_home(), Ok(()));
        assert_eq!(Location { path: gone.join("x"), home: None, server: None }.check_home(), Ok(()));
    }
}
