//! Withdraws sessions for good, at once, and the families under them.

use super::error::RequestError;
use super::sweep::{Each, Sweep, Totals, drive};
use super::{OpsError, Workbench, clock};
use crate::model::event::Action;

/// Bytes of a reason.
pub const LONGEST_REASON: usize = 1_024;

/// Revokes what a sweep selects. What is dead already is reported and stays as it was, so that doing it again
/// changes nothing; a session that dies meanwhile is never revived (CVE-2025-46336).
///
/// # Errors
/// [`RequestError::NothingSelected`], [`RequestError::TextTooLong`], [`OpsError::ClockBehind`] or the store's;
/// the slices that were told of are revoked all the same.
pub fn revoke(
    bench: &mut Workbench<'_>,
    sweep: &Sweep,
    reason: &str,
    each: Each<'_>,
) -> Result<Totals, OpsError> {
    if sweep.selector.is_empty() {
        return Err(RequestError::NothingSelected.into());
    }
    if reason.len() > LONGEST_REASON {
        return Err(RequestError::TextTooLong { what: "reason", most: LONGEST_REASON }.into());
    }
    clock::guard(bench)?;
    let event =
        bench.event(Action::SessionRevoked).user(sweep.selector.user.as_ref()).detail(reason.to_owned());
    let totals = drive(bench, sweep, each, &mut |store, slice| store.revoke(slice, reason, event.clone()))?;
    bench.tell(|| {
        format!(
            "{} matched, {} revoked, {} of them because their family's head was; a revoked session \
                stays so past every limit, and is kept until pruned",
            totals.matched, totals.changed, totals.with_head
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
    use crate::ops::testing::Bench;
    use crate::store::{StoreError, Swept};

    fn id(number: i64) -> SessionId {
        SessionId::new(number).unwrap()
    }

    fn run(bench: &mut Bench, sweep: &Sweep) -> Result<Totals, OpsError> {
        bench.run(|b| revoke(b, sweep, "test", &mut |_: &Swept| ControlFlow::Continue(())))
    }

    #[test]
    fn a_head_falls_with_its_family_and_again_changes_nothing() {
        let mut bench = Bench::new();
        let head = bench.session(Kind::Sso, Some("bob")).id;
        let child = bench.child(head).id;
        let other = bench.session(Kind::Web, Some("bob")).id;
        let sweep = Sweep::of(Selector { ids: vec![head, id(99)], ..Selector::default() });
        let totals = run(&mut bench, &sweep).unwrap();
        let expected = Totals {
            matched: 1,
            changed: 2,
            with_head: 1,
            finished: true,
            missing: vec![id(99)],
            ..Totals::default()
        };
        assert_eq!(totals, expected);
        assert_eq!(
            [head, child, other].map(|id| bench.state(id)),
            [State::Revoked, State::Revoked, State::Active]
        );
        let again = run(&mut bench, &sweep).unwrap();
        assert_eq!((again.matched, again.changed, again.already_dead), (1, 0, 1));
        assert_eq!(bench.actions().iter().filter(|a| **a == "session.revoked").count(), 1);
    }

    #[test]
    fn slices_end_where_they_are_broken_off_and_go_on_later() {
        let mut bench = Bench::new();
        for _ in 0..5 {
            bench.session(Kind::Anonymous, None);
        }
        let active = StateFilter::Only(State::Active);
        let all = Selector { all: true, state: Some(active), ..Selector::default() };
        let sweep = Sweep { batch: 2, ..Sweep::of(all) };
        let first = bench.run(|b| revoke(b, &sweep, "x", &mut |_: &Swept| ControlFlow::Break(()))).unwrap();
        assert_eq!((first.changed, first.finished), (2, false));
        let capped = run(&mut bench, &Sweep { most: Some(1), ..sweep.clone() }).unwrap();
        assert_eq!((capped.changed, capped.finished), (1, false));
        let rest = run(&mut bench, &sweep).unwrap();
        assert_eq!((rest.changed, rest.finished), (2, true));
    }

    #[test]
    fn another_number_than_expected_changes_nothing() {
        let mut bench = Bench::new();
        let session = bench.session(Kind::Anonymous, None).id;
        let all = Selector { all: true, ..Selector::default() };
        let error = run(&mut bench, &Sweep { expect: Some(2), ..Sweep::of(all) }).unwrap_err();
        assert!(matches!(error, OpsError::Store(StoreError::Unexpected { expected: 2, found: 1 })));
        assert_eq!(bench.state(session), State::Active);
        let nothing = run(&mut bench, &Sweep::of(Selector::default())).unwrap_err();
        assert!(matches!(nothing, OpsError::Request(RequestError::NothingSelected)));
    }

    #[test]
    fn a_reason_is_as_long_as_it_may_be_and_no_longer() {
        let mut bench = Bench::new();
        let session = bench.session(Kind::Anonymous, None).id;
        let sweep = Sweep::of(Selector { all: true, ..Selector::default() });
        let mut give = |bytes: usize| {
            let reason = "x".repeat(bytes);
            bench.run(|b| revoke(b, &sweep, &reason, &mut |_: &Swept| ControlFlow::Continue(())))
        };
        let long = give(LONGEST_REASON + 1);
        assert!(matches!(long, Err(OpsError::Request(RequestError::TextTooLong { .. }))));
        assert_eq!(give(LONGEST_REASON).unwrap().changed, 1);
        assert_eq!(bench.get(session).revoke_reason.map(|reason| reason.len()), Some(LONGEST_REASON));
    }
}
