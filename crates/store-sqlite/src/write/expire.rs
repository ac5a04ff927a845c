//! Setting the deadline of a batch of sessions.

use rusqlite::params;
use sessionctl_core::model::event::Event;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult};

use super::batch::{active, ensure, run_batch};
use super::cascade::{living_children, with_families};
use crate::error::SqliteError;
use crate::read::row::json_ids;
use crate::store::SqliteStore;

/// Sets the end of a slice, and cuts the families under it to that.
pub(crate) fn expire(
    store: &mut SqliteStore,
    slice: &Batch<'_>,
    at: Timestamp,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    let now = slice.now.unix();
    run_batch(store, slice, event, |tx, targets| {
        let active = active(targets);
        // `OR ROLLBACK` as in `family`. By rising id, so that a head that is itself in the slice has its new end before its family is asked.
        let mut set = tx.prepare_cached(
            "UPDATE OR ROLLBACK session SET scheduled_at = min(?3, absolute_expires_at), \
             deadline = min(?3, absolute_expires_at, \
                coalesce((SELECT h.deadline FROM session h WHERE h.id = session.parent_id), ?3)) \
             WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?2 AND ended_at IS NULL",
        )?;
        ensure(set.execute(params![json_ids(&active), now, at.unix()])?, active.len())?;
        with_families(targets, |head, own| {
            let sql = "SELECT deadline FROM session WHERE id = ?1";
            let end: i64 = tx.prepare_cached(sql)?.query_row([head.get()], |row| row.get(0))?;
            // What is dead already has its end behind it.
            let children = living_children(tx, head, Timestamp::from_unix(end.max(now)), own)?;
            let mut cut = tx.prepare_cached(
                "UPDATE session SET deadline = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?2",
            )?;
            ensure(cut.execute(params![json_ids(&children), end])?, children.len())?;
            Ok(children)
        })
    })
}
