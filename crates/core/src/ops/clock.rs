//! Whether the clock can be used to answer. A clock that went back would bring expired sessions back to life; the audit
//! log remembers how late it was. Changes need no guard here: the store refuses them itself, under its lock.

use super::step::Step;
use super::{OpContext, OpsError};
use crate::model::session::CLOCK_TOLERANCE;
use crate::store::StoreError;

/// Refuses to answer where the clock is more than [`CLOCK_TOLERANCE`] behind the latest event. In a sandbox time is set
/// at will, so nothing is refused there.
///
/// # Errors
/// [`StoreError::ClockBehind`], or the store's.
pub fn guard(cx: &mut OpContext<'_>) -> Result<(), OpsError> {
    let (now, latest) = (cx.now(), cx.store.latest_event_at()?);
    if let Some(latest) = latest
        // The common case asks the store nothing more.
        && latest.since(now) > CLOCK_TOLERANCE
        && !cx.store.is_sandbox()?
    {
        return Err(StoreError::ClockBehind { now, latest }.into());
    }
    cx.trace(|| Step::ClockRead { now, latest });
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::event::Action;
    use crate::store::AuditStore as _;
    use crate::testing::Fixture;

    #[test]
    fn guard_refuses_a_clock_far_behind_the_latest_event() {
        let mut fixture = Fixture::new();
        fixture.run(|b| {
            let event = b.event(Action::DatabaseCreated);
            b.store.record(event).unwrap();
        });
        let born = fixture.now();
        for (behind, believed) in [(0, true), (300, true), (301, false)] {
            fixture.clock.set(born.minus(Duration::from_secs(behind)));
            assert_eq!(fixture.run(guard).is_ok(), believed, "{behind}");
        }
        assert_eq!(fixture.store.latest_event_at().unwrap(), Some(born));
    }
}
