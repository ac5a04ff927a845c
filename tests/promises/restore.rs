//! `db restore`: the way back to a backup, which forgets no end that was acknowledged since.

use std::fs;

use crate::harness::{PASSWORD, TestEnv};

const NEW: &str = "a quite different passphrase";

fn files(env: &TestEnv) -> Vec<String> {
    let entries = fs::read_dir(env.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn restore_brings_back_sessions_and_keeps_later_ends() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    let (kept, revoked, out) = (env.login("alice"), env.login("alice"), env.login("bob"));
    env.run(&["db", "backup", "b.db"]).ok();
    let later = env.login("alice");
    env.run(&["revoke", &env.id_of(&revoked), "--yes"]).ok();
    env.run_with_stdin(&["logout", "-"], &out).ok();
    let before = files(&env);
    let output = env.run(&["db", "restore", "b.db", "--yes"]).ok();
    assert_eq!(env.verdict(&kept), "active");
    assert_eq!(env.verdict(&revoked), "revoked", "a revocation was undone: {output:?}");
    assert_eq!(env.verdict(&out), "revoked", "a logout was undone: {output:?}");
    assert_ne!(env.verdict(&later), "active", "the copy does not know this session");
    for check in [["db", "check"], ["log", "verify"]] {
        env.run(&check).ok();
    }
    let kept_files: Vec<_> = files(&env).into_iter().filter(|name| !before.contains(name)).collect();
    assert!(!kept_files.is_empty(), "the old file is gone");
    let words = output.stdout_and_stderr();
    assert!(kept_files.iter().any(|name| words.contains(name.as_str())), "{words}");
}

#[test]
fn restore_keeps_users_disabled_and_passwords_changed_since() {
    let env = TestEnv::with_users(&["alice", "bob", "carol"]);
    env.run(&["db", "backup", "b.db"]).ok();
    env.run(&["user", "disable", "alice", "--yes"]).ok();
    env.run_with_stdin(&["user", "passwd", "bob", "--password-stdin"], NEW).ok();
    env.run(&["db", "restore", "b.db", "--yes"]).ok();
    for user in ["alice", "bob"] {
        let login = env.run_with_stdin(&["login", user, "--password-stdin"], PASSWORD);
        assert_eq!(login.exit_code(), 6, "{user}: {login:?}");
    }
    env.login("carol");
}

#[test]
fn restore_uses_no_id_again() {
    let env = TestEnv::new();
    env.generate_many(3);
    env.run(&["db", "backup", "b.db"]).ok();
    env.generate_many(4);
    env.run(&["db", "restore", "b.db", "--yes"]).ok();
    let id: i64 = env.id_of(&env.generate(&["--kind", "anonymous"])).parse().unwrap();
    assert!(id > 7, "id {id} was given before");
}

#[test]
fn restore_of_an_unusable_copy_changes_nothing() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    env.run(&["db", "backup", "torn.db"]).ok();
    let mut bytes = fs::read(env.path("torn.db")).unwrap();
    bytes[4096..].iter_mut().step_by(97).for_each(|byte| *byte ^= 0x5a);
    env.write_file("torn.db", bytes);
    env.write_file("text.db", "not a database");
    env.write_file("empty.db", "");
    for name in ["torn.db", "text.db", "empty.db", "missing.db", "sessions.db"] {
        env.run(&["db", "restore", name, "--yes"]).fails_with(1);
        assert_eq!(env.verdict(&token), "active", "{name}");
    }
    env.run(&["db", "check"]).ok();
}

#[test]
fn backup_without_keys_holds_no_signing_key() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let jwt = env.run_with_stdin(&["jwt", "issue", "-", "--audience", "a"], &token).ok().stdout();
    env.run(&["db", "backup", "copy.db", "--without-keys"]).ok();
    let count = rusqlite::Connection::open(env.path("copy.db"))
        .unwrap()
        .query_row("SELECT count(*) FROM jwt_key", [], |row| row.get::<_, i64>(0))
        .unwrap();
    assert_eq!(count, 0);
    env.run_with_stdin(&["--db", "copy.db", "jwt", "verify", "-", "--audience", "a"], &jwt).code(3);
}
