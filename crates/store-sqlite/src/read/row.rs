//! A row of the session table as the model's session. What was read is checked: a row that no program of ours
//! wrote is reported as damage, never taken for a session.

use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use sessionctl_core::model::address;
use sessionctl_core::model::session::{Client, Kind, Session, SessionId};
use sessionctl_core::model::time::{Timestamp, seconds};

use super::user_cache::UserCache;
use crate::error::{SqliteError, corrupt};

/// The columns that [`session`] reads, in its order, from `session s`.
pub(crate) const COLUMNS: &str = "s.id, s.kind, s.user_id, s.scopes, s.parent_id, s.app, s.label, s.ip, \
    s.user_agent, s.created_at, s.authenticated_at, s.last_seen_at, s.idle_timeout, s.absolute_expires_at, \
    s.scheduled_at, s.deadline, s.ended_at, s.end_reason, s.ended_event, s.last_ip";

/// The number of [`COLUMNS`]; further columns of a query begin at this index.
pub(crate) const WIDTH: usize = 20;

/// Reads a session; the name of its user, and of who ended it, from `user_cache`.
pub(crate) fn session(
    conn: &Connection,
    user_cache: &UserCache,
    row: &Row<'_>,
) -> Result<Session, SqliteError> {
    let session = Session {
        id: id(row.get(0)?)?,
        kind: kind(row.get(1)?)?,
        user: row.get::<_, Option<i64>>(2)?.map(|user| user_cache.of(conn, user)).transpose()?,
        scopes: scopes(row.get_ref(3)?)?,
        parent: row.get::<_, Option<i64>>(4)?.map(id).transpose()?,
        client: Client {
            app: text(row, 5)?,
            label: text(row, 6)?,
            ip: row.get::<_, Option<[u8; 16]>>(7)?.map(address::from_bytes),
            user_agent: text(row, 8)?,
        },
        created_at: timestamp(row, 9)?,
        authenticated_at: optional_timestamp(row, 10)?,
        last_seen_at: timestamp(row, 11)?,
        idle_timeout: row.get::<_, Option<u64>>(12)?.map(Duration::from_secs),
        absolute_expires_at: timestamp(row, 13)?,
        scheduled_at: optional_timestamp(row, 14)?,
        deadline: timestamp(row, 15)?,
        revoked_at: optional_timestamp(row, 16)?,
        revoke_reason: text(row, 17)?,
        revoked_by: match row.get::<_, Option<i64>>(18)? {
            None => None,
            Some(event) => user_cache.actor_of(conn, event)?,
        },
        last_ip: row.get::<_, Option<[u8; 16]>>(19)?.map(address::from_bytes),
    };
    // One flipped bit in a deadline would let an expired session in: SQLite has no checksums.
    if session.is_consistent() { Ok(session) } else { Err(corrupt("times that contradict one another")) }
}

/// A row in an error: what it is, and its number if that can be read.
pub(crate) fn name_of(what: &str, row: &Row<'_>) -> String {
    match row.get::<_, i64>(0) {
        Ok(id) => format!("{what} {id}"),
        Err(_) => format!("a {what}"),
    }
}

/// Reads an id.
pub(crate) fn id(number: i64) -> Result<SessionId, SqliteError> {
    SessionId::new(number).ok_or_else(|| corrupt("a number that is no id"))
}

/// Reads a kind.
pub(crate) fn kind(number: i64) -> Result<Kind, SqliteError> {
    usize::try_from(number)
        .ok()
        .and_then(|number| Kind::ALL.get(number).copied())
        .ok_or_else(|| corrupt("a number that is no kind"))
}

/// Scopes as they are stored: separated by a space, which no scope contains.
pub(crate) fn stored_scopes(scopes: &[String]) -> Option<String> {
    (!scopes.is_empty()).then(|| scopes.join(" "))
}

fn scopes(value: ValueRef<'_>) -> Result<Vec<String>, SqliteError> {
    match value.as_str_or_null().map_err(|_| corrupt("scopes that are no text"))? {
        None => Ok(Vec::new()),
        Some(text) => Ok(text.split(' ').map(str::to_owned).collect()),
    }
}

fn text(row: &Row<'_>, column: usize) -> Result<Option<String>, SqliteError> {
    Ok(row.get(column)?)
}

/// Reads a time.
pub(crate) fn timestamp(row: &Row<'_>, column: usize) -> Result<Timestamp, SqliteError> {
    Ok(Timestamp::from_unix(row.get(column)?))
}

/// Reads a time that may be missing.
pub(crate) fn optional_timestamp(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, SqliteError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_unix))
}

/// A duration as it is stored.
pub(crate) fn stored_duration(span: Option<Duration>) -> Option<i64> {
    span.map(seconds)
}

/// Any number of ids as one parameter.
pub(crate) fn json_ids(ids: &[SessionId]) -> String {
    json_array(ids.iter().map(|id| id.get()))
}

/// A JSON array of any number of values as one parameter.
pub(crate) fn json_array(numbers: impl Iterator<Item = i64>) -> String {
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    format!("[{}]", numbers.join(","))
}
