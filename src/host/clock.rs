//! The one place where the system's clock is read.

use std::time::{SystemTime, UNIX_EPOCH};

use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::time::Timestamp;

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
