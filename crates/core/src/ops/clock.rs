//! Whether the clock can be used to answer. A clock that went back would bring expired sessions back to life; the audit
//! log remembers how late it was. Changes need no guard here: the store refuses them itself, under its lock.

use std::ops::ControlFlow;

use super::bulk::BulkRequest;
use super::revoke::revoke;
use super::step::Step;
use super::{OpContext, OpsError};
use crate::model::event::Action;
use crate::model::selector::{Selector, Sort, StateFilter};
use crate::model::session::{CLOCK_TOLERANCE, State};
use crate::model::time::Timestamp;
use crate::store::{ChangeTime, ClockCorrection, FALSE_FUTURE, Page, Store, StoreError};

/// The clock beside the latest event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// What the clock shows.
    pub now: Timestamp,
    /// The time of the latest event; none in an empty log.
    pub latest: Option<Timestamp>,
    /// Whether the clock is more than [`CLOCK_TOLERANCE`] behind it. Either can be the wrong one, and whether a session
    /// is active is unknown. Never in a sandbox, where time is set at will.
    pub is_behind: bool,
}

/// Compares the clock with the latest event.
///
/// # Errors
/// The store's.
pub fn read(store: &dyn Store, now: Timestamp) -> Result<ClockReading, StoreError> {
    let latest = store.latest_event_at()?;
    let time = ChangeTime::read(now, latest, || store.is_sandbox())?;
    Ok(ClockReading { now, latest, is_behind: time.behind.is_some() })
}

/// The active sessions that were seen later than the clock shows: a verification by a clock that was ahead extended
/// their idle time, and wrote no event that could show it.
#[must_use]
pub fn seen_ahead(now: Timestamp) -> Selector {
    Selector {
        state: Some(StateFilter::Only(State::Active)),
        seen_after: Some(now.plus(CLOCK_TOLERANCE)),
        ..Selector::default()
    }
}

/// Accepts the clock after a false future, and ends what was issued or seen in it; `None` where the clock is behind
/// neither the latest event nor the latest use of a session. Without `commit` nothing is changed, and the answer is
/// what would be.
///
/// # Errors
/// The store's.
pub fn accept(cx: &mut OpContext<'_>, commit: bool) -> Result<Option<ClockCorrection>, OpsError> {
    let ClockReading { now, latest, .. } = read(cx.store, cx.now())?;
    cx.trace(|| Step::ClockRead { now, latest });
    let detail = latest.map(|latest| format!("accepted {now}; the latest event was at {latest}"));
    let event = cx.event(Action::ClockAccepted).detail(detail);
    let corrected = match cx.store.accept_clock(commit, event)? {
        None => end_seen_ahead(cx, commit)?,
        corrected => corrected,
    };
    if let Some(ClockCorrection { ended, retired_keys, .. }) = &corrected {
        cx.trace(|| Step::ClockAccepted {
            written: commit.into(),
            sessions: ended.len(),
            keys: retired_keys.len(),
        });
    }
    Ok(corrected)
}

/// Ends what a clock that was ahead has only seen.
fn end_seen_ahead(cx: &mut OpContext<'_>, commit: bool) -> Result<Option<ClockCorrection>, OpsError> {
    let clock = cx.now();
    if cx.store.is_sandbox()? {
        return Ok(None);
    }
    let selector = seen_ahead(clock);
    let (mut ended, mut latest) = (Vec::new(), clock);
    cx.store.select(&selector, Page::whole(Sort::Newest), clock, &mut |session| {
        latest = latest.max(session.last_seen_at);
        ended.push(session.id);
        ControlFlow::Continue(())
    })?;
    if ended.is_empty() {
        return Ok(None);
    }
    if commit {
        let request = BulkRequest::of(Selector { ids: std::mem::take(&mut ended), ..Selector::default() });
        revoke(cx, &request, FALSE_FUTURE, &mut |batch| {
            ended.extend(batch.changes.iter().filter(|change| change.changed).map(|change| change.id));
            ControlFlow::Continue(())
        })?;
    }
    ended.sort_unstable();
    Ok(Some(ClockCorrection { clock, latest, ended, retired_keys: Vec::new() }))
}

/// Refuses to answer where the clock is more than [`CLOCK_TOLERANCE`] behind the latest event. In a sandbox time is set
/// at will, so nothing is refused there.
///
/// # Errors
/// [`StoreError::ClockBehind`], or the store's.
pub fn guard(cx: &mut OpContext<'_>) -> Result<(), OpsError> {
    let ClockReading { now, latest, is_behind } = read(cx.store, cx.now())?;
    if let Some(latest) = latest.filter(|_| is_behind) {
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
    use crate::model::session::Kind;
    use crate::ops::verify::{Requirements, verify};
    use crate::store::AuditStore as _;
    use crate::testing::Fixture;

    #[test]
    fn accept_ends_what_a_clock_that_was_ahead_has_only_seen() {
        let mut fixture = Fixture::new();
        let [seen, other] = [(); 2].map(|()| fixture.session(Kind::Web, Some("bob")));
        let now = fixture.now();
        fixture.clock.set(now.plus(Duration::from_secs(900)));
        let touch = Requirements { touch: true, ..Requirements::default() };
        fixture.run(|cx| verify(cx, &seen.token(), &touch)).unwrap();
        fixture.clock.set(now);
        let events = fixture.store.head().unwrap();
        let planned = fixture.run(|cx| accept(cx, false)).unwrap().unwrap();
        assert_eq!((fixture.store.head().unwrap(), fixture.state(seen.id)), (events, State::Active));
        let done = fixture.run(|cx| accept(cx, true)).unwrap().unwrap();
        assert_eq!((&planned, &done.ended), (&done, &vec![seen.id]));
        assert_eq!((fixture.state(seen.id), fixture.state(other.id)), (State::Revoked, State::Active));
        assert!(fixture.run(|cx| accept(cx, true)).unwrap().is_none());
    }

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
