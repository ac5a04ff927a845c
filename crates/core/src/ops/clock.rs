//! Whether the clock can be believed. A clock that went back would bring dead sessions to life; the log remembers
//! how late it was.

use super::{OpsError, Workbench};
use crate::model::session::CLOCK_TOLERANCE;

/// Refuses to go on where the clock stands more than [`CLOCK_TOLERANCE`] before the newest event. In a sandbox time is
/// set at will, so nothing is refused there.
///
/// # Errors
/// [`OpsError::ClockBehind`], or the store's.
pub fn guard(bench: &mut Workbench<'_>) -> Result<(), OpsError> {
    let Some(newest) = bench.store.newest_event_at()? else { return Ok(()) };
    // The common case asks the store nothing more.
    if newest.since(bench.now) > CLOCK_TOLERANCE && !bench.store.is_sandbox()? {
        return Err(OpsError::ClockBehind { now: bench.now, newest });
    }
    let now = bench.now;
    bench.tell(|| {
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
    use crate::ops::testing::Bench;
    use crate::store::LogStore;

    #[test]
    fn a_clock_far_behind_the_log_is_not_believed() {
        let mut bench = Bench::new();
        bench.run(|b| {
            let event = b.event(Action::DatabaseCreated);
            b.store.record(event).unwrap();
        });
        let born = bench.now;
        for (behind, believed) in [(0, true), (300, true), (301, false)] {
            bench.now = born.minus(Duration::from_secs(behind));
            assert_eq!(bench.run(guard).is_ok(), believed, "{behind}");
        }
        bench.store.sandbox = true;
        assert!(bench.run(guard).is_ok());
        assert_eq!(bench.store.newest_event_at().unwrap(), Some(born));
    }
}
