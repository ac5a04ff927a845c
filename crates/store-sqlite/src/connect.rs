//! Connecting to a file that was checked before, with the settings that every connection has; and how long a
//! process waits for a lock.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::SqliteError;

/// A process that finds the database locked retries: soon at first, because most changes are short, and then at a
/// rate at which hundreds can retry and leave the writer some time. SQLite's own handler waits longer and longer,
/// and misses the gaps. Of many writers, mostly only one retries at a time; see `write_queue`.
fn retry_pause(retries: i32) -> Duration {
    Duration::from_millis(if retries < 20 { 1 } else { 10 })
}

/// Two minutes: an overwhelmed disk can block for half of one.
const MAX_LOCK_RETRIES: i32 = 12_000;

/// The busy handler of everything that must be done.
pub(crate) fn wait(retries: i32) -> bool {
    std::thread::sleep(retry_pause(retries));
    retries < MAX_LOCK_RETRIES
}

/// The busy handler of what can be left out, but not by chance: about a second.
pub(crate) fn wait_a_second(retries: i32) -> bool {
    retries < 100 && wait(retries)
}

/// The busy handler of what can be done later.
pub(crate) fn wait_briefly(retries: i32) -> bool {
    retries < 20 && wait(retries)
}

/// Runs `act` with another busy handler.
pub(crate) fn with_busy_handler<T>(
    conn: &mut Connection,
    handler: fn(i32) -> bool,
    act: impl FnOnce(&mut Connection) -> Result<T, SqliteError>,
) -> Result<T, SqliteError> {
    conn.busy_handler(Some(handler))?;
    let result = act(conn);
    conn.busy_handler(Some(wait))?;
    result
}

/// Connects to the file at `path`.
pub(crate) fn connect(path: &Path, mode: OpenFlags) -> Result<Connection, SqliteError> {
    let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut conn = Connection::open_with_flags(path, flags)?;
    conn.busy_handler(Some(wait))?;
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        // A planted trigger made a revoke report success while the session stayed active.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        // Without this, SQLite plans a statement again for each value that is bound: look-ups took six times as
        // long. `query_plan` chooses the access path anyway.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        // A store that changed something turns this off when it is dropped.
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
    ] {
        conn.set_db_config(setting, on)?;
    }
    Ok(conn)
}
