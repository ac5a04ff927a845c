//! Ending sessions together with the sessions under them, within a transaction of the caller.

use std::collections::HashSet;

use rusqlite::{Connection, Transaction, params};
use sessionctl_core::model::event::{Event, Subjects};
use sessionctl_core::model::session::{SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::Change;

use super::batch::{Target, change};
use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::row::{self, json_ids};

/// Revokes those of the sessions that are active, and returns how many were.
pub(crate) fn revoke_all(
    tx: &Transaction<'_>,
    ids: &[SessionId],
    reason: &str,
    now: Timestamp,
) -> Result<usize, SqliteError> {
    // `OR ROLLBACK`: a failure undoes the transaction anyway, so no statement needs a journal of its own, which was
    // a fifth of the work.
    let mut statement = tx.prepare_cached(
        "UPDATE OR ROLLBACK session SET deadline = ?2, ended_at = ?2, end_reason = ?3 \
         WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?2 AND ended_at IS NULL",
    )?;
    Ok(statement.execute(params![json_ids(ids), now.unix(), reason])?)
}

/// The sessions under a head that would live on after a moment, but those in `own`, whose write_queue comes.
pub(crate) fn living_children(
    conn: &Connection,
    head: SessionId,
    after: Timestamp,
    own: &HashSet<SessionId>,
) -> Result<Vec<SessionId>, SqliteError> {
    let sql = "SELECT id FROM session INDEXED BY session_parent \
               WHERE parent_id = ?1 AND deadline > ?2 AND ended_at IS NULL ORDER BY id";
    let mut children = ids(conn, sql, (head.get(), after.unix()))?;
    children.retain(|id| !own.contains(id));
    Ok(children)
}

/// Whether any session stands under a head, dead or alive.
pub(crate) fn has_children(conn: &Connection, head: SessionId) -> Result<bool, SqliteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM session INDEXED BY session_parent WHERE parent_id = ?1)";
    Ok(conn.prepare_cached(sql)?.query_row([head.get()], |row| row.get(0))?)
}

/// Revokes sessions and the families under them, and returns those that were active.
pub(crate) fn end(
    tx: &Transaction<'_>,
    ids: &[SessionId],
    reason: &str,
    now: Timestamp,
) -> Result<Vec<SessionId>, SqliteError> {
    let mut ended = Vec::new();
    for id in ids {
        if revoke_all(tx, &[*id], reason, now)? == 1 {
            ended.push(*id);
            let children = living_children(tx, *id, now, &HashSet::new())?;
            revoke_all(tx, &children, reason, now)?;
            ended.extend(children);
        }
    }
    Ok(ended)
}

/// Revokes everything a user has, with its event.
pub(crate) fn end_all_of_user(
    tx: &Transaction<'_>,
    user: UserId,
    reason: &str,
    event: Event,
) -> Result<Vec<SessionId>, SqliteError> {
    let now = event.at;
    let sql = "SELECT id FROM session INDEXED BY session_user \
               WHERE user_id = ?1 AND deadline > ?2 AND ended_at IS NULL ORDER BY id";
    let active = ids(tx, sql, (user.0, now.unix()))?;
    let mut ended = end(tx, &active, reason, now)?;
    if !ended.is_empty() {
        ended.sort_unstable();
        append(tx, &event.about(Subjects::of(&ended)))?;
    }
    Ok(ended)
}

fn ids(conn: &Connection, sql: &str, values: (i64, i64)) -> Result<Vec<SessionId>, SqliteError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(row::id(row.get(0)?)?);
    }
    Ok(ids)
}

/// The changes to the active ones of a slice, each head's family behind it as `fall` finds it.
pub(crate) fn with_families(
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

#[cfg(test)]
mod tests {
    use super::*;

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
