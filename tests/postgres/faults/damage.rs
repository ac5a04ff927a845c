//! Rows that no program of ours could have written.

use sessionctl_postgres_fixture::shared;

use super::{assert_fault, database};
use crate::program::Program;

#[test]
fn session_whose_digest_is_too_short_is_denied_and_the_others_are_not() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let (damaged, sound) = (program.ok(&["generate"]), program.ok(&["generate"]));
    server.sql(
        database(&program),
        "ALTER TABLE sessionctl.session DROP CONSTRAINT session_token_digest_check; \
         UPDATE sessionctl.session SET token_digest = substr(token_digest, 1, 31) WHERE id = 1",
    );
    assert_fault(&program.run(&["verify", &damaged]), 1, &["damaged", "`sessionctl db check`"]);
    assert_eq!(program.ok(&["verify", &sound]), "active");
    let batch = program.feed(&["verify", "--batch"], &format!("{sound}\n{damaged}\n{sound}\n"));
    let answers = String::from_utf8_lossy(&batch.stdout).into_owned();
    assert_ne!(batch.status.code(), Some(0), "{answers}");
    assert!(answers.lines().filter(|line| line.contains("active")).count() <= 2, "{answers}");
    let checked = program.run(&["db", "check"]);
    assert_ne!(checked.status.code(), Some(0));
    let problems = format!("{}{}", crate::program::stdout(&checked), crate::program::stderr(&checked));
    assert!(problems.contains("session 1 has a token digest"), "{problems}");
    // The way out: what is damaged can be ended.
    program.ok(&["revoke", "1", "--yes"]);
    assert_eq!(program.ok(&["verify", &sound]), "active");
}

#[test]
fn page_that_the_server_finds_damaged_is_reported_as_such() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let token = program.ok(&["generate"]);
    super::retry::raise(server, &program, "XX001", "invalid page in block 0 of relation base/5/16400");
    assert_fault(&program.run(&["revoke", "--all", "--yes"]), 1, &["damaged", "invalid page"]);
    assert_eq!(program.ok(&["verify", &token]), "active");
}
