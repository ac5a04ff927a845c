//! Looks for damage, and for rows that no program of ours could have written.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::UserName;
use sessionctl_core::store::StoreError;

use crate::audit::audit_replay;
use crate::connect::connect;
use crate::error::SqliteError;
use crate::policy;
use crate::read::row;
use crate::read::user_cache::UserCache;

/// So many lines at most from one question: a corrupt file has more to say than anybody reads.
const MAX_REPORTED_PROBLEMS: usize = 20;

/// What must not be there: how it is audit_replay, and the rows that show it. `?1` is the present.
const INVARIANTS: &[(&str, &str)] = &[
    (
        "session {} lives on past the head of its family",
        "SELECT s.id FROM session s JOIN session h ON h.id = s.parent_id WHERE s.deadline > h.deadline",
    ),
    (
        "session {} stands under one that is no head of a family",
        "SELECT s.id FROM session s JOIN session h ON h.id = s.parent_id WHERE h.kind <> 2",
    ),
    (
        "session {} was revoked at a time that is yet to come",
        "SELECT id FROM session WHERE ended_at > ?1 AND NOT (SELECT sandbox FROM meta)",
    ),
    (
        "session {} has scopes but is no API token",
        "SELECT id FROM session WHERE scopes IS NOT NULL AND kind <> 3",
    ),
    (
        "session {} is alive although its user was disabled or removed",
        "SELECT s.id FROM user u JOIN session s ON s.user_id = u.id \
         WHERE (u.disabled_at IS NOT NULL OR u.removed_at IS NOT NULL) AND s.deadline > ?1",
    ),
    (
        "the name of user {} is not kept in the form in which user_cache are compared",
        "SELECT id FROM user WHERE name_key = '' OR name_key <> trim(name_key)",
    ),
    (
        // A deadline is the earliest of its limits; only a family's may be earlier, where its head's was.
        "session {} has a deadline that none of its limits sets",
        "SELECT id FROM session WHERE ended_at IS NULL AND parent_id IS NULL AND deadline <> \
         min(absolute_expires_at, coalesce(scheduled_at, last_seen_at + idle_timeout, absolute_expires_at))",
    ),
    ("session {} was seen before it was made", "SELECT id FROM session WHERE last_seen_at < created_at"),
    (
        "session {} has a token that is retired and current at once",
        "SELECT s.id FROM session s JOIN retired_token r ON r.session_id = s.id AND r.token_digest = s.token_digest",
    ),
    (
        "session {} is newer than any that was made",
        "SELECT id FROM session WHERE id > (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'session')",
    ),
];

/// One line for each thing that is wrong.
pub(crate) fn check(conn: &Connection, path: &Path, now: Timestamp) -> Result<Vec<String>, SqliteError> {
    let mut problems = integrity(path)?;
    if !problems.is_empty() {
        // What a corrupt file says of its invariants means nothing.
        return Ok(problems);
    }
    // All of one moment: what others change meanwhile would look like a contradiction.
    let moment = conn.unchecked_transaction()?;
    let conn = &*moment;
    let mut broken_links =
        conn.prepare("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 20")?;
    let mut rows = broken_links.query([])?;
    while let Some(row) = rows.next()? {
        let (table, number, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let number = number.map(|number| format!(" {number}")).unwrap_or_default();
        problems.push(format!("row{number} of {table} points to a row of {parent} that is not there"));
    }
    for (audit_replay, sql) in INVARIANTS {
        let mut statement = conn.prepare(&format!("SELECT * FROM ({sql}) WHERE ?1 IS NOT NULL LIMIT ?2"))?;
        let mut rows = statement.query(params![now.unix(), MAX_REPORTED_PROBLEMS as i64])?;
        while let Some(row) = rows.next()? {
            problems.push(audit_replay.replace("{}", &row.get::<_, i64>(0)?.to_string()));
        }
    }
    problems.extend(unreadable(conn)?);
    problems.extend(misnamed(conn)?);
    if let Err(error) = policy::policy(conn) {
        problems.push(format!("the policy cannot be read: {}", error.0));
    }
    problems.extend(audit_replay::contradictions(conn, MAX_REPORTED_PROBLEMS)?);
    Ok(problems)
}

/// SQLite's own check of every page, index and constraint. Through a connection that could write, although it does
/// not: for one that cannot, SQLite leaves out the CHECKs of the schema, and then finds no row that breaks one.
fn integrity(path: &Path) -> Result<Vec<String>, SqliteError> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.execute_batch("PRAGMA query_only = ON; PRAGMA cell_size_check = ON;")?;
    let mut statement = conn.prepare("PRAGMA integrity_check(20)")?;
    let found = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>();
    match found {
        Ok(lines) => Ok(lines.into_iter().filter(|line| line != "ok").collect()),
        Err(error) => match SqliteError::from(error) {
            SqliteError(StoreError::Damaged(why)) => Ok(vec![why]),
            other => Err(other),
        },
    }
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

/// Users whose name is none, or not the one by which they are found.
fn misnamed(conn: &Connection) -> Result<Vec<String>, SqliteError> {
    let mut statement = conn.prepare("SELECT id, name, name_key FROM user")?;
    let mut rows = statement.query([])?;
    let mut problems = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let name = row.get::<_, String>(1).ok().and_then(|name| name.parse::<UserName>().ok());
        let key = row.get::<_, String>(2).ok();
        if name.map(|name| name.key()) != key {
            problems.push(format!("the name of user {id} is not the one by which it is found"));
            if problems.len() == MAX_REPORTED_PROBLEMS {
                break;
            }
        }
    }
    Ok(problems)
}
