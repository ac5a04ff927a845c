//! The one place where the clock is read.

use std::time::{SystemTime, UNIX_EPOCH};

use sessionctl_core::model::time::Timestamp;

/// The present, by the system's clock.
#[expect(clippy::disallowed_methods, reason = "this is where the clock is read, once")]
pub(super) fn now() -> Timestamp {
    // A clock that stands before 1970 is read as 1970; the acts refuse to believe one that went back.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
