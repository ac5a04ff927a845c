//! Reading from a replica, as long as it is not further behind than the URL permits: the row that whoever seals writes
//! each second shows how far it is.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;

use crate::connection::Connection;
use crate::dialect::CLOCK;
use crate::error::{PostgresError, Retry};
use crate::url::Target;

/// A replica that is unreachable or too far behind is asked again after this time.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);
/// Both clocks are read in whole seconds, so the true age may be a second more than their difference.
const CLOCK_GRAIN: Duration = Duration::from_secs(1);

/// A replica.
pub(crate) struct Replica {
    pub(crate) connection: Connection,
    staleness: Duration,
    /// Until when what it shows is within the bound, even if it replays nothing more.
    fresh_until: Cell<Option<Instant>>,
    asked_at: Cell<Option<Instant>>,
    /// Whether statements go to it now.
    pub(crate) is_used: Cell<bool>,
}

impl Replica {
    /// The replica that a URL permits to be read.
    pub(crate) fn of(target: &Target) -> Option<Self> {
        Some(Replica {
            staleness: target.staleness?,
            connection: Connection::to_replica(target.clone()),
            fresh_until: Cell::new(None),
            asked_at: Cell::new(None),
            is_used: Cell::new(false),
        })
    }

    /// Whether what it shows is within the bound.
    pub(crate) fn is_fresh(&self) -> bool {
        let now = Instant::now();
        if self.fresh_until.get().is_some_and(|until| now < until) {
            return true;
        }
        if self.asked_at.get().is_some_and(|at| now < at + RETRY_INTERVAL) && self.fresh_until.get().is_none()
        {
            return false;
        }
        self.asked_at.set(Some(now));
        // What is read later is not older than what is read now.
        let left = self.age().ok().flatten().and_then(|age| self.staleness.checked_sub(age));
        self.fresh_until.set(left.map(|left| now + left));
        left.is_some()
    }

    /// How far it is behind, at most; none where it is no replica any more.
    fn age(&self) -> Result<Option<Duration>, PostgresError> {
        let sql =
            format!("SELECT {CLOCK} - beat_at, pg_is_in_recovery() FROM sessionctl.heartbeat WHERE id = 1");
        let found = self.connection.query_one(&sql, &[])?;
        let seconds: i64 = found.try_get(0)?;
        let is_replica: bool = found.try_get(1)?;
        Ok(is_replica.then(|| Duration::from_secs(seconds.max(0).unsigned_abs()) + CLOCK_GRAIN))
    }

    /// Whether the primary is to be asked instead after this error: the connection ended, or replaying had to remove
    /// what was being read.
    pub(crate) fn gives_way(&self, error: &PostgresError) -> bool {
        let gives_way = error.retry != Retry::Never
            || error.is(&SqlState::UNDEFINED_TABLE)
            || error.is(&SqlState::INVALID_SCHEMA_NAME);
        if gives_way {
            self.fresh_until.set(None);
        }
        gives_way
    }
}
