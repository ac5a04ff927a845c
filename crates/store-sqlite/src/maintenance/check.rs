//! Looks for damage, and for rows that no program of ours could have written.

use rusqlite::{Connection, OpenFlags, params};
use sessionctl_core::model::user::UserName;
use sessionctl_core::store::StoreError;

use super::replay;
use crate::connect::connect;
use crate::error::SqliteError;
use crate::read::user_cache::UserCache;
use crate::read::{policy, row};
use crate::store::{MAX_MMAP_BYTES, SqliteStore};

/// The most lines of one check: a corrupt file would produce more than anybody reads.
const MAX_REPORTED_PROBLEMS: usize = 20;

/// What must not exist: its message, and the query for the rows that show it. `?1` is the present.
const INVARIANTS: &[(&str, &str)] = &[
    (
        "session {} outlives its parent",
        "SELECT s.id FROM session s JOIN session h ON h.id = s.parent_id WHERE s.deadline > h.deadline",
    ),
    (
        "session {} has a parent that is no sso session",
        "SELECT s.id FROM session s JOIN session h ON h.id = s.parent_id WHERE h.kind <> 2",
    ),
    (
        "session {} was revoked at a time in the future",
        "SELECT id FROM session WHERE ended_at > ?1 AND NOT (SELECT sandbox FROM meta)",
    ),
    (
        "session {} has scopes but is no API token",
        "SELECT id FROM session WHERE scopes IS NOT NULL AND kind <> 3",
    ),
    (
        "session {} is active although its user was disabled or removed",
        "SELECT s.id FROM user u JOIN session s ON s.user_id = u.id \
         WHERE (u.disabled_at IS NOT NULL OR u.removed_at IS NOT NULL) AND s.deadline > ?1",
    ),
    (
        "the name of user {} is not stored in the form in which names are compared",
        "SELECT id FROM user WHERE name_key = '' OR name_key <> trim(name_key)",
    ),
    (
        // A deadline is the earliest of its limits; only a child's may be earlier, where its parent's was.
        "session {} has a deadline that none of its limits sets",
        "SELECT id FROM session WHERE ended_at IS NULL AND parent_id IS NULL AND deadline <> \
         min(absolute_expires_at, coalesce(scheduled_at, last_seen_at + idle_timeout, absolute_expires_at))",
    ),
    ("session {} was seen before it was created", "SELECT id FROM session WHERE last_seen_at < created_at"),
    (
        "session {} has a token that is both retired and current",
        "SELECT s.id FROM session s JOIN retired_token r ON r.session_id = s.id AND r.token_digest = s.token_digest",
    ),
    (
        "session {} has an id that was never assigned",
        "SELECT id FROM session WHERE id > (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'session')",
    ),
];

/// One line for each problem.
pub(crate) fn check(store: &SqliteStore) -> Result<Vec<String>, SqliteError> {
    let (conn, now) = (store.conn(), store.now());
    let mut problems = integrity(store)?;
    problems.extend(cut_within_a_page(store)?);
    if !problems.is_empty() {
        // The invariants of a corrupt file mean nothing.
        return Ok(problems);
    }
    // One read transaction: a concurrent change would look like a contradiction.
    let moment = conn.unchecked_transaction()?;
    let conn = &*moment;
    let mut broken_links =
        conn.prepare("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 20")?;
    let mut rows = broken_links.query([])?;
    while let Some(row) = rows.next()? {
        let (table, number, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let number = number.map(|number| format!(" {number}")).unwrap_or_default();
        problems.push(format!("row{number} of {table} points to a row of {parent} that does not exist"));
    }
    for (message, sql) in INVARIANTS {
        let mut statement = conn.prepare(&format!("SELECT * FROM ({sql}) WHERE ?1 IS NOT NULL LIMIT ?2"))?;
        let mut rows = statement.query(params![now.unix(), MAX_REPORTED_PROBLEMS as i64])?;
        while let Some(row) = rows.next()? {
            problems.push(message.replace("{}", &row.get::<_, i64>(0)?.to_string()));
        }
    }
    problems.extend(unreadable(conn)?);
    problems.extend(misnamed(conn)?);
    if let Err(error) = policy::policy(conn) {
        problems.push(format!("the policy cannot be read: {}", error.0));
    }
    problems.extend(replay::contradictions(conn, MAX_REPORTED_PROBLEMS)?);
    Ok(problems)
}

/// SQLite's own check of every page, index and constraint, through a writable connection: on a read-only one, SQLite
/// skips the CHECKs of the schema, and finds no row that violates one.
fn integrity(store: &SqliteStore) -> Result<Vec<String>, SqliteError> {
    // Where nothing can be written, the CHECKs are left out.
    let writable = match store.is_immutable() {
        true => None,
        false => Some(connect(store.path(), OpenFlags::SQLITE_OPEN_READ_WRITE)?),
    };
    let conn = writable.as_ref().unwrap_or(store.conn());
    conn.execute_batch("PRAGMA query_only = ON; PRAGMA cell_size_check = ON;")?;
    // An index refers to rows all over the table: with SQLite's small cache, each is read from the file again, and the
    // time grows faster than the database.
    conn.pragma_update(None, "mmap_size", MAX_MMAP_BYTES)?;
    let mut statement = conn.prepare("PRAGMA integrity_check(20)")?;
    let found = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>();
    match found {
        Ok(lines) => Ok(lines.into_iter().filter(|line| line != "ok").collect()),
        Err(error) => match SqliteError::from(error) {
            SqliteError(StoreError::Corrupt(why)) => Ok(vec![why]),
            other => Err(other),
        },
    }
}

/// Whether the file ends within a page: SQLite reads zeros behind it, and finds no fault where they suffice. A writer
/// that was interrupted leaves such an end only beside a WAL, which holds the whole page.
fn cut_within_a_page(store: &SqliteStore) -> Result<Option<String>, SqliteError> {
    let page: u64 = store.conn().pragma_query_value(None, "page_size", |row| row.get(0))?;
    let Ok(file) = std::fs::metadata(store.path()) else { return Ok(None) };
    let rest = file.len() % page.max(1);
    let is_cut = rest > 0 && store.wal_size() == 0;
    Ok(is_cut.then(|| format!("the file ends within a page: {} bytes of it are missing", page - rest)))
}

/// Sessions that this program cannot read.
fn unreadable(conn: &Connection) -> Result<Vec<String>, SqliteError> {
    let sql = format!("SELECT {} FROM session s ORDER BY s.id", row::COLUMNS);
    let user_cache = UserCache::default();
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut problems = Vec::new();
    while let Some(row) = rows.next()? {
        if let Err(error) = row::session(conn, &user_cache, row) {
            problems.push(format!("session {} cannot be read: {}", row.get::<_, i64>(0)?, error.0));
            if problems.len() == MAX_REPORTED_PROBLEMS {
                break;
            }
        }
    }
    Ok(problems)
}

/// Users whose name is invalid, or differs from the key by which they are found.
fn misnamed(conn: &Connection) -> Result<Vec<String>, SqliteError> {
    let mut statement = conn.prepare("SELECT id, name, name_key FROM user")?;
    let mut rows = statement.query([])?;
    let mut problems = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let name = row.get::<_, String>(1).ok().and_then(|name| name.parse::<UserName>().ok());
        let key = row.get::<_, String>(2).ok();
        if name.map(|name| name.key()) != key {
            problems.push(format!("the name of user {id} differs from the key by which it is found"));
            if problems.len() == MAX_REPORTED_PROBLEMS {
                break;
            }
        }
    }
    Ok(problems)
}
