//! What a database is: facts for people.

use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::StoreInfo;

use super::row_count::row_count;
use crate::error::SqliteError;
use crate::layout;
use crate::paths::sidecar_path;
use crate::store::SqliteStore;

/// Facts about the database.
pub(crate) fn info(store: &SqliteStore) -> Result<StoreInfo, SqliteError> {
    let conn = store.conn();
    let size = |suffix: &str| sidecar_path(store.path(), suffix).metadata().map_or(0, |meta| meta.len());
    let (sandbox, created_at) =
        conn.query_row("SELECT sandbox, created_at FROM meta WHERE id = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let sessions = row_count(conn, "session", None)?;
    let users = row_count(conn, "user", Some("removed_at IS NULL"))?;
    let events = row_count(conn, "event", None)?;
    Ok(StoreInfo {
        schema_version: layout::version(conn)?,
        sandbox,
        created_at: Timestamp::from_unix(created_at),
        sessions: sessions.rows,
        users: users.rows,
        events: events.rows,
        rows_are_estimates: [sessions, users, events].iter().any(|count| count.is_estimate),
        bytes: size("") + size("-wal"),
        engine: format!("SQLite {}", rusqlite::version()),
        server: None,
    })
}
