//! Revokes sessions, immediately and permanently, and their children.

use std::ops::ControlFlow;

use super::bulk::{BulkRequest, OnBatch, Totals, run_batches};
use super::error::RequestError;
use super::step::{BulkAct, Step};
use super::{OpContext, OpsError};
use crate::model::event::Action;
use crate::model::redact::redact_tokens;
use crate::model::selector::Selector;
use crate::model::session::SessionId;

/// Bytes of a reason.
pub const MAX_REASON_BYTES: usize = 1_024;

/// The reason kept with sessions whose tokens reached nobody.
pub const UNDELIVERED: &str = "undelivered";

/// Sessions revoked together where their tokens were not delivered.
const UNDELIVERED_BATCH: usize = 1_000;

/// Revokes what a request selects. A session that has ended is reported and stays as it was, so that revoking again
/// changes nothing. It works whatever the clock shows.
///
/// # Errors
/// [`RequestError::NothingSelected`], [`RequestError::TextTooLong`] or the store's; the batches that were reported are
/// revoked all the same.
pub fn revoke(
    cx: &mut OpContext<'_>,
    request: &BulkRequest,
    reason: &str,
    on_batch: OnBatch<'_>,
) -> Result<Totals, OpsError> {
    if request.selector.is_empty() {
        return Err(RequestError::NothingSelected.into());
    }
    check_reason(reason)?;
    // Not every store can keep U+0000.
    let reason = &*redact_tokens(reason).replace('\0', "\u{fffd}");
    let event =
        cx.event(Action::SessionRevoked).user(request.selector.user.single()).detail(reason.to_owned());
    let totals =
        run_batches(cx, request, on_batch, &mut |store, batch| store.revoke(batch, reason, event.clone()))?;
    cx.trace(|| totals.finished_step(BulkAct::Revoke, 0));
    Ok(totals)
}

/// Refuses a reason that is too long to be kept.
///
/// # Errors
/// [`RequestError::TextTooLong`].
pub fn check_reason(reason: &str) -> Result<(), RequestError> {
    if reason.len() > MAX_REASON_BYTES {
        return Err(RequestError::TextTooLong { what: "reason", max: MAX_REASON_BYTES });
    }
    Ok(())
}

/// Revokes sessions whose tokens could not be handed over, and returns how many: nobody could use them, and nobody
/// knows where the tokens went.
///
/// # Errors
/// The store's; the rest is active then.
pub fn revoke_undelivered(cx: &mut OpContext<'_>, ids: &[SessionId]) -> Result<u64, OpsError> {
    let mut revoked = 0;
    for ids in ids.chunks(UNDELIVERED_BATCH) {
        let request = BulkRequest::of(Selector { ids: ids.to_vec(), ..Selector::default() });
        let event = cx.event(Action::SessionRevoked).detail(UNDELIVERED.to_owned());
        let totals = run_batches(cx, &request, &mut |_| ControlFlow::Continue(()), &mut |store, batch| {
            store.revoke(batch, UNDELIVERED, event.clone())
        })?;
        revoked += totals.changed;
    }
    cx.trace(|| Step::UndeliveredRevoked { sessions: revoked });
    Ok(revoked)
}

impl Totals {
    /// The step that sums bulk work up.
    pub(super) fn finished_step(&self, act: BulkAct, clamped: u64) -> Step {
        let Totals { matched, changed, cascaded, .. } = *self;
        Step::BulkFinished { act, matched, changed, cascaded, clamped }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::model::selector::{Selector, StateFilter};
    use crate::model::session::{Kind, SessionId, State};
    use crate::store::{BatchResult, StoreError};
    use crate::testing::Fixture;

    fn id(number: i64) -> SessionId {
        SessionId::new(number).unwrap()
    }

    fn run(fixture: &mut Fixture, bulk: &BulkRequest) -> Result<Totals, OpsError> {
        fixture.run(|b| revoke(b, bulk, "test", &mut |_: &BatchResult| ControlFlow::Continue(())))
    }

    #[test]
    fn revoke_of_a_parent_cascades_and_again_changes_nothing() {
        let mut fixture = Fixture::new();
        let head = fixture.session(Kind::Sso, Some("bob")).id;
        let child = fixture.child(head).id;
        let other = fixture.session(Kind::Web, Some("bob")).id;
        let bulk = BulkRequest::of(Selector { ids: vec![head, id(99)], ..Selector::default() });
        let totals = run(&mut fixture, &bulk).unwrap();
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
        let again = run(&mut fixture, &bulk).unwrap();
        assert_eq!((again.matched, again.changed, again.already_ended), (1, 0, 1));
        assert_eq!(fixture.actions().iter().filter(|a| **a == "session.revoked").count(), 1);
    }

    #[test]
    fn batches_stop_where_broken_off_and_continue_later() {
        let mut fixture = Fixture::new();
        for _ in 0..5 {
            fixture.session(Kind::Anonymous, None);
        }
        let active = StateFilter::Only(State::Active);
        let all = Selector { all: true, state: Some(active), ..Selector::default() };
        let bulk = BulkRequest { batch_size: 2, ..BulkRequest::of(all) };
        let first =
            fixture.run(|b| revoke(b, &bulk, "x", &mut |_: &BatchResult| ControlFlow::Break(()))).unwrap();
        assert_eq!((first.changed, first.finished), (2, false));
        let capped = run(&mut fixture, &BulkRequest { limit: Some(1), ..bulk.clone() }).unwrap();
        assert_eq!((capped.changed, capped.finished), (1, false));
        let rest = run(&mut fixture, &bulk).unwrap();
        assert_eq!((rest.changed, rest.finished), (2, true));
    }

    #[test]
    fn revoke_with_an_unexpected_count_changes_nothing() {
        let mut fixture = Fixture::new();
        let session = fixture.session(Kind::Anonymous, None).id;
        let all = Selector { all: true, ..Selector::default() };
        let error = run(&mut fixture, &BulkRequest { expect: Some(2), ..BulkRequest::of(all) }).unwrap_err();
        assert!(matches!(
            error,
            OpsError::Store(StoreError::CountMismatch { expected: 2, found: 1, active: None })
        ));
        assert_eq!(fixture.state(session), State::Active);
        let nothing = run(&mut fixture, &BulkRequest::of(Selector::default())).unwrap_err();
        assert!(matches!(nothing, OpsError::Request(RequestError::NothingSelected)));
    }

    #[test]
    fn revoke_limits_the_reason() {
        let mut fixture = Fixture::new();
        let session = fixture.session(Kind::Anonymous, None).id;
        let bulk = BulkRequest::of(Selector { all: true, ..Selector::default() });
        let mut give = |bytes: usize| {
            let reason = "x".repeat(bytes);
            fixture.run(|b| revoke(b, &bulk, &reason, &mut |_: &BatchResult| ControlFlow::Continue(())))
        };
        let long = give(MAX_REASON_BYTES + 1);
        assert!(matches!(long, Err(OpsError::Request(RequestError::TextTooLong { .. }))));
        assert_eq!(give(MAX_REASON_BYTES).unwrap().changed, 1);
        assert_eq!(fixture.get(session).revoke_reason.map(|reason| reason.len()), Some(MAX_REASON_BYTES));
    }
}
