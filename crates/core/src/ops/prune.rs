//! Deletes sessions that have been dead for long, with all that belongs to them; the log stays.

use std::ops::ControlFlow;
use std::time::Duration;

use super::sweep::{Each, Sweep, Totals, drive};
use super::{OpsError, Workbench, clock};
use crate::model::event::Action;
use crate::model::policy::Key;
use crate::model::time::format_duration;
use crate::store::{Slice, Store, StoreError, Swept};

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
/// [`OpsError::ClockBehind`] or the store's; the slices that were told of are deleted all the same.
pub fn prune(
    bench: &mut Workbench<'_>,
    sweep: &Sweep,
    older_than: Option<Duration>,
    each: Each<'_>,
) -> Result<Pruned, OpsError> {
    clock::guard(bench)?;
    let older_than = match older_than {
        Some(span) => span,
        None => bench.store.policy()?.span(Key::PruneAge),
    };
    let age = format_duration(older_than);
    bench.tell(|| {
        format!(
            "what ended {age} ago or earlier is deleted; until then a dead session is \
        kept, to be explained and to recognise a stolen token"
        )
    });
    let mut sweep = sweep.clone();
    sweep.selector.ended_by = Some(bench.now.minus(older_than));
    let event = bench
        .event(Action::SessionsPruned)
        .user(sweep.selector.user.as_ref())
        .detail(format!("ended {age} ago or earlier"));
    let act = &mut |store: &mut dyn Store, slice: &Slice<'_>| store.prune(slice, event.clone());
    let mut totals = drive(bench, &sweep, each, act)?;
    // A head has a lower id than the sessions under it, and goes only after them: once more, for the heads.
    if totals.finished && totals.changed < totals.matched && totals.changed > 0 {
        let again = Sweep { expect: None, ..sweep };
        let mut only_deleted = |swept: &Swept| {
            let changes: Vec<_> = swept.changes.iter().copied().filter(|c| c.changed).collect();
            if changes.is_empty() {
                return ControlFlow::Continue(());
            }
            each(&Swept { changes, next: swept.next })
        };
        let heads = drive(bench, &again, &mut only_deleted, act)?;
        totals.changed += heads.changed;
        totals.finished = heads.finished;
    }
    totals.already_dead = totals.matched.saturating_sub(totals.changed);
    let log_kept = if totals.changed > 0 { bench.store.shrink_log().err() } else { None };
    bench.tell(|| {
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
    use crate::ops::testing::Bench;

    #[test]
    fn long_dead_sessions_go_families_whole_and_live_ones_stay() {
        let mut bench = Bench::new();
        let head = bench.session(Kind::Sso, Some("bob")).id;
        bench.child(head);
        let month = Duration::from_secs(60 * 86_400);
        bench.now = bench.now.plus(month);
        let live = bench.session(Kind::Web, Some("bob")).id;
        let sweep = Sweep { batch: 1, ..Sweep::of(Selector::default()) };
        let mut told = 0;
        let mut each = |swept: &Swept| {
            told += swept.changes.iter().filter(|c| c.changed).count();
            ControlFlow::Continue(())
        };
        let young = bench.run(|b| prune(b, &sweep, Some(month), &mut each)).unwrap();
        assert_eq!(young.totals.changed, 0);
        let old = bench.run(|b| prune(b, &sweep, None, &mut each)).unwrap();
        assert_eq!((old.totals.matched, old.totals.changed, old.totals.finished), (2, 2, true));
        assert_eq!((told, bench.store.sessions.len()), (2, 1));
        assert_eq!(bench.get(live).id, live);
    }
}
