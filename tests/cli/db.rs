//! `db`: the database as a whole.

use rusqlite::Connection;

use crate::harness::TestEnv;

#[test]
fn init_makes_it_once_and_info_describes_it() {
    let place = TestEnv::empty();
    place.run(&["db", "info"]).refused(1);
    place.run(&["db", "init"]).ok();
    place.run(&["db", "init"]).ok();
    place.run(&["db", "init", "--sandbox"]).refused(1);
    let info = place.run(&["db", "info", "--format", "json"]).ok().json();
    assert_eq!((&info["sandbox"], &info["sessions"]), (&false.into(), &0.into()));
}

#[test]
fn a_reader_without_a_database_says_how_to_make_one_and_makes_none() {
    let place = TestEnv::empty();
    for args in [
        &["list"][..],
        &["stats"],
        &["inspect", "1"],
        &["log"],
        &["db", "info"],
        &["user", "list"],
        &["tree"],
    ] {
        let ran = place.run(args).refused(1);
        assert!(ran.err().contains("db init"), "{ran:?}");
        assert!(!place.db().exists(), "{args:?}");
    }
}

#[test]
fn only_in_a_sandbox_may_a_writer_travel() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    place.feed(&["logout", "-", "--now", "+1h"], &token).any_code(&[1, 2]);
    place.run(&["revoke", "--all", "--yes", "--now", "+1m"]).any_code(&[1, 2]);
    assert_eq!(place.verdict(&token), "active");
    assert_eq!(place.ids(&["--now", "+1d"]).len(), 0);
    let sandbox = TestEnv::sandbox();
    sandbox.generate(&["--kind", "anonymous", "--now", "+1h"]);
}

#[test]
fn a_healthy_database_passes_and_a_broken_one_does_not() {
    let place = TestEnv::with_users(&["alice"]);
    place.login_with("alice", &["--sso"]);
    place.run(&["db", "check"]).ok();

    // Every page behind the first, so that something of use is hit wherever the engine put it.
    place.run(&["db", "backup", "torn.db"]).ok();
    let mut bytes = std::fs::read(place.path("torn.db")).unwrap();
    bytes[4096..].iter_mut().step_by(97).for_each(|byte| *byte ^= 0x5a);
    place.file("torn.db", bytes);
    place.run(&["--db", "torn.db", "db", "check"]).code(1);

    place.run(&["db", "backup", "cut.db"]).ok();
    let bytes = std::fs::read(place.path("cut.db")).unwrap();
    place.file("cut.db", &bytes[..bytes.len() / 2]);
    place.run(&["--db", "cut.db", "db", "check"]).code(1);
}

#[test]
fn a_planted_trigger_cannot_spare_a_session() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let connection = Connection::open(place.db()).unwrap();
    let table: String = connection
        .query_row(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%deadline%'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    connection
        .execute_batch(&format!(
            "CREATE TRIGGER spare AFTER UPDATE ON {table} BEGIN \
             UPDATE {table} SET revoked_at = NULL, revoke_reason = NULL WHERE id = new.id; END"
        ))
        .unwrap();
    drop(connection);
    let ran = place.run(&["revoke", "--all", "--yes"]);
    if ran.out().contains("revoked") {
        assert_eq!(place.verdict(&token), "revoked", "reported as revoked, and lives");
    }
    place.run(&["db", "check"]).code(1);
}

#[test]
fn a_backup_is_whole_private_and_overwrites_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    place.run(&["db", "backup", "copy.db"]).ok();
    let mode = std::fs::metadata(place.path("copy.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(place.feed(&["--db", "copy.db", "verify", "-"], &token).ok().out(), "active");
    let before = std::fs::read(place.path("copy.db")).unwrap();
    place.run(&["db", "backup", "copy.db"]).refused(1);
    place.file("precious", "not a database");
    place.run(&["db", "backup", "precious"]).refused(1);
    assert_eq!(std::fs::read(place.path("precious")).unwrap(), b"not a database");
    assert_eq!(std::fs::read(place.path("copy.db")).unwrap().len(), before.len());
}

#[test]
fn the_policy_is_shown_set_and_bounded() {
    let place = TestEnv::with_users(&["alice"]);
    place.run(&["db", "policy", "web.idle", "10m"]).ok();
    assert!(place.run(&["db", "policy"]).ok().out().contains("web.idle"));
    let id = place.id_of(&place.login("alice"));
    assert_eq!(place.field(&id, "idle_timeout"), "600");
    place.run(&["db", "policy", "web.idle", "forever"]).refused(2);
    place.run(&["db", "policy", "password.memory", "1"]).refused(2);
    place.run(&["db", "policy", "no.such", "1"]).any_code(&[2, 3]);
    let id = place.id_of(&place.login("alice"));
    assert_eq!(place.field(&id, "idle_timeout"), "600");
}

#[test]
fn one_that_is_newer_than_the_program_is_left_as_it_is() {
    let place = TestEnv::new();
    place.run(&["db", "backup", "newer.db"]).ok();
    Connection::open(place.path("newer.db")).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let before = std::fs::read(place.path("newer.db")).unwrap();
    place.run(&["--db", "newer.db", "list"]).refused(1).says("newer");
    place.run(&["--db", "newer.db", "generate", "--kind", "anonymous"]).refused(1);
    assert_eq!(std::fs::read(place.path("newer.db")).unwrap(), before);
}
