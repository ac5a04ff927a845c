//! Where the database is: who creates it, and what is reported where it is not there.

use sessionctl_postgres_fixture::shared;

use crate::program::{Program, stderr};

#[test]
fn only_db_init_creates_the_tables_and_backups_are_the_server_s() {
    let Some(server) = shared() else { return };
    let program = Program { url: server.url(&server.create_database()) };
    for args in [["generate"], ["list"]] {
        let output = program.run(&args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains("db init"), "{}", stderr(&output));
    }
    program.ok(&["db", "init"]);
    assert!(stderr(&program.run(&["db", "init"])).contains("already exists"));
    let backup = program.run(&["db", "backup", "copy.db"]);
    assert_eq!((backup.status.code(), stderr(&backup).contains("pg_dump")), (Some(2), true));
    let restore = program.run(&["db", "restore", "copy.db", "--yes"]);
    assert_eq!((restore.status.code(), stderr(&restore).contains("pg_restore")), (Some(2), true));
}

#[test]
fn server_that_is_not_there_is_reported_without_a_secret() {
    let program = |url: &str| Program { url: url.to_owned() };
    let folder = tempfile::tempdir().unwrap();
    let socket =
        format!("postgres://ann:s3cret@%2F{}/app", folder.path().display().to_string().replace('/', "%2F"));
    for (url, code) in [
        ("postgres://ann:s3cret@127.0.0.1:1/app", 1),
        (socket.as_str(), 1),
        ("postgres://ann:s3cret@127.0.0.1:0/app", 2),
        ("postgres://ann:s3cret@127.0.0.1/app?unknown=1", 2),
        ("mysql://ann:s3cret@127.0.0.1/app", 2),
    ] {
        let output = program(url).run(&["list"]);
        assert_eq!(output.status.code(), Some(code), "{url}: {}", stderr(&output));
        assert!(!stderr(&output).contains("s3cret"), "{}", stderr(&output));
    }
    let url = "postgres://ann:s3cret@127.0.0.1:1/app";
    let output = program("").run(&["--db", url, "list"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("PGPASSWORD") && !stderr(&output).contains("s3cret"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn role_without_privileges_and_unknown_database_are_reported_by_kind() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let database = program.url.rsplit('/').next().unwrap();
    server.sql(database, "CREATE ROLE guest_of_tests LOGIN");
    let guest = Program { url: program.url.replace("postgres@", "guest_of_tests@") };
    let denied = guest.run(&["list"]);
    assert_eq!(denied.status.code(), Some(1));
    assert!(stderr(&denied).contains("permission denied"), "{}", stderr(&denied));
    let unknown = Program { url: server.url("no_such_database") }.run(&["list"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("there is no session database"), "{}", stderr(&unknown));
}
