//! Revoking a batch of sessions. The UPDATE that ends a session with its children is in `cascade`.

use sessionctl_core::model::event::Event;
use sessionctl_core::store::{Batch, BatchResult, JudgedBy};

use super::batch::{active, ensure, read_deadlines, run_batch};
use super::cascade::revoke_all;
use super::target::{active_children, ids_of, with_children};
use crate::error::SqliteError;
use crate::store::SqliteStore;

/// Revokes a batch of sessions and their children.
pub(crate) fn revoke(
    store: &mut SqliteStore,
    batch: &Batch<'_>,
    reason: &str,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    run_batch(store, batch, JudgedBy::Clock, event, |tx, targets| {
        let active = active(targets);
        ensure(revoke_all(tx, &active, reason)?, active.len())?;
        let mut changes = with_children(targets, |parent, own| {
            let children = active_children(tx, parent, tx.time.clock, own)?;
            ensure(revoke_all(tx, &ids_of(&children), reason)?, children.len())?;
            Ok(children)
        })?;
        if tx.time.clock == tx.time.now {
            changes
                .iter_mut()
                .filter(|change| change.changed)
                .for_each(|change| change.deadline = Some(tx.time.now));
        } else {
            read_deadlines(tx, &mut changes)?;
        }
        Ok(changes)
    })
}
