//! Logins, databases and privileges that the server refuses.

use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings, shared};

use super::{assert_fault, database, with_url};
use crate::program::{Program, stderr};

/// Who may log in: one role by password, one never, the superuser as before.
fn restrict_logins(server: &PostgresServer) {
    let lines = "local all asked scram-sha-256\nlocal all rejected reject\nlocal all all trust\n";
    let values: Vec<String> = lines.lines().map(|line| format!("('{line}')")).collect();
    let file = server.sql("postgres", "SHOW hba_file");
    server.sql("postgres", &format!("COPY (VALUES {}) TO '{file}'", values.join(", ")));
    server.reload();
}

#[test]
fn login_that_the_server_refuses_is_a_failure_and_not_the_user_s() {
    let Some(programs) = Programs::find() else { return };
    let server = PostgresServer::start(&programs, &Settings::fast());
    let program = Program::new(&server);
    program.add_user("bob");
    let token = program.login("bob");
    server.sql("postgres", "CREATE ROLE asked SUPERUSER LOGIN PASSWORD 'r1ght'; CREATE ROLE rejected LOGIN");
    restrict_logins(&server);
    let wrong = with_url(&program, "postgres@", "asked:wr0ng@");
    let missing = with_url(&program, "postgres@", "asked@");
    let rejected = with_url(&program, "postgres@", "rejected@");
    let login: &[&str] = &["login", "bob", "--password-stdin"];
    for args in [&["verify", &token][..], login, &["revoke", "--all", "--yes"], &["db", "init"]] {
        for (program, words) in [
            (&wrong, &["\"asked\"", "password authentication failed", "PGPASSWORD"][..]),
            (&missing, &["password", "PGPASSWORD"]),
            (&rejected, &["\"rejected\"", "pg_hba.conf"]),
        ] {
            let output = program.feed(args, "correct horse battery staple");
            assert_fault(&output, 1, words);
            assert!(!stderr(&output).contains("wr0ng"), "{}", stderr(&output));
        }
    }
    let right = with_url(&program, "postgres@", "asked:r1ght@");
    assert_eq!(right.ok(&["verify", &token]), "active");
    assert_eq!(
        missing.command(&["verify", &token]).env("PGPASSWORD", "r1ght").output().unwrap().status.code(),
        Some(0)
    );
}

#[test]
fn database_or_schema_that_is_missing_is_reported_with_how_to_create_it() {
    let Some(server) = shared() else { return };
    let token = format!("sctl_{}", "0".repeat(64));
    let no_schema = Program { url: server.url(&server.create_database()) };
    let no_database = Program { url: server.url("no_such_database") };
    for program in [no_schema, no_database] {
        for args in [&["verify", &token][..], &["list"], &["generate"], &["revoke", "--all", "--yes"]] {
            assert_fault(&program.run(args), 1, &["there is no session database", "`sessionctl db init`"]);
        }
    }
}

#[test]
fn schema_of_the_same_name_that_holds_something_else_is_left_alone() {
    let Some(server) = shared() else { return };
    for contents in ["CREATE TABLE sessionctl.carts (id bigint)", "CREATE TABLE sessionctl.meta (id text)"] {
        let name = server.create_database();
        server.sql(&name, &format!("CREATE SCHEMA sessionctl; {contents}"));
        let program = Program { url: server.url(&name) };
        assert_fault(&program.run(&["db", "init"]), 1, &["schema", "something else"]);
        assert_fault(&program.run(&["list"]), 1, &["there is no session database"]);
        let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'sessionctl'";
        assert_eq!(server.sql(&name, tables), "1");
    }
}

#[test]
fn database_that_takes_no_connections_is_reported_as_such() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let token = program.ok(&["generate"]);
    let name = database(&program);
    server.sql("postgres", &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    assert_fault(
        &program.run(&["verify", &token]),
        1,
        &["cannot reach", "not currently accepting connections"],
    );
}

#[test]
fn privilege_that_is_missing_is_named_and_nothing_is_changed() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let token = program.ok(&["generate"]);
    let name = database(&program).to_owned();
    let role = format!("reader_of_{name}");
    server.sql(&name, &format!("CREATE ROLE {role} LOGIN"));
    server.sql(&name, &program.ok(&["db", "roles", "--verifier", &role]));
    let verifier = with_url(&program, "postgres@", &format!("{role}@"));
    assert_eq!(verifier.ok(&["verify", &token]), "active");
    for args in [&["revoke", "--all", "--yes"][..], &["generate"], &["db", "policy", "password.passes", "3"]]
    {
        assert_fault(&verifier.run(args), 1, &["permission denied", "`sessionctl db roles"]);
    }
    server.sql(&name, &format!("REVOKE ALL ON ALL TABLES IN SCHEMA sessionctl FROM {role}"));
    assert_fault(&verifier.run(&["verify", &token]), 1, &["permission denied", "`sessionctl db roles"]);
    assert_eq!(program.ok(&["list", "--format", "count"]), "1");
    assert_eq!(program.ok(&["verify", &token]), "active");
}
