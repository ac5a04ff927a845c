//! The one place where the system's clock and its time zone are read.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Local, Offset as _, TimeZone as _};
use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::time::{Timestamp, Zone};

/// Returns the time zone of the person at the terminal: that of `TZ`, or else of the system.
#[must_use]
pub fn zone() -> Zone {
    Zone::Lookup(|at| {
        // chrono can name every timestamp.
        let utc = DateTime::from_timestamp(at.unix(), 0).unwrap_or_default().naive_utc();
        Local.offset_from_utc_datetime(&utc).fix().local_minus_utc()
    })
}

/// The system's clock, in whole seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> Timestamp {
        // A clock set before 1970 reads as 1970; a store refuses a clock that is behind its latest event.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }
}
