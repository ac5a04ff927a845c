//! What SQLite says went wrong, in the store's words. No decision is made by the text of a message.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use sessionctl_core::store::StoreError;

/// A [`StoreError`] made from what SQLite or the operating system reported. A type of this crate, because
/// neither of the two that it joins is.
#[derive(Debug)]
pub(crate) struct SqliteError(pub(crate) StoreError);

impl From<StoreError> for SqliteError {
    fn from(error: StoreError) -> Self {
        SqliteError(error)
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
            // A value of the wrong type or length: STRICT tables and CHECKs rule it out in a file we wrote.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::QueryReturnedNoRows
            | rusqlite::Error::Utf8Error(..) => StoreError::Damaged(error.to_string()),
            _ => StoreError::Engine(error.to_string()),
        })
    }
}

fn of_code(code: ErrorCode, extended: i32, text: String) -> StoreError {
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy,
        ErrorCode::DiskFull => StoreError::Full,
        // A write past a file limit or quota comes as an I/O error on writing or growing the file.
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
            StoreError::Damaged(text)
        }
        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            StoreError::ReadOnly(text)
        }
        ErrorCode::OutOfMemory => StoreError::Engine("out of memory".to_owned()),
        _ => StoreError::Engine(text),
    }
}

/// A row that no program of ours could have written.
pub(crate) fn corrupt(what: &str) -> SqliteError {
    StoreError::Damaged(format!("a row holds {what}")).into()
}

/// What the operating system refused.
pub(crate) fn io(what: &str, path: &std::path::Path, source: std::io::Error) -> SqliteError {
    SqliteError(match source.kind() {
        std::io::ErrorKind::StorageFull
        | std::io::ErrorKind::QuotaExceeded
        | std::io::ErrorKind::FileTooLarge => StoreError::Full,
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly(format!("{what} {}: {source}", path.display()))
        }
        _ => StoreError::Io { what: format!("{what} {}", path.display()), source },
    })
}
