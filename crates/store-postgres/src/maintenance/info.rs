//! What a database is: facts for people.

use std::time::Duration;

use sessionctl_core::store::{MAX_COUNTED_ROWS, ServerInfo, StoreInfo};

use crate::audit::seal;
use crate::clock::ClockSource;
use crate::dialect::OLDEST_TRANSACTION_AGE;
use crate::error::PostgresError;
use crate::layout;
use crate::read::row;
use crate::store::PostgresStore;

/// Pages that are looked at where the server has no estimate yet.
const SAMPLED_PAGES: f64 = 500.0;

/// The pages of the table `c`.
const PAGES: &str = "(pg_relation_size(c.oid) / current_setting('block_size')::bigint)";
/// The accounts that have their names now.
const NOT_REMOVED: &str = "removed_at IS NULL";

/// Facts about the database.
pub(crate) fn info(store: &PostgresStore) -> Result<StoreInfo, PostgresError> {
    let sql = "SELECT m.sandbox, m.created_at, current_setting('server_version') \
               FROM sessionctl.meta m WHERE m.id = 1";
    let found = store.query_one(sql, &[])?;
    let (schema_version, _) = layout::layout(store)?;
    let release: &str = found.try_get(2)?;
    let release = release.split_whitespace().next().unwrap_or_default();
    let tables = tables(store)?;
    let counts = [("session", "true"), ("account", NOT_REMOVED), ("event", "true")]
        .map(|(table, condition)| row_count(store, table, condition));
    let [sessions, users, events] = counts;
    let (sessions, users, events) = (sessions?, users?, events?);
    Ok(StoreInfo {
        schema_version,
        sandbox: found.try_get(0)?,
        created_at: row::timestamp(&found, 1)?,
        sessions: sessions.0,
        users: users.0,
        events: events.0,
        rows_are_estimates: [sessions, users, events].iter().any(|(_, is_estimate)| *is_estimate),
        bytes: tables.iter().map(|(_, bytes)| bytes).sum(),
        engine: format!("PostgreSQL {release}"),
        server: Some(server(store, tables)?),
    })
}

fn server(store: &PostgresStore, tables: Vec<(String, u64)>) -> Result<ServerInfo, PostgresError> {
    let sql = "SELECT pg_is_in_recovery(), (SELECT s.version FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid() AND s.ssl), \
               current_setting('synchronous_standby_names') <> '', current_setting('synchronous_commit'), \
               (SELECT 100 * n_tup_hot_upd / nullif(n_tup_upd, 0) FROM pg_stat_all_tables \
                WHERE relid = 'sessionctl.session'::regclass)";
    let found = store.query_one(sql, &[])?;
    let is_replica: bool = found.try_get(0)?;
    let oldest: i64 = store.query_one(OLDEST_TRANSACTION_AGE, &[])?.try_get(0)?;
    Ok(ServerInfo {
        is_replica,
        tls: found.try_get(1)?,
        is_pooled: store.connection().is_pooled()?,
        clock_offset: match store.clock() {
            ClockSource::Server(clock) => clock.offset(),
            ClockSource::Given(_) => 0,
        },
        durability: match (found.try_get(2)?, found.try_get(3)?) {
            (false, _) => "this server's disk",
            (true, "remote_apply") => "this server's disk, and seen by one replica",
            (true, _) => "this server's disk, and one replica",
        },
        tables,
        hot_updates: found.try_get::<_, Option<i64>>(4)?.map(i64::unsigned_abs),
        oldest_transaction: (oldest > 0).then(|| Duration::from_secs(oldest.unsigned_abs())),
        unsealed: seal::unsealed(store)?.events,
    })
}

/// The bytes of each table with its indices, the largest first.
fn tables(store: &PostgresStore) -> Result<Vec<(String, u64)>, PostgresError> {
    let sql = "SELECT c.relname::text, pg_total_relation_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
               WHERE n.nspname = 'sessionctl' AND c.relkind = 'r' ORDER BY 2 DESC, 1";
    let rows = store.query(sql, &[])?;
    rows.iter().map(|found| Ok((found.try_get(0)?, row::unsigned(found, 1)?))).collect()
}

/// The rows of a table that fulfil a condition, and whether that is an estimate: no more than [`MAX_COUNTED_ROWS`] are
/// read.
fn row_count(store: &PostgresStore, table: &str, condition: &str) -> Result<(u64, bool), PostgresError> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM sessionctl.{table} WHERE {condition} LIMIT {}) counted",
        MAX_COUNTED_ROWS + 1
    );
    let counted = row::unsigned(&store.query_one(&sql, &[])?, 0)?;
    if counted <= MAX_COUNTED_ROWS {
        return Ok((counted, false));
    }
    let estimate = match estimate(store, table, condition)? {
        Some(estimate) => estimate,
        None => sampled(store, table, condition)?,
    };
    Ok((counted.max(estimate), true))
}

/// As the planner does: the rows of a page when the server last looked, times the pages of now. `None` where it has not
/// looked.
fn estimate(store: &PostgresStore, table: &str, condition: &str) -> Result<Option<u64>, PostgresError> {
    let share = if condition == NOT_REMOVED { "coalesce(s.null_frac, 1)" } else { "1" };
    let sql = format!(
        "SELECT (c.reltuples::float8 / nullif(c.relpages, 0) * {PAGES} * {share})::bigint \
         FROM pg_class c LEFT JOIN pg_stats s ON s.schemaname = 'sessionctl' AND s.tablename = c.relname \
              AND s.attname = 'removed_at' \
         WHERE c.oid = 'sessionctl.{table}'::regclass AND c.reltuples > 0"
    );
    let found = store.query_opt(&sql, &[])?;
    let rows = found.map(|found| found.try_get::<_, Option<i64>>(0)).transpose()?.flatten();
    Ok(rows.map(i64::unsigned_abs))
}

/// From some pages of the table, the same ones each time.
fn sampled(store: &PostgresStore, table: &str, condition: &str) -> Result<u64, PostgresError> {
    let sql = format!("SELECT {PAGES}::float8 FROM pg_class c WHERE c.oid = 'sessionctl.{table}'::regclass");
    let pages: f64 = store.query_one(&sql, &[])?.try_get(0)?;
    let share = (SAMPLED_PAGES / pages).min(1.0);
    let sql = format!(
        "SELECT (count(*) / {share})::bigint FROM sessionctl.{table} TABLESAMPLE SYSTEM ({}) REPEATABLE (0) WHERE {condition}",
        100.0 * share
    );
    row::unsigned(&store.query_one(&sql, &[])?, 0)
}
