//! Deleting a batch of ended and expired sessions. One conditional DELETE, without a lock before it: what has ended by
//! the time of the change stays ended, so that no later time can decide otherwise. Only parents are locked before,
//! because whether they have children is seen in a later statement.

use std::collections::HashSet;

use sessionctl_core::model::event::Event;
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult, Change, JudgedBy, StoreError};

use super::batch;
use super::lock;
use super::target::{Target, change, columns};
use crate::error::PostgresError;
use crate::read::filter::Filter;
use crate::read::row::{self, numbers};
use crate::store::PostgresStore;
use crate::transaction::{Commit, WriteTx};
use crate::value::values;

/// The sessions of one batch. More than of other work: nobody waits for a session that has ended.
const MAX_BATCH_ROWS: usize = 10_000;

/// Deletes the expired and ended sessions of a batch; a parent only when it has no children any more.
pub(crate) fn prune(
    store: &mut PostgresStore,
    batch: &Batch<'_>,
    event: &Event,
) -> Result<BatchResult, PostgresError> {
    let (searched_at, filter) = batch::begin(store, batch, JudgedBy::LatestEvent)?;
    let ((after, end), limit) = (batch::span(batch), batch.limit.min(MAX_BATCH_ROWS));
    let connection = store.connection();
    // Among many rows, that can take long.
    let found =
        connection.patient_snapshot(|| filter.clone().portion(connection, (after, end), limit), || true)?;
    let end = if found.count == limit as u64 { found.last.unwrap_or(end) } else { end };
    let next = batch::next(batch, end);
    let pruned = if found.count == 0 {
        BatchResult { at: searched_at, changes: Vec::new(), next }
    } else {
        let (at, changes) = store.write_as(Commit::Bulk, |tx| {
            let (at, targets, changes) = delete_batch(tx, batch.selector, (after, end), &found.parents)?;
            let matched = targets.len() as u64;
            if let Some(expected) = batch.expect.filter(|expected| next.is_none() && *expected != matched) {
                return Err(StoreError::CountMismatch { expected, found: matched, active: None }.into());
            }
            batch::report(tx, &targets, &changes, event, || tx.draw_event())?;
            Ok((at, changes))
        })?;
        BatchResult { at, changes, next }
    };
    if next.is_none() {
        super::locator::retire(store, &event.actor)?;
    }
    Ok(pruned)
}

/// Deletes what has ended of the sessions of a range, and returns the time, those that matched, and what became of
/// each.
fn delete_batch(
    tx: &WriteTx<'_>,
    selector: &Selector,
    range: (i64, i64),
    parents: &[SessionId],
) -> Result<(Timestamp, Vec<Target>, Vec<Change>), PostgresError> {
    if !parents.is_empty() {
        lock::sessions(tx, parents);
    }
    tx.grant()?;
    let at = tx.judged_at(JudgedBy::LatestEvent)?;
    let filter = Filter::within(tx, selector, at, range)?;
    let mut targets = delete(tx, filter.clone(), Which::Others, at)?;
    if !parents.is_empty() {
        let free = without_children(tx, parents)?;
        targets.extend(delete(tx, filter.clone(), Which::Parents(&free), at)?);
    }
    let deleted: HashSet<SessionId> = targets.iter().map(|target| target.id).collect();
    // What matches and is not deleted: parents of others, and what has not ended.
    targets.extend(batch::matching(tx, filter, at)?);
    targets.sort_unstable_by_key(|target| target.id);
    let changes = targets.iter().map(|target| change(target, deleted.contains(&target.id))).collect();
    Ok((at, targets, changes))
}

/// Which of the sessions that match are deleted.
enum Which<'a> {
    /// Those that are no parents.
    Others,
    /// These parents.
    Parents(&'a [SessionId]),
}

fn without_children(tx: &WriteTx<'_>, parents: &[SessionId]) -> Result<Vec<SessionId>, PostgresError> {
    let sql = "SELECT p.id FROM unnest($1) p (id) \
               WHERE NOT EXISTS (SELECT 1 FROM sessionctl.session c WHERE c.parent_id = p.id) ORDER BY p.id";
    row::ids(&tx.query(sql, values![numbers(parents)])?)
}

/// Deletes those sessions that match and have ended, and what belongs to them, and returns them.
fn delete(
    tx: &WriteTx<'_>,
    mut filter: Filter,
    which: Which<'_>,
    at: Timestamp,
) -> Result<Vec<Target>, PostgresError> {
    match which {
        Which::Others => filter.add("s.kind <> ?", [(Kind::Sso as i64).into()]),
        Which::Parents(ids) => filter.add("s.id = ANY(?)", [numbers(ids).into()]),
    }
    filter.add("(s.deadline <= ? OR s.ended_at IS NOT NULL)", [at.unix().into()]);
    let (condition, values) = filter.finish();
    let sql = format!("DELETE FROM sessionctl.session s WHERE {condition} RETURNING {}", columns());
    let rows = tx.query(&sql, &values)?;
    let deleted: Vec<Target> = rows.iter().map(|row| Target::read(row, at)).collect::<Result<_, _>>()?;
    let ids: Vec<i64> = deleted.iter().map(|target| target.id.get()).collect();
    // Later than the sessions: what was added while these were waited for is seen.
    for table in ["session_data", "retired_token"] {
        tx.queue(format!("DELETE FROM sessionctl.{table} WHERE session_id = ANY($1)"), values![ids.clone()]);
    }
    Ok(deleted)
}
