//! Questions after an incident read what they are about, and not the whole log or all sessions.

use std::thread;
use std::time::{Duration, Instant};

use sessionctl_postgres_fixture::{PostgresServer, shared};

use crate::program::Program;

const TIMEOUT: Duration = Duration::from_secs(180);
const ROWS: u64 = 20_000;
/// A question may read this many rows, of which few are in its answer.
const FEW_ROWS: u64 = 500;

/// The rows that were read of a table, one by one or by an index, and the number of these readings.
fn read(server: &PostgresServer, database: &str, table: &str) -> (u64, u64) {
    let sql = format!(
        "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) || ' ' || \
         coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0) FROM pg_stat_user_tables \
         WHERE schemaname = 'sessionctl' AND relname = '{table}'"
    );
    let found = server.sql(database, &sql);
    let (rows, readings) = found.split_once(' ').expect("two numbers");
    (rows.parse().expect("a number"), readings.parse().expect("a number"))
}

/// Waits until no connection is left: a connection reports what it read before it ends.
fn until_reported(server: &PostgresServer, database: &str) {
    let gone = "SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
                AND application_name = 'sessionctl')";
    let begun = Instant::now();
    while server.sql(database, gone) != "t" {
        assert!(begun.elapsed() < TIMEOUT, "a connection stays");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn question_after_an_incident_reads_few_rows_among_many() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    for name in ["bob", "eve"] {
        program.add_user(name);
    }
    let token = program.login("bob");
    program.ok(&["logout", &token]);
    program.login("bob");
    let database = program.url.rsplit('/').next().unwrap();
    server.sql(
        database,
        &format!(
            "INSERT INTO sessionctl.session (id, token_digest, kind, user_id, created_at, last_seen_at, absolute_expires_at, \
             deadline) SELECT nextval('sessionctl.session_id'), sha256('x'), 1, 2, n.at, n.at, n.at + 3600, n.at + 3600 \
             FROM (SELECT extract(epoch FROM clock_timestamp())::bigint AS at) n, generate_series(1, {ROWS}); \
             INSERT INTO sessionctl.event (id, at, action, actor, user_name, user_id, session_id) \
             SELECT nextval('sessionctl.event_id'), n.at, 'session.created', 'x', 'eve', 2, g \
             FROM (SELECT extract(epoch FROM clock_timestamp())::bigint AS at) n, generate_series(1, {ROWS}) g"
        ),
    );
    server.sql(database, "UPDATE sessionctl.session SET user_id = 1 WHERE id > 2 AND id % 4 = 0");
    server.sql(database, "VACUUM ANALYZE sessionctl.session, sessionctl.event");
    for (table, args, expected) in [
        ("event", &["log", "--action", "session.revoked", "--format", "count"][..], "1"),
        // All that begin so.
        ("event", &["log", "--action", "policy", "--format", "count"], "3"),
        ("event", &["log", "--user", "bob", "--format", "count"], "4"),
        ("session", &["list", "--user", "bob", "--state", "revoked", "--format", "count"], "1"),
    ] {
        until_reported(server, database);
        let before = read(server, database, table);
        assert_eq!(program.ok(args), expected, "{args:?}");
        until_reported(server, database);
        let after = read(server, database, table);
        assert!(after.1 > before.1, "{args:?}: nothing was read");
        assert!(after.0 - before.0 < FEW_ROWS, "{args:?}: {} rows of {table}", after.0 - before.0);
    }
}
