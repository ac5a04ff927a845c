//! Reading the audit log, newest event first.

use std::ops::ControlFlow;

use sessionctl_core::model::event::LoggedEvent;
use sessionctl_core::model::user::UserName;
use sessionctl_core::store::EventFilter;

use super::event_row::{COLUMNS, logged};
use crate::connection::Connection;
use crate::error::PostgresError;
use crate::read::account::{self, NAME_COLUMNS};
use crate::read::cursor;
use crate::read::row;
use crate::store::PostgresStore;
use crate::value::{Value, values};
use sessionctl_core::store::{AccountEvents, DamagedRows};

/// The column behind [`COLUMNS`].
const ACCOUNT: usize = 12;

/// The events of the account that a filter names.
fn events_of(connection: &Connection, name: &UserName) -> Result<AccountEvents, PostgresError> {
    let account = account::exactly(connection, name)?.map(|account| account.id);
    let sql = "SELECT id FROM sessionctl.session WHERE user_id = $1 ORDER BY id";
    let sessions = row::ids(&connection.query(sql, values![account.map(|id| id.0)])?)?;
    Ok(AccountEvents::new(name, account, sessions))
}

/// Calls `each` with the events that match, newest first.
pub(crate) fn events(
    store: &PostgresStore,
    filter: &EventFilter,
    each: &mut dyn FnMut(LoggedEvent) -> ControlFlow<()>,
) -> Result<(), PostgresError> {
    let about = filter.user.as_ref().map(|name| events_of(store, name)).transpose()?;
    let (condition, values) = conditions(filter, about.as_ref());
    let sql = format!(
        "SELECT {COLUMNS}, {NAME_COLUMNS} FROM sessionctl.event e LEFT JOIN sessionctl.account a ON a.id = e.user_id \
         WHERE {condition} ORDER BY e.id DESC"
    );
    let mut left = filter.limit.unwrap_or(u64::MAX);
    if left == 0 {
        return Ok(());
    }
    let mut damaged = DamagedRows::default();
    cursor::rows(store, &sql, &values, &mut |row| {
        let Some(mut event) = damaged.read(logged(row), || row::name_of("event", row))? else {
            return Ok(ControlFlow::Continue(()));
        };
        if filter.session.is_some_and(|id| !event.subjects.contains(id))
            || !filter.accepts_address(event.ip)
            || about.as_ref().is_some_and(|about| !about.has(&event))
        {
            return Ok(ControlFlow::Continue(()));
        }
        event.account = account::shown(row, ACCOUNT)?;
        left -= 1;
        let flow = each(event);
        Ok(if left == 0 { ControlFlow::Break(()) } else { flow })
    })?;
    damaged.finish()
}

/// Whether an event's action is one of these or a part of one. Written out, so that the index on actions answers; a
/// list that is unpacked in the statement hides it.
fn is_one_of(actions: &[String], values: &mut Vec<Value>) -> String {
    let mut asked = Vec::with_capacity(actions.len());
    for action in actions {
        values.push(action.into());
        // The range of the texts that begin so; `/` is the next character.
        asked.push(
            "e.action COLLATE \"C\" = {} OR (e.action COLLATE \"C\" > {} || '.' AND e.action COLLATE \"C\" < {} || '/')"
                .replace("{}", &format!("${}", values.len())),
        );
    }
    format!("({})", asked.join(" OR "))
}

/// The part of a filter that SQL decides.
fn conditions(filter: &EventFilter, about: Option<&AccountEvents>) -> (String, Vec<Value>) {
    let mut conditions = vec!["true".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    // `{}` is the number of the next value.
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(condition.replace("{}", &format!("${}", values.len())));
    };
    if let Some(id) = filter.session {
        // Two conditions, each with an index of its own; whether a set contains the id is checked on the event.
        add(
            "((e.session_id = {} AND e.last_session_id IS NULL) OR (e.session_id <= {} AND e.last_session_id >= {}))",
            id.get().into(),
        );
    }
    // Whether an event without the account is about it is checked on the event.
    if let Some(about) = about {
        add(
            "(e.user_id = {} OR (e.user_id IS NULL AND (e.user_name IS NOT NULL OR e.session_id IS NOT NULL)))",
            about.account.map(|id| id.0).into(),
        );
    }
    if !filter.actions.is_empty() {
        conditions.push(is_one_of(&filter.actions, &mut values));
    }
    if !filter.ip.is_empty() {
        // The blocks themselves are compared on the event.
        conditions.push("e.ip IS NOT NULL".to_owned());
    }
    for (condition, value) in [
        ("e.id = {}", filter.id),
        ("e.id > {}", filter.after),
        ("e.at >= {}", filter.since.map(|time| time.unix())),
        ("e.at < {}", filter.until.map(|time| time.unix())),
    ] {
        if let Some(value) = value {
            values.push(value.into());
            conditions.push(condition.replace("{}", &format!("${}", values.len())));
        }
    }
    if let Some(actor) = &filter.actor {
        values.push(actor.into());
        // As the model decides it, with the account that called sudo.
        let n = values.len();
        conditions.push(format!(
            "(e.actor = ${n} OR starts_with(e.actor, ${n} || ' (sudo ') \
             OR right(e.actor, length(${n}) + 8) = ' (sudo ' || ${n} || ')')"
        ));
    }
    (conditions.join(" AND "), values)
}
