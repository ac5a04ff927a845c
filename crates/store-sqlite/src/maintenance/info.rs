//! What a database is: facts for people.

use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::StoreInfo;

use crate::error::SqliteError;
use crate::layout;
use crate::paths::sidecar_path;
use crate::store::SqliteStore;

/// Facts about the database.
pub(crate) fn info(store: &SqliteStore) -> Result<StoreInfo, SqliteError> {
    let conn = store.conn();
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, u64>(0));
    let size = |suffix: &str| sidecar_path(store.path(), suffix).metadata().map_or(0, |meta| meta.len());
    let (sandbox, created_at) =
        conn.query_row("SELECT sandbox, created_at FROM meta WHERE id = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(StoreInfo {
        schema_version: layout::version(conn)?,
        sandbox,
        created_at: Timestamp::from_unix(created_at),
        sessions: count("SELECT count(*) FROM session")?,
        users: count("SELECT count(*) FROM user WHERE removed_at IS NULL")?,
        events: count("SELECT count(*) FROM event")?,
        bytes: size("") + size("-wal"),
        engine: format!("SQLite {}", rusqlite::version()),
        server: None,
    })
}
