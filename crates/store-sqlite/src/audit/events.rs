//! Reading the audit log, newest event first.

use std::ops::ControlFlow;

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use sessionctl_core::model::address;
use sessionctl_core::model::event::{LoggedEvent, Subjects};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::{UserId, UserName};
use sessionctl_core::store::EventFilter;

use crate::error::{SqliteError, corrupt};
use crate::read::account;
use crate::read::row;
use crate::store::SqliteStore;
use sessionctl_core::store::{AccountEvents, DamagedRows};

pub(crate) const COLUMNS: &str =
    "id, at, action, actor, user, session_id, last_session_id, members, detail, user_id, ip, app";

/// Reads an event from its row.
pub(crate) fn logged(row: &Row<'_>) -> Result<LoggedEvent, SqliteError> {
    let first = row.get::<_, Option<i64>>(5)?.map(row::id).transpose()?;
    let last = row.get::<_, Option<i64>>(6)?.map(row::id).transpose()?;
    let members: Option<Vec<u8>> = row.get(7)?;
    let subjects = match (first, last, members) {
        (None, None, None) => Subjects::None,
        (Some(id), None, None) => Subjects::One(id),
        (Some(first), Some(last), None) => Subjects::Range(first, last),
        (Some(_), Some(_), Some(bytes)) => {
            Subjects::Many(Subjects::unpack(&bytes).ok_or_else(|| corrupt("no set of sessions"))?)
        }
        _ => return Err(corrupt("half a set of sessions")),
    };
    Ok(LoggedEvent {
        id: row.get(0)?,
        at: row::timestamp(row, 1)?,
        action: row.get(2)?,
        actor: row.get(3)?,
        user: row.get(4)?,
        subjects,
        detail: row.get(8)?,
        user_id: row.get::<_, Option<i64>>(9)?.map(UserId),
        ip: row.get::<_, Option<[u8; 16]>>(10)?.map(address::from_bytes),
        app: row.get(11)?,
        account: None,
    })
}

/// The events of the account that a filter names.
fn events_of(conn: &Connection, name: &UserName) -> Result<AccountEvents, SqliteError> {
    let account = account::exactly(conn, name)?.map(|account| account.id);
    let mut sessions = Vec::new();
    let sql = "SELECT id FROM session WHERE user_id = ?1 ORDER BY id";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([account.map(|id| id.0)])?;
    while let Some(row) = rows.next()? {
        sessions.push(row::id(row.get(0)?)?);
    }
    Ok(AccountEvents::new(name, account, sessions))
}

/// Calls `each` with the events that match, newest first.
pub(crate) fn events(
    store: &SqliteStore,
    filter: &EventFilter,
    each: &mut dyn FnMut(LoggedEvent) -> ControlFlow<()>,
) -> Result<(), SqliteError> {
    let about = filter.user.as_ref().map(|name| events_of(store.conn(), name)).transpose()?;
    let (condition, values) = conditions(filter, about.as_ref());
    let sql = format!("SELECT {COLUMNS} FROM event WHERE {condition} ORDER BY id DESC");
    let mut statement = store.conn().prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut left = filter.limit.unwrap_or(u64::MAX);
    let mut damaged = DamagedRows::default();
    while let Some(row) = if left > 0 { rows.next()? } else { None } {
        let Some(mut event) = damaged.read(logged(row), || row::name_of("event", row))? else { continue };
        if filter.session.is_some_and(|id| !event.subjects.contains(id))
            || !filter.accepts_address(event.ip)
            || about.as_ref().is_some_and(|about| !about.has(&event))
        {
            continue;
        }
        event.account = event.user_id.map(|id| store.user_cache().of(store.conn(), id.0)).transpose()?;
        left -= 1;
        if each(event).is_break() {
            break;
        }
    }
    damaged.finish()
}

/// The part of a filter that SQL decides.
fn conditions(filter: &EventFilter, about: Option<&AccountEvents>) -> (String, Vec<Value>) {
    let mut conditions = vec!["1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut add = |condition: &str, given: Vec<Value>| {
        if !given.is_empty() {
            conditions.push(condition.to_owned());
            values.extend(given);
        }
    };
    let time = |time: Option<Timestamp>| time.iter().map(|t| Value::Integer(t.unix())).collect::<Vec<_>>();
    if let Some(id) = filter.session.map(|id| Value::Integer(id.get())) {
        // Two queries, each with an index of its own; whether a set contains the id is checked on the event.
        add(
            "id IN (SELECT id FROM event WHERE session_id = ? AND last_session_id IS NULL \
             UNION ALL SELECT id FROM event WHERE session_id <= ? AND last_session_id >= ?)",
            vec![id.clone(), id.clone(), id],
        );
    }
    // Whether an event without the account is about it is checked on the event.
    if let Some(about) = about {
        let id = about.account.map_or(Value::Null, |id| Value::Integer(id.0));
        add("(user_id = ? OR (user_id IS NULL AND (user IS NOT NULL OR session_id IS NOT NULL)))", vec![id]);
    }
    if let Some(action) = &filter.action {
        add("(action = ? OR action GLOB ?)", vec![action.clone().into(), format!("{action}.*").into()]);
    }
    if !filter.ip.is_empty() {
        // The blocks themselves are compared on the event.
        add("ip BETWEEN ? AND ?", vec![Value::Blob(vec![0; 16]), Value::Blob(vec![0xff; 16])]);
    }
    add("id = ?", filter.id.map(Value::Integer).into_iter().collect());
    add("id > ?", filter.after.map(Value::Integer).into_iter().collect());
    add("actor = ?", filter.actor.iter().cloned().map(Value::Text).collect());
    add("at >= ?", time(filter.since));
    add("at < ?", time(filter.until));
    (conditions.join(" AND "), values)
}
