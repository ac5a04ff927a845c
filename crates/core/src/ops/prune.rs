//! Deletes sessions that have been dead for long, with all that belongs to them; the log stays.

use std::ops::ControlFlow;
use std::time::Duration;

use super::bulk::{BulkRequest, OnBatch, Totals, run_batches};
use super::{OpContext, OpsError, clock};
use crate::model::event::Action;
use crate::model::policy::Key;
use crate::model::time::format_duration;
use crate::store::{Batch, BatchResult, Store, StoreError};

/// What came of it.
#[derive(Debug)]
pub struct Pruned {
    /// The counts; `changed` are the sessions deleted.
    pub totals: Totals,
    /// For how long they had been dead at least.
    pub older_than: Duration,
    /// Why the write-ahead log, which still holds what was deleted, could not be made small; it is at a later
    /// time.
    pub log_kept: Option<StoreError>,
}

/// Deletes what a sweep selects of the sessions dead for at least `older_than`, or the policy's age. A head goes
/// when no session stands under it any more.
///
/// # Errors
/// [`OpsError::ClockBehind`] or the store's; the slices that were steps of are deleted all the same.
pub fn prune(
    cx: &mut OpContext<'_>,
    sweep: &BulkRequest,
    older_than: Option<Duration>,
    each: OnBatch<'_>,
) -> Result<Pruned, OpsError> {
    clock::guard(cx)?;
    let older_than = match older_than {
        Some(span) => span,
        None => cx.store.policy()?.span(Key::PruneAge),
    };
    let age = format_duration(older_than);
    cx.trace(|| {
        format!(
            "what ended {age} ago or earlier is deleted; until then a dead session is \
        kept, to be explained and to recognise a stolen token"
        )
    });
    let mut sweep = sweep.clone();
    sweep.selector.ended_by = Some(cx.now.minus(older_than));
    let event = cx
        .event(Action::SessionsPruned)
        .user(sweep.selector.user.as_ref())
        .detail(format!("ended {age} ago or earlier"));
    let act = &mut |store: &mut dyn Store, slice: &Batch<'_>| store.prune(slice, event.clone());
    let mut totals = run_batches(cx, &sweep, each, act)?;
    // A head has a lower id than the sessions under it, and goes only after them: once more, for the heads.
    if totals.finished && totals.changed < totals.matched && totals.changed > 0 {
        let again = BulkRequest { expect: None, ..sweep };
        let mut only_deleted = |swept: &BatchResult| {
            let changes: Vec<_> = swept.changes.iter().copied().filter(|c| c.changed).collect();
            if changes.is_empty() {
                return ControlFlow::Continue(());
            }
            each(&BatchResult { changes, next: swept.next })
        };
        let heads = run_batches(cx, &again, &mut only_deleted, act)?;
        totals.changed += heads.changed;
        totals.finished = heads.finished;
    }
    totals.already_ended = totals.matched.saturating_sub(totals.changed);
    let log_kept = if totals.changed > 0 { cx.store.checkpoint().err() } else { None };
    cx.trace(|| {
        format!(
            "deleted {} sessions, and made the write-ahead log small, because it would \
        keep the deleted text on disk",
            totals.changed
        )
    });
    Ok(Pruned { totals, older_than, log_kept })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::selector::Selector;
    use crate::model::session::Kind;
    use crate::ops::testing::Fixture;

    #[test]
    fn long_dead_sessions_go_families_whole_and_live_ones_stay() {
        let mut fixture = Fixture::new();
        let head = fixture.session(Kind::Sso, Some("bob")).id;
        fixture.child(head);
        let month = Duration::from_secs(60 * 86_400);
        fixture.now = fixture.now.plus(month);
        let live = fixture.session(Kind::Web, Some("bob")).id;
        let sweep = BulkRequest { batch: 1, ..BulkRequest::of(Selector::default()) };
        let mut steps = 0;
        let mut each = |swept: &BatchResult| {
            steps += swept.changes.iter().filter(|c| c.changed).count();
            ControlFlow::Continue(())
        };
        let young = fixture.run(|b| prune(b, &sweep, Some(month), &mut each)).unwrap();
        assert_eq!(young.totals.changed, 0);
        let old = fixture.run(|b| prune(b, &sweep, None, &mut each)).unwrap();
        assert_eq!((old.totals.matched, old.totals.changed, old.totals.finished), (2, 2, true));
        assert_eq!((steps, fixture.store.sessions.len()), (2, 1));
        assert_eq!(fixture.get(live).id, live);
    }
}
