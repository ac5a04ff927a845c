//! What each write transaction reads first: the time of the latest event, and whether time may be set at will.

use rusqlite::Connection;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::ChangeTime;

use crate::error::SqliteError;

/// The time of the latest event. Event times do not fall below the floor that a migration or a corrected clock set, so
/// it is that of the last event or the floor.
pub(crate) fn latest_event_at(conn: &Connection) -> Result<Option<Timestamp>, SqliteError> {
    let sql = "SELECT max(at) FROM (SELECT time_floor AS at FROM meta WHERE id = 1 UNION ALL \
               SELECT * FROM (SELECT at FROM event ORDER BY id DESC LIMIT 1))";
    let at: Option<i64> = conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(at.map(Timestamp::from_unix))
}

/// Whether the time of a database may be set.
pub(crate) fn is_sandbox(conn: &Connection) -> Result<bool, SqliteError> {
    let sql = "SELECT sandbox FROM meta WHERE id = 1";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// The time of a change, where the clock shows `clock`.
pub(crate) fn change_time(conn: &Connection, clock: Timestamp) -> Result<ChangeTime, SqliteError> {
    ChangeTime::read(clock, latest_event_at(conn)?, || is_sandbox(conn))
}
