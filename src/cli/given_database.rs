//! Which database the arguments or the environment name, before the command line is parsed: whose it is decides which parser
//! parses it.

use std::ffi::OsString;
use std::path::PathBuf;

use super::environment::DB_VARIABLE;

/// A database that was named.
pub(super) struct Given {
    pub(super) path: PathBuf,
    /// Whether the arguments name it; else the environment does.
    pub(super) is_argument: bool,
}

/// The database that the arguments or the environment name. The default one is always our own.
pub(super) fn given_database(arguments: &[OsString]) -> Option<Given> {
    let argument = |path: PathBuf| Given { path, is_argument: true };
    let mut words = arguments.iter().skip(1);
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        if word == "--db" {
            return words.next().map(PathBuf::from).map(argument);
        }
        if let Some(path) = word.to_str().and_then(|word| word.strip_prefix("--db=")) {
            return Some(argument(PathBuf::from(path)));
        }
    }
    let path = std::env::var_os(DB_VARIABLE).filter(|value| !value.is_empty())?;
    Some(Given { path: path.into(), is_argument: false })
}
