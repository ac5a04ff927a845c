//! The log: appended with the change it tells of, read newest first, and its chain of hashes walked.

use crate::error::SqliteError;
use std::ops::ControlFlow;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params, params_from_iter};

use super::{SqliteStore, row};
use sessionctl_core::model::event::{Event, LoggedEvent, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::UserName;
use sessionctl_core::store::{EventFilter, LogVerdict};

const COLUMNS: &str = "id, at, action, actor, user, session_id, last_session_id, members, detail";

/// What stands before the first event.
const GENESIS: [u8; 32] = [0; 32];

/// Writes an event behind the last one, within the change it tells of.
pub(super) fn append(tx: &Transaction<'_>, event: &Event) -> Result<(), SqliteError> {
    let last = "SELECT link FROM event ORDER BY id DESC LIMIT 1";
    let before: Option<[u8; 32]> = tx.prepare_cached(last)?.query_row([], |row| row.get(0)).optional()?;
    let logged = LoggedEvent {
        id: last_number(tx)? + 1,
        at: event.at,
        action: event.action.as_str().to_owned(),
        actor: event.actor.clone(),
        user: event.user.clone(),
        subjects: event.subjects.clone(),
        detail: event.detail.clone(),
    };
    let link = logged.link(&before.unwrap_or(GENESIS));
    let (first, last, members) = match &logged.subjects {
        Subjects::None => (None, None, None),
        Subjects::One(id) => (Some(id.get()), None, None),
        Subjects::Range(first, last) => (Some(first.get()), Some(last.get()), None),
        Subjects::Many(ids) => {
            (ids.first().map(|id| id.get()), ids.last().map(|id| id.get()), Some(Subjects::pack(ids)))
        }
    };
    tx.prepare_cached(
        "INSERT INTO event (id, at, action, actor, user, session_id, last_session_id, members, detail, link) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
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
        link,
    ])?;
    Ok(())
}

/// The number of the newest event there ever was. SQLite keeps it apart from the rows, so that events taken off
/// the end are missed.
fn last_number(conn: &Connection) -> Result<i64, SqliteError> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'event'";
    let number: Option<i64> = conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    Ok(number.unwrap_or(0))
}

fn logged(row: &Row<'_>) -> Result<LoggedEvent, SqliteError> {
    let first = row.get::<_, Option<i64>>(5)?.map(row::id).transpose()?;
    let last = row.get::<_, Option<i64>>(6)?.map(row::id).transpose()?;
    let members: Option<Vec<u8>> = row.get(7)?;
    let subjects = match (first, last, members) {
        (None, None, None) => Subjects::None,
        (Some(id), None, None) => Subjects::One(id),
        (Some(first), Some(last), None) => Subjects::Range(first, last),
        (Some(_), Some(_), Some(bytes)) => {
            Subjects::Many(Subjects::unpack(&bytes).ok_or_else(|| row::corrupt("no set of sessions"))?)
        }
        _ => return Err(row::corrupt("half a set of sessions")),
    };
    Ok(LoggedEvent {
        id: row.get(0)?,
        at: row::moment(row, 1)?,
        action: row.get(2)?,
        actor: row.get(3)?,
        user: row.get(4)?,
        subjects,
        detail: row.get(8)?,
    })
}

/// The ids of a user's sessions, rising.
fn sessions_of(conn: &Connection, name: &str) -> Result<Vec<SessionId>, SqliteError> {
    let Ok(name) = name.parse::<UserName>() else { return Ok(Vec::new()) };
    let sql = "SELECT id FROM session WHERE user_id IN (SELECT id FROM user WHERE name_key = ?1) ORDER BY id";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([name.key()])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(row::id(row.get(0)?)?);
    }
    Ok(ids)
}

/// Whether an event is about one of these sessions, which stand in rising order.
fn meets(subjects: &Subjects, ids: &[SessionId]) -> bool {
    let Some((first, last)) = subjects.bounds() else { return false };
    let from = ids.partition_point(|id| *id < first);
    ids[from..].iter().take_while(|id| **id <= last).any(|id| subjects.contains(*id))
}

