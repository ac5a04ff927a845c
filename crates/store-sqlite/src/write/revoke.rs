//! Revoking a batch of sessions.

use sessionctl_core::model::event::Event;
use sessionctl_core::store::{Batch, BatchResult};

use super::batch::{active, ensure, run_batch};
use super::cascade::{living_children, revoke_all, with_families};
use crate::error::SqliteError;
use crate::store::SqliteStore;

/// Revokes a slice and the families under it.
pub(crate) fn revoke(
    store: &mut SqliteStore,
    slice: &Batch<'_>,
    reason: &str,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    let now = slice.now;
    run_batch(store, slice, event, |tx, targets| {
        let active = active(targets);
        ensure(revoke_all(tx, &active, reason, now)?, active.len())?;
        with_families(targets, |head, own| {
            let children = living_children(tx, head, now, own)?;
            ensure(revoke_all(tx, &children, reason, now)?, children.len())?;
            Ok(children)
        })
    })
}
