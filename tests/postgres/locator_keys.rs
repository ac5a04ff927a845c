//! Replacing the key of locators: tokens of before stay valid until no active session needs the key.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use sessionctl_postgres_fixture::shared;

use crate::program::{Program, stderr};

#[test]
fn tokens_of_each_locator_key_are_valid_until_their_sessions_have_ended() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let database = program.url.rsplit('/').next().unwrap();
    let old = program.ok(&["generate"]);
    // A verifier that stays has read the keys before.
    let mut batch =
        program.command(&["verify", "--batch", "--no-touch"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut tokens = batch.stdin.take().unwrap();
    let mut answers = BufReader::new(batch.stdout.take().unwrap()).lines();
    let mut ask = |token: &str| {
        writeln!(tokens, "{token}").unwrap();
        answers.next().unwrap().unwrap()
    };
    assert!(ask(&old).contains("active"));
    let rotated = program.ok(&["db", "policy", "rotate-locator-key", "--format", "json"]);
    assert!(rotated.contains("\"version\":2") && rotated.contains("\"keys_in_use\":2"), "{rotated}");
    let new = program.ok(&["generate"]);
    for token in [&old, &new] {
        assert_eq!(program.ok(&["verify", token]), "active");
    }
    std::thread::sleep(std::time::Duration::from_secs(11));
    assert!(ask(&new).contains("active"), "the keys are read again before a token is unknown");
    assert!(ask(&old).contains("active"));
    drop(tokens);
    batch.wait().unwrap();
    // As if the key had been replaced long ago; the session of before is still active.
    server.sql(
        database,
        "UPDATE sessionctl.locator_key SET created_at = created_at - 1000; \
                          UPDATE sessionctl.session SET created_at = created_at - 2000 WHERE id = 1",
    );
    program.ok(&["prune", "--older-than", "0s", "--all", "--yes"]);
    assert_eq!(program.ok(&["verify", &old]), "active");
    program.ok(&["revoke", "1", "--yes"]);
    program.ok(&["prune", "--older-than", "30d", "--all", "--yes"]);
    assert_eq!(
        server.sql(
            database,
            "SELECT string_agg(version::text, ' ') FROM sessionctl.locator_key WHERE retired_at IS NULL"
        ),
        "2"
    );
    assert_eq!(program.code(&["verify", &old]), Some(3));
    assert_eq!(program.ok(&["verify", &new]), "active");
    for action in ["db.locator_key_rotated", "db.locator_key_retired"] {
        assert_eq!(program.ok(&["log", "--action", action, "--format", "count"]), "1", "{action}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = Program { url: folder.path().join("s.db").display().to_string() };
    file.ok(&["db", "init"]);
    let refused = file.run(&["db", "policy", "rotate-locator-key"]);
    assert_eq!(refused.status.code(), Some(1), "{}", stderr(&refused));
    // A file has one key: a database with two is moved when the older one has been retired.
    program.ok(&["db", "policy", "rotate-locator-key"]);
    let target = folder.path().join("moved.db").display().to_string();
    let moving = program.run(&["db", "copy", &program.url, &target, "--yes"]);
    assert_eq!(moving.status.code(), Some(1));
    assert!(stderr(&moving).contains("locator keys"), "{}", stderr(&moving));
    assert_eq!(program.ok(&["verify", &new]), "active", "nothing was changed");
    program.ok(&["generate"]);
}
