//! The time of the latest event, and whether time may be set at will.

use std::time::Duration;

use sessionctl_core::model::time::Timestamp;

use crate::connection::Connection;
use crate::error::PostgresError;

/// The time of the latest event, as an expression over `meta m`: no event up to floor_event counts, because a corrected
/// clock wrote the later ones.
pub(crate) const LATEST: &str = "greatest(m.time_floor, (SELECT max(e.at) FROM (SELECT at FROM sessionctl.event \
     WHERE id > m.floor_event ORDER BY id DESC LIMIT 64) e))";

/// The time of the latest event. Ids commit out of order, so the newest ids are compared.
pub(crate) fn latest_event_at(connection: &Connection) -> Result<Option<Timestamp>, PostgresError> {
    let sql = format!("SELECT {LATEST} FROM sessionctl.meta m WHERE m.id = 1");
    let at: Option<i64> = connection.query_one(&sql, &[])?.try_get(0)?;
    Ok(at.map(Timestamp::from_unix))
}

/// No transaction that writes an event lasts longer: each of its statements has a limit.
pub(crate) const LATE_EVENTS: Duration = Duration::from_secs(60);

/// The number of the newest event.
pub(crate) fn newest_event(connection: &Connection) -> Result<i64, PostgresError> {
    Ok(connection.query_one("SELECT coalesce(max(id), 0) FROM sessionctl.event", &[])?.try_get(0)?)
}

/// Whether the time of a database may be set.
pub(crate) fn is_sandbox(connection: &Connection) -> Result<bool, PostgresError> {
    Ok(connection.query_one("SELECT sandbox FROM sessionctl.meta WHERE id = 1", &[])?.try_get(0)?)
}
