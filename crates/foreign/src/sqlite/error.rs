//! From the engine's result codes to kinds of errors.

use rusqlite::ffi;

use crate::source::SourceError;

/// Translates an error of the engine.
pub(super) fn translate(error: rusqlite::Error) -> SourceError {
    let (extended, message) = match &error {
        rusqlite::Error::SqliteFailure(failure, message) => (failure.extended_code, message.clone()),
        // Its text repeats the statement, which nobody wrote and nobody can change.
        rusqlite::Error::SqlInputError { error, msg, .. } => (error.extended_code, Some(msg.clone())),
        other => return SourceError::Engine(other.to_string()),
    };
    if matches!(extended, ffi::SQLITE_READONLY_ROLLBACK | ffi::SQLITE_READONLY_RECOVERY) {
        return SourceError::Interrupted;
    }
    match extended {
        ffi::SQLITE_READONLY_DBMOVED => return SourceError::Moved,
        _ if extended & 0xff == ffi::SQLITE_READONLY => return SourceError::ReadOnly,
        _ => {}
    }
    match extended & 0xff {
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => SourceError::Busy,
        ffi::SQLITE_CORRUPT => SourceError::Damaged,
        ffi::SQLITE_NOTADB => SourceError::NotSqlite,
        ffi::SQLITE_FULL => SourceError::Full,
        ffi::SQLITE_CONSTRAINT | ffi::SQLITE_AUTH | ffi::SQLITE_ERROR => {
            SourceError::Refused(description(message))
        }
        _ => SourceError::Engine(description(message)),
    }
}

fn description(message: Option<String>) -> String {
    message.unwrap_or_else(|| "no message".to_owned())
}
