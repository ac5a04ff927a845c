//! What each write transaction reads first: the time of the latest event, and whether time may be set at will.

use rusqlite::{Connection, OptionalExtension};
use sessionctl_core::model::time::Timestamp;

use crate::error::SqliteError;

/// The time of the latest event. Event times never fall, so it is the last one's.
pub(crate) fn latest_event_at(conn: &Connection) -> Result<Option<Timestamp>, SqliteError> {
    let sql = "SELECT at FROM event ORDER BY id DESC LIMIT 1";
    let at: Option<i64> = conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    Ok(at.map(Timestamp::from_unix))
}

/// Whether the time of a database may be set.
pub(crate) fn is_sandbox(conn: &Connection) -> Result<bool, SqliteError> {
    let sql = "SELECT sandbox FROM meta WHERE id = 1";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}
