//! Deleting a batch of ended and expired sessions.

use std::collections::HashSet;

use rusqlite::Transaction;
use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::{SessionId, State};
use sessionctl_core::store::{Batch, BatchResult, JudgedBy};

use super::batch::{ensure, run_batch};
use super::cascade::has_children;
use super::target::Target;
use crate::error::SqliteError;
use crate::read::row::json_ids;
use crate::store::SqliteStore;

/// Deletes the expired and ended sessions of a batch; a parent only when it has no children any more.
pub(crate) fn prune(
    store: &mut SqliteStore,
    batch: &Batch<'_>,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    run_batch(store, batch, JudgedBy::LatestEvent, event, |tx, targets| {
        tx.time.grant()?;
        let inactive = |target: &&Target| target.before != State::Active;
        let (parents, others): (Vec<_>, Vec<_>) =
            targets.iter().filter(inactive).partition(|target| target.is_parent());
        let mut deleted: Vec<SessionId> = others.iter().map(|target| target.id).collect();
        delete(tx, &deleted)?;
        let mut free = Vec::new();
        for parent in parents {
            if !has_children(tx, parent.id)? {
                free.push(parent.id);
            }
        }
        delete(tx, &free)?;
        deleted.extend(free);
        let deleted: HashSet<SessionId> = deleted.into_iter().collect();
        Ok(targets.iter().map(|target| target.change(deleted.contains(&target.id))).collect())
    })
}

fn delete(tx: &Transaction<'_>, ids: &[SessionId]) -> Result<(), SqliteError> {
    let numbers = json_ids(ids);
    for table in ["session_data", "retired_token"] {
        let sql = format!("DELETE FROM {table} WHERE session_id IN (SELECT value FROM json_each(?1))");
        tx.prepare_cached(&sql)?.execute([&numbers])?;
    }
    let sql = "DELETE FROM session WHERE id IN (SELECT value FROM json_each(?1))";
    ensure(tx.prepare_cached(sql)?.execute([&numbers])?, ids.len())
}
