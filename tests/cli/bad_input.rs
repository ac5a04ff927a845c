//! What nobody should give to a program, and everybody does: each gets one clear line, the right exit code, and
//! nothing is lost.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::harness::TestEnv;

#[test]
fn malformed_values_are_usage() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    for args in [
        &["list", "--created-before", "yesterday-ish"][..],
        &["list", "--created-before", "2026-13-01"],
        &["list", "--now", "noon"],
        &["list", "--seen-after", "-"],
        &["list", "--expiring-within", "7"],
        &["list", "--expiring-within", "1x"],
        &["list", "--expiring-within", "-1h"],
        &["list", "--ip", "300.1.1.1"],
        &["list", "--ip", "10.0.0.0/33"],
        &["list", "--ip", "::/129"],
        &["list", "--ip", ""],
        &["list", "--kind", "cookie"],
        &["list", "--state", "dead"],
        &["list", "--limit", "-1"],
        &["list", "--sort", "random"],
        &["list", "--after", "not a cursor"],
        &["list", "--user", ""],
        &["list", "alice"],
        &["list", "-1"],
        &["revoke", "--expect", "some", "--all", "--yes"],
        &["expire", "1", "--in", "soon", "--yes"],
        &["expire", "1", "--at", "soon", "--yes"],
        &["generate", "-n", "many", "--kind", "anonymous"],
        &["generate", "--kind", "anonymous", "--ip", "localhost"],
        &["generate", "--kind", "anonymous", "--ttl", "0s"],
        &["login"],
        &["no-such-command"],
        &["list", "--no-such-flag"],
        &["completions", "tcsh"],
    ] {
        place.run(args).refused(2);
    }
    assert_eq!(place.verdict(&token), "active");
    assert_eq!(place.run(&["list", "--all", "--format", "count"]).ok().out(), "1");
}

#[test]
fn malformed_tokens_are_told_and_not_repeated() {
    let place = TestEnv::new();
    for text in
        ["", "\n", " ", "hello", "\u{1F511}", "0123", &"g".repeat(64), &"0".repeat(65), &"A".repeat(64)]
    {
        for args in [&["rotate", "-"][..], &["inspect", "-"], &["logout", "-"]] {
            let ran = place.feed(args, text);
            assert!(text.trim().len() < 4 || !ran.all().contains(text), "{ran:?}");
            assert_eq!(ran.out(), "");
            ran.any_code(&[2, 3]);
        }
    }
    let bytes: Vec<u8> = (0..=255).collect();
    place.call(&["verify", "-"]).stdin(bytes).run().any_code(&[2, 3]);
    place.feed(&["verify", "-"], &"x".repeat(1 << 20)).any_code(&[1, 2, 3]);
    place.run(&["verify", "@no-such-file"]).any_code(&[1, 2, 3]);
    place.run(&["verify", "@."]).any_code(&[1, 2]);
}

#[test]
fn an_empty_password_is_none() {
    let place = TestEnv::with_users(&["alice"]);
    for empty in ["", "\n", "\r\n"] {
        place.feed(&["login", "alice", "--password-stdin"], empty).refused(2);
        place.feed(&["user", "add", "bob", "--password-stdin"], empty).refused(2);
    }
}

#[test]
fn a_password_is_taken_exactly_as_it_was_typed() {
    let place = TestEnv::new();
    place.feed(&["user", "add", "alice", "--password-stdin"], "  spaces count here  \n").ok();
    place.feed(&["login", "alice", "--password-stdin"], "  spaces count here  ").ok();
    place.feed(&["login", "alice", "--password-stdin"], "spaces count here\n").refused(6);
}

/// What is no database of ours is named, refused and left as it was, whether one reads or writes.
#[track_caller]
fn left_alone(place: &TestEnv, name: &str) {
    let path = place.path(name);
    let before = fs::read(&path).ok();
    for args in [&["list"][..], &["generate", "--kind", "anonymous"], &["db", "check"], &["db", "init"]] {
        let ran = place.run(&[&["--db", name], args].concat()).refused(1);
        let line = ran.err();
        assert!(line.contains(name), "it is not said which file: {ran:?}");
    }
    assert_eq!(fs::read(&path).ok(), before, "{name} was changed");
    assert!(!place.path(&format!("{name}-wal")).exists(), "a file was put beside it");
}

