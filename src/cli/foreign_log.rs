//! `log` on another program's database: its arguments. What the events are is in `commands::log`.

use std::ffi::OsString;

use super::foreign::command_of;
use super::given_database::given_database;
use super::log_database::LogDatabase;
use crate::commands::log::Scope;
use crate::host::Location;
use sessionctl_foreign::sqlite::{FileKind, identify};

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
