//! Pages of the sessions that a selector matches.

use std::ops::ControlFlow;

use rusqlite::params_from_iter;
use rusqlite::types::Value;
use sessionctl_core::model::selector::{Cursor, Selector, Sort};
use sessionctl_core::model::session::Session;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Page, StoreError};

use super::filter::Filter;
use super::query_plan::{self, AccessPath};
use super::row::{self, COLUMNS};
use crate::error::SqliteError;
use crate::store::SqliteStore;
use sessionctl_core::store::DamagedRows;

/// Calls `each` with the sessions of a page, in its order.
pub(crate) fn select(
    store: &SqliteStore,
    selector: &Selector,
    page: Page,
    now: Timestamp,
    each: &mut dyn FnMut(Session) -> ControlFlow<()>,
) -> Result<(), SqliteError> {
    store.ensure_current()?;
    let conn = store.conn();
    let mut filter = Filter::of(conn, selector, now)?;
    let access_path = query_plan::for_page(conn, selector, page, now)?;
    filter.access_path = Some(access_path);
    if let Some(Cursor { deadline, last_seen_at, id }) = page.after {
        match page.sort {
            Sort::Newest => filter.add("s.id < ?", id.get()),
            Sort::Oldest => filter.add("s.id > ?", id.get()),
            Sort::Expiring => {
                filter.add("(s.deadline, s.id) > (?, ?)", deadline.unix());
                filter.values.push(Value::Integer(id.get()));
            }
            Sort::LastSeen => {
                filter.add("(s.last_seen_at, s.id) < (?, ?)", last_seen_at.unix());
                filter.values.push(Value::Integer(id.get()));
            }
        }
    }
    for (probe, above) in query_plan::newest_above(conn, access_path, page)?.into_iter().enumerate() {
        if probe > 0 && query_plan::few_active(conn, now)? {
            // Reading all of them takes no longer.
            break;
        }
        // Mostly the page is among the newest rows; where it is not, little time is lost.
        let newest = filter.within(AccessPath::Table, above);
        let mut found = Vec::new();
        let probed = self::page(&newest, store, page, &mut |session| {
            found.push(session);
            ControlFlow::Continue(())
        });
        if matches!(probed, Err(SqliteError(StoreError::Corrupt(_)))) {
            // The whole list reports it, behind its sound rows.
            break;
        }
        probed?;
        if Some(found.len() as u64) == page.limit {
            let _ = found.into_iter().try_for_each(each);
            return Ok(());
        }
    }
    self::page(&filter, store, page, each)
}

/// Reads the ids in their order first, and then the rows one by one: sorting ids takes little memory, however many rows
/// the index leads to.
fn by_sorted_ids(
    filter: &Filter,
    store: &SqliteStore,
    order: &str,
    each: &mut dyn FnMut(Session) -> ControlFlow<()>,
) -> Result<(), SqliteError> {
    let conn = store.conn();
    // All of one moment, as one statement would read it; the caller may have begun one.
    let _moment = if conn.is_autocommit() { Some(conn.unchecked_transaction()?) } else { None };
    let (index, condition) = (filter.forced(), filter.condition());
    let sql = format!("SELECT s.id FROM session s {index} WHERE {condition} ORDER BY {order}");
    let mut statement = conn.prepare(&sql)?;
    let ids = statement.query_map(params_from_iter(filter.values.iter()), |row| row.get::<_, i64>(0))?;
    let ids: Vec<i64> = ids.collect::<Result<_, _>>()?;
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM session s WHERE s.id = ?1"))?;
    let mut damaged = DamagedRows::default();
    for id in ids {
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else { continue };
        let session = row::session(conn, store.user_cache(), row);
        if let Some(session) = damaged.read(session, || row::name_of("session", row))?
            && each(session).is_break()
        {
            break;
        }
    }
    damaged.finish()
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
        Sort::LastSeen => "s.last_seen_at DESC, s.id DESC",
    };
    if page.limit.is_none() && filter.access_path == Some(AccessPath::Deadline) && page.sort != Sort::Expiring
    {
        return by_sorted_ids(filter, store, order, each);
    }
    let limit = page.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(-1);
    let (index, condition) = (filter.forced(), filter.condition());
    let sql = if page.limit.is_some() {
        // The ids are selected first: sorting ids is a small part of sorting rows.
        format!(
            "SELECT {COLUMNS} FROM (SELECT s.id FROM session s {index} WHERE {condition} ORDER BY {order} LIMIT ?) page \
             CROSS JOIN session s ON s.id = page.id ORDER BY {order}"
        )
    } else {
        format!("SELECT {COLUMNS} FROM session s {index} WHERE {condition} ORDER BY {order} LIMIT ?")
    };
    let limit = Value::Integer(limit);
    let conn = store.conn();
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(filter.values.iter().chain([&limit])))?;
    let mut damaged = DamagedRows::default();
    while let Some(row) = rows.next()? {
        let session = row::session(conn, store.user_cache(), row);
        if let Some(session) = damaged.read(session, || row::name_of("session", row))?
            && each(session).is_break()
        {
            break;
        }
    }
    damaged.finish()
}
