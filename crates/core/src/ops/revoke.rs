//! Withdraws sessions for good, at once, and the families under them.

use super::bulk::{BulkRequest, OnBatch, Totals, run_batches};
use super::error::RequestError;
use super::{OpContext, OpsError, clock};
use crate::model::event::Action;

/// Bytes of a reason.
pub const MAX_REASON_BYTES: usize = 1_024;

/// Revokes what a sweep selects. What is dead already is reported and stays as it was, so that doing it again
/// changes nothing; a session that dies meanwhile is never revived (CVE-2025-46336).
///
/// # Errors
/// [`RequestError::NothingSelected`], [`RequestError::TextTooLong`], [`OpsError::ClockBehind`] or the store's;
/// the slices that were steps of are revoked all the same.
pub fn revoke(
    cx: &mut OpContext<'_>,
    sweep: &BulkRequest,
    reason: &str,
    each: OnBatch<'_>,
) -> Result<Totals, OpsError> {
    if sweep.selector.is_empty() {
        return Err(RequestError::NothingSelected.into());
    }
    if reason.len() > MAX_REASON_BYTES {
        return Err(RequestError::TextTooLong { what: "reason", most: MAX_REASON_BYTES }.into());
    }
    clock::guard(cx)?;
    let event = cx.event(Action::SessionRevoked).user(sweep.selector.user.as_ref()).detail(reason.to_owned());
    let totals =
        run_batches(cx, sweep, each, &mut |store, slice| store.revoke(slice, reason, event.clone()))?;
    cx.trace(|| {
        format!(
            "{} matched, {} revoked, {} of them because their family's head was; a revoked session \
                stays so past every limit, and is kept until pruned",
            totals.matched, totals.changed, totals.cascaded
        )
    });
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::model::selector::{Selector, StateFilter};
    use crate::model::session::{Kind, SessionId, State};
    use crate::ops::testing::Fixture;
    use crate::store::{BatchResult, StoreError};

    fn id(number: i64) -> SessionId {
        SessionId::new(number).unwrap()
    }

    fn run(fixture: &mut Fixture, sweep: &BulkRequest) -> Result<Totals, OpsError> {
        fixture.run(|b| revoke(b, sweep, "test", &mut |_: &BatchResult| ControlFlow::Continue(())))
    }

    #[test]
    fn a_head_falls_with_its_family_and_again_changes_nothing() {
        let mut fixture = Fixture::new();
        let head = fixture.session(Kind::Sso, Some("bob")).id;
        let child = fixture.child(head).id;
        let other = fixture.session(Kind::Web, Some("bob")).id;
        let sweep = BulkRequest::of(Selector { ids: vec![head, id(99)], ..Selector::default() });
        let totals = run(&mut fixture, &sweep).unwrap();
        let expected = Totals {
            matched: 1,
            changed: 2,
            cascaded: 1,
            finished: true,
            missing: vec![id(99)],
            ..Totals::default()
        };
        assert_eq!(totals, expected);
        assert_eq!(
            [head, child, other].map(|id| fixture.state(id)),
            [State::Revoked, State::Revoked, State::Active]
        );
        let again = run(&mut fixture, &sweep).unwrap();
        assert_eq!((again.matched, again.changed, again.already_ended), (1, 0, 1));
        assert_eq!(fixture.actions().iter().filter(|a| **a == "session.revoked").count(), 1);
    }

    #[test]
    fn slices_end_where_they_are_broken_off_and_go_on_later() {
        let mut fixture = Fixture::new();
        for _ in 0..5 {
            fixture.session(Kind::Anonymous, None);
        }
        let active = StateFilter::Only(State::Active);
        let all = Selector { all: true, state: Some(active), ..Selector::default() };
        let sweep = BulkRequest { batch: 2, ..BulkRequest::of(all) };
        let first =
            fixture.run(|b| revoke(b, &sweep, "x", &mut |_: &BatchResult| ControlFlow::Break(()))).unwrap();
        assert_eq!((first.changed, first.finished), (2, false));
        let capped = run(&mut fixture, &BulkRequest { most: Some(1), ..sweep.clone() }).unwrap();
        assert_eq!((capped.changed, capped.finished), (1, false));
        let rest = run(&mut fixture, &sweep).unwrap();
        assert_eq!((rest.changed, rest.finished), (2, true));
    }

    #[test]
    fn another_number_than_expected_changes_nothing() {
        let mut fixture = Fixture::new();
        let session = fixture.session(Kind::Anonymous, None).id;
        let all = Selector { all: true, ..Selector::default() };
        let error = run(&mut fixture, &BulkRequest { expect: Some(2), ..BulkRequest::of(all) }).unwrap_err();
        assert!(matches!(error, OpsError::Store(StoreError::Unexpected { expected: 2, found: 1 })));
        assert_eq!(fixture.state(session), State::Active);
        let nothing = run(&mut fixture, &BulkRequest::of(Selector::default())).unwrap_err();
        assert!(matches!(nothing, OpsError::Request(RequestError::NothingSelected)));
    }

    #[test]
    fn a_reason_is_as_long_as_it_may_be_and_no_longer() {
        let mut fixture = Fixture::new();
        let session = fixture.session(Kind::Anonymous, None).id;
        let sweep = BulkRequest::of(Selector { all: true, ..Selector::default() });
        let mut give = |bytes: usize| {
            let reason = "x".repeat(bytes);
            fixture.run(|b| revoke(b, &sweep, &reason, &mut |_: &BatchResult| ControlFlow::Continue(())))
        };
        let long = give(MAX_REASON_BYTES + 1);
        assert!(matches!(long, Err(OpsError::Request(RequestError::TextTooLong { .. }))));
        assert_eq!(give(MAX_REASON_BYTES).unwrap().changed, 1);
        assert_eq!(fixture.get(session).revoke_reason.map(|reason| reason.len()), Some(MAX_REASON_BYTES));
    }
}
