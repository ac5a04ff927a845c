//! Revoking a batch of sessions. The UPDATE that ends a session with its children is in `cascade`.

use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::{Batch, BatchResult, JudgedBy};

use super::batch::run_batch;
use super::cascade::{active_children, changes, revoke_all};
use super::expire::read_deadlines;
use super::target::{active, ensure, is_active};
use crate::error::PostgresError;
use crate::store::PostgresStore;

/// Revokes a batch of sessions and their children.
pub(crate) fn revoke(
    store: &mut PostgresStore,
    batch: &Batch<'_>,
    reason: &str,
    event: &Event,
) -> Result<BatchResult, PostgresError> {
    run_batch(store, batch, JudgedBy::Clock, event, |tx, targets, number| {
        let active = active(targets);
        if active.is_empty() {
            return Ok(changes(targets, is_active, Default::default()));
        }
        ensure(revoke_all(tx, &active, reason, number.get()?)?, active.len())?;
        // In a later statement than that of the parents: it sees the children that were created meanwhile.
        let children = active_children(tx, &active, tx.clock()?)?;
        let cascaded: Vec<SessionId> = children.values().flatten().copied().collect();
        ensure(revoke_all(tx, &cascaded, reason, number.get()?)?, cascaded.len())?;
        let mut changes = changes(targets, is_active, children);
        read_deadlines(tx, &mut changes)?;
        Ok(changes)
    })
}
