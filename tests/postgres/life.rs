//! The main commands on a server, in one walk each.

use sessionctl_postgres_fixture::shared;

use crate::program::Program;

#[test]
fn life_of_a_session_on_a_server_is_that_of_one_in_a_file() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    program.add_user("bob");
    let wrong = program.feed(&["login", "bob", "--password-stdin"], "not the password at all");
    assert_eq!(wrong.status.code(), Some(6));
    let token = program.login("bob");
    assert_eq!(program.ok(&["verify", &token]), "active");
    assert_eq!(program.ok(&["list", "--user", "bob", "--format", "count"]), "1");
    let rotated = program.ok(&["rotate", &token]);
    assert_eq!(program.code(&["verify", &token]), Some(5));
    // A token that was rotated away is a sign of theft, and ended the session.
    assert_eq!(program.code(&["verify", &rotated]), Some(5));
    let api = program.ok(&["generate", "--kind", "api", "--user", "bob", "--scope", "read"]);
    assert_eq!(program.code(&["verify", &api, "--scope", "write"]), Some(7));
    assert_eq!(program.ok(&["verify", &api, "--scope", "read"]), "active");
    program.ok(&["revoke", "--all", "--yes"]);
    assert_eq!(program.code(&["verify", &api]), Some(5));
    assert_eq!(program.code(&["login", "bob"]), Some(2), "no password can be asked for");
    let later = program.login("bob");
    program.ok(&["data", "set", "3", "cart", "[1]"]);
    assert_eq!(program.ok(&["data", "get", "3", "cart"]), "[1]");
    program.ok(&["user", "disable", "bob", "--yes"]);
    assert_eq!(program.code(&["verify", &later]), Some(5));
    assert_eq!(program.code(&["prune", "--older-than", "0s", "--all", "--yes"]), Some(0));
    assert_eq!(program.ok(&["db", "check"]), "");
    let info = program.ok(&["db", "info", "--format", "json"]);
    assert!(
        info.contains("\"engine\":\"PostgreSQL ") || info.contains("\"engine\": \"PostgreSQL "),
        "{info}"
    );
}

#[test]
fn sandbox_on_a_server_accepts_another_time_and_a_database_does_not() {
    let Some(server) = shared() else { return };
    let database = Program::new(server);
    assert_eq!(database.code(&["--now", "+1d", "generate"]), Some(2));
    let sandbox = Program { url: server.url(&server.create_database()) };
    sandbox.ok(&["db", "init", "--sandbox"]);
    let token = sandbox.ok(&["--now", "2026-01-01T00:00:00Z", "generate"]);
    assert_eq!(sandbox.code(&["--now", "2026-01-01T00:10:00Z", "verify", &token]), Some(0));
    assert_eq!(sandbox.code(&["--now", "2026-01-03T00:00:00Z", "verify", &token]), Some(4));
}
