//! Revoking a batch of sessions. The UPDATE that ends a session with its children is in `cascade`.

use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::{Batch, BatchResult, JudgedBy};

use super::batch::run_batch;
use super::cascade::{active_children, changes, revoke_active};
use super::target::{active, active_parents, is_active};
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
        let mut deadlines = revoke_active(tx, &active, reason, number)?;
        let parents = active_parents(targets);
        // In a later statement than that of the parents: it sees the children that were created meanwhile.
        let children = active_children(tx, &parents, tx.clock()?)?;
        let cascaded: Vec<SessionId> = children.values().flatten().map(|child| child.id).collect();
        deadlines.extend(revoke_active(tx, &cascaded, reason, number)?);
        let mut changes = changes(targets, is_active, children);
        for change in changes.iter_mut().filter(|change| change.changed) {
            change.deadline = deadlines.get(&change.id).copied();
        }
        Ok(changes)
    })
}
