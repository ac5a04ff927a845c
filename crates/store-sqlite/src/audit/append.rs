//! Appending to the audit log, in the transaction of the change that an event records.

use rusqlite::{Connection, OptionalExtension, params};
use sessionctl_core::model::address;
use sessionctl_core::model::event::{Event, LoggedEvent, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::UserName;

use super::root::ChainRoot;
use crate::error::SqliteError;
use crate::read::account;
use crate::store::{SqliteStore, WriteTx};

/// Appends an event within the transaction of the change that it records.
pub(crate) fn append(tx: &WriteTx<'_>, event: &Event) -> Result<(), SqliteError> {
    let sql = "SELECT link FROM event ORDER BY id DESC LIMIT 1";
    let last_link: Option<[u8; 32]> = tx.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    let root = ChainRoot::read(tx)?;
    let name = event.user.as_deref().and_then(|name| name.parse::<UserName>().ok());
    let account = name.map(|name| account::by_name(tx, &name)).transpose()?.flatten();
    let logged = LoggedEvent {
        id: last_number(tx)? + 1,
        at: tx.time.now,
        action: event.action.as_str().to_owned(),
        actor: event.actor.clone(),
        user: event.user.clone(),
        subjects: event.subjects.clone(),
        detail: event.detail.clone(),
        user_id: account.map(|account| account.id),
        ip: event.ip,
        app: event.app.clone(),
        account: None,
    };
    let link = logged.link(&root.before(logged.id, &last_link.unwrap_or(root.start_link)));
    let (first, last, members) = match &logged.subjects {
        Subjects::None => (None, None, None),
        Subjects::One(id) => (Some(id.get()), None, None),
        Subjects::Range(first, last) => (Some(first.get()), Some(last.get()), None),
        Subjects::Many(ids) => {
            (ids.first().map(|id| id.get()), ids.last().map(|id| id.get()), Some(Subjects::pack(ids)))
        }
    };
    tx.prepare_cached(
        "INSERT INTO event (id, at, action, actor, user, session_id, last_session_id, members, detail, \
         user_id, ip, app, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        logged.id,
        logged.at.unix(),
        logged.action,
        logged.actor,
        logged.user,
        first,
        last,
        members,
        logged.detail,
        logged.user_id.map(|id| id.0),
        logged.ip.map(address::to_bytes),
        logged.app,
        link,
    ])?;
    Ok(())
}

/// The number of the newest event that ever existed. SQLite keeps it apart from the rows, so that a truncated log is
/// noticed.
pub(crate) fn last_number(conn: &Connection) -> Result<i64, SqliteError> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'event'";
    let number: Option<i64> = conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    Ok(number.unwrap_or(0))
}

/// Appends an event that belongs to no change.
pub(crate) fn record(store: &mut SqliteStore, event: Event) -> Result<(), SqliteError> {
    store.write(|tx| append(tx, &event))
}

/// Writes an event if the session is active, and it and its parent are so until a time.
pub(crate) fn record_if_active(
    store: &mut SqliteStore,
    session: SessionId,
    until: Timestamp,
    event: Event,
) -> Result<bool, SqliteError> {
    store.write(|tx| {
        tx.time.grant()?;
        let sql = "SELECT EXISTS (SELECT 1 FROM session s WHERE s.id = ?1 AND s.ended_at IS NULL \
             AND s.deadline > ?2 AND s.deadline >= ?3 AND (s.parent_id IS NULL OR EXISTS (SELECT 1 FROM session p \
             WHERE p.id = s.parent_id AND p.ended_at IS NULL AND p.deadline > ?2 AND p.deadline >= ?3)))";
        let values = params![session.get(), tx.time.now.unix(), until.unix()];
        let active = tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
        if active {
            append(tx, &event)?;
        }
        Ok(active)
    })
}
