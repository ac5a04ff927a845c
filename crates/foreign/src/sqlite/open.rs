//! Opens a file of another program so that the program does not notice. Nothing is created beside the file that
//! the program could not use, nothing is rolled back and nothing is checkpointed on its behalf.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ffi};

use super::access::Access;
use super::error::translate;
use super::header::{Header, size_beside};
use super::read::SqliteSource;
use super::write::SqliteTarget;
use crate::source::{LOCK_TIMEOUT, SourceError};

pub(super) fn reader(path: &Path) -> Result<SqliteSource, SourceError> {
    let header = Header::read(path)?;
    let access = access(path, &header)?;
    let parameters = match access {
        Access::Locks | Access::OwnerRecovery => "mode=ro",
        Access::SharedMemory => "mode=ro&readonly_shm=1",
        Access::Immutable(_) => "mode=ro&immutable=1",
    };
    let connection = connect(path, parameters, OpenFlags::SQLITE_OPEN_READ_ONLY, &header)?;
    connection.pragma_update(None, "query_only", true).map_err(translate)?;
    Ok(SqliteSource::new(connection, path, access))
}

fn access(path: &Path, header: &Header) -> Result<Access, SourceError> {
    if !header.is_wal {
        return Ok(Access::Locks);
    }
    match (size_beside(path, "-wal"), size_beside(path, "-shm")) {
        (Some(_), Some(_)) => Ok(Access::SharedMemory),
        (None | Some(0), _) => Ok(Access::Immutable(header.version())),
        (Some(_), None) if header.is_owner_or_root() => Ok(Access::OwnerRecovery),
        (Some(_), None) => Err(header.needs_owner()),
    }
}

pub(super) fn writer(path: &Path, foreign_keys: bool) -> Result<SqliteTarget, SourceError> {
    let header = Header::read(path)?;
    // Files that another user creates beside the database would belong to that user.
    if !header.is_owner_or_root() {
        return Err(header.needs_owner());
    }
    // A read-only connection cannot roll a journal back: it reports one that the program left behind. Without
    // this, the write connection would roll it back on the program's behalf.
    drop(reader(path)?);
    let connection = connect(path, "mode=rw", OpenFlags::SQLITE_OPEN_READ_WRITE, &header)?;
    connection.pragma_update(None, "foreign_keys", foreign_keys).map_err(translate)?;
    Ok(SqliteTarget::new(connection))
}

fn connect(
    path: &Path,
    parameters: &str,
    mode: OpenFlags,
    header: &Header,
) -> Result<Connection, SourceError> {
    let flags = mode | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(uri(path, parameters)?, flags).map_err(|error| opening(error, header))?;
    let set = |config: DbConfig, on: bool| connection.set_db_config(config, on).map(|_| ());
    connection.busy_timeout(LOCK_TIMEOUT).map_err(translate)?;
    set(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(translate)?;
    set(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(translate)?;
    set(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(translate)?;
    connection.pragma_update(None, "cell_size_check", true).map_err(translate)?;
    // The first read opens the files beside the database.
    let first = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    first.map_err(|error| opening(error, header))?;
    Ok(connection)
}

/// A file that another user may not open is no fault of the file.
fn opening(error: rusqlite::Error, header: &Header) -> SourceError {
    let code = error.sqlite_error().map(|failure| failure.extended_code & 0xff);
    let denied = matches!(code, Some(ffi::SQLITE_CANTOPEN | ffi::SQLITE_PERM | ffi::SQLITE_READONLY));
    match translate(error) {
        SourceError::Interrupted => SourceError::Interrupted,
        _ if denied && !header.is_owner_or_root() => header.needs_owner(),
        other => other,
    }
}

/// The path as a URI (RFC 3986), so that no character of a name becomes a parameter.
fn uri(path: &Path, parameters: &str) -> Result<String, SourceError> {
    let path = std::path::absolute(path).map_err(SourceError::Io)?;
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                uri.push(char::from(*byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    Ok(format!("{uri}?{parameters}"))
}
