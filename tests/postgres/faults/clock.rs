//! A server whose clock is behind what its log proves: as where it was set back, or a failover led to another one.

use sessionctl_postgres_fixture::shared;

use super::{assert_fault, database};
use crate::program::Program;

#[test]
fn server_whose_clock_is_behind_answers_nothing_as_active_and_takes_access_away() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    program.add_user("bob");
    let tokens = program.ok(&["generate", "-n", "2", "-q"]);
    let (first, second) = tokens.split_once('\n').expect("two tokens");
    let name = database(&program);
    // The server's clock cannot be set here, but what it is compared with can.
    server.sql(
        name,
        "UPDATE sessionctl.event SET at = at + 1000 WHERE id = (SELECT max(id) FROM sessionctl.event)",
    );
    assert_fault(&program.run(&["verify", first]), 1, &["clock"]);
    let batch = program.feed(&["verify", "--batch"], &format!("{first}\n"));
    assert_ne!(batch.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&batch.stdout).contains("active"));
    let listed = program.run(&["list", "--format", "csv", "--fields", "state"]);
    let shown = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(shown.contains("unknown") && !shown.contains("active"), "{shown}");
    assert_eq!(listed.status.code(), Some(1));
    for args in [&["generate"][..], &["rotate", first]] {
        assert_fault(&program.run(args), 1, &["clock"]);
    }
    // What takes access away works.
    program.ok(&["logout", first]);
    program.ok(&["user", "disable", "bob", "--yes"]);
    program.ok(&["revoke", "--all", "--yes"]);
    let ended = "SELECT count(*) FROM sessionctl.session WHERE ended_at IS NULL";
    assert_eq!(server.sql(name, ended), "0");
    // A deliberate act accepts the clock, and what was ended stays so.
    program.ok(&["db", "clock", "--accept", "--yes"]);
    for token in [first, second] {
        assert_eq!(program.code(&["verify", token]), Some(5));
    }
    assert_eq!(program.ok(&["verify", &program.ok(&["generate", "-q"])]), "active");
}