#[test]
fn what_is_no_database_of_ours_is_left_alone() {
    let place = TestEnv::empty();
    fs::create_dir(place.path("folder")).unwrap();
    fs::set_permissions(place.path("folder"), fs::Permissions::from_mode(0o700)).unwrap();
    left_alone(&place, "folder");
    place.file("photo.jpg", [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00".as_slice(), &[7; 9000]].concat());
    left_alone(&place, "photo.jpg");
    place.file("note.txt", "SQLite format 3");
    left_alone(&place, "note.txt");
    place.file("empty", "");
    let empty = place.run(&["--db", "empty", "list"]);
    assert_eq!(empty.out(), "");
    empty.code(1);
}

#[test]
fn another_programs_database_is_left_alone() {
    let place = TestEnv::empty();
    let connection = rusqlite::Connection::open(place.path("places.sqlite")).unwrap();
    connection
        .execute_batch("CREATE TABLE sessions (id INTEGER PRIMARY KEY, token TEXT); INSERT INTO sessions VALUES (1, 'x')")
        .unwrap();
    drop(connection);
    fs::set_permissions(place.path("places.sqlite"), fs::Permissions::from_mode(0o600)).unwrap();
    left_alone(&place, "places.sqlite");
}

#[test]
fn links_and_readable_files_are_refused() {
    let place = TestEnv::with_users(&["alice"]);
    place.login("alice");
    symlink(place.db(), place.path("link.db")).unwrap();
    place.run(&["--db", "link.db", "list"]).refused(1);
    symlink(place.path("nowhere.db"), place.path("dangling.db")).unwrap();
    place.run(&["--db", "dangling.db", "db", "init"]).refused(1);
    assert!(!place.path("nowhere.db").exists(), "a link was followed");

    for mode in [0o644, 0o660, 0o604] {
        fs::set_permissions(place.db(), fs::Permissions::from_mode(mode)).unwrap();
        place.run(&["list"]).refused(1).says("chmod");
    }
    fs::set_permissions(place.db(), fs::Permissions::from_mode(0o600)).unwrap();
    place.run(&["list"]).ok();
    fs::hard_link(place.db(), place.path("hard.db")).unwrap();
    place.run(&["list"]).refused(1);
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    // No one, not even root, makes a file here.
    TestEnv::empty().run(&["--db", "/proc/sessions.db", "db", "init"]).refused(1).says("/proc");
    TestEnv::empty().run(&["--db", "/dev/null", "db", "init"]).refused(1);
    TestEnv::empty().run(&["--db", "/dev/null/sessions.db", "list"]).refused(1);
    TestEnv::empty().run(&["--db", "", "list"]).any_code(&[1, 2]);
}

#[test]
fn output_that_cannot_be_written_is_code_1() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    for args in
        [&["list"][..], &["list", "--format", "json"], &["stats"], &["--help"], &["log"], &["verify", "-"]]
    {
        let ran = place.call(args).stdin(&token).stdout_to("/dev/full").run_unheard().code(1);
        assert!(ran.err().starts_with("error:"), "{ran:?}");
    }
    assert_eq!(place.verdict(&token), "active");
}

#[test]
fn a_login_that_cannot_be_delivered_leaves_no_session() {
    let place = TestEnv::with_users(&["alice"]);
    let args = ["login", "alice", "--password-stdin"];
    place.call(&args).stdin(crate::harness::PASSWORD).stdout_to("/dev/full").run_unheard().code(1);
    assert!(place.ids(&[]).is_empty(), "a session lives whose token nobody has");
    place.call(&["generate", "--kind", "anonymous"]).stdout_to("/dev/full").run_unheard().code(1);
    assert!(place.ids(&[]).is_empty());
}

#[test]
fn a_full_disk_is_an_error_and_loses_nothing() {
    let place = TestEnv::new();
    let tokens = place.generate_many(200);
    // In blocks of 1024 bytes: less than a bulk of sessions takes.
    let script = "ulimit -f 400; sessionctl generate --kind anonymous -n 20000 > tokens";
    let ran = place.bash(&format!("set +e; ({script}); echo code $?")).run();
    assert!(ran.out().contains("code 1"), "not an orderly end: {ran:?}");
    assert!(ran.err().contains("error:"), "{ran:?}");
    assert_eq!(place.verdict(&tokens[0]), "active");
    assert_eq!(place.verdict(&tokens[199]), "active");
    place.run(&["db", "check"]).ok();
    place.run(&["log", "verify"]).ok();
    place.generate(&["--kind", "anonymous"]);
}
