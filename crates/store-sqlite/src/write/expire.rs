//! Setting the deadline of a batch of sessions.

use rusqlite::params;
use sessionctl_core::model::event::Event;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult};

use super::batch::{active, ensure, run_batch};
use super::cascade::{active_children, with_children};
use crate::error::SqliteError;
use crate::read::row::json_ids;
use crate::store::SqliteStore;

/// Sets the deadline of a batch, and cuts the deadlines of children to their parent's.
pub(crate) fn expire(
    store: &mut SqliteStore,
    batch: &Batch<'_>,
    at: Timestamp,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    let now = batch.now.unix();
    run_batch(store, batch, event, |tx, targets| {
        let active = active(targets);
        // `OR ROLLBACK` as in `cascade`. By rising id, so that a parent in the batch has its new deadline before its
        // children are read.
        let mut set = tx.prepare_cached(
            "UPDATE OR ROLLBACK session SET scheduled_at = min(?3, absolute_expires_at), \
             deadline = min(?3, absolute_expires_at, \
                coalesce((SELECT h.deadline FROM session h WHERE h.id = session.parent_id), ?3)) \
             WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?2 AND ended_at IS NULL",
        )?;
        ensure(set.execute(params![json_ids(&active), now, at.unix()])?, active.len())?;
        with_children(targets, |parent, own| {
            let sql = "SELECT deadline FROM session WHERE id = ?1";
            let end: i64 = tx.prepare_cached(sql)?.query_row([parent.get()], |row| row.get(0))?;
            // A child that expired has its deadline behind it.
            let children = active_children(tx, parent, Timestamp::from_unix(end.max(now)), own)?;
            let mut cut = tx.prepare_cached(
                "UPDATE session SET deadline = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?2",
            )?;
            ensure(cut.execute(params![json_ids(&children), end])?, children.len())?;
            Ok(children)
        })
    })
}
