//! A schema that is older or newer than the program, and the facts about a database.

use sessionctl_postgres_fixture::shared;

use crate::program::{Program, stderr};

const FIRST_LAYOUT: &str = include_str!("../../crates/store-postgres/src/migrations/0001_init.sql");

#[test]
fn older_schema_names_db_migrate_and_a_newer_one_the_newer_program() {
    let Some(server) = shared() else { return };
    let name = server.create_database();
    let program = Program { url: server.url(&name) };
    let rows = "INSERT INTO sessionctl.meta (id, database_id, sandbox, created_at, oldest_program) \
                VALUES (1, decode(repeat('ab', 16), 'hex'), false, 1, 1); \
                INSERT INTO sessionctl.migration VALUES (1, 1); \
                INSERT INTO sessionctl.locator_key (version, key, created_at) VALUES (1, decode(repeat('07', 16), 'hex'), 1); \
                INSERT INTO sessionctl.secret VALUES (1, decode(repeat('08', 32), 'hex')); \
                INSERT INTO sessionctl.heartbeat VALUES (1, 1)";
    server.sql(&name, &format!("{FIRST_LAYOUT} {rows}"));
    for args in [["list"], ["generate"]] {
        let old = program.run(&args);
        assert_eq!(old.status.code(), Some(1));
        assert!(
            stderr(&old).contains("older") && stderr(&old).contains("`sessionctl db migrate`"),
            "{}",
            stderr(&old)
        );
    }
    assert!(program.ok(&["db", "migrate", "--format", "json"]).contains("\"migrated\""));
    assert!(program.ok(&["db", "migrate", "--format", "json"]).contains("\"unchanged\""));
    program.ok(&["generate"]);
    server.sql(
        &name,
        "INSERT INTO sessionctl.migration VALUES (9, 1); UPDATE sessionctl.meta SET oldest_program = 9",
    );
    for args in [&["list"][..], &["db", "migrate"]] {
        let newer = program.run(args);
        assert_eq!(newer.status.code(), Some(1));
        assert!(stderr(&newer).contains("newer"), "{}", stderr(&newer));
    }
}

#[test]
fn db_info_describes_the_server_and_a_file_has_none_of_it() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let info = |program: &Program, field: &str| program.ok(&["db", "info", "--fields", field]);
    for (field, expected) in [
        ("role", "primary"),
        ("tls", ""),
        ("pooled", "false"),
        ("durability", "this server's disk"),
        ("rows_estimated", "false"),
        ("unsealed", "0"),
    ] {
        assert_eq!(info(&program, field), expected, "{field}");
    }
    assert!(info(&program, "tables").contains("\"session\""));
    assert!(["-1", "0", "1"].contains(&info(&program, "clock_offset").as_str()));
    let shown = program.run(&["db", "info"]);
    assert!(stderr(&shown).contains("durability: this server's disk"), "{}", stderr(&shown));
    let folder = tempfile::tempdir().unwrap();
    let file = Program { url: folder.path().join("s.db").display().to_string() };
    file.ok(&["db", "init"]);
    assert_eq!(
        ["role", "durability", "unsealed"].map(|field| info(&file, field)),
        [""; 3].map(str::to_owned)
    );
    let refused = file.run(&["db", "policy", "store.durability", "replica"]);
    assert_eq!(refused.status.code(), Some(1), "{}", stderr(&refused));
}

#[test]
fn policy_that_asks_for_a_replica_is_refused_where_the_server_has_none() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    assert_eq!(program.ok(&["db", "policy", "store.durability", "--fields", "value"]), "local");
    let refused = program.run(&["db", "policy", "store.durability", "replica"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("synchronous_standby_names"), "{}", stderr(&refused));
    assert_eq!(program.code(&["db", "policy", "store.durability", "everywhere"]), Some(2));
    program.ok(&["db", "policy", "store.durability", "local"]);
}

#[test]
fn log_event_shows_one_event_or_reports_that_there_is_none() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let found = program.ok(&["log", "--event", "1", "--format", "csv", "--fields", "id,action"]);
    assert!(found.ends_with("1,db.created"), "{found}");
    assert_eq!(program.code(&["log", "--event", "999"]), Some(3));
    assert_eq!(program.code(&["log", "--event", "0"]), Some(2));
}
