//! From a token or an id to its session. A token's locator leads to the row by its id; the digest, compared in
//! constant time, decides whether the token is the session's.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use rusqlite::{Connection, OptionalExtension, Row, params};
use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::{Digest, Token};
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{EventFilter, Found, TokenStatus};

use super::row::{self, COLUMNS, WIDTH};
use super::user_cache::UserCache;
use crate::audit::events::events;
use crate::error::{SqliteError, corrupt};
use crate::store::SqliteStore;

/// The session of a token.
///
/// The session, its retired tokens and its parent are read one after the other and not in one transaction: a later
/// read can only deny (a revoked parent, a rotated-out token), so the answer was true at some time in between.
pub(crate) fn look_up(store: &SqliteStore, token: &Token) -> Result<Option<Found>, SqliteError> {
    store.ensure_current()?;
    let Some(id) = store.locator_key()?.open(token.locator()) else { return Ok(None) };
    let conn = store.conn();
    let Some((session, stored)) = with_digest(store, id)? else { return Ok(None) };
    let presented = token.digest();
    let status = if stored.matches(&presented) {
        TokenStatus::Current
    } else if let Some(retired) = retired(conn, id, &presented)? {
        retired
    } else {
        return Ok(None);
    };
    let parent = parent_of(store, &session)?;
    Ok(Some(Found { session, parent, status }))
}

/// A session and its parent.
pub(crate) fn by_id(
    store: &SqliteStore,
    id: SessionId,
) -> Result<Option<(Session, Option<Session>)>, SqliteError> {
    store.ensure_current()?;
    let Some((mut session, _)) = with_digest(store, id)? else { return Ok(None) };
    if session.revoked_at.is_some() && session.revoked_by.is_none() {
        session.revoked_by = revoked_by(store, id)?;
    }
    let parent = parent_of(store, &session)?;
    Ok(Some((session, parent)))
}

/// Who revoked a session whose row does not name the event, because it ended under the first layout. The log has it; a
/// list does not search for it.
fn revoked_by(store: &SqliteStore, id: SessionId) -> Result<Option<String>, SqliteError> {
    let ends = [Action::SessionRevoked, Action::SessionUpgraded, Action::TokenReused];
    let filter = EventFilter { session: Some(id), ..EventFilter::default() };
    let mut actor = None;
    events(store, &filter, &mut |event| {
        if !ends.iter().any(|end| event.action == end.as_str()) {
            return ControlFlow::Continue(());
        }
        actor = Some(event.actor);
        ControlFlow::Break(())
    })?;
    Ok(actor)
}

/// A session alone, for a change.
pub(crate) fn read(
    conn: &Connection,
    user_cache: &UserCache,
    id: SessionId,
) -> Result<Option<Session>, SqliteError> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {COLUMNS} FROM session s WHERE s.id = ?1"));
    let mut statement = conn.prepare_cached(&SQL)?;
    let mut rows = statement.query([id.get()])?;
    rows.next()?.map(|row| row::session(conn, user_cache, row)).transpose()
}

fn with_digest(store: &SqliteStore, id: SessionId) -> Result<Option<(Session, Digest)>, SqliteError> {
    // Built once, because a batch looks up a million tokens.
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {COLUMNS}, s.token_digest FROM session s WHERE s.id = ?1"));
    let conn = store.conn();
    let mut statement = conn.prepare_cached(&SQL)?;
    let mut rows = statement.query([id.get()])?;
    match rows.next()? {
        None => Ok(None),
        Some(row) => Ok(Some((row::session(conn, store.user_cache(), row)?, digest(row, WIDTH)?))),
    }
}

fn digest(row: &Row<'_>, column: usize) -> Result<Digest, SqliteError> {
    Ok(Digest::from_bytes(row.get(column)?))
}

fn parent_of(store: &SqliteStore, session: &Session) -> Result<Option<Session>, SqliteError> {
    match session.parent {
        None => Ok(None),
        Some(parent) => match with_digest(store, parent)? {
            Some((parent, _)) => Ok(Some(parent)),
            // Without its parent, the session's state is unknown.
            None => Err(corrupt("a session whose parent does not exist")),
        },
    }
}