/// Walks the chain to its end, and calls `each` with every event that holds.
pub(super) fn walk(conn: &Connection, each: &mut dyn FnMut(&LoggedEvent)) -> Result<LogVerdict, SqliteError> {
    let sql = format!("SELECT {COLUMNS}, link FROM event ORDER BY id");
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let (mut before, mut events) = (GENESIS, 0_i64);
    let broken = |at: i64, why: &str| Ok(LogVerdict::Broken { at, why: why.to_owned() });
    while let Some(row) = rows.next()? {
        let event = match logged(row) {
            Ok(event) => event,
            Err(_) => return broken(row.get(0)?, "it cannot be read"),
        };
        if event.id != events + 1 {
            return broken(events + 1, "it is missing");
        }
        if event.link(&before) != row.get::<_, [u8; 32]>(9)? {
            return broken(event.id, "it, or the one before it, was altered");
        }
        before = row.get(9)?;
        events = event.id;
        each(&event);
    }
    if last_number(conn)? > events {
        return broken(events + 1, "it was cut off, with all that followed");
    }
    Ok(LogVerdict::Whole { events: events.unsigned_abs(), head: hex::encode(before) })
}

impl SqliteStore {
    pub(crate) fn events(
        &self,
        filter: &EventFilter,
        each: &mut dyn FnMut(LoggedEvent) -> ControlFlow<()>,
    ) -> Result<(), SqliteError> {
        let mut conditions = vec!["1".to_owned()];
        let mut values: Vec<Value> = Vec::new();
        let mut add = |condition: &str, given: Vec<Value>| {
            if !given.is_empty() {
                conditions.push(condition.to_owned());
                values.extend(given);
            }
        };
        let text = |text: &Option<String>| text.iter().cloned().map(Value::Text).collect::<Vec<_>>();
        let time =
            |time: Option<Timestamp>| time.iter().map(|t| Value::Integer(t.unix())).collect::<Vec<_>>();
        if let Some(id) = filter.session.map(|id| Value::Integer(id.get())) {
            // Two questions, each with an index of its own; whether a set holds the id is asked below.
            add(
                "id IN (SELECT id FROM event WHERE session_id = ? AND last_session_id IS NULL \
                 UNION ALL SELECT id FROM event WHERE session_id <= ? AND last_session_id >= ?)",
                vec![id.clone(), id.clone(), id],
            );
        }
        let theirs = match &filter.user {
            // A bulk change user_cache no user; whether it met a session of this one is asked below.
            Some(name) => {
                add(
                    "(user = ? COLLATE NOCASE OR (user IS NULL AND session_id IS NOT NULL))",
                    vec![name.clone().into()],
                );
                Some(sessions_of(self.read_conn(), name)?)
            }
            None => None,
        };
        if let Some(action) = &filter.action {
            add("(action = ? OR action GLOB ?)", vec![action.clone().into(), format!("{action}.*").into()]);
        }
        add("actor = ?", text(&filter.actor));
        add("at >= ?", time(filter.since));
        add("at < ?", time(filter.until));
        let sql = format!("SELECT {COLUMNS} FROM event WHERE {} ORDER BY id DESC", conditions.join(" AND "));
        let mut statement = self.read_conn().prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut left = filter.limit.unwrap_or(u64::MAX);
        while let Some(row) = if left > 0 { rows.next()? } else { None } {
            let event = logged(row)?;
            let is_theirs = |ids: &Vec<SessionId>| event.user.is_some() || meets(&event.subjects, ids);
            if filter.session.is_some_and(|id| !event.subjects.contains(id))
                || theirs.as_ref().is_some_and(|ids| !is_theirs(ids))
            {
                continue;
            }
            left -= 1;
            if each(event).is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn verify_log(&self) -> Result<LogVerdict, SqliteError> {
        walk(self.read_conn(), &mut |_| ())
    }

    pub(crate) fn newest_event_at(&self) -> Result<Option<Timestamp>, SqliteError> {
        let sql = "SELECT at FROM event ORDER BY id DESC LIMIT 1";
        let at: Option<i64> =
            self.read_conn().prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
        Ok(at.map(Timestamp::from_unix))
    }

    pub(crate) fn record(&mut self, event: Event) -> Result<(), SqliteError> {
        self.write(|tx| append(tx, &event))
    }
}
