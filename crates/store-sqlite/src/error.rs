//! Errors of SQLite and of the operating system as a [`StoreError`]. No decision depends on the text of a message.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use sessionctl_core::store::{RowError, StoreError};

/// A [`StoreError`] made from what SQLite or the operating system reported. A type of this crate, because
/// `From` between two foreign types cannot be implemented here.
#[derive(Debug)]
pub(crate) struct SqliteError(pub(crate) StoreError);

impl From<StoreError> for SqliteError {
    fn from(error: StoreError) -> Self {
        SqliteError(error)
    }
}

impl RowError for SqliteError {
    fn into_corrupt(self) -> Result<String, Self> {
        match self {
            SqliteError(StoreError::Corrupt(why)) => Ok(why),
            other => Err(other),
        }
    }
}

impl From<SqliteError> for StoreError {
    fn from(error: SqliteError) -> Self {
        error.0
    }
}

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> Self {
        SqliteError(match &error {
            rusqlite::Error::SqliteFailure(failure, message) => {
                let text = message.clone().unwrap_or_else(|| failure.to_string());
                of_code(failure.code, failure.extended_code, text)
            }
            // A value of the wrong type or length, which STRICT tables and CHECKs exclude in a file that we wrote.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::QueryReturnedNoRows
            | rusqlite::Error::Utf8Error(..) => StoreError::Corrupt(error.to_string()),
            _ => StoreError::Engine(error.to_string()),
        })
    }
}

fn of_code(code: ErrorCode, extended: i32, text: String) -> StoreError {
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy,
        ErrorCode::DiskFull => StoreError::Full,
        // A write past a file limit or a quota is reported as an I/O error of writing or growing the file.
        ErrorCode::SystemIoFailure
            if matches!(
                extended,
                ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_TRUNCATE | ffi::SQLITE_IOERR_SHMSIZE
            ) =>
        {
            StoreError::Full
        }
        ErrorCode::SystemIoFailure => StoreError::Io {
            what: "cannot read or write the database".to_owned(),
            source: std::io::Error::other(text),
        },
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TypeMismatch => {
            StoreError::Corrupt(text)
        }
        // A reader found the journal of a writer that was killed, or that left one behind.
        ErrorCode::ReadOnly if extended == ffi::SQLITE_READONLY_ROLLBACK => StoreError::JournalBeside,
        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            StoreError::ReadOnly(text)
        }
        ErrorCode::OutOfMemory => StoreError::Engine("out of memory".to_owned()),
        _ => StoreError::Engine(text),
    }
}

/// The error of a row that no program of ours could have written.
pub(crate) fn corrupt(what: &str) -> SqliteError {
    StoreError::Corrupt(format!("a row holds {what}")).into()
}

/// The error of a call that the operating system refused.
pub(crate) fn io(what: &str, path: &std::path::Path, source: std::io::Error) -> SqliteError {
    SqliteError(match source.kind() {
        std::io::ErrorKind::StorageFull
        | std::io::ErrorKind::QuotaExceeded
        | std::io::ErrorKind::FileTooLarge => StoreError::Full,
        std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly(format!("{what} {}: {source}", path.display()))
        }
        _ => StoreError::Io { what: format!("{what} {}", path.display()), source },
    })
}
