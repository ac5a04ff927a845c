//! Pages of the sessions that a selector matches.

use std::ops::ControlFlow;

use sessionctl_core::model::selector::{Cursor, Selector, Sort};
use sessionctl_core::model::session::Session;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::Page;

use super::cursor;
use super::filter::Filter;
use super::row::{self, TABLES, columns};
use crate::error::PostgresError;
use crate::store::PostgresStore;
use sessionctl_core::store::DamagedRows;

/// A page of at most this number of sessions is read at once.
const MAX_SESSIONS_AT_ONCE: u64 = 2_000;

/// Calls `each` with the sessions of a page, in its order.
pub(crate) fn select(
    store: &PostgresStore,
    selector: &Selector,
    page: Page,
    now: Timestamp,
    each: &mut dyn FnMut(Session) -> ControlFlow<()>,
) -> Result<(), PostgresError> {
    let mut filter = Filter::of(store, selector, now)?;
    if let Some(Cursor { deadline, last_seen_at, id }) = page.after {
        let id = id.get();
        match page.sort {
            Sort::Newest => filter.add("s.id < ?", [id.into()]),
            Sort::Oldest => filter.add("s.id > ?", [id.into()]),
            Sort::Expiring => filter.add("(s.deadline, s.id) > (?, ?)", [deadline.unix().into(), id.into()]),
            Sort::LastSeen => {
                filter.add("(s.last_seen_at, s.id) < (?, ?)", [last_seen_at.unix().into(), id.into()]);
            }
        }
    }
    let order = match page.sort {
        Sort::Newest => "s.id DESC",
        Sort::Oldest => "s.id",
        Sort::Expiring => "s.deadline, s.id",
        Sort::LastSeen => "s.last_seen_at DESC, s.id DESC",
    };
    let limit = page.limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
    let (condition, values) = filter.finish();
    let sql = format!("SELECT {} FROM {TABLES} WHERE {condition} ORDER BY {order}{limit}", columns());
    let mut damaged = DamagedRows::default();
    let mut one = |row: &tokio_postgres::Row| {
        let session = damaged.read(row::session(row), || row::name_of("session", row))?;
        Ok(session.map_or(ControlFlow::Continue(()), &mut *each))
    };
    if page.limit.is_some_and(|limit| limit <= MAX_SESSIONS_AT_ONCE) {
        for row in store.query(&sql, &values)? {
            if one(&row)?.is_break() {
                break;
            }
        }
    } else {
        cursor::rows(store, &sql, &values, &mut one)?;
    }
    damaged.finish()
}
