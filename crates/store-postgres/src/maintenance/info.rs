//! What a database is: facts for people.

use sessionctl_core::store::StoreInfo;

use crate::error::PostgresError;
use crate::migrate;
use crate::read::row;
use crate::store::PostgresStore;

/// Tables that hold more rows than this are not counted: the server's estimate is close enough.
const MAX_COUNTED_ROWS: i64 = 1_000_000;

/// Facts about the database.
pub(crate) fn info(store: &PostgresStore) -> Result<StoreInfo, PostgresError> {
    let sql = "SELECT m.sandbox, m.created_at, current_setting('server_version'), \
               (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c \
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'sessionctl' AND c.relkind = 'r') \
               FROM sessionctl.meta m WHERE m.id = 1";
    let found = store.query_one(sql, &[])?;
    let (schema_version, _) = migrate::layout(store)?;
    let release: &str = found.try_get(2)?;
    let release = release.split_whitespace().next().unwrap_or_default();
    Ok(StoreInfo {
        schema_version,
        sandbox: found.try_get(0)?,
        created_at: row::timestamp(&found, 1)?,
        sessions: count(store, "session", "true")?,
        users: count(store, "account", "removed_at IS NULL")?,
        events: count(store, "event", "true")?,
        bytes: row::unsigned(&found, 3)?,
        engine: format!("PostgreSQL {release}"),
    })
}

fn count(store: &PostgresStore, table: &str, condition: &str) -> Result<u64, PostgresError> {
    let sql = format!(
        "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'sessionctl.{table}'::regclass"
    );
    let estimate: i64 = store.query_one(&sql, &[])?.try_get(0)?;
    if estimate > MAX_COUNTED_ROWS {
        return Ok(estimate.unsigned_abs());
    }
    let sql = format!("SELECT count(*) FROM sessionctl.{table} WHERE {condition}");
    row::unsigned(&store.query_one(&sql, &[])?, 0)
}
