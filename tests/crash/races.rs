//! Many processes at once: each change has one winner.

use std::process::{Child, Output};

use crate::harness::{PASSWORD, TestEnv};

/// Begins all before it waits for any.
fn at_once(number: usize, start: impl Fn(usize) -> Child) -> Vec<Output> {
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
fn sixty_four_make_the_database_and_all_succeed() {
    let place = TestEnv::empty();
    let outputs = at_once(64, |_| place.call(&["generate", "--kind", "anonymous"]).start());
    for output in &outputs {
        assert_eq!(output.status.code(), Some(0), "{}", words(output));
    }
    assert_eq!(place.run(&["list", "--format", "count"]).ok().out(), "64");
    for output in &outputs {
        let token = String::from_utf8(output.stdout.clone()).unwrap();
        assert_eq!(place.verdict(token.trim()), "active");
    }
    place.run(&["db", "check"]).ok();
    place.run(&["log", "verify"]).ok();
}

#[test]
fn of_sixty_four_that_rotate_one_token_one_wins() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let outputs = at_once(64, |_| place.call(&["rotate", "-"]).stdin(&token).start());
    let codes = codes(&outputs);
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
    assert!(codes.iter().all(|code| [0, 5].contains(code)), "{codes:?}");
    assert_ne!(place.verdict(&token), "active");
}

#[test]
fn within_a_grace_too_one_wins_and_its_token_lives() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let outputs = at_once(32, |_| place.call(&["rotate", "-", "--grace", "30s"]).stdin(&token).start());
    let winners: Vec<&Output> = outputs.iter().filter(|output| output.status.code() == Some(0)).collect();
    assert_eq!(winners.len(), 1, "{:?}", codes(&outputs));
    let new = String::from_utf8(winners[0].stdout.clone()).unwrap();
    assert_eq!(place.verdict(new.trim()), "active");
    for output in &outputs {
        assert!(output.status.success() || output.stdout.is_empty(), "a loser was given a token");
    }
}

#[test]
fn of_thirty_two_that_revoke_one_session_one_did_it() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let args = ["revoke", "1", "--yes", "--format", "jsonl"];
    let outputs = at_once(32, |number| {
        let mut args = args.map(str::to_owned).to_vec();
        args.extend(["--reason".to_owned(), format!("by {number}")]);
        place.call(&args).start()
    });
    assert!(codes(&outputs).iter().all(|code| *code == 0), "{:?}", codes(&outputs));
    let result = |output: &Output| serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    let winners: Vec<usize> =
        (0..32).filter(|number| result(&outputs[*number])["result"] == "revoked").collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(place.verdict(&token), "revoked");
    assert_eq!(place.field("1", "end_reason"), format!("by {}", winners[0]));
    let log = place.run(&["log", "--session", "1", "--action", "session.revoked", "--format", "count"]).ok();
    assert_eq!(log.out(), "1");
}

#[test]
fn one_cart_is_upgraded_once() {
    let place = TestEnv::with_users(&["alice"]);
    let cart = place.generate(&["--kind", "anonymous"]);
    place.feed(&["data", "set", "-", "cart", "[1]"], &cart).ok();
    place.file("cart", &cart);
    let args = ["login", "alice", "--password-stdin", "--upgrade", "@cart"];
    let outputs = at_once(12, |_| place.call(&args).stdin(PASSWORD).start());
    let winners: Vec<&Output> = outputs.iter().filter(|output| output.status.success()).collect();
    assert_eq!(winners.len(), 1, "{:?}", codes(&outputs));
    let token = String::from_utf8(winners[0].stdout.clone()).unwrap();
    assert_eq!(place.feed(&["data", "get", "-", "cart"], token.trim()).ok().out(), "[1]");
    assert_eq!(place.ids(&["--user", "alice"]).len(), 1);
}

#[test]
fn the_limit_of_sessions_holds_in_a_rush() {
    let place = TestEnv::with_users(&["alice"]);
    place.run(&["db", "policy", "user.sessions_max", "3"]).ok();
    let args = ["login", "alice", "--password-stdin"];
    let outputs = at_once(12, |_| place.call(&args).stdin(PASSWORD).start());
    let codes = codes(&outputs);
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 3, "{codes:?}");
    assert!(codes.iter().all(|code| [0, 6].contains(code)), "{codes:?}");
    assert_eq!(place.ids(&["--user", "alice"]).len(), 3);
}

#[test]
fn no_write_is_lost_among_many_and_readers_do_not_wait_for_them() {
    let place = TestEnv::new();
    let token = place.generate(&["--kind", "anonymous"]);
    let outputs = at_once(32, |number| {
        let key = format!("key-{number}");
        match number % 4 {
            0 => place.call(&["verify", "-"]).stdin(&token).start(),
            1 => place.call(&["list", "--format", "count"]).start(),
            _ => place.call(&["data", "set", "-", &key, "1"]).stdin(&token).start(),
        }
    });
    for output in &outputs {
        assert_eq!(output.status.code(), Some(0), "{}", words(output));
    }
    assert_eq!(place.feed(&["data", "list", "-", "--format", "count"], &token).ok().out(), "16");
    place.run(&["log", "verify"]).ok();
}
