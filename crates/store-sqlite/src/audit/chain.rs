//! The chain of hashes: each event's link covers the one before it, so that no event can be altered or removed
//! unnoticed.

use std::cmp::Ordering;

use rusqlite::{Connection, OptionalExtension};
use sessionctl_core::model::event::{Action, GENESIS, LoggedEvent};
use sessionctl_core::store::{LogHead, LogVerdict};

use super::append::last_number;
use super::events::{COLUMNS, logged};
use super::root::ChainRoot;
use crate::error::SqliteError;
use crate::store::SqliteStore;

/// Walks the chain to its end, and calls `each` with every event whose link is right. Events up to the start of the log
/// are those of another store, from which the database was copied: their numbers may have gaps.
pub(crate) fn walk(conn: &Connection, each: &mut dyn FnMut(&LoggedEvent)) -> Result<LogVerdict, SqliteError> {
    let sql = format!("SELECT {COLUMNS}, link FROM event ORDER BY id");
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let root = ChainRoot::read(conn)?;
    let (mut before, mut last, mut copied) = (GENESIS, root.start, 0_u64);
    let broken = |at: i64, why: &str| Ok(LogVerdict::Broken { at, why: why.to_owned() });
    let mut events = 0_u64;
    while let Some(row) = rows.next()? {
        let event = match logged(row) {
            Ok(event) => event,
            Err(_) => return broken(row.get(0)?, "it cannot be read"),
        };
        if event.id > root.start && last == root.start {
            let follows_copy = event.action == Action::DatabaseCopied.as_str();
            if root.start > 0 && !follows_copy {
                return broken(event.id, "the log begins before it, and it records no copy");
            }
            if (copied > 0 || follows_copy) && before != root.start_link {
                return broken(event.id, "one that was copied before it was changed or removed");
            }
            before = root.start_link;
        }
        if event.id > root.start && event.id != last + 1 {
            return broken(last + 1, "it was removed");
        }
        if event.link(&root.before(event.id, &before)) != row.get::<_, [u8; 32]>(12)? {
            return broken(event.id, "it, or the one before it, was changed");
        }
        before = row.get(12)?;
        last = last.max(event.id);
        copied += u64::from(event.id <= root.start);
        events += 1;
        each(&event);
    }
    // Only a copy begins behind the events of another store, and its first event records that.
    if root.start > 0 && last == root.start {
        return broken(root.start + 1, "it was truncated, with all that followed");
    }
    match last_number(conn)?.cmp(&last) {
        Ordering::Greater => return broken(last + 1, "it was truncated, with all that followed"),
        Ordering::Less => return broken(last, "its number could be given again"),
        Ordering::Equal => {}
    }
    Ok(LogVerdict::Consistent { events, head: hex::encode(before) })
}

/// The last event and its link.
pub(crate) fn head(conn: &Connection) -> Result<LogHead, SqliteError> {
    let root = ChainRoot::read(conn)?;
    let sql = "SELECT id, link FROM event ORDER BY id DESC LIMIT 1";
    let last = conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (event, link) = last.unwrap_or((root.start, root.start_link));
    Ok(LogHead { database_id: root.database_id, event, link })
}

/// The head at an earlier event.
pub(crate) fn head_at(conn: &Connection, event: i64) -> Result<Option<LogHead>, SqliteError> {
    let root = ChainRoot::read(conn)?;
    let sql = "SELECT link FROM event WHERE id = ?1";
    let link: Option<[u8; 32]> = conn.prepare_cached(sql)?.query_row([event], |row| row.get(0)).optional()?;
    Ok(link.map(|link| LogHead { database_id: root.database_id, event, link }))
}

/// Whether a head that was kept earlier belongs to this log.
pub(crate) fn contains_head(conn: &Connection, head: &LogHead) -> Result<bool, SqliteError> {
    let root = ChainRoot::read(conn)?;
    let sql = "SELECT link FROM event WHERE id = ?1";
    let link: Option<[u8; 32]> = conn.query_row(sql, [head.event], |row| row.get(0)).optional()?;
    let link = link.or((head.event == root.start).then_some(root.start_link));
    Ok(head.database_id == root.database_id && link == Some(head.link))
}

/// Verifies the whole chain.
pub(crate) fn verify_log(store: &SqliteStore) -> Result<LogVerdict, SqliteError> {
    walk(store.conn(), &mut |_| ())
}
