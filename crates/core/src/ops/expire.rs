//! Ends sessions as their time would: now, or at a moment, earlier or later than before.

use super::bulk::{BulkRequest, OnBatch, Totals, run_batches};
use super::error::RequestError;
use super::{OpContext, OpsError, clock};
use crate::model::event::Action;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::store::BatchResult;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    /// The counts.
    pub totals: Totals,
    /// Sessions that end before the moment asked for, because they may live no longer.
    pub clamped: u64,
}

/// Sets the end of what a sweep selects to `at`, or to now. No end is set past a session's absolute limit or its
/// head's end, and what is dead stays dead (NIST 800-63B-4 §5.2).
///
/// # Errors
/// [`RequestError::NothingSelected`], [`RequestError::EndInThePast`], [`OpsError::ClockBehind`] or the store's.
pub fn expire(
    cx: &mut OpContext<'_>,
    sweep: &BulkRequest,
    at: Option<Timestamp>,
    each: OnBatch<'_>,
) -> Result<Expired, OpsError> {
    if sweep.selector.is_empty() {
        return Err(RequestError::NothingSelected.into());
    }
    let at = at.unwrap_or(cx.now);
    if at < cx.now {
        return Err(RequestError::EndInThePast.into());
    }
    clock::guard(cx)?;
    let event = cx
        .event(Action::ExpirySet)
        .user(sweep.selector.user.as_ref())
        .detail(format!("to {at}, or the absolute limit if earlier"));
    let mut changed: Vec<SessionId> = Vec::new();
    let (mut clamped, later) = (0, at > cx.now);
    let mut collect = |swept: &BatchResult| {
        // An end that is now is no session's absolute limit, unless it is dead.
        if later {
            changed.extend(swept.changes.iter().filter(|c| c.changed && c.with.is_none()).map(|c| c.id));
        }
        each(swept)
    };
    let totals =
        run_batches(cx, sweep, &mut collect, &mut |store, slice| store.expire(slice, at, event.clone()))?;
    for id in changed {
        let ends_before = cx.store.session(id)?.is_some_and(|(session, _)| session.deadline < at);
        clamped += u64::from(ends_before);
    }
    cx.trace(|| {
        format!(
            "{} matched, {} now end at {at}, but {clamped} of them at their absolute \
        limit or their head's end, which nothing moves",
            totals.matched, totals.changed
        )
    });
    Ok(Expired { totals, clamped })
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::time::Duration;

    use super::*;
    use crate::model::selector::Selector;
    use crate::model::session::{Kind, State};
    use crate::ops::testing::Fixture;

    fn run(fixture: &mut Fixture, sweep: &BulkRequest, at: Option<Timestamp>) -> Result<Expired, OpsError> {
        fixture.run(|b| expire(b, sweep, at, &mut |_: &BatchResult| ControlFlow::Continue(())))
    }

    #[test]
    fn an_end_is_set_within_the_absolute_limit_and_never_in_the_past() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        let sweep = BulkRequest::of(Selector { ids: vec![id], ..Selector::default() });
        let (born, week) = (fixture.now, Duration::from_secs(7 * 86_400));
        let far = run(&mut fixture, &sweep, Some(born.plus(week))).unwrap();
        assert_eq!((far.totals.changed, far.clamped), (1, 1));
        assert_eq!(fixture.get(id).deadline, fixture.get(id).absolute_expires_at);
        let past = run(&mut fixture, &sweep, Some(born.minus(week)));
        assert!(matches!(past, Err(OpsError::Request(RequestError::EndInThePast))));
        let now = run(&mut fixture, &sweep, None).unwrap();
        assert_eq!((now.totals.changed, now.clamped, fixture.state(id)), (1, 0, State::Expired));
        let dead = run(&mut fixture, &sweep, Some(born.plus(week))).unwrap();
        assert_eq!((dead.totals.changed, dead.totals.already_ended, dead.clamped), (0, 1, 0));
        assert_eq!(fixture.state(id), State::Expired);
    }

    #[test]
    fn only_what_ends_before_the_moment_asked_for_is_told_of_as_clamped() {
        let mut fixture = Fixture::new();
        let head = fixture.session(Kind::Sso, Some("bob")).id;
        let child = fixture.child(head).id;
        let sweep = BulkRequest::of(Selector { ids: vec![head], ..Selector::default() });
        let soon = fixture.now.plus(Duration::from_secs(60));
        let cut = run(&mut fixture, &sweep, Some(soon)).unwrap();
        assert_eq!((cut.totals.changed, cut.totals.cascaded, cut.clamped), (2, 1, 0));
        assert_eq!([head, child].map(|id| fixture.get(id).deadline), [soon, soon]);
        let two = [(); 2].map(|()| fixture.session(Kind::Web, Some("bob")).id);
        let sweep = BulkRequest::of(Selector { ids: two.to_vec(), ..Selector::default() });
        let week = fixture.now.plus(Duration::from_secs(7 * 86_400));
        assert_eq!(run(&mut fixture, &sweep, Some(week)).unwrap().clamped, 2);
        let (now, last) = (fixture.now, fixture.get(two[0]).absolute_expires_at);
        assert_eq!(run(&mut fixture, &sweep, Some(last)).unwrap().clamped, 0, "at the limit is not past it");
        let at_once = run(&mut fixture, &sweep, Some(now)).unwrap();
        assert_eq!((at_once.totals.changed, at_once.clamped), (2, 0), "the present is not past");
    }
}
