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

#[test]
fn db_copy_that_is_refused_names_the_place_that_is_wrong_and_leaves_both_as_they_were() {
    let Some(server) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let name = server.create_database();
    let old = Program { url: server.url(&name) };
    old.ok(&["db", "init"]);
    let token = old.ok(&["generate"]);
    let new = Program { url: server.url(&server.create_database()) };
    let copy = ["db", "copy", old.url.as_str(), new.url.as_str(), "--yes"];
    let elsewhere = Program { url: folder.path().join("elsewhere.db").display().to_string() };
    let refused = |words: &[&str]| {
        for more in [&[][..], &["--dry-run"]] {
            crate::faults::assert_fault(&elsewhere.run(&[&copy[..], more].concat()), 1, words);
        }
        assert_eq!(new.code(&["list"]), Some(1), "something was created");
    };
    // What a newer program keeps would be left behind, and so would an older one's.
    server.sql(
        &name,
        "INSERT INTO sessionctl.migration VALUES (9, 1); UPDATE sessionctl.meta SET oldest_program = 9",
    );
    refused(&[&name, "newer"]);
    server.sql(
        &name,
        "DELETE FROM sessionctl.migration WHERE number > 2; UPDATE sessionctl.meta SET oldest_program = 2",
    );
    refused(&[&name, "older", "`sessionctl db migrate`"]);
    let applied = "INSERT INTO sessionctl.migration SELECT number, 1 FROM generate_series(3, 4) number";
    server.sql(&name, applied);
    assert_eq!(old.ok(&["verify", &token]), "active");

    // A place that is taken is named, not the one that no argument names.
    let taken = server.create_database();
    let other = Program { url: server.url(&taken) };
    other.ok(&["db", "init"]);
    let output = elsewhere.run(&["db", "copy", &old.url, &other.url, "--yes"]);
    crate::faults::assert_fault(&output, 1, &[&taken, "another session database"]);
    old.ok(&["generate"]);
    elsewhere.ok(&copy);
    crate::faults::assert_fault(&elsewhere.run(&copy), 1, &[&name, "was moved to postgres://"]);
}

#[test]
fn text_that_no_server_stores_is_named_and_the_copy_goes_on_without_it() {
    let Some(server) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (file, [web, ..]) = file(folder.path());
    let change = |sql: &str| {
        let file = rusqlite::Connection::open(&file.url).expect("it can be opened");
        file.execute(sql, []).expect("it can be changed");
    };
    change("UPDATE session SET label = 'a' || char(0) || 'b' WHERE id = 1");
    let moved = Program { url: server.url(&server.create_database()) };
    let copy = ["db", "copy", file.url.as_str(), moved.url.as_str(), "--yes"];
    crate::faults::assert_fault(&file.run(&copy), 1, &["label of session 1", "U+0000"]);
    assert_eq!(file.ok(&["verify", &web]), "active");
    change("UPDATE session SET label = NULL WHERE id = 1");
    file.ok(&copy);
    assert_eq!(moved.ok(&["verify", &web]), "active");
}
