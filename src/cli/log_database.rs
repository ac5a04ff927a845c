//! Where acts on other programs' databases are recorded. What is recorded does not belong here.

use std::path::{Path, PathBuf};

use super::environment::DB_VARIABLE;
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
