//! Deletes sessions that ended long ago, with all that belongs to them; the audit log stays.

use std::ops::ControlFlow;
use std::time::Duration;

use super::bulk::{BulkRequest, OnBatch, Totals, run_batches};
use super::step::{BulkAct, Step};
use super::{OpContext, OpsError, clock};
use crate::model::event::Action;
use crate::model::policy::Key;
use crate::model::selector::Selector;
use crate::model::time::{Timestamp, format_duration};
use crate::store::{Batch, BatchResult, Store, StoreError};

/// Failed logins are kept for a day at least: a throttle that is forgotten only for names without a user would reveal
/// which names those are.
const STALE_ATTEMPT_MIN_AGE: Duration = Duration::from_secs(86_400);

/// What came of it.
#[derive(Debug)]
pub struct Pruned {
    /// The counts; `changed` are the sessions deleted.
    pub totals: Totals,
    /// For how long they had ended at least.
    pub older_than: Duration,
    /// For how many names that no user has the failed logins were forgotten.
    pub attempts: u64,
    /// Why what was deleted could not be made to leave the medium at once; it leaves later.
    pub not_erased: Option<StoreError>,
}

/// Deletes what a request selects of the sessions that ended at least `older_than` ago, or the policy's age. A parent
/// is deleted when it has no child left.
///
/// # Errors
/// [`StoreError::ClockBehind`] or another of the store's; the batches that were reported are deleted all the same.
pub fn prune(
    cx: &mut OpContext<'_>,
    request: &BulkRequest,
    older_than: Option<Duration>,
    on_batch: OnBatch<'_>,
) -> Result<Pruned, OpsError> {
    clock::guard(cx)?;
    let older_than = match older_than {
        Some(span) => span,
        None => cx.store.policy()?.span(Key::PruneAge),
    };
    cx.trace(|| Step::PruneAge { older_than });
    let mut request = request.clone();
    request.selector.ended_by = Some(cx.now().minus(older_than));
    let event = cx
        .event(Action::SessionsPruned)
        .user(request.selector.user.single())
        .detail(format!("ended {} ago or earlier", format_duration(older_than)));
    let act = &mut |store: &mut dyn Store, batch: &Batch<'_>| store.prune(batch, event.clone());
    let mut totals = run_batches(cx, &request, on_batch, act)?;
    // A parent has a lower id than its children, and is deleted only after them: once more, for the parents.
    if totals.finished && totals.changed < totals.matched && totals.changed > 0 {
        let again = BulkRequest { expect: None, ..request.clone() };
        let mut only_deleted = |result: &BatchResult| {
            let changes: Vec<_> = result.changes.iter().filter(|c| c.changed).cloned().collect();
            if changes.is_empty() {
                return ControlFlow::Continue(());
            }
            on_batch(&BatchResult { at: result.at, changes, next: result.next })
        };
        let parents = run_batches(cx, &again, &mut only_deleted, act)?;
        totals.changed += parents.changed;
        totals.finished = parents.finished;
    }
    totals.already_ended = totals.matched.saturating_sub(totals.changed);
    let attempts = if totals.finished && selects_by_age_only(&request.selector, cx.now()) {
        cx.store.prune_attempts(older_than.max(STALE_ATTEMPT_MIN_AGE))?
    } else {
        0
    };
    let not_erased = if totals.changed > 0 { cx.store.erase_deleted().err() } else { None };
    cx.trace(|| totals.finished_step(BulkAct::Prune, 0));
    Ok(Pruned { totals, older_than, attempts, not_erased })
}

/// Whether a selector narrows nothing but the age: it is about sessions where it does, and attempts belong to none.
/// What was created up to now narrows nothing either: a front that looks at another time asks for that.
fn selects_by_age_only(selector: &Selector, now: Timestamp) -> bool {
    let created_before = selector.created_before.filter(|time| *time <= now);
    Selector { all: false, created_before, ..selector.clone() }.is_empty_for_prune()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::Kind;
    use crate::testing::Fixture;

    #[test]
    fn prune_deletes_old_families_and_keeps_active_sessions() {
        let mut fixture = Fixture::new();
        let head = fixture.session(Kind::Sso, Some("bob")).id;
        fixture.child(head);
        let month = Duration::from_secs(60 * 86_400);
        fixture.clock.advance(month);
        let live = fixture.session(Kind::Web, Some("bob")).id;
        let bulk = BulkRequest { batch_size: 1, ..BulkRequest::of(Selector::default()) };
        let mut steps = 0;
        let mut each = |result: &BatchResult| {
            steps += result.changes.iter().filter(|c| c.changed).count();
            ControlFlow::Continue(())
        };
        let young = fixture.run(|b| prune(b, &bulk, Some(month), &mut each)).unwrap();
        assert_eq!(young.totals.changed, 0);
        let old = fixture.run(|b| prune(b, &bulk, None, &mut each)).unwrap();
        assert_eq!((old.totals.matched, old.totals.changed, old.totals.finished), (2, 2, true));
        assert_eq!((steps, fixture.count()), (2, 1));
        assert_eq!(fixture.get(live).id, live);
    }
}
