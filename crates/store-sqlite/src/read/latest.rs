//! What each write transaction reads first: the time of the latest event, and whether time may be set at will.

use rusqlite::Connection;
use sessionctl_core::model::session::CLOCK_TOLERANCE;
use sessionctl_core::model::time::Timestamp;

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

/// The time of a change that grants access, where the clock shows `clock`; and what the clock shows and the time of the latest event, where
/// the clock is too far behind it.
pub(crate) fn time_of_change(
    conn: &Connection,
    clock: Timestamp,
) -> Result<(Timestamp, Option<(Timestamp, Timestamp)>), SqliteError> {
    let latest = latest_event_at(conn)?.filter(|latest| *latest > clock);
    let Some(latest) = latest.filter(|_| !is_sandbox(conn).unwrap_or(false)) else {
        return Ok((clock, None));
    };
    let behind = (latest.since(clock) > CLOCK_TOLERANCE).then_some((clock, latest));
    Ok((latest, behind))
}
