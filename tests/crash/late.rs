//! A command that started before a session ended and reaches the database afterwards: it must not act or
//! answer by the earlier time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Output};
use std::thread::sleep;
use std::time::Duration;

use crate::harness::{PASSWORD, TestEnv};

/// Long enough for a command to start and read the clock, and for the clock to reach another second.
fn wait_for_next_second() {
    sleep(Duration::from_millis(1200));
}

/// Starts a command that waits for its standard input, calls `between`, and then writes the text.
fn run_late(env: &TestEnv, args: &[&str], between: impl FnOnce(), text: &str) -> Output {
    let (child, mut stdin) = env.cmd(args).spawn_with_open_stdin();
    wait_for_next_second();
    between();
    stdin.write_all(format!("{text}\n").as_bytes()).expect("it waits for it");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

#[test]
fn late_login_upgrade_of_an_ended_session_is_refused() {
    let env = TestEnv::with_users(&["alice"]);
    let cart = env.generate(&["--kind", "anonymous"]);
    env.run_with_stdin(&["data", "set", "-", "cart", "[1]"], &cart).ok();
    env.write_file("cart", &cart);
    let args = ["login", "alice", "--password-stdin", "--upgrade", "@cart"];
    let end = || drop(env.run_with_stdin(&["logout", "-"], &cart).ok());
    let output = run_late(&env, &args, end, PASSWORD);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
    assert!(env.ids(&["--user", "alice"]).is_empty());
    assert_eq!(env.field("1", "end_reason"), "logout");
}

#[test]
fn late_rotate_of_a_revoked_session_is_refused() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    let output = run_late(&env, &["rotate", "-"], || drop(env.run(&["revoke", "1", "--yes"]).ok()), &token);
    assert_eq!(output.status.code(), Some(5), "a token was issued for a revoked session");
    assert!(output.stdout.is_empty());
    assert_eq!(env.verdict(&token), "revoked");
    env.run(&["db", "check"]).ok();
}

#[test]
fn late_data_set_on_a_revoked_session_is_refused() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    let args = ["data", "set", "-", "cart", "[1]"];
    let output = run_late(&env, &args, || drop(env.run(&["revoke", "1", "--yes"]).ok()), &token);
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn late_expire_does_not_revive_a_revoked_session() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    let revoke = || drop(env.run(&["revoke", "1", "--reason", "first", "--yes"]).ok());
    let output = run_late(&env, &["expire", "-", "--in", "2h", "--yes"], revoke, &token);
    assert!(
        [0, 3, 5].contains(&output.status.code().unwrap()),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(env.verdict(&token), "revoked");
    let output = run_late(&env, &["revoke", "-", "--reason", "second", "--yes"], || (), &token);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(env.field("1", "end_reason"), "first");
}

#[test]
fn late_verify_reports_the_present_state() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    let output = run_late(&env, &["verify", "-"], || drop(env.run(&["revoke", "1", "--yes"]).ok()), &token);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "revoked\n");
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn long_batch_reports_sessions_ended_meanwhile() {
    let env = TestEnv::new();
    let [token, other] = [(); 2].map(|()| env.generate(&["--kind", "anonymous"]));
    let (mut child, mut stdin) = env.cmd(&["verify", "--batch", "--no-touch"]).spawn_with_open_stdin();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    let mut ask = |token: &str| {
        stdin.write_all(format!("{token}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    };
    assert_eq!((ask(&token), ask(&other)), ("active".into(), "active".into()));
    wait_for_next_second();
    env.run_with_stdin(&["logout", "-"], &other).ok();
    assert_eq!(ask(&other), "revoked", "the batch answers by the time at which it started");
    env.run(&["expire", "1", "--in", "1s", "--yes"]).ok();
    sleep(Duration::from_millis(2_100));
    assert_eq!(ask(&token), "expired", "the batch answers by the time at which it started");
    drop(stdin);
    end(child);
}

fn end(mut child: Child) {
    assert!(child.wait().expect("it ends").success());
}
