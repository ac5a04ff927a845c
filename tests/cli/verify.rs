//! `verify`: one word and an exit code, which agree.

use std::io::{BufRead as _, BufReader, Write as _};

use crate::harness::{PASSWORD, TestEnv};

#[test]
fn a_session_lives_until_it_is_revoked() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let ran = place.feed(&["verify", "-"], &token).code(0);
    assert_eq!(ran.out(), "active");
    place.run(&["revoke", "--user", "alice", "--yes"]).ok();
    let ran = place.feed(&["verify", "-"], &token).code(5);
    assert_eq!(ran.out(), "revoked");
}

#[test]
fn the_code_is_the_same_in_every_format() {
    let place = TestEnv::with_users(&["alice"]);
    let (live, dead) = (place.login("alice"), place.login("alice"));
    place.feed(&["logout", "-"], &dead).ok();
    for format in ["table", "json", "jsonl", "csv", "ids", "count"] {
        place.feed(&["verify", "-", "--format", format], &live).code(0);
        place.feed(&["verify", "-", "--format", format], &dead).code(5);
        place.feed(&["verify", "-", "--format", format], &"0".repeat(64)).code(3);
    }
}

#[test]
fn an_unknown_token_and_no_token_are_unknown() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    for other in ["0".repeat(64), format!("sctl_{token}"), token.to_uppercase(), token[..63].to_owned()] {
        let ran = place.feed(&["verify", "-"], &other);
        assert!(ran.out() != "active");
        ran.any_code(&[2, 3]);
    }
    let other = TestEnv::new();
    assert_eq!(other.verdict(&token), "unknown", "a token of another database");
    for digit in [0, 20, 40, 63] {
        let mut bytes = token.clone().into_bytes();
        bytes[digit] = if bytes[digit] == b'0' { b'1' } else { b'0' };
        assert_eq!(place.verdict(&String::from_utf8(bytes).unwrap()), "unknown", "digit {digit} was changed");
    }
}

#[test]
fn scope_app_and_age_of_the_login_are_required() {
    let place = TestEnv::with_users(&["alice"]);
    let api = place.generate(&["--kind", "api", "--user", "alice", "--scope", "a:read", "--scope", "b:read"]);
    assert_eq!(place.verdict_with(&api, &["--scope", "a:read"]), "active");
    assert_eq!(place.verdict_with(&api, &["--scope", "a:read", "--scope", "b:read"]), "active");
    assert_eq!(place.verdict_with(&api, &["--scope", "a:read", "--scope", "b:write"]), "insufficient");
    assert_eq!(place.verdict_with(&api, &["--scope", "a"]), "insufficient");
    let web = place.login_with("alice", &["--app", "shop"]);
    assert_eq!(place.verdict_with(&web, &["--app", "shop"]), "active");
    assert_eq!(place.verdict_with(&web, &["--app", "bank"]), "insufficient");
    assert_eq!(place.verdict_with(&web, &["--max-auth-age", "1h"]), "active");
    assert_eq!(place.verdict_with(&web, &["--now", "+10m", "--max-auth-age", "5m"]), "insufficient");
    // Dead comes before insufficient.
    place.feed(&["logout", "-"], &web).ok();
    assert_eq!(place.verdict_with(&web, &["--app", "bank"]), "revoked");
}

#[test]
fn idle_and_absolute_ends_are_expired() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    assert_eq!(place.verdict_with(&token, &["--now", "+29m"]), "active");
    assert_eq!(place.verdict_with(&token, &["--now", "+31m"]), "expired");
    assert_eq!(place.verdict_with(&token, &["--now", "+9h"]), "expired");
    assert_eq!(place.verdict(&token), "active", "a look ahead changed something");
}

#[test]
fn a_look_at_another_time_writes_nothing() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let id = place.id_of(&token);
    let before = place.field(&id, "last_seen_at");
    place.verdict_with(&token, &["--now", "+20m"]);
    assert_eq!(place.field(&id, "last_seen_at"), before);
}

#[test]
fn in_a_sandbox_being_seen_prolongs_the_idle_time_but_no_touch_does_not() {
    let place = TestEnv::sandbox();
    place.add("alice");
    let (touched, left) = (place.login("alice"), place.login("alice"));
    assert_eq!(place.verdict_with(&touched, &["--now", "+20m"]), "active");
    assert_eq!(place.verdict_with(&left, &["--now", "+20m", "--no-touch"]), "active");
    assert_eq!(place.verdict_with(&touched, &["--now", "+40m"]), "active");
    assert_eq!(place.verdict_with(&left, &["--now", "+40m"]), "expired");
}

#[test]
fn without_a_database_it_cannot_be_told() {
    let place = TestEnv::empty();
    let ran = place.feed(&["verify", "-"], &"0".repeat(64)).code(1);
    assert_eq!(ran.out(), "");
    assert!(!place.db().exists(), "a command that reads made a database");
}

#[test]
fn a_batch_answers_line_by_line() {
    let place = TestEnv::with_users(&["alice"]);
    let (live, dead) = (place.login("alice"), place.login("alice"));
    place.feed(&["logout", "-"], &dead).ok();
    let lines = format!("{live}\n{dead}\nnonsense\n\n{}\n{live}", "0".repeat(64));
    let ran = place.feed(&["verify", "--batch"], &lines);
    let answers: Vec<String> = ran.out().lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), 6, "{ran:?}");
    assert_eq!(
        (answers[0].as_str(), answers[1].as_str(), answers[5].as_str()),
        ("active", "revoked", "active")
    );
    for other in &answers[2..5] {
        assert_eq!(other, "unknown");
    }
    let records =
        place.feed(&["verify", "--batch", "--format", "jsonl"], &format!("{live}\n{dead}\n")).jsonl();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0]["session"]["id"].to_string(), place.id_of(&live));
    assert!(!serde_json::to_string(&records).unwrap().contains(&live));
}

#[test]
fn a_batch_answers_before_the_next_line_comes() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let (mut child, mut stdin) = place.call(&["verify", "--batch"]).start_waiting();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for (line, answer) in [(token.as_str(), "active"), ("nonsense", "unknown"), (&token, "active")] {
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
        assert_eq!(answers.next().unwrap().unwrap(), answer);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_password_is_no_token() {
    let place = TestEnv::with_users(&["alice"]);
    let ran = place.feed(&["verify", "-"], PASSWORD);
    assert!(!ran.all().contains(PASSWORD));
    ran.any_code(&[2, 3]);
}
