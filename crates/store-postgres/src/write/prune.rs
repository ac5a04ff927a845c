//! Deleting a batch of ended and expired sessions.

use std::collections::HashSet;

use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::{SessionId, State};
use sessionctl_core::store::{Batch, BatchResult, JudgedBy};

use super::batch::run_batch;
use super::target::{Target, change, ensure};
use crate::error::PostgresError;
use crate::read::row::{self, numbers};
use crate::store::PostgresStore;
use crate::transaction::WriteTx;
use crate::value::values;

/// Deletes the expired and ended sessions of a batch; a parent only when it has no children any more.
pub(crate) fn prune(
    store: &mut PostgresStore,
    batch: &Batch<'_>,
    event: &Event,
) -> Result<BatchResult, PostgresError> {
    let pruned = run_batch(store, batch, JudgedBy::LatestEvent, event, |tx, targets, _| {
        tx.grant()?;
        let inactive = |target: &&Target| target.before != State::Active;
        let (parents, others): (Vec<_>, Vec<_>) =
            targets.iter().filter(inactive).partition(|target| target.is_parent);
        let mut deleted: Vec<SessionId> = others.iter().map(|target| target.id).collect();
        delete(tx, &deleted)?;
        let parents: Vec<SessionId> = parents.iter().map(|target| target.id).collect();
        let free = without_children(tx, &parents)?;
        delete(tx, &free)?;
        deleted.extend(free);
        let deleted: HashSet<SessionId> = deleted.into_iter().collect();
        Ok(targets.iter().map(|target| change(target, deleted.contains(&target.id))).collect())
    })?;
    if pruned.next.is_none() {
        super::locator::retire(store, &event.actor)?;
    }
    Ok(pruned)
}

fn without_children(tx: &WriteTx<'_>, parents: &[SessionId]) -> Result<Vec<SessionId>, PostgresError> {
    let sql = "SELECT p.id FROM unnest($1) p (id) \
               WHERE NOT EXISTS (SELECT 1 FROM sessionctl.session c WHERE c.parent_id = p.id) ORDER BY p.id";
    row::ids(&tx.query(sql, values![numbers(parents)])?)
}

fn delete(tx: &WriteTx<'_>, ids: &[SessionId]) -> Result<(), PostgresError> {
    if ids.is_empty() {
        return Ok(());
    }
    for table in ["session_data", "retired_token"] {
        let sql = format!("DELETE FROM sessionctl.{table} WHERE session_id = ANY($1)");
        tx.execute(&sql, values![numbers(ids)])?;
    }
    let sql = "DELETE FROM sessionctl.session WHERE id = ANY($1)";
    ensure(tx.execute(sql, values![numbers(ids)])?, ids.len())
}
