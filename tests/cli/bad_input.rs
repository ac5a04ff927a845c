//! Input that no program should get and every program gets: each case prints one clear line and the right
//! exit code, and loses nothing.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::harness::TestEnv;

#[test]
fn malformed_values_are_usage_errors() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
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
        &["generate", "--kind", "anonymous", "--ttl", "0s"],
        &["login"],
        &["no-such-command"],
        &["list", "--no-such-flag"],
        &["completions", "tcsh"],
    ] {
        env.run(args).fails_with(2);
    }
    assert_eq!(env.verdict(&token), "active");
    assert_eq!(env.run(&["list", "--all", "--format", "count"]).ok().stdout(), "1");
}

#[test]
fn malformed_token_is_reported_and_not_echoed() {
    let env = TestEnv::new();
    for text in
        ["", "\n", " ", "hello", "\u{1F511}", "0123", &"g".repeat(64), &"0".repeat(65), &"A".repeat(64)]
    {
        for args in [&["rotate", "-"][..], &["inspect", "-"], &["logout", "-"]] {
            let output = env.run_with_stdin(args, text);
            assert!(text.trim().len() < 4 || !output.stdout_and_stderr().contains(text), "{output:?}");
            assert_eq!(output.stdout(), "");
            output.code_in(&[2, 3]);
        }
    }
    let bytes: Vec<u8> = (0..=255).collect();
    env.cmd(&["verify", "-"]).stdin(bytes).run().code_in(&[2, 3]);
    env.run_with_stdin(&["verify", "-"], &"x".repeat(1 << 20)).code_in(&[1, 2, 3]);
    env.run(&["verify", "@no-such-file"]).code_in(&[1, 2, 3]);
    env.run(&["verify", "@."]).code_in(&[1, 2]);
}

#[test]
fn empty_password_is_a_usage_error() {
    let env = TestEnv::with_users(&["alice"]);
    for empty in ["", "\n", "\r\n"] {
        env.run_with_stdin(&["login", "alice", "--password-stdin"], empty).fails_with(2);
        env.run_with_stdin(&["user", "add", "bob", "--password-stdin"], empty).fails_with(2);
    }
}

#[test]
fn password_is_compared_byte_for_byte() {
    let env = TestEnv::new();
    env.run_with_stdin(&["user", "add", "alice", "--password-stdin"], "  spaces count here  \n").ok();
    env.run_with_stdin(&["login", "alice", "--password-stdin"], "  spaces count here  ").ok();
    env.run_with_stdin(&["login", "alice", "--password-stdin"], "spaces count here\n").fails_with(6);
}

/// A file that is not a session database is named, refused and left unchanged, by reading and writing
/// commands alike.
#[track_caller]
fn left_alone(env: &TestEnv, name: &str) {
    let path = env.path(name);
    let before = fs::read(&path).ok();
    for args in [&["list"][..], &["generate", "--kind", "anonymous"], &["db", "check"], &["db", "init"]] {
        let output = env.run(&[&["--db", name], args].concat()).fails_with(1);
        let line = output.stderr();
        assert!(line.contains(name), "the file is not named: {output:?}");
    }
    assert_eq!(fs::read(&path).ok(), before, "{name} was changed");
    assert!(!env.path(&format!("{name}-wal")).exists(), "a file was created beside it");
}

