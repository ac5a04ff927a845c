//! Deleting a batch of ended and expired sessions.

use std::collections::HashSet;

use rusqlite::Transaction;
use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::{SessionId, State};
use sessionctl_core::store::{Batch, BatchResult};

use super::batch::{Target, change, ensure, run_batch};
use super::cascade::has_children;
use crate::error::SqliteError;
use crate::read::row::json_ids;
use crate::store::SqliteStore;

/// Deletes the dead ones of a slice; a head only when nothing stands under it any more.
pub(crate) fn prune(
    store: &mut SqliteStore,
    slice: &Batch<'_>,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    run_batch(store, slice, event, |tx, targets| {
        let dead = |target: &&Target| target.before != State::Active;
        let (heads, others): (Vec<_>, Vec<_>) =
            targets.iter().filter(dead).partition(|target| target.is_head);
        let mut gone: Vec<SessionId> = others.iter().map(|target| target.id).collect();
        delete(tx, &gone)?;
        let mut free = Vec::new();
        for head in heads {
            if !has_children(tx, head.id)? {
                free.push(head.id);
            }
        }
        delete(tx, &free)?;
        gone.extend(free);
        let gone: HashSet<SessionId> = gone.into_iter().collect();
        Ok(targets.iter().map(|target| change(target, gone.contains(&target.id))).collect())
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
