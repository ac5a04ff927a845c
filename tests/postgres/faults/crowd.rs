//! Servers without a free connection, and poolers in a mode that cannot work.

use std::time::{Duration, Instant};

use sessionctl_postgres_fixture::{Pooler, shared};

use super::{assert_fault, database, with_url};
use crate::program::Program;

#[test]
fn server_without_a_free_connection_is_asked_again_and_then_reported_with_a_pooler_as_the_way_out() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let token = program.ok(&["generate"]);
    let role = format!("crowded_{}", database(&program));
    server.sql("postgres", &format!("CREATE ROLE {role} SUPERUSER LOGIN"));
    // The limit of a role is that of the server, for one role; superusers have none.
    server.sql("postgres", &format!("ALTER ROLE {role} NOSUPERUSER CONNECTION LIMIT 0"));
    let crowded = with_url(&program, "postgres@", &format!("{role}@"));
    for args in [&["verify", &token][..], &["revoke", "--all", "--yes"]] {
        let begun = Instant::now();
        assert_fault(&crowded.run(args), 1, &["too many connections", "PgBouncer"]);
        let waited = begun.elapsed();
        assert!(waited > Duration::from_secs(4) && waited < Duration::from_secs(180), "{waited:?}");
    }
    // A place that becomes free while it waits is taken.
    server.sql("postgres", &format!("ALTER ROLE {role} SUPERUSER"));
    let refusals = || server.log().matches(&format!("too many connections for role \"{role}\"")).count();
    server.sql("postgres", &format!("ALTER ROLE {role} NOSUPERUSER"));
    let before = refusals();
    // The server looks by itself, because the one that waits does so for seconds only.
    let make_room = format!(
        "DO $$ DECLARE log text := '{}'; BEGIN LOOP \
         EXIT WHEN (SELECT count(*) FROM regexp_matches(pg_read_file(log), 'too many connections for role \"{role}\"', 'g')) > {before}; \
         PERFORM pg_sleep(0.02); END LOOP; ALTER ROLE {role} SUPERUSER CONNECTION LIMIT -1; END $$",
        server.socket_folder().join("log").display()
    );
    let waiting = std::thread::scope(|scope| {
        let making = scope.spawn(|| server.sql("postgres", &make_room));
        let looks = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %{role}%' AND wait_event = 'PgSleep'"
        );
        let begun = Instant::now();
        while server.sql("postgres", &looks) != "1" {
            assert!(begun.elapsed() < Duration::from_secs(180), "nobody looks for the refusal");
        }
        let waiting = crowded.run(&["verify", &token]);
        making.join().unwrap();
        waiting
    });
    assert_eq!(waiting.status.code(), Some(0), "{}", crate::program::stderr(&waiting));
}

#[test]
fn pooler_in_statement_mode_is_refused_with_a_message_and_changes_nothing() {
    let Some(server) = shared() else { return };
    let direct = Program::new(server);
    let token = direct.ok(&["generate"]);
    let Some(pooler) = Pooler::start_in(server, "statement") else { return };
    let pooled = Program { url: pooler.url(database(&direct)) };
    let begun = Instant::now();
    for args in [&["revoke", "--all", "--yes"][..], &["generate"]] {
        assert_fault(&pooled.run(args), 1, &["statement pooling", "transaction"]);
    }
    assert!(begun.elapsed() < Duration::from_secs(180), "{:?}", begun.elapsed());
    assert_eq!(direct.ok(&["verify", &token]), "active");
    assert_eq!(direct.ok(&["list", "--format", "count"]), "1");
}

#[test]
fn pooler_without_room_for_another_client_is_asked_again_and_then_reported() {
    let Some(server) = shared() else { return };
    let direct = Program::new(server);
    let token = direct.ok(&["generate"]);
    let name = database(&direct);
    let Some(pooler) = Pooler::start_with(server, "transaction", 1) else { return };
    let pooled = Program { url: pooler.url(name) };
    // One client may be there, and this one stays.
    let mut batch =
        pooled.command(&["verify", "--batch"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    let connected = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND application_name = 'sessionctl'"
    );
    let begun = Instant::now();
    while server.sql("postgres", &connected) != "1" {
        assert!(begun.elapsed() < Duration::from_secs(180), "it does not connect");
    }
    for args in [&["verify", &token][..], &["revoke", "--all", "--yes"]] {
        let begun = Instant::now();
        assert_fault(&pooled.run(args), 1, &["no more connections allowed", "connections left"]);
        assert!(begun.elapsed() > Duration::from_secs(4), "it was not asked again: {:?}", begun.elapsed());
    }
    drop(batch.stdin.take());
    batch.wait().unwrap();
    // The place that became free is taken.
    assert_eq!(pooled.ok(&["verify", &token, "--no-touch"]), "active");
    assert_eq!(direct.ok(&["list", "--format", "count"]), "1");
}
