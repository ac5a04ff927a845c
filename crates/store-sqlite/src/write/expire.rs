//! Setting the deadline of a batch of sessions.

use rusqlite::{Connection, params};
use sessionctl_core::model::event::Event;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult, Change, EndRule};

use super::batch::{active, ensure, run_batch};
use super::cascade::{active_children, with_children};
use crate::error::SqliteError;
use crate::read::row::json_ids;
use crate::store::SqliteStore;

/// Sets the deadline of a batch, and cuts the deadlines of children to their parent's.
pub(crate) fn expire(
    store: &mut SqliteStore,
    batch: &Batch<'_>,
    end: EndRule,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    run_batch(store, batch, event, |tx, targets| {
        if end != EndRule::Now {
            tx.grant()?;
        }
        let (now, at) = (tx.now.unix(), end.end(tx.now));
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
        let mut changes = with_children(targets, |parent, own| {
            let sql = "SELECT deadline FROM session WHERE id = ?1";
            let parent_end: i64 = tx.prepare_cached(sql)?.query_row([parent.get()], |row| row.get(0))?;
            // A child that expired has its deadline behind it.
            let children = active_children(tx, parent, Timestamp::from_unix(parent_end.max(now)), own)?;
            let mut cut = tx.prepare_cached(
                "UPDATE session SET deadline = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?2",
            )?;
            ensure(cut.execute(params![json_ids(&children), parent_end])?, children.len())?;
            Ok(children)
        })?;
        read_deadlines(tx, &mut changes)?;
        Ok(changes)
    })
}

/// Reads back the deadlines that the changed sessions have now.
fn read_deadlines(tx: &Connection, changes: &mut [Change]) -> Result<(), SqliteError> {
    let mut statement = tx.prepare_cached("SELECT deadline FROM session WHERE id = ?1")?;
    for change in changes.iter_mut().filter(|change| change.changed) {
        let deadline: i64 = statement.query_row([change.id.get()], |row| row.get(0))?;
        change.deadline = Some(Timestamp::from_unix(deadline));
    }
    Ok(())
}
