//! Ends sessions as their time would: now, or at a moment, earlier or later than before.

use super::error::RequestError;
use super::sweep::{Each, Sweep, Totals, drive};
use super::{OpsError, Workbench, clock};
use crate::model::event::Action;
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::store::Swept;

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
    bench: &mut Workbench<'_>,
    sweep: &Sweep,
    at: Option<Timestamp>,
    each: Each<'_>,
) -> Result<Expired, OpsError> {
    if sweep.selector.is_empty() {
        return Err(RequestError::NothingSelected.into());
    }
    let at = at.unwrap_or(bench.now);
    if at < bench.now {
        return Err(RequestError::EndInThePast.into());
    }
    clock::guard(bench)?;
    let event = bench
        .event(Action::ExpirySet)
        .user(sweep.selector.user.as_ref())
        .detail(format!("to {at}, or the absolute limit if earlier"));
    let mut changed: Vec<SessionId> = Vec::new();
    let (mut clamped, later) = (0, at > bench.now);
    let mut collect = |swept: &Swept| {
        // An end that is now is no session's absolute limit, unless it is dead.
        if later {
            changed.extend(swept.changes.iter().filter(|c| c.changed && c.with.is_none()).map(|c| c.id));
        }
        each(swept)
    };
    let totals =
        drive(bench, sweep, &mut collect, &mut |store, slice| store.expire(slice, at, event.clone()))?;
    for id in changed {
        let ends_before = bench.store.session(id)?.is_some_and(|(session, _)| session.deadline < at);
        clamped += u64::from(ends_before);
    }
    bench.tell(|| {
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
    use crate::ops::testing::Bench;

    fn run(bench: &mut Bench, sweep: &Sweep, at: Option<Timestamp>) -> Result<Expired, OpsError> {
        bench.run(|b| expire(b, sweep, at, &mut |_: &Swept| ControlFlow::Continue(())))
    }

    #[test]
    fn an_end_is_set_within_the_absolute_limit_and_never_in_the_past() {
        let mut bench = Bench::new();
        let id = bench.session(Kind::Web, Some("bob")).id;
        let sweep = Sweep::of(Selector { ids: vec![id], ..Selector::default() });
        let (born, week) = (bench.now, Duration::from_secs(7 * 86_400));
        let far = run(&mut bench, &sweep, Some(born.plus(week))).unwrap();
        assert_eq!((far.totals.changed, far.clamped), (1, 1));
        assert_eq!(bench.get(id).deadline, bench.get(id).absolute_expires_at);
        let past = run(&mut bench, &sweep, Some(born.minus(week)));
        assert!(matches!(past, Err(OpsError::Request(RequestError::EndInThePast))));
        let now = run(&mut bench, &sweep, None).unwrap();
        assert_eq!((now.totals.changed, now.clamped, bench.state(id)), (1, 0, State::Expired));
        let dead = run(&mut bench, &sweep, Some(born.plus(week))).unwrap();
        assert_eq!((dead.totals.changed, dead.totals.already_dead, dead.clamped), (0, 1, 0));
        assert_eq!(bench.state(id), State::Expired);
    }

    #[test]
    fn only_what_ends_before_the_moment_asked_for_is_told_of_as_clamped() {
        let mut bench = Bench::new();
        let head = bench.session(Kind::Sso, Some("bob")).id;
        let child = bench.child(head).id;
        let sweep = Sweep::of(Selector { ids: vec![head], ..Selector::default() });
        let soon = bench.now.plus(Duration::from_secs(60));
        let cut = run(&mut bench, &sweep, Some(soon)).unwrap();
        assert_eq!((cut.totals.changed, cut.totals.with_head, cut.clamped), (2, 1, 0));
        assert_eq!([head, child].map(|id| bench.get(id).deadline), [soon, soon]);
        let two = [(); 2].map(|()| bench.session(Kind::Web, Some("bob")).id);
        let sweep = Sweep::of(Selector { ids: two.to_vec(), ..Selector::default() });
        let week = bench.now.plus(Duration::from_secs(7 * 86_400));
        assert_eq!(run(&mut bench, &sweep, Some(week)).unwrap().clamped, 2);
        let (now, last) = (bench.now, bench.get(two[0]).absolute_expires_at);
        assert_eq!(run(&mut bench, &sweep, Some(last)).unwrap().clamped, 0, "at the limit is not past it");
        let at_once = run(&mut bench, &sweep, Some(now)).unwrap();
        assert_eq!((at_once.totals.changed, at_once.clamped), (2, 0), "the present is not past");
    }
}
