//! The time of the latest event, and whether time may be set at will.

use std::time::{Duration, Instant};

use sessionctl_core::model::time::Timestamp;

use crate::clock::{ClockSource, millis};
use crate::connection::Connection;
use crate::dialect::{CLOCK_TIME, LATEST};
use crate::error::{PostgresError, corrupt};
use crate::store::PostgresStore;

/// The time of the latest event. Ids commit out of order, so the newest ids are compared. Whoever asks compares it with
/// the clock, which is measured again by the way: a program that stays open would drift.
pub(crate) fn latest_event_at(store: &PostgresStore) -> Result<Option<Timestamp>, PostgresError> {
    let sql = format!("SELECT {LATEST}, {CLOCK_TIME} FROM sessionctl.meta m WHERE m.id = 1");
    for is_second in [false, true] {
        let asked_at = Instant::now();
        let found = store.query_one(&sql, &[])?;
        let is_doubtful = match store.clock() {
            ClockSource::Server(clock) => clock.measured(millis(&found, 1)?, asked_at, is_second),
            ClockSource::Given(_) => false,
        };
        if !is_doubtful {
            return Ok(found.try_get::<_, Option<i64>>(0)?.map(Timestamp::from_unix));
        }
    }
    Err(corrupt("no clock"))
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
