//! Expires sessions, now or at a given time, earlier or later than before.

use super::bulk::{BulkRequest, OnBatch, Totals, run_batches};
use super::error::RequestError;
use super::step::BulkAct;
use super::{OpContext, OpsError};
use crate::model::event::Action;
use crate::model::time::format_duration;
use crate::store::{BatchResult, EndRule};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    /// The counts.
    pub totals: Totals,
    /// Sessions that end before the time asked for, at their absolute limit or with their parent.
    pub clamped: u64,
}

/// Sets the end of what a request selects. No end is set past a session's absolute limit or its parent's end, and what
/// has ended stays ended (NIST 800-63B-4 §5.2).
///
/// # Errors
/// [`RequestError::NothingSelected`], [`RequestError::EndInThePast`], or the store's.
pub fn expire(
    cx: &mut OpContext<'_>,
    request: &BulkRequest,
    end: EndRule,
    on_batch: OnBatch<'_>,
) -> Result<Expired, OpsError> {
    if request.selector.is_empty() {
        return Err(RequestError::NothingSelected.into());
    }
    check_end(cx, end)?;
    let detail = match end {
        EndRule::Now => "now".to_owned(),
        EndRule::In(span) => format!("in {}, or the absolute limit if earlier", format_duration(span)),
        EndRule::At(at) => format!("at {at}, or the absolute limit if earlier"),
    };
    let event = cx.event(Action::ExpirySet).user(request.selector.user.single()).detail(detail);
    let mut clamped = 0;
    let mut count = |result: &BatchResult| {
        let wanted = end.end(result.at);
        let own = result.changes.iter().filter(|change| change.changed && change.cascaded_from.is_none());
        clamped +=
            own.filter(|change| change.deadline.is_some_and(|deadline| deadline < wanted)).count() as u64;
        on_batch(result)
    };
    let totals =
        run_batches(cx, request, &mut count, &mut |store, batch| store.expire(batch, end, event.clone()))?;
    cx.trace(|| totals.finished_step(BulkAct::Expire, clamped));
    Ok(Expired { totals, clamped })
}

/// Refuses an end that is in the past; for a preview, which refuses what the run refuses.
///
/// # Errors
/// [`RequestError::EndInThePast`].
pub fn check_end(cx: &OpContext<'_>, end: EndRule) -> Result<(), RequestError> {
    match end {
        EndRule::At(at) if at < cx.now() => Err(RequestError::EndInThePast),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::time::Duration;

    use super::*;
    use crate::model::selector::Selector;
    use crate::model::session::{Kind, State};
    use crate::testing::Fixture;

    fn run(fixture: &mut Fixture, bulk: &BulkRequest, end: EndRule) -> Result<Expired, OpsError> {
        fixture.run(|b| expire(b, bulk, end, &mut |_: &BatchResult| ControlFlow::Continue(())))
    }

    #[test]
    fn expire_stays_within_the_absolute_limit_and_never_in_the_past() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        let bulk = BulkRequest::of(Selector { ids: vec![id], ..Selector::default() });
        let (born, week) = (fixture.now(), Duration::from_secs(7 * 86_400));
        let far = run(&mut fixture, &bulk, EndRule::At(born.plus(week))).unwrap();
        assert_eq!((far.totals.changed, far.clamped), (1, 1));
        assert_eq!(fixture.get(id).deadline, fixture.get(id).absolute_expires_at);
        let past = run(&mut fixture, &bulk, EndRule::At(born.minus(week)));
        assert!(matches!(past, Err(OpsError::Request(RequestError::EndInThePast))));
        let now = run(&mut fixture, &bulk, EndRule::Now).unwrap();
        assert_eq!((now.totals.changed, now.clamped, fixture.state(id)), (1, 0, State::Expired));
        let dead = run(&mut fixture, &bulk, EndRule::At(born.plus(week))).unwrap();
        assert_eq!((dead.totals.changed, dead.totals.already_ended, dead.clamped), (0, 1, 0));
        assert_eq!(fixture.state(id), State::Expired);
    }

    #[test]
    fn expire_counts_as_clamped_only_what_ends_earlier_than_asked() {
        let mut fixture = Fixture::new();
        let head = fixture.session(Kind::Sso, Some("bob")).id;
        let child = fixture.child(head).id;
        let bulk = BulkRequest::of(Selector { ids: vec![head], ..Selector::default() });
        let soon = fixture.now().plus(Duration::from_secs(60));
        let cut = run(&mut fixture, &bulk, EndRule::At(soon)).unwrap();
        assert_eq!((cut.totals.changed, cut.totals.cascaded, cut.clamped), (2, 1, 0));
        assert_eq!([head, child].map(|id| fixture.get(id).deadline), [soon, soon]);
        let two = [(); 2].map(|()| fixture.session(Kind::Web, Some("bob")).id);
        let bulk = BulkRequest::of(Selector { ids: two.to_vec(), ..Selector::default() });
        let week = fixture.now().plus(Duration::from_secs(7 * 86_400));
        assert_eq!(run(&mut fixture, &bulk, EndRule::At(week)).unwrap().clamped, 2);
        let (now, last) = (fixture.now(), fixture.get(two[0]).absolute_expires_at);
        assert_eq!(
            run(&mut fixture, &bulk, EndRule::At(last)).unwrap().clamped,
            0,
            "at the limit is not past it"
        );
        let at_once = run(&mut fixture, &bulk, EndRule::At(now)).unwrap();
        assert_eq!((at_once.totals.changed, at_once.clamped), (2, 0), "the present is not past");
    }
}
