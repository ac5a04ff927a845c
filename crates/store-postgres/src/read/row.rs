//! A row of the session table as the model's session. What was read is checked: a row that no program of ours wrote is
//! reported as damage, never taken for a session.

use std::time::Duration;

use sessionctl_core::model::address;
use sessionctl_core::model::session::{Client, Kind, Session, SessionId};
use sessionctl_core::model::time::{Timestamp, seconds};
use sessionctl_core::model::user::UserName;
use tokio_postgres::Row;

use super::account::{self, NAME_COLUMNS};
use crate::error::{PostgresError, corrupt};

/// The columns of `session s` that both ways of reading a session begin with.
const OWN: &str = "s.id, s.kind, s.user_id, s.scopes, s.parent_id, s.app, s.label, s.ip, s.user_agent, s.created_at, \
     s.authenticated_at, s.last_seen_at, s.idle_timeout, s.absolute_expires_at, s.scheduled_at, s.deadline, \
     s.ended_at, s.end_reason, s.last_ip";

/// The columns that [`session`] reads, in its order, from `session s` and its account `a`.
pub(crate) fn columns() -> String {
    format!("{OWN}, (SELECT v.actor FROM sessionctl.event v WHERE v.id = s.ended_event), {NAME_COLUMNS}")
}

/// The columns that [`session_of`] reads, from `session s` alone.
pub(crate) fn own_columns() -> String {
    format!("{OWN}, s.ended_event")
}

/// The tables that [`columns`] are of.
pub(crate) const TABLES: &str = "sessionctl.session s LEFT JOIN sessionctl.account a ON a.id = s.user_id";

/// The column at which the account begins.
const ACCOUNT: usize = 20;
/// The column of the event that ended a session, of [`own_columns`]; further columns of a query begin behind it.
pub(crate) const ENDED_EVENT: usize = 19;

/// Reads a session.
pub(crate) fn session(row: &Row) -> Result<Session, PostgresError> {
    session_of(row, user(row)?, row.try_get(ENDED_EVENT)?)
}

/// Reads a session whose user, and who ended it, were read elsewhere.
pub(crate) fn session_of(
    row: &Row,
    user: Option<UserName>,
    revoked_by: Option<String>,
) -> Result<Session, PostgresError> {
    let session = Session {
        id: id(row.try_get(0)?)?,
        kind: kind(row.try_get(1)?)?,
        user,
        scopes: scopes(row.try_get(3)?),
        parent: row.try_get::<_, Option<i64>>(4)?.map(id).transpose()?,
        client: Client {
            app: row.try_get(5)?,
            label: row.try_get(6)?,
            ip: optional_bytes(row, 7)?.map(address::from_bytes),
            user_agent: row.try_get(8)?,
        },
        created_at: timestamp(row, 9)?,
        authenticated_at: optional_timestamp(row, 10)?,
        last_seen_at: timestamp(row, 11)?,
        idle_timeout: row.try_get::<_, Option<i64>>(12)?.map(duration).transpose()?,
        absolute_expires_at: timestamp(row, 13)?,
        scheduled_at: optional_timestamp(row, 14)?,
        deadline: timestamp(row, 15)?,
        revoked_at: optional_timestamp(row, 16)?,
        revoke_reason: row.try_get(17)?,
        revoked_by,
        last_ip: optional_bytes(row, 18)?.map(address::from_bytes),
    };
    // A deadline past its limits would let an expired session in.
    if session.is_consistent() { Ok(session) } else { Err(corrupt("times that contradict one another")) }
}

fn user(row: &Row) -> Result<Option<UserName>, PostgresError> {
    match row.try_get::<_, Option<i64>>(2)? {
        None => Ok(None),
        Some(_) => {
            let name = account::shown(row, ACCOUNT)?;
            name.map(Some).ok_or_else(|| corrupt("the id of a user that does not exist"))
        }
    }
}

/// A row in an error: what it is, and its number if that can be read.
pub(crate) fn name_of(what: &str, row: &Row) -> String {
    match row.try_get::<_, i64>(0) {
        Ok(id) => format!("{what} {id}"),
        Err(_) => format!("a {what}"),
    }
}

/// Reads an id.
pub(crate) fn id(number: i64) -> Result<SessionId, PostgresError> {
    SessionId::new(number).ok_or_else(|| corrupt("a number that is no id"))
}

/// Reads the ids in the first column of rows.
pub(crate) fn ids(rows: &[Row]) -> Result<Vec<SessionId>, PostgresError> {
    rows.iter().map(|row| id(row.try_get(0)?)).collect()
}

/// The numbers of ids, as a parameter.
pub(crate) fn numbers(ids: &[SessionId]) -> Vec<i64> {
    ids.iter().map(|id| id.get()).collect()
}

/// Reads a kind.
pub(crate) fn kind(number: i64) -> Result<Kind, PostgresError> {
    usize::try_from(number)
        .ok()
        .and_then(|number| Kind::ALL.get(number).copied())
        .ok_or_else(|| corrupt("a number that is no kind"))
}

/// Scopes as they are stored: separated by a space, which no scope contains.
pub(crate) fn stored_scopes(scopes: &[String]) -> Option<String> {
    (!scopes.is_empty()).then(|| scopes.join(" "))
}

fn scopes(text: Option<&str>) -> Vec<String> {
    text.map_or_else(Vec::new, |text| text.split(' ').map(str::to_owned).collect())
}

/// Reads a time.
pub(crate) fn timestamp(row: &Row, column: usize) -> Result<Timestamp, PostgresError> {
    Ok(Timestamp::from_unix(row.try_get(column)?))
}

/// Reads a time that may be missing.
pub(crate) fn optional_timestamp(row: &Row, column: usize) -> Result<Option<Timestamp>, PostgresError> {
    Ok(row.try_get::<_, Option<i64>>(column)?.map(Timestamp::from_unix))
}

/// Reads bytes of a fixed length.
pub(crate) fn bytes<const N: usize>(row: &Row, column: usize) -> Result<[u8; N], PostgresError> {
    optional_bytes(row, column)?.ok_or_else(|| corrupt("nothing where bytes belong"))
}

/// Reads bytes of a fixed length that may be missing.
pub(crate) fn optional_bytes<const N: usize>(
    row: &Row,
    column: usize,
) -> Result<Option<[u8; N]>, PostgresError> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    bytes.map(|bytes| bytes.try_into().map_err(|_| corrupt("bytes of another length"))).transpose()
}

/// A number of rows, or another number that is never negative.
pub(crate) fn unsigned(row: &Row, column: usize) -> Result<u64, PostgresError> {
    u64::try_from(row.try_get::<_, i64>(column)?).map_err(|_| corrupt("a negative number"))
}

fn duration(seconds: i64) -> Result<Duration, PostgresError> {
    u64::try_from(seconds).map(Duration::from_secs).map_err(|_| corrupt("a negative duration"))
}

/// A duration as it is stored.
pub(crate) fn stored_duration(span: Option<Duration>) -> Option<i64> {
    span.map(seconds)
}