#[test]
fn file_that_is_no_database_is_refused_and_unchanged() {
    let env = TestEnv::empty();
    fs::create_dir(env.path("folder")).unwrap();
    fs::set_permissions(env.path("folder"), fs::Permissions::from_mode(0o700)).unwrap();
    left_alone(&env, "folder");
    env.write_file("photo.jpg", [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00".as_slice(), &[7; 9000]].concat());
    left_alone(&env, "photo.jpg");
    env.write_file("note.txt", "SQLite format 3");
    left_alone(&env, "note.txt");
    env.write_file("empty", "");
    let empty = env.run(&["--db", "empty", "list"]);
    assert_eq!(empty.stdout(), "");
    empty.code(1);
}

#[test]
fn foreign_database_is_refused_and_unchanged() {
    let env = TestEnv::empty();
    let connection = rusqlite::Connection::open(env.path("places.sqlite")).unwrap();
    connection
        .execute_batch("CREATE TABLE sessions (id INTEGER PRIMARY KEY, token TEXT); INSERT INTO sessions VALUES (1, 'x')")
        .unwrap();
    drop(connection);
    fs::set_permissions(env.path("places.sqlite"), fs::Permissions::from_mode(0o600)).unwrap();
    left_alone(&env, "places.sqlite");
}

#[test]
fn links_and_readable_database_files_are_refused() {
    let env = TestEnv::with_users(&["alice"]);
    env.login("alice");
    symlink(env.db(), env.path("link.db")).unwrap();
    env.run(&["--db", "link.db", "list"]).fails_with(1);
    symlink(env.path("nowhere.db"), env.path("dangling.db")).unwrap();
    env.run(&["--db", "dangling.db", "db", "init"]).fails_with(1);
    assert!(!env.path("nowhere.db").exists(), "a link was followed");

    for mode in [0o644, 0o660, 0o604] {
        fs::set_permissions(env.db(), fs::Permissions::from_mode(mode)).unwrap();
        env.run(&["list"]).fails_with(1).stderr_contains("chmod");
    }
    fs::set_permissions(env.db(), fs::Permissions::from_mode(0o600)).unwrap();
    env.run(&["list"]).ok();
    fs::hard_link(env.db(), env.path("hard.db")).unwrap();
    env.run(&["list"]).fails_with(1);
}

#[test]
fn unwritable_folder_is_reported() {
    // Nobody, not even root, can create a file here.
    TestEnv::empty().run(&["--db", "/proc/sessions.db", "db", "init"]).fails_with(1).stderr_contains("/proc");
    TestEnv::empty().run(&["--db", "/dev/null", "db", "init"]).fails_with(1);
    TestEnv::empty().run(&["--db", "/dev/null/sessions.db", "list"]).fails_with(1);
    TestEnv::empty().run(&["--db", "", "list"]).code_in(&[1, 2]);
}

#[test]
fn unwritable_output_exits_with_1() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    for args in
        [&["list"][..], &["list", "--format", "json"], &["stats"], &["--help"], &["log"], &["verify", "-"]]
    {
        let output = env.cmd(args).stdin(&token).stdout_to("/dev/full").run_with_redirected_stdout().code(1);
        assert!(output.stderr().starts_with("error:"), "{output:?}");
    }
    assert_eq!(env.verdict(&token), "active");
}

#[test]
fn login_without_delivery_leaves_no_session() {
    let env = TestEnv::with_users(&["alice"]);
    let args = ["login", "alice", "--password-stdin"];
    env.cmd(&args)
        .stdin(crate::harness::PASSWORD)
        .stdout_to("/dev/full")
        .run_with_redirected_stdout()
        .code(1);
    assert!(env.ids(&[]).is_empty(), "a session is active whose token nobody has");
    env.cmd(&["generate", "--kind", "anonymous"]).stdout_to("/dev/full").run_with_redirected_stdout().code(1);
    assert!(env.ids(&[]).is_empty());
}

#[test]
fn generate_on_a_full_disk_fails_and_keeps_earlier_sessions() {
    let env = TestEnv::new();
    let tokens = env.generate_many(200);
    // In blocks of 1024 bytes: less than the bulk of sessions needs.
    let script = "ulimit -f 400; sessionctl generate --kind anonymous -n 20000 > tokens";
    let output = env.bash(&format!("set +e; ({script}); echo code $?")).run();
    assert!(output.stdout().contains("code 1"), "not an orderly exit: {output:?}");
    assert!(output.stderr().contains("error:"), "{output:?}");
    assert_eq!(env.verdict(&tokens[0]), "active");
    assert_eq!(env.verdict(&tokens[199]), "active");
    env.run(&["db", "check"]).ok();
    env.run(&["log", "verify"]).ok();
    env.generate(&["--kind", "anonymous"]);
}
