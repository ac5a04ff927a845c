//! Opens a file of another program so that the program does not notice. Nothing is created beside the file that
//! the program could not use, nothing is rolled back and nothing is checkpointed on its behalf.

use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags, ffi};

use super::access::Access;
use super::error::translate;
use super::header::{Header, WalVersion, exists_beside};
use super::read::SqliteSource;
use super::write::SqliteTarget;
use crate::source::{LOCK_TIMEOUT, SourceError};

pub(super) fn reader(path: &Path) -> Result<SqliteSource, SourceError> {
    let header = Header::read(path)?;
    let access = access(path, &header)?;
    let parameters = match access {
        Access::Locks => "mode=ro",
        Access::SharedMemory => "mode=ro&readonly_shm=1",
        Access::Immutable(_) => "mode=ro&immutable=1",
        // Without locks the exclusive mode, in which SQLite keeps the index in memory, needs no right to write.
        Access::PrivateIndex(..) => "mode=ro&vfs=unix-none",
    };
    let connection = configure(path, parameters, OpenFlags::SQLITE_OPEN_READ_ONLY, &header)?;
    if matches!(access, Access::PrivateIndex(..)) {
        connection.pragma_update(None, "locking_mode", "exclusive").map_err(translate)?;
    }
    begin(&connection, path, &header)?;
    connection.pragma_update(None, "query_only", true).map_err(translate)?;
    if matches!(access, Access::Locks | Access::Immutable(_)) {
        check_last_page(&connection, path, &header)?;
    }
    Ok(SqliteSource::new(connection, path, access))
}

/// Refuses a file that ends within a page, as a copy that was interrupted does: SQLite would read the rest as zeros, and
/// the rows there would be missing without a word. While the lock is held, no program makes the file longer.
fn check_last_page(connection: &Connection, path: &Path, header: &Header) -> Result<(), SourceError> {
    let read = connection.unchecked_transaction().map_err(translate)?;
    let number = |sql: &str| read.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(translate);
    number("SELECT count(*) FROM sqlite_schema")?;
    let pages_bytes = number("PRAGMA page_count")?.saturating_mul(number("PRAGMA page_size")?);
    // The path may name another file by now, whose length is not that of the open one.
    let meta = match std::fs::metadata(path) {
        Ok(meta) if header.is_of(&meta) => meta,
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(SourceError::Io(error)),
        _ => return Err(SourceError::Moved),
    };
    // A program that lets its file grow in chunks has a longer one.
    if u64::try_from(pages_bytes).is_ok_and(|pages| meta.len() >= pages) {
        Ok(())
    } else {
        Err(SourceError::Damaged)
    }
}

fn access(path: &Path, header: &Header) -> Result<Access, SourceError> {
    if !header.is_wal {
        return Ok(Access::Locks);
    }
    if exists_beside(path, "-wal") && exists_beside(path, "-shm") {
        return Ok(Access::SharedMemory);
    }
    match WalVersion::beside(path) {
        None => Ok(Access::Immutable(header.version())),
        Some(wal) => Ok(Access::PrivateIndex(header.version(), wal)),
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
    let connection = configure(path, "mode=rw", OpenFlags::SQLITE_OPEN_READ_WRITE, &header)?;
    // SQLite would create a WAL of the same mode, which the program could not write.
    if connection.is_readonly(MAIN_DB).map_err(translate)? {
        return Err(SourceError::ReadOnly);
    }
    begin(&connection, path, &header)?;
    connection.pragma_update(None, "foreign_keys", foreign_keys).map_err(translate)?;
    Ok(SqliteTarget::new(connection))
}

fn configure(
    path: &Path,
    parameters: &str,
    mode: OpenFlags,
    header: &Header,
) -> Result<Connection, SourceError> {
    let flags = mode | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri(path, parameters)?, flags)
        .map_err(|error| opening(error, path, header))?;
    let set = |config: DbConfig, on: bool| connection.set_db_config(config, on).map(|_| ());
    connection.busy_timeout(LOCK_TIMEOUT).map_err(translate)?;
    set(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(translate)?;
    set(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(translate)?;
    set(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(translate)?;
    connection.pragma_update(None, "cell_size_check", true).map_err(translate)?;
    Ok(connection)
}

/// The first read opens the files beside the database.
fn begin(connection: &Connection, path: &Path, header: &Header) -> Result<(), SourceError> {
    let first = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    first.map(|_| ()).map_err(|error| opening(error, path, header))
}

/// A file that another user may not open, or that was removed meanwhile, is no fault of the file.
fn opening(error: rusqlite::Error, path: &Path, header: &Header) -> SourceError {
    let code = error.sqlite_error().map(|failure| failure.extended_code & 0xff);
    let denied = matches!(code, Some(ffi::SQLITE_CANTOPEN | ffi::SQLITE_PERM | ffi::SQLITE_READONLY));
    match translate(error) {
        SourceError::Interrupted => SourceError::Interrupted,
        _ if denied && std::fs::metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound) => {
            SourceError::Missing
        }
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn file_replaced_by_a_shorter_one_is_moved_and_not_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.sqlite3");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        let header = Header::read(&path).unwrap();
        let connection = configure(&path, "mode=ro", OpenFlags::SQLITE_OPEN_READ_ONLY, &header).unwrap();
        begin(&connection, &path, &header).unwrap();
        assert!(check_last_page(&connection, &path, &header).is_ok());
        let next = folder.path().join("next");
        fs::write(&next, b"short").unwrap();
        fs::rename(&next, &path).unwrap();
        assert!(matches!(check_last_page(&connection, &path, &header), Err(SourceError::Moved)));
        fs::remove_file(&path).unwrap();
        assert!(matches!(check_last_page(&connection, &path, &header), Err(SourceError::Moved)));
    }
}
