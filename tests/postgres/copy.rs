//! Moving a file to a server.

use sessionctl_postgres_fixture::shared;

use crate::program::{Program, stderr, stdout};

/// A file with a user, two sessions of it, one that was revoked, and values.
pub(crate) fn file(folder: &std::path::Path) -> (Program, [String; 3]) {
    let file = Program { url: folder.join("sessions.db").display().to_string() };
    file.ok(&["db", "init"]);
    for (setting, value) in [("password.memory", "19456"), ("password.passes", "2"), ("password.lanes", "1")]
    {
        file.ok(&["db", "policy", setting, value]);
    }
    file.add_user("bob");
    file.add_user("gone");
    file.ok(&["user", "remove", "gone", "--yes"]);
    let (web, revoked) = (file.login("bob"), file.login("bob"));
    let api = file.ok(&["generate", "--kind", "api", "--user", "bob", "--scope", "read"]);
    file.ok(&["revoke", "2", "--yes"]);
    file.ok(&["data", "set", "1", "cart", "[1]"]);
    file.ok(&["jwt", "keys", "new"]);
    (file, [web, revoked, api])
}

#[test]
fn db_copy_moves_a_file_to_a_server_and_every_token_works_after() {
    let Some(server) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (file, [web, revoked, api]) = file(folder.path());
    let log = file.ok(&["log", "--format", "jsonl"]);
    let sessions = file.ok(&["list", "--all", "--format", "jsonl"]);
    let moved = Program { url: server.url(&server.create_database()) };
    let copy = ["db", "copy", file.url.as_str(), moved.url.as_str()];
    assert_eq!(file.code(&copy), Some(2), "without a confirmation");
    file.ok(&[&copy[..], &["--dry-run"]].concat());
    assert_eq!(moved.code(&["list"]), Some(1), "a dry run created something");
    file.ok(&[&copy[..], &["--yes"]].concat());

    assert_eq!(moved.ok(&["list", "--all", "--format", "jsonl"]), sessions);
    assert!(
        moved.ok(&["log", "--format", "jsonl"]).ends_with(&log),
        "the events are the same, with one more"
    );
    assert_eq!(moved.ok(&["verify", &web]), "active");
    assert_eq!(moved.code(&["verify", &revoked]), Some(5));
    assert_eq!(moved.ok(&["verify", &api, "--scope", "read"]), "active");
    assert_eq!(moved.ok(&["data", "get", "1", "cart"]), "[1]");
    assert!(moved.ok(&["generate", "--format", "json"]).contains("\"id\":4"), "an id was used again");
    moved.ok(&["log", "verify"]);
    assert_eq!(moved.ok(&["db", "check"]), "");
    moved.login("bob");

    // The file answers nothing any more, and nothing creates a database in its place.
    for args in [&["verify", &web][..], &["list"], &["generate"], &["db", "info"], &["db", "init"]] {
        let output = file.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", stdout(&output));
        assert!(stderr(&output).contains("was moved to postgres://"), "{args:?}: {}", stderr(&output));
    }
    assert_eq!(file.code(&[&copy[..], &["--yes"]].concat()), Some(1), "it cannot be moved twice");
}
