//! Reading the audit log, newest event first.

use std::ops::ControlFlow;

use rusqlite::types::Value;
use rusqlite::{Connection, Row, Rows, params_from_iter};
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
    let conn = store.conn();
    // All of one moment, also where several statements read.
    let _moment = if conn.is_autocommit() { Some(conn.unchecked_transaction()?) } else { None };
    let about = filter.user.as_ref().map(|name| events_of(conn, name)).transpose()?;
    let sources = sources(conn, filter, about.as_ref())?;
    let mut statements = Vec::new();
    for source in &sources {
        let (condition, values) = conditions(filter, source);
        let index = source.index;
        let sql = format!("SELECT {COLUMNS} FROM event {index} WHERE {condition} ORDER BY id DESC");
        statements.push((conn.prepare(&sql)?, values));
    }
    let mut damaged = DamagedRows::default();
    let mut streams = Vec::new();
    for (statement, values) in &mut statements {
        let mut rows = statement.query(params_from_iter(values.iter()))?;
        streams.push((next(&mut rows, &mut damaged)?, rows));
    }
    let mut left = filter.limit.unwrap_or(u64::MAX);
    // The newest of what the sources have next.
    while left > 0
        && let Some((head, rows)) =
            streams.iter_mut().max_by_key(|(head, _)| head.as_ref().map(|event| event.id))
        && let Some(mut event) = head.take()
    {
        let matches = filter.session.is_none_or(|id| event.subjects.contains(id))
            && filter.accepts_address(event.ip)
            && about.as_ref().is_none_or(|about| about.has(&event));
        if matches {
            event.account = event.user_id.map(|id| store.user_cache().of(conn, id.0)).transpose()?;
            left -= 1;
            if each(event).is_break() || left == 0 {
                break;
            }
        }
        *head = next(rows, &mut damaged)?;
    }
    damaged.finish()
}

/// The next sound event of a source.
fn next(rows: &mut Rows<'_>, damaged: &mut DamagedRows) -> Result<Option<LoggedEvent>, SqliteError> {
    while let Some(row) = rows.next()? {
        if let Some(event) = damaged.read(logged(row), || row::name_of("event", row))? {
            return Ok(Some(event));
        }
    }
    Ok(None)
}

/// A part of the log that one index leads to, in falling order of the events.
struct Source {
    index: &'static str,
    condition: &'static str,
    values: Vec<Value>,
}

/// Events of an action that are read through its index, and sorted, at most; more of them are found soon in the log's
/// own order.
const RARE_EVENTS_THRESHOLD: i64 = 10_000;
/// Whether an event without the account is about it is checked on the event.
const UNNAMED: &str = "user_id IS NULL AND (user IS NOT NULL OR session_id IS NOT NULL)";
const OF_ACCOUNT: &str =
    "(user_id = ? OR (user_id IS NULL AND (user IS NOT NULL OR session_id IS NOT NULL)))";

/// Where the events are that may match, no event twice.
fn sources(
    conn: &Connection,
    filter: &EventFilter,
    about: Option<&AccountEvents>,
) -> Result<Vec<Source>, SqliteError> {
    let source = |index, condition, values| Source { index, condition, values };
    if let Some(about) = about {
        let id = about.account.map(|id| Value::Integer(id.0));
        if filter.session.is_some() {
            return Ok(vec![source("", OF_ACCOUNT, vec![id.unwrap_or(Value::Null)])]);
        }
        let named = id.map(|id| source("INDEXED BY event_user", "user_id = ?", vec![id]));
        return Ok(named
            .into_iter()
            .chain([source("INDEXED BY event_unnamed", UNNAMED, Vec::new())])
            .collect());
    }
    let all = || vec![source("", "1", Vec::new())];
    if filter.actions.is_empty() || filter.session.is_some() {
        return Ok(all());
    }
    let mut sources = Vec::new();
    for action in filter.disjoint_actions() {
        let group = [Value::Text(format!("{action}.")), Value::Text(format!("{action}/"))];
        let sql = "SELECT count(*) FROM (SELECT 1 FROM event INDEXED BY event_action \
                   WHERE action > ?1 AND action < ?2 LIMIT ?3)";
        let in_group: i64 = conn
            .prepare_cached(sql)?
            .query_row((&group[0], &group[1], RARE_EVENTS_THRESHOLD + 1), |row| row.get(0))?;
        let mut values = vec![Value::Text(action.to_owned())];
        sources.push(if in_group == 0 {
            source("INDEXED BY event_action", "action = ?", values)
        } else if in_group <= RARE_EVENTS_THRESHOLD {
            values.extend(group);
            let condition = "id IN (SELECT id FROM event INDEXED BY event_action WHERE action = ? \
                             UNION ALL SELECT id FROM event INDEXED BY event_action WHERE action > ? AND action < ?)";
            source("", condition, values)
        } else {
            return Ok(all());
        });
    }
    Ok(sources)
}

/// The part of a filter that SQL decides.
fn conditions(filter: &EventFilter, source: &Source) -> (String, Vec<Value>) {
    let mut conditions = vec![source.condition.to_owned()];
    let mut values = source.values.clone();
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
    // The source has chosen its index; this is no reason for another.
    let any_action = vec!["+action = ? OR +action GLOB ?"; filter.actions.len()].join(" OR ");
    let of_action = |action: &String| [action.clone().into(), format!("{action}.*").into()];
    add(&format!("({any_action})"), filter.actions.iter().flat_map(of_action).collect());
    if !filter.ip.is_empty() {
        // The blocks themselves are compared on the event.
        add("ip BETWEEN ? AND ?", vec![Value::Blob(vec![0; 16]), Value::Blob(vec![0xff; 16])]);
    }
    add("id = ?", filter.id.map(Value::Integer).into_iter().collect());
    add("id > ?", filter.after.map(Value::Integer).into_iter().collect());
    // As the model decides it, with the account that called sudo.
    if let Some(actor) = filter.actor.clone().map(Value::Text) {
        add(
            "(actor = ? OR substr(actor, 1, length(?) + 7) = ? || ' (sudo ' \
             OR substr(actor, -length(?) - 8) = ' (sudo ' || ? || ')')",
            vec![actor; 5],
        );
    }
    add("at >= ?", time(filter.since));
    add("at < ?", time(filter.until));
    (conditions.join(" AND "), values)
}
