//! Pages of the sessions that a selector matches.

use std::ops::ControlFlow;

use rusqlite::params_from_iter;
use rusqlite::types::Value;
use sessionctl_core::model::selector::{Cursor, Selector, Sort};
use sessionctl_core::model::session::Session;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::Page;

use super::filter::Filter;
use super::query_plan::{self, AccessPath};
use super::row::{self, COLUMNS};
use crate::error::SqliteError;
use crate::store::SqliteStore;

/// Calls `each` with the sessions of a page.
pub(crate) fn select(
    store: &SqliteStore,
    selector: &Selector,
    page: Page,
    now: Timestamp,
    each: &mut dyn FnMut(Session) -> ControlFlow<()>,
) -> Result<(), SqliteError> {
    let conn = store.conn();
    let mut filter = Filter::of(conn, selector, now)?;
    let query_plan = query_plan::for_page(conn, selector, page, now)?;
    filter.query_plan = Some(query_plan);
    if let Some(Cursor { deadline, id }) = page.after {
        match page.sort {
            Sort::Newest => filter.add("s.id < ?", id.get()),
            Sort::Oldest => filter.add("s.id > ?", id.get()),
            Sort::Expiring => {
                filter.add("(s.deadline, s.id) > (?, ?)", deadline.unix());
                filter.values.push(Value::Integer(id.get()));
            }
        }
    }
    for (write_queue, above) in query_plan::newest_above(conn, query_plan, page)?.into_iter().enumerate() {
        if write_queue > 0 && query_plan::few_active(conn, now)? {
            // To look through all of them takes no longer.
            break;
        }
        // What is looked for mostly stands at the end; where it does not, nothing is lost but a moment.
        let newest = filter.within(AccessPath::Table, above);
        let mut found = Vec::new();
        self::page(&newest, store, page, &mut |session| {
            found.push(session);
            ControlFlow::Continue(())
        })?;
        if Some(found.len() as u64) == page.limit {
            let _ = found.into_iter().try_for_each(each);
            return Ok(());
        }
    }
    self::page(&filter, store, page, each)
}

fn page(
    filter: &Filter,
    store: &SqliteStore,
    page: Page,
    each: &mut dyn FnMut(Session) -> ControlFlow<()>,
) -> Result<(), SqliteError> {
    let order = match page.sort {
        Sort::Newest => "s.id DESC",
        Sort::Oldest => "s.id",
        Sort::Expiring => "s.deadline, s.id",
    };
    let limit = page.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(-1);
    let (query_plan, condition) = (filter.forced(), filter.condition());
    let sql = if page.limit.is_some() {
        // Which ones they are is found out first: sorting ids is a small part of sorting rows.
        format!(
            "SELECT {COLUMNS} FROM (SELECT s.id FROM session s {query_plan} WHERE {condition} ORDER BY {order} LIMIT ?) page \
             CROSS JOIN session s ON s.id = page.id ORDER BY {order}"
        )
    } else {
        format!("SELECT {COLUMNS} FROM session s {query_plan} WHERE {condition} ORDER BY {order} LIMIT ?")
    };
    let limit = Value::Integer(limit);
    let conn = store.conn();
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(filter.values.iter().chain([&limit])))?;
    while let Some(row) = rows.next()? {
        if each(row::session(conn, store.user_cache(), row)?).is_break() {
            break;
        }
    }
    Ok(())
}
