//! Revoking a batch of sessions.

use sessionctl_core::model::event::Event;
use sessionctl_core::store::{Batch, BatchResult};

use super::batch::{active, ensure, run_batch};
use super::cascade::{active_children, revoke_all, with_children};
use crate::error::SqliteError;
use crate::store::SqliteStore;

/// Revokes a batch of sessions and their children.
pub(crate) fn revoke(
    store: &mut SqliteStore,
    batch: &Batch<'_>,
    reason: &str,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    run_batch(store, batch, event, |tx, targets| {
        let now = tx.now;
        let active = active(targets);
        ensure(revoke_all(tx, &active, reason, now)?, active.len())?;
        let mut changes = with_children(targets, |parent, own| {
            let children = active_children(tx, parent, now, own)?;
            ensure(revoke_all(tx, &children, reason, now)?, children.len())?;
            Ok(children)
        })?;
        changes.iter_mut().filter(|change| change.changed).for_each(|change| change.deadline = Some(now));
        Ok(changes)
    })
}
