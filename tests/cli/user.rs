//! `user`: who may log in.

use crate::harness::{PASSWORD, TestEnv};

const NEW: &str = "a quite different passphrase";

#[test]
fn user_is_added_shown_listed_and_removed() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    let users = env.run(&["user", "list", "--format", "jsonl"]).ok().jsonl();
    let names: Vec<_> = users.iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"alice".to_owned()) && names.contains(&"bob".to_owned()));
    let alice = env.run(&["user", "show", "alice", "--format", "json"]).ok();
    assert_eq!(alice.json()["name"], "alice");
    assert!(!alice.stdout_and_stderr().contains("argon2"), "a hash is shown: {alice:?}");

    let token = env.login("alice");
    env.run(&["user", "remove", "alice", "--yes"]).ok();
    assert_ne!(env.verdict(&token), "active");
    env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).fails_with(6);
    env.run(&["user", "show", "alice"]).fails_with(3);
    env.run(&["user", "show", "bob"]).ok();
}

#[test]
fn user_name_is_compared_case_folded() {
    let env = TestEnv::with_users(&["alice"]);
    let twice = env.run_with_stdin(&["user", "add", "ALICE", "--password-stdin"], PASSWORD);
    assert_ne!(twice.stdout(), "alice");
    twice.code_in(&[1, 2, 6]);
    let token = env.login("Alice");
    assert_eq!(env.ids(&["--user", " aLiCe "]), [env.id_of(&token)]);
}

#[test]
fn passwd_ends_sessions_unless_kept() {
    let env = TestEnv::with_users(&["alice"]);
    let first = env.login("alice");
    env.run_with_stdin(&["user", "passwd", "alice", "--password-stdin"], NEW).ok();
    assert_eq!(env.verdict(&first), "revoked");
    env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).fails_with(6);

    let login = env.run_with_stdin(&["login", "alice", "--password-stdin"], NEW).ok().stdout();
    env.run_with_stdin(&["user", "passwd", "alice", "--password-stdin", "--keep-sessions"], PASSWORD).ok();
    assert_eq!(env.verdict(&login), "active");
    env.login("alice");
}

#[test]
fn disable_ends_sessions_and_enable_revives_none() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    let (alice, bob) = (env.login("alice"), env.login("bob"));
    env.run(&["user", "disable", "alice", "--yes"]).ok();
    assert_eq!(env.verdict(&alice), "revoked");
    assert_eq!(env.verdict(&bob), "active");
    env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).fails_with(6);
    env.run(&["user", "enable", "alice"]).ok();
    assert_eq!(env.verdict(&alice), "revoked", "an ended session came back");
    env.login("alice");
}

#[test]
fn weak_password_is_refused_and_not_echoed() {
    let env = TestEnv::new();
    for weak in ["short-pass", "password1234", "fourteen-bytes"] {
        let output = env.run_with_stdin(&["user", "add", "carol", "--password-stdin"], weak);
        assert!(!output.stdout_and_stderr().contains(weak), "{output:?}");
        output.code_in(&[2, 6]);
    }
    env.run(&["user", "show", "carol"]).code(3);
    for long in [15, 1024] {
        let name = format!("user{long}");
        let words: String = (0..200).map(|number| format!("{} ", number * number * 7_919)).collect();
        env.run_with_stdin(&["user", "add", &name, "--password-stdin"], &words[..long]).ok();
    }
    let output = env.run_with_stdin(&["user", "add", "dora", "--password-stdin"], &"x".repeat(1025));
    output.code_in(&[2, 6]);
}

#[test]
fn unknown_user_exits_with_3() {
    let env = TestEnv::with_users(&["alice"]);
    for verb in ["show", "disable", "enable", "remove"] {
        env.run(&["user", verb, "nobody", "--yes"]).fails_with(3);
    }
    env.run_with_stdin(&["user", "passwd", "nobody", "--password-stdin"], NEW).fails_with(3);
    assert_eq!(env.run(&["user", "list", "--format", "count"]).ok().stdout(), "1");
}

#[test]
fn user_add_without_password_source_is_a_usage_error() {
    let env = TestEnv::new();
    env.run_with_stdin(&["user", "add", "alice", "--no-input"], PASSWORD).fails_with(2);
    env.run_with_stdin(&["user", "add", "alice"], PASSWORD).fails_with(2);
    env.run(&["user", "show", "alice"]).code(3);
}
