//! Deleting a batch of ended and expired sessions. One conditional DELETE, without a lock before it: what has ended by the
//! time of the change stays ended, so that no later time can decide otherwise. Only parents are locked before, because
//! whether they have children is seen in a later statement.

use std::collections::HashMap;

use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::{SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult, Change, JudgedBy, StoreError};

use super::batch::{self, Candidates};
use super::lock;
use super::target::{COLUMNS, Target, change};
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
    let found = batch::find(store, batch, JudgedBy::LatestEvent, (MAX_BATCH_ROWS, false))?;
    let next = found.next;
    let pruned = if found.sessions.is_empty() {
        BatchResult { at: found.at, changes: Vec::new(), next }
    } else {
        let (at, changes) = store.write_as(Commit::Bulk, |tx| {
            let (at, targets, changes) = delete_batch(tx, batch, &found)?;
            let matched = targets.len() as u64;
            if let Some(expected) = batch.expect.filter(|expected| next.is_none() && *expected != matched) {
                return Err(StoreError::CountMismatch { expected, found: matched }.into());
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

/// Deletes what has ended of some sessions, and returns the time, those that matched, and what became of each.
fn delete_batch(
    tx: &WriteTx<'_>,
    batch: &Batch<'_>,
    found: &Candidates,
) -> Result<(Timestamp, Vec<Target>, Vec<Change>), PostgresError> {
    let parents = found.parents();
    if !parents.is_empty() {
        lock::sessions(tx, &parents);
    }
    tx.grant()?;
    let at = tx.judged_at(JudgedBy::LatestEvent)?;
    let filter = Filter::of(tx, batch.selector, at)?;
    let others: Vec<SessionId> = found.others();
    let mut deleted = delete(tx, &filter, &others, at)?;
    if !parents.is_empty() {
        deleted.extend(delete(tx, &filter, &without_children(tx, &parents)?, at)?);
    }
    let mut targets: Vec<Target> = Vec::with_capacity(found.sessions.len());
    let is_deleted: HashMap<SessionId, State> =
        deleted.iter().map(|target| (target.id, target.before)).collect();
    if deleted.len() < found.sessions.len() {
        let rest: Vec<SessionId> =
            found.ids().into_iter().filter(|id| !is_deleted.contains_key(id)).collect();
        targets = batch::still_matching(tx, filter, &rest, at)?;
    }
    targets.extend(deleted);
    targets.sort_unstable_by_key(|target| target.id);
    let changes = targets.iter().map(|target| change(target, is_deleted.contains_key(&target.id))).collect();
    Ok((at, targets, changes))
}

fn without_children(tx: &WriteTx<'_>, parents: &[SessionId]) -> Result<Vec<SessionId>, PostgresError> {
    let sql = "SELECT p.id FROM unnest($1) p (id) \
               WHERE NOT EXISTS (SELECT 1 FROM sessionctl.session c WHERE c.parent_id = p.id) ORDER BY p.id";
    row::ids(&tx.query(sql, values![numbers(parents)])?)
}

/// Deletes those of some sessions that match and have ended, and what belongs to them, and returns them.
fn delete(
    tx: &WriteTx<'_>,
    filter: &Filter,
    ids: &[SessionId],
    at: Timestamp,
) -> Result<Vec<Target>, PostgresError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut filter = filter.clone();
    filter.add("s.id = ANY(?)", [numbers(ids).into()]);
    filter.add("(s.deadline <= ? OR s.ended_at IS NOT NULL)", [at.unix().into()]);
    let (condition, values) = filter.finish();
    let sql = format!("DELETE FROM sessionctl.session s WHERE {condition} RETURNING {COLUMNS}");
    let rows = tx.query(&sql, &values)?;
    let deleted: Vec<Target> = rows.iter().map(|row| Target::read(row, at)).collect::<Result<_, _>>()?;
    let ids: Vec<i64> = deleted.iter().map(|target| target.id.get()).collect();
    // Later than the sessions: what was added while these were waited for is seen.
    for table in ["session_data", "retired_token"] {
        tx.queue(format!("DELETE FROM sessionctl.{table} WHERE session_id = ANY($1)"), values![ids.clone()]);
    }
    Ok(deleted)
}
