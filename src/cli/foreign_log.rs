//! Where acts on other programs' databases are recorded, and `log` on such a database. What the events are is in
//! `commands::log`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::environment::DB_VARIABLE;
use super::foreign::{command_of, given_database};
use crate::commands::log::Scope;
use crate::host::{Location, LocationError};
use sessionctl_foreign::sqlite::{FileKind, identify};

/// Names the database with the audit log of these acts.
const LOG_DB_VARIABLE: &str = "SESSIONCTL_LOG_DB";

/// The database in which acts on another program's database are recorded.
#[derive(Debug)]
pub(super) struct LogDatabase {
    pub(super) location: Result<Location, LocationError>,
    /// The environment variable that names it, if one does.
    pub(super) variable: Option<&'static str>,
}

impl LogDatabase {
    /// The one that `SESSIONCTL_LOG_DB` names; else the user's own: that of `SESSIONCTL_DB` where the arguments name the
    /// other program's, or the default one.
    pub(super) fn find(arguments_name_other: bool) -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let own = || set(DB_VARIABLE).filter(|path| arguments_name_other && is_own(path));
        let (path, variable) = match (set(LOG_DB_VARIABLE), own()) {
            (Some(path), _) => (Some(path), Some(LOG_DB_VARIABLE)),
            (None, Some(path)) => (Some(path), Some(DB_VARIABLE)),
            (None, None) => (None, None),
        };
        LogDatabase { location: Location::find(path.as_deref()), variable }
    }
}

/// Whether a database can only be sessionctl's: it is no other program's file.
fn is_own(path: &Path) -> bool {
    Location::find(Some(path)).map_or(true, |location| {
        location.server().is_some() || !matches!(identify(location.path()), Ok(FileKind::Foreign))
    })
}

/// `log` on another program's database.
pub(super) struct Request {
    /// The arguments without that database.
    pub(super) arguments: Vec<OsString>,
    pub(super) scope: Scope,
    pub(super) database: LogDatabase,
}

/// The request, where the arguments are one.
pub(super) fn request(arguments: &[OsString]) -> Option<Request> {
    let given = given_database(arguments)?;
    let location = Location::find(Some(&given.path)).ok()?;
    let is_foreign =
        location.server().is_none() && matches!(identify(location.path()), Ok(FileKind::Foreign));
    if !is_foreign || command_of(arguments)? != "log" {
        return None;
    }
    let mut rest: Vec<OsString> = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--db" {
            words.next();
        } else if !word.to_str().is_some_and(|word| word.starts_with("--db=")) {
            rest.push(word.clone());
        }
    }
    Some(Request {
        arguments: rest,
        scope: Scope::of(location.path()),
        database: LogDatabase::find(given.is_argument),
    })
}
