//! Setting the deadline of a batch of sessions.

use std::sync::LazyLock;

use rusqlite::params;
use sessionctl_core::model::event::Event;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult, EndRule, JudgedBy};

use super::batch::{active, ensure, read_deadlines, run_batch};
use super::target::{active_children, ids_of, with_children};
use crate::error::SqliteError;
use crate::read::row::json_ids;
use crate::store::SqliteStore;

/// Sets the end `?3` of what has not ended at `?2`. The parameter `?4` is only for the other statement.
static END_LATER: LazyLock<String> = LazyLock::new(|| set_end("coalesce(?3, ?4)"));

/// Ends a session at `?3`, but not before it was last seen as far as the latest event, `?4`, proves that, as revoking
/// does.
static END_NOW: LazyLock<String> = LazyLock::new(|| set_end("min(deadline, max(?3, min(last_seen_at, ?4)))"));

/// The statement that sets the end of sessions to an expression.
fn set_end(end: &str) -> String {
    format!(
        "UPDATE OR ROLLBACK session SET scheduled_at = min({end}, absolute_expires_at), \
         deadline = min({end}, absolute_expires_at, \
            coalesce((SELECT h.deadline FROM session h WHERE h.id = session.parent_id), absolute_expires_at)) \
         WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?2 AND ended_at IS NULL"
    )
}

/// Sets the deadline of a batch, and cuts the deadlines of children to their parent's.
pub(crate) fn expire(
    store: &mut SqliteStore,
    batch: &Batch<'_>,
    end: EndRule,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    let by = if end == EndRule::Now { JudgedBy::Clock } else { JudgedBy::LatestEvent };
    run_batch(store, batch, by, event, |tx, targets| {
        if end != EndRule::Now {
            tx.time.grant()?;
        }
        let judged_at = tx.time.judged_at(by);
        let (sql, at) = match end {
            EndRule::Now => (END_NOW.as_str(), tx.time.taken_at()),
            _ => (END_LATER.as_str(), end.end(tx.time.now)),
        };
        let active = active(targets);
        // `OR ROLLBACK` as in `cascade`. By rising id, so that a parent in the batch has its new deadline before its
        // children are read.
        let values = params![json_ids(&active), judged_at.unix(), at.unix(), tx.time.now.unix()];
        ensure(tx.prepare_cached(sql)?.execute(values)?, active.len())?;
        let mut changes = with_children(targets, |parent, own| {
            let sql = "SELECT deadline FROM session WHERE id = ?1";
            let parent_end: i64 = tx.prepare_cached(sql)?.query_row([parent.get()], |row| row.get(0))?;
            // A child that expired has its deadline behind it.
            let children =
                active_children(tx, parent, Timestamp::from_unix(parent_end.max(judged_at.unix())), own)?;
            let mut cut = tx.prepare_cached(
                "UPDATE session SET deadline = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?2",
            )?;
            ensure(cut.execute(params![json_ids(&ids_of(&children)), parent_end])?, children.len())?;
            Ok(children)
        })?;
        read_deadlines(tx, &mut changes)?;
        Ok(changes)
    })
}
