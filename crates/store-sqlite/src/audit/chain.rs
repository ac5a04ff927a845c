//! The chain of hashes: each event's link covers the one before it, so that no event can be altered or removed
//! unnoticed.

use rusqlite::Connection;
use sessionctl_core::model::event::LoggedEvent;
use sessionctl_core::store::LogVerdict;

use super::append::{GENESIS, last_number};
use super::events::{COLUMNS, logged};
use crate::error::SqliteError;
use crate::store::SqliteStore;

/// Walks the chain to its end, and calls `each` with every event whose link is right.
pub(crate) fn walk(conn: &Connection, each: &mut dyn FnMut(&LoggedEvent)) -> Result<LogVerdict, SqliteError> {
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
            return broken(events + 1, "it was removed");
        }
        if event.link(&before) != row.get::<_, [u8; 32]>(9)? {
            return broken(event.id, "it, or the one before it, was changed");
        }
        before = row.get(9)?;
        events = event.id;
        each(&event);
    }
    if last_number(conn)? > events {
        return broken(events + 1, "it was truncated, with all that followed");
    }
    Ok(LogVerdict::Consistent { events: events.unsigned_abs(), head: hex::encode(before) })
}

/// Verifies the whole chain.
pub(crate) fn verify_log(store: &SqliteStore) -> Result<LogVerdict, SqliteError> {
    walk(store.conn(), &mut |_| ())
}
