//! Revoking, expiring and pruning a slice of sessions.

use crate::error::SqliteError;
use std::collections::HashSet;

use rusqlite::{Transaction, params};

use super::SqliteStore;
use super::family::{has_children, living_children, revoke_all};
use super::select::numbers;
use super::sweep::{Target, sweep};
use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::{SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult, Change, StoreError};

/// Revokes a slice and the families under it.
pub(super) fn revoke(
    store: &mut SqliteStore,
    slice: &Batch<'_>,
    reason: &str,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    let now = slice.now;
    sweep(store, slice, event, |tx, targets| {
        let active = active(targets);
        ensure(revoke_all(tx, &active, reason, now)?, active.len())?;
        with_families(targets, |head, own| {
            let children = living_children(tx, head, now, own)?;
            ensure(revoke_all(tx, &children, reason, now)?, children.len())?;
            Ok(children)
        })
    })
}

/// Sets the end of a slice, and cuts the families under it to that.
pub(super) fn expire(
    store: &mut SqliteStore,
    slice: &Batch<'_>,
    at: Timestamp,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    let now = slice.now.unix();
    sweep(store, slice, event, |tx, targets| {
        let active = active(targets);
        // `OR ROLLBACK` as in `family`. By rising id, so that a head that is itself in the slice has its new end before its family is asked.
        let mut set = tx.prepare_cached(
            "UPDATE OR ROLLBACK session SET scheduled_at = min(?3, absolute_expires_at), \
             deadline = min(?3, absolute_expires_at, \
                coalesce((SELECT h.deadline FROM session h WHERE h.id = session.parent_id), ?3)) \
             WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?2 AND ended_at IS NULL",
        )?;
        ensure(set.execute(params![numbers(&active), now, at.unix()])?, active.len())?;
        with_families(targets, |head, own| {
            let sql = "SELECT deadline FROM session WHERE id = ?1";
            let end: i64 = tx.prepare_cached(sql)?.query_row([head.get()], |row| row.get(0))?;
            // What is dead already has its end behind it.
            let children = living_children(tx, head, Timestamp::from_unix(end.max(now)), own)?;
            let mut cut = tx.prepare_cached(
                "UPDATE session SET deadline = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?2",
            )?;
            ensure(cut.execute(params![numbers(&children), end])?, children.len())?;
            Ok(children)
        })
    })
}

/// Deletes the dead ones of a slice; a head only when nothing stands under it any more.
pub(super) fn prune(
    store: &mut SqliteStore,
    slice: &Batch<'_>,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    sweep(store, slice, event, |tx, targets| {
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
    let numbers = numbers(ids);
    for table in ["session_data", "retired_token"] {
        let sql = format!("DELETE FROM {table} WHERE session_id IN (SELECT value FROM json_each(?1))");
        tx.prepare_cached(&sql)?.execute([&numbers])?;
    }
    let sql = "DELETE FROM session WHERE id IN (SELECT value FROM json_each(?1))";
    ensure(tx.prepare_cached(sql)?.execute([&numbers])?, ids.len())
}

fn active(targets: &[Target]) -> Vec<SessionId> {
    targets.iter().filter(|target| target.before == State::Active).map(|target| target.id).collect()
}

fn change(target: &Target, changed: bool) -> Change {
    Change { id: target.id, before: target.before, changed, with: None }
}

/// The changes to the active ones of a slice, each head's family behind it as `fall` finds it.
fn with_families(
    targets: &[Target],
    mut fall: impl FnMut(SessionId, &HashSet<SessionId>) -> Result<Vec<SessionId>, SqliteError>,
) -> Result<Vec<Change>, SqliteError> {
    let own: HashSet<SessionId> = targets.iter().map(|target| target.id).collect();
    let mut changes = Vec::with_capacity(targets.len());
    for target in targets {
        let changed = target.before == State::Active;
        changes.push(change(target, changed));
        if changed && target.is_head {
            let with = Some(target.id);
            let fallen = fall(target.id, &own)?;
            changes.extend(fallen.into_iter().map(|id| Change {
                id,
                before: State::Active,
                changed: true,
                with,
            }));
        }
    }
    Ok(changes)
}

/// That as many rows were written as were read under the same lock; all is undone where not.
fn ensure(written: usize, expected: usize) -> Result<(), SqliteError> {
    if written == expected {
        return Ok(());
    }
    Err(StoreError::Damaged(format!("{written} of {expected} sessions could be changed; nothing was")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_number_of_rows_than_were_read_is_damage() {
        assert!(ensure(0, 0).is_ok() && ensure(7, 7).is_ok());
        for (written, expected) in [(0, 1), (6, 7), (8, 7)] {
            assert!(matches!(ensure(written, expected), Err(SqliteError(StoreError::Damaged(_)))));
        }
    }

    #[test]
    fn only_a_living_heads_family_is_asked_for() {
        let id = |number| SessionId::new(number).unwrap();
        let of = |number, is_head, before| Target { id: id(number), is_head, before, user: None };
        let targets = [
            of(1, true, State::Active),
            of(2, false, State::Active),
            of(3, true, State::Revoked),
            of(4, true, State::Expired),
        ];
        let mut asked = Vec::new();
        let changes = with_families(&targets, |head, _| {
            asked.push(head.get());
            Ok(vec![id(9)])
        });
        assert_eq!(asked, [1]);
        let changed = changes.unwrap().into_iter().filter(|change| change.changed);
        assert_eq!(changed.map(|change| change.id.get()).collect::<Vec<_>>(), [1, 9, 2]);
    }
}
