//! A process that was started before a session was ended, and comes to its work after: it must not act, or
//! answer, as if it were still that time.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Output};
use std::thread::sleep;
use std::time::Duration;

use crate::harness::{PASSWORD, TestEnv};

/// Long enough for a program to have started and read the clock, and for the clock to show another second.
fn a_while() {
    sleep(Duration::from_millis(1200));
}

/// Starts a call that waits for its standard input; in the meantime `between` happens; then it is given the text.
fn held_up(place: &TestEnv, args: &[&str], between: impl FnOnce(), text: &str) -> Output {
    let (child, mut stdin) = place.call(args).start_waiting();
    a_while();
    between();
    stdin.write_all(format!("{text}\n").as_bytes()).expect("it waits for it");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_login_that_took_its_time_upgrades_no_session_that_ended() {
    let place = TestEnv::with_users(&["alice"]);
    let cart = place.generate(&["--kind", "anonymous"]);
    place.feed(&["data", "set", "-", "cart", "[1]"], &cart).ok();
    place.file("cart", &cart);
    let args = ["login", "alice", "--password-stdin", "--upgrade", "@cart"];
    let end = || drop(place.feed(&["logout", "-"], &cart).ok());
    let output = held_up(&place, &args, end, PASSWORD);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
    assert!(place.ids(&["--user", "alice"]).is_empty());
    assert_eq!(place.field("1", "end_reason"), "logout");
}

#[test]
fn a_late_rotation_revives_nothing() {
    let place = TestEnv::new();
    let token = place.generate(&["--kind", "anonymous"]);
    let output =
        held_up(&place, &["rotate", "-"], || drop(place.run(&["revoke", "1", "--yes"]).ok()), &token);
    assert_eq!(output.status.code(), Some(5), "a token was issued for a revoked session");
    assert!(output.stdout.is_empty());
    assert_eq!(place.verdict(&token), "revoked");
    place.run(&["db", "check"]).ok();
}

#[test]
fn a_late_write_of_data_is_refused() {
    let place = TestEnv::new();
    let token = place.generate(&["--kind", "anonymous"]);
    let args = ["data", "set", "-", "cart", "[1]"];
    let output = held_up(&place, &args, || drop(place.run(&["revoke", "1", "--yes"]).ok()), &token);
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_late_expiry_leaves_the_revoked_alone() {
    let place = TestEnv::new();
    let token = place.generate(&["--kind", "anonymous"]);
    let revoke = || drop(place.run(&["revoke", "1", "--reason", "first", "--yes"]).ok());
    let output = held_up(&place, &["expire", "-", "--in", "2h", "--yes"], revoke, &token);
    assert!(
        [0, 3, 5].contains(&output.status.code().unwrap()),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(place.verdict(&token), "revoked");
    let output = held_up(&place, &["revoke", "-", "--reason", "second", "--yes"], || (), &token);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(place.field("1", "end_reason"), "first");
}

#[test]
fn a_late_answer_tells_of_the_present() {
    let place = TestEnv::new();
    let token = place.generate(&["--kind", "anonymous"]);
    let output =
        held_up(&place, &["verify", "-"], || drop(place.run(&["revoke", "1", "--yes"]).ok()), &token);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "revoked\n");
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn a_batch_that_runs_for_long_sees_what_ended_meanwhile() {
    let place = TestEnv::new();
    let token = place.generate(&["--kind", "anonymous", "--ttl", "4s"]);
    let other = place.generate(&["--kind", "anonymous"]);
    let (mut child, mut stdin) = place.call(&["verify", "--batch", "--no-touch"]).start_waiting();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    let mut ask = |token: &str| {
        stdin.write_all(format!("{token}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    };
    assert_eq!((ask(&token), ask(&other)), ("active".into(), "active".into()));
    a_while();
    place.feed(&["logout", "-"], &other).ok();
    assert_eq!(ask(&other), "revoked", "the batch answers as of when it was started");
    sleep(Duration::from_secs(4));
    assert_eq!(ask(&token), "expired", "the batch answers as of when it was started");
    drop(stdin);
    end(child);
}

fn end(mut child: Child) {
    assert!(child.wait().expect("it ends").success());
}