fn retired(conn: &Connection, id: SessionId, presented: &Digest) -> Result<Option<TokenStatus>, SqliteError> {
    let mut statement = conn.prepare_cached(
        "SELECT token_digest, retired_at, honoured_until FROM retired_token WHERE session_id = ?1",
    )?;
    let mut rows = statement.query([id.get()])?;
    let mut standing = None;
    // All are compared, so that the time does not reveal which one was similar.
    while let Some(row) = rows.next()? {
        if digest(row, 0)?.matches(presented) {
            let (at, honoured_until) = (row::timestamp(row, 1)?, row::timestamp(row, 2)?);
            standing = Some(TokenStatus::Retired { at, honoured_until });
        }
    }
    Ok(standing)
}

/// The children of a session, oldest first.
pub(crate) fn children(store: &SqliteStore, parent: SessionId) -> Result<Vec<Session>, SqliteError> {
    let conn = store.conn();
    let sql = format!("SELECT {COLUMNS} FROM session s WHERE s.parent_id = ?1 ORDER BY s.id");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([parent.get()])?;
    let mut children = Vec::new();
    while let Some(row) = rows.next()? {
        children.push(row::session(conn, store.user_cache(), row)?);
    }
    Ok(children)
}

/// The number of rotated-out tokens of a session.
pub(crate) fn rotations(conn: &Connection, id: SessionId) -> Result<u64, SqliteError> {
    let sql = "SELECT count(*) FROM retired_token WHERE session_id = ?1";
    Ok(conn.prepare_cached(sql)?.query_row([id.get()], |row| row.get(0))?)
}

/// The limits of an active session, which its children inherit.
pub(crate) struct Limits {
    pub(crate) deadline: Timestamp,
    pub(crate) absolute_expires_at: Timestamp,
    pub(crate) authenticated_at: Option<Timestamp>,
}

/// The limits of a session while it is active.
pub(crate) fn live_limits(
    conn: &Connection,
    id: SessionId,
    now: Timestamp,
) -> Result<Option<Limits>, SqliteError> {
    let sql = "SELECT deadline, absolute_expires_at, authenticated_at FROM session \
               WHERE id = ?1 AND deadline > ?2 AND ended_at IS NULL";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![id.get(), now.unix()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Limits {
        deadline: row::timestamp(row, 0)?,
        absolute_expires_at: row::timestamp(row, 1)?,
        authenticated_at: row::optional_timestamp(row, 2)?,
    }))
}

/// The highest existing id.
pub(crate) fn newest(conn: &Connection) -> Result<Option<SessionId>, SqliteError> {
    let newest: Option<i64> = conn.query_row("SELECT max(id) FROM session", [], |row| row.get(0))?;
    newest.map(row::id).transpose()
}

/// Whether a session is active and `digest` is that of its current token.
pub(crate) fn is_current(
    tx: &Connection,
    id: SessionId,
    digest: &Digest,
    now: Timestamp,
) -> Result<bool, SqliteError> {
    let sql = "SELECT token_digest FROM session WHERE id = ?1 AND deadline > ?2 AND ended_at IS NULL";
    let stored =
        tx.prepare_cached(sql)?.query_row(params![id.get(), now.unix()], |row| row.get(0)).optional()?;
    Ok(stored.is_some_and(|stored| Digest::from_bytes(stored).matches(digest)))
}

/// The user's active logins, oldest first. API tokens and children do not count.
pub(crate) fn active_logins(
    conn: &Connection,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<SessionId>, SqliteError> {
    let mut statement = conn.prepare(
        "SELECT id FROM session INDEXED BY session_user WHERE user_id = ?1 AND deadline > ?2 AND ended_at IS NULL \
         AND kind IN (1, 2) AND parent_id IS NULL ORDER BY id",
    )?;
    let mut rows = statement.query(params![user.0, now.unix()])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(row::id(row.get(0)?)?);
    }
    Ok(ids)
}
