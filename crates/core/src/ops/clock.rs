//! Whether the clock can be believed. A clock that went back would bring dead sessions to life; the log remembers
//! how late it was.

use super::{OpContext, OpsError};
use crate::model::session::CLOCK_TOLERANCE;

/// Refuses to go on where the clock stands more than [`CLOCK_TOLERANCE`] before the newest event. In a sandbox time is
/// set at will, so nothing is refused there.
///
/// # Errors
/// [`OpsError::ClockBehind`], or the store's.
pub fn guard(cx: &mut OpContext<'_>) -> Result<(), OpsError> {
    let Some(newest) = cx.store.newest_event_at()? else { return Ok(()) };
    // The common case asks the store nothing more.
    if newest.since(cx.now) > CLOCK_TOLERANCE && !cx.store.is_sandbox()? {
        return Err(OpsError::ClockBehind { now: cx.now, newest });
    }
    let now = cx.now;
    cx.trace(|| {
        format!(
            "read the clock, {now}, and the newest event of the log, {newest}: a clock more than 5m \
                behind it would bring expired sessions to life and is not believed"
        )
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::event::Action;
    use crate::ops::testing::Fixture;
    use crate::store::LogStore;

    #[test]
    fn a_clock_far_behind_the_log_is_not_believed() {
        let mut fixture = Fixture::new();
        fixture.run(|b| {
            let event = b.event(Action::DatabaseCreated);
            b.store.record(event).unwrap();
        });
        let born = fixture.now;
        for (behind, believed) in [(0, true), (300, true), (301, false)] {
            fixture.now = born.minus(Duration::from_secs(behind));
            assert_eq!(fixture.run(guard).is_ok(), believed, "{behind}");
        }
        fixture.store.sandbox = true;
        assert!(fixture.run(guard).is_ok());
        assert_eq!(fixture.store.newest_event_at().unwrap(), Some(born));
    }
}
