//! Ending sessions together with their children, within a transaction of the caller.

use std::collections::HashSet;

use rusqlite::{Connection, params};
use sessionctl_core::model::event::{Event, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::user::UserId;

use super::target::{active_children, ids_of};
use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::row::{self, json_ids};
use crate::store::WriteTx;

/// Revokes those of the sessions that have not ended by the clock, and returns their number. The caller appends the
/// event next. A session ends not before it was last seen, as far as the latest event proves that: a clock that went
/// back may be the wrong one.
pub(crate) fn revoke_all(tx: &WriteTx<'_>, ids: &[SessionId], reason: &str) -> Result<usize, SqliteError> {
    // `OR ROLLBACK`: a failure rolls the transaction back anyway, so no statement needs a journal of its own, which
    // was a fifth of the work.
    let mut statement = tx.prepare_cached(
        "UPDATE OR ROLLBACK session SET deadline = min(deadline, max(?2, min(last_seen_at, ?5))), \
         ended_at = min(deadline, max(?2, min(last_seen_at, ?5))), end_reason = ?3, \
         ended_event = 1 + (SELECT seq FROM sqlite_sequence WHERE name = 'event') \
         WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?4 AND ended_at IS NULL",
    )?;
    let values =
        params![json_ids(ids), tx.time.taken_at().unix(), reason, tx.time.clock.unix(), tx.time.now.unix()];
    Ok(statement.execute(values)?)
}

/// Whether a session has children in any state.
pub(crate) fn has_children(conn: &Connection, parent: SessionId) -> Result<bool, SqliteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM session INDEXED BY session_parent WHERE parent_id = ?1)";
    Ok(conn.prepare_cached(sql)?.query_row([parent.get()], |row| row.get(0))?)
}

/// Revokes sessions and their children, and returns those that were active.
pub(crate) fn end(tx: &WriteTx<'_>, ids: &[SessionId], reason: &str) -> Result<Vec<SessionId>, SqliteError> {
    let mut ended = Vec::new();
    for id in ids {
        if revoke_all(tx, &[*id], reason)? == 1 {
            ended.push(*id);
            let children = ids_of(&active_children(tx, *id, tx.time.clock, &HashSet::new())?);
            revoke_all(tx, &children, reason)?;
            ended.extend(children);
        }
    }
    Ok(ended)
}

/// Revokes all sessions of a user, with the event.
pub(crate) fn end_all_of_user(
    tx: &WriteTx<'_>,
    user: UserId,
    reason: &str,
    event: Event,
) -> Result<Vec<SessionId>, SqliteError> {
    let sql = "SELECT id FROM session INDEXED BY session_user \
               WHERE user_id = ?1 AND deadline > ?2 AND ended_at IS NULL ORDER BY id";
    let active = ids(tx, sql, (user.0, tx.time.clock.unix()))?;
    let mut ended = end(tx, &active, reason)?;
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
