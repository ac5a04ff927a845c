//! An event as a row holds it.

use sessionctl_core::model::address;
use sessionctl_core::model::event::{LoggedEvent, Subjects};
use sessionctl_core::model::user::UserId;
use tokio_postgres::Row;

use crate::error::{PostgresError, corrupt};
use crate::read::row;

/// The columns that [`logged`] reads, from `event e`.
pub(crate) const COLUMNS: &str = "e.id, e.at, e.action, e.actor, e.user_name, e.session_id, e.last_session_id, \
     e.members, e.detail, e.user_id, e.ip, e.app";

/// Reads an event from its row.
pub(crate) fn logged(row: &Row) -> Result<LoggedEvent, PostgresError> {
    let first = row.try_get::<_, Option<i64>>(5)?.map(row::id).transpose()?;
    let last = row.try_get::<_, Option<i64>>(6)?.map(row::id).transpose()?;
    let members: Option<&[u8]> = row.try_get(7)?;
    let subjects = match (first, last, members) {
        (None, None, None) => Subjects::None,
        (Some(id), None, None) => Subjects::One(id),
        (Some(first), Some(last), None) => Subjects::Range(first, last),
        (Some(_), Some(_), Some(bytes)) => {
            Subjects::Many(Subjects::unpack(bytes).ok_or_else(|| corrupt("no set of sessions"))?)
        }
        _ => return Err(corrupt("half a set of sessions")),
    };
    Ok(LoggedEvent {
        id: row.try_get(0)?,
        at: row::timestamp(row, 1)?,
        action: row.try_get(2)?,
        actor: row.try_get(3)?,
        user: row.try_get(4)?,
        subjects,
        detail: row.try_get(8)?,
        user_id: row.try_get::<_, Option<i64>>(9)?.map(UserId),
        ip: row::optional_bytes(row, 10)?.map(address::from_bytes),
        app: row.try_get(11)?,
        account: None,
    })
}
