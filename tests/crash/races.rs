//! Concurrent processes: each change has one winner.

use std::process::{Child, Output};

use crate::harness::{PASSWORD, TestEnv};

/// Starts all processes before it waits for one.
fn run_concurrently(number: usize, start: impl Fn(usize) -> Child) -> Vec<Output> {
    let children: Vec<Child> = (0..number).map(start).collect();
    children.into_iter().map(|child| child.wait_with_output().expect("it ends")).collect()
}

fn codes(outputs: &[Output]) -> Vec<i32> {
    outputs.iter().map(|output| output.status.code().expect("it was not killed")).collect()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn concurrent_creation_succeeds_for_all() {
    let env = TestEnv::empty();
    let outputs = run_concurrently(64, |_| env.cmd(&["generate", "--kind", "anonymous"]).spawn());
    for output in &outputs {
        assert_eq!(output.status.code(), Some(0), "{}", words(output));
    }
    assert_eq!(env.run(&["list", "--format", "count"]).ok().stdout(), "64");
    for output in &outputs {
        let token = String::from_utf8(output.stdout.clone()).unwrap();
        assert_eq!(env.verdict(token.trim()), "active");
    }
    env.run(&["db", "check"]).ok();
    env.run(&["log", "verify"]).ok();
}

#[test]
fn concurrent_rotate_of_one_token_has_one_winner() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let outputs = run_concurrently(64, |_| env.cmd(&["rotate", "-"]).stdin(&token).spawn());
    let codes = codes(&outputs);
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
    assert!(codes.iter().all(|code| [0, 5].contains(code)), "{codes:?}");
    assert_ne!(env.verdict(&token), "active");
}

#[test]
fn concurrent_rotate_with_grace_has_one_winner() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let outputs = run_concurrently(32, |_| env.cmd(&["rotate", "-", "--grace", "30s"]).stdin(&token).spawn());
    let winners: Vec<&Output> = outputs.iter().filter(|output| output.status.code() == Some(0)).collect();
    assert_eq!(winners.len(), 1, "{:?}", codes(&outputs));
    let new = String::from_utf8(winners[0].stdout.clone()).unwrap();
    assert_eq!(env.verdict(new.trim()), "active");
    for output in &outputs {
        assert!(output.status.success() || output.stdout.is_empty(), "a loser got a token");
    }
}

#[test]
fn concurrent_revoke_of_one_session_has_one_winner() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let args = ["revoke", "1", "--yes", "--format", "jsonl"];
    let outputs = run_concurrently(32, |number| {
        let mut args = args.map(str::to_owned).to_vec();
        args.extend(["--reason".to_owned(), format!("by {number}")]);
        env.cmd(&args).spawn()
    });
    assert!(codes(&outputs).iter().all(|code| *code == 0), "{:?}", codes(&outputs));
    let result = |output: &Output| serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    let winners: Vec<usize> =
        (0..32).filter(|number| result(&outputs[*number])["result"] == "revoked").collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(env.verdict(&token), "revoked");
    assert_eq!(env.field("1", "end_reason"), format!("by {}", winners[0]));
    let log = env.run(&["log", "--session", "1", "--action", "session.revoked", "--format", "count"]).ok();
    assert_eq!(log.stdout(), "1");
}

#[test]
fn concurrent_login_upgrade_has_one_winner() {
    let env = TestEnv::with_users(&["alice"]);
    let cart = env.generate(&["--kind", "anonymous"]);
    env.run_with_stdin(&["data", "set", "-", "cart", "[1]"], &cart).ok();
    env.write_file("cart", &cart);
    let args = ["login", "alice", "--password-stdin", "--upgrade", "@cart"];
    let outputs = run_concurrently(12, |_| env.cmd(&args).stdin(PASSWORD).spawn());
    let winners: Vec<&Output> = outputs.iter().filter(|output| output.status.success()).collect();
    assert_eq!(winners.len(), 1, "{:?}", codes(&outputs));
    let token = String::from_utf8(winners[0].stdout.clone()).unwrap();
    assert_eq!(env.run_with_stdin(&["data", "get", "-", "cart"], token.trim()).ok().stdout(), "[1]");
    assert_eq!(env.ids(&["--user", "alice"]).len(), 1);
}

#[test]
fn concurrent_login_respects_sessions_max() {
    let env = TestEnv::with_users(&["alice"]);
    env.run(&["db", "policy", "user.sessions_max", "3"]).ok();
    let args = ["login", "alice", "--password-stdin"];
    let outputs = run_concurrently(12, |_| env.cmd(&args).stdin(PASSWORD).spawn());
    let codes = codes(&outputs);
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 3, "{codes:?}");
    assert!(codes.iter().all(|code| [0, 6].contains(code)), "{codes:?}");
    assert_eq!(env.ids(&["--user", "alice"]).len(), 3);
}

#[test]
fn concurrent_writes_are_all_kept() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    let outputs = run_concurrently(32, |number| {
        let key = format!("key-{number}");
        match number % 4 {
            0 => env.cmd(&["verify", "-"]).stdin(&token).spawn(),
            1 => env.cmd(&["list", "--format", "count"]).spawn(),
            _ => env.cmd(&["data", "set", "-", &key, "1"]).stdin(&token).spawn(),
        }
    });
    for output in &outputs {
        assert_eq!(output.status.code(), Some(0), "{}", words(output));
    }
    assert_eq!(env.run_with_stdin(&["data", "list", "-", "--format", "count"], &token).ok().stdout(), "16");
    env.run(&["log", "verify"]).ok();
}
