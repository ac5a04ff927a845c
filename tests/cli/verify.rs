//! `verify`: one word and the exit code that agrees with it.

use std::io::{BufRead as _, BufReader, Write as _};

use crate::harness::{PASSWORD, TestEnv};

#[test]
fn verify_reports_revoked_after_revoke() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let output = env.run_with_stdin(&["verify", "-"], &token).code(0);
    assert_eq!(output.stdout(), "active");
    env.run(&["revoke", "--user", "alice", "--yes"]).ok();
    let output = env.run_with_stdin(&["verify", "-"], &token).code(5);
    assert_eq!(output.stdout(), "revoked");
}

#[test]
fn verify_exit_code_is_the_same_in_every_format() {
    let env = TestEnv::with_users(&["alice"]);
    let (active, ended) = (env.login("alice"), env.login("alice"));
    env.run_with_stdin(&["logout", "-"], &ended).ok();
    for format in ["table", "json", "jsonl", "csv", "ids"] {
        let output = env.run_with_stdin(&["verify", "-", "--format", format], &active).code(0);
        assert!(output.stdout().contains("active"), "{output:?}");
        env.run_with_stdin(&["verify", "-", "--format", format], &ended).code(5);
        env.run_with_stdin(&["verify", "-", "--format", format], &"0".repeat(64)).code(3);
    }
}

#[test]
fn verify_of_altered_or_foreign_token_is_unknown() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    for other in ["0".repeat(64), format!("sctl_{token}"), token.to_uppercase(), token[..63].to_owned()] {
        let output = env.run_with_stdin(&["verify", "-"], &other);
        assert!(output.stdout() != "active");
        output.code_in(&[2, 3]);
    }
    let other = TestEnv::new();
    assert_eq!(other.verdict(&token), "unknown", "a token of another database");
    for digit in [0, 20, 40, 63] {
        let mut bytes = token.clone().into_bytes();
        bytes[digit] = if bytes[digit] == b'0' { b'1' } else { b'0' };
        assert_eq!(env.verdict(&String::from_utf8(bytes).unwrap()), "unknown", "digit {digit} was changed");
    }
}

#[test]
fn verify_without_scope_app_or_recent_login_is_insufficient() {
    let env = TestEnv::with_users(&["alice"]);
    let api = env.generate(&["--kind", "api", "--user", "alice", "--scope", "a:read", "--scope", "b:read"]);
    assert_eq!(env.verdict_with(&api, &["--scope", "a:read"]), "active");
    assert_eq!(env.verdict_with(&api, &["--scope", "a:read", "--scope", "b:read"]), "active");
    assert_eq!(env.verdict_with(&api, &["--scope", "a:read", "--scope", "b:write"]), "insufficient");
    assert_eq!(env.verdict_with(&api, &["--scope", "a"]), "insufficient");
    let web = env.login_with("alice", &["--app", "shop"]);
    assert_eq!(env.verdict_with(&web, &["--app", "shop"]), "active");
    assert_eq!(env.verdict_with(&web, &["--app", "bank"]), "insufficient");
    assert_eq!(env.verdict_with(&web, &["--max-auth-age", "1h"]), "active");
    assert_eq!(env.verdict_with(&web, &["--now", "+10m", "--max-auth-age", "5m"]), "insufficient");
    // A session that has ended is reported as ended, not as insufficient.
    env.run_with_stdin(&["logout", "-"], &web).ok();
    assert_eq!(env.verdict_with(&web, &["--app", "bank"]), "revoked");
}

#[test]
fn verify_past_idle_or_absolute_limit_is_expired() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    assert_eq!(env.verdict_with(&token, &["--now", "+29m"]), "active");
    assert_eq!(env.verdict_with(&token, &["--now", "+31m"]), "expired");
    assert_eq!(env.verdict_with(&token, &["--now", "+9h"]), "expired");
    assert_eq!(env.verdict(&token), "active", "looking ahead changed something");
}

#[test]
fn verify_with_now_writes_nothing() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let id = env.id_of(&token);
    let before = env.field(&id, "last_seen_at");
    env.verdict_with(&token, &["--now", "+20m"]);
    assert_eq!(env.field(&id, "last_seen_at"), before);
}

#[test]
fn verify_extends_idle_time_unless_no_touch() {
    let env = TestEnv::sandbox();
    env.add_user("alice");
    let (touched, left) = (env.login("alice"), env.login("alice"));
    assert_eq!(env.verdict_with(&touched, &["--now", "+20m"]), "active");
    assert_eq!(env.verdict_with(&left, &["--now", "+20m", "--no-touch"]), "active");
    assert_eq!(env.verdict_with(&touched, &["--now", "+40m"]), "active");
    assert_eq!(env.verdict_with(&left, &["--now", "+40m"]), "expired");
}

/// A server that verifies without touching notices a theft all the same; who wants to look has `inspect`.
#[test]
fn verify_without_touch_of_a_replaced_token_ends_its_session_and_inspect_does_not() {
    let env = TestEnv::sandbox();
    let old = env.generate(&["--kind", "anonymous"]);
    let new = env.run_with_stdin(&["rotate", "-"], &old).ok().stdout();
    let state = || env.run_with_stdin(&["inspect", "-", "--fields", "state"], &new).ok().stdout();
    env.run_with_stdin(&["inspect", "-"], &old).ok();
    assert_eq!(state(), "active");
    env.run_with_stdin(&["verify", "-", "--no-touch"], &old).code(5).stderr_contains("a sign of theft");
    assert_eq!(state(), "revoked");
}

#[test]
fn verify_without_a_database_exits_with_1() {
    let env = TestEnv::empty();
    let output = env.run_with_stdin(&["verify", "-"], &"0".repeat(64)).code(1);
    assert_eq!(output.stdout(), "");
    assert!(!env.db().exists(), "a reading command created a database");
}

#[test]
fn batch_answers_each_line() {
    let env = TestEnv::with_users(&["alice"]);
    let (active, ended) = (env.login("alice"), env.login("alice"));
    env.run_with_stdin(&["logout", "-"], &ended).ok();
    let lines = format!("{active}\n{ended}\nnonsense\n\n{}\n{active}", "0".repeat(64));
    let output = env.run_with_stdin(&["verify", "--batch"], &lines);
    let answers: Vec<String> = output.stdout().lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), 6, "{output:?}");
    assert_eq!(
        (answers[0].as_str(), answers[1].as_str(), answers[5].as_str()),
        ("active", "revoked", "active")
    );
    for other in &answers[2..5] {
        assert_eq!(other, "unknown");
    }
    let records = env
        .run_with_stdin(&["verify", "--batch", "--format", "jsonl"], &format!("{active}\n{ended}\n"))
        .jsonl();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0]["session"]["id"].to_string(), env.id_of(&active));
    assert!(!serde_json::to_string(&records).unwrap().contains(&active));
}

#[test]
fn batch_answers_before_the_next_line() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let (mut child, mut stdin) = env.cmd(&["verify", "--batch"]).spawn_with_open_stdin();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for (line, answer) in [(token.as_str(), "active"), ("nonsense", "unknown"), (&token, "active")] {
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
        assert_eq!(answers.next().unwrap().unwrap(), answer);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn batch_prints_the_heading_of_csv_before_the_first_line() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let (mut child, mut stdin) = env.cmd(&["verify", "--batch", "--format", "csv"]).spawn_with_open_stdin();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(answers.next().unwrap().unwrap(), "result,reason,id,user");
    stdin.write_all(format!("{token}\n").as_bytes()).unwrap();
    assert_eq!(answers.next().unwrap().unwrap(), "active,,1,alice");
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn verify_of_a_password_does_not_echo_it() {
    let env = TestEnv::with_users(&["alice"]);
    let output = env.run_with_stdin(&["verify", "-"], PASSWORD);
    assert!(!output.stdout_and_stderr().contains(PASSWORD));
    output.code_in(&[2, 3]);
}

#[test]
fn verify_keeps_the_address_and_reports_another_network() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login_with("alice", &["--ip", "203.0.113.7", "--app", "shop"]);
    let id = env.id_of(&token);
    let from = |ip: &str, more: &[&str]| {
        let output = env.run_with_stdin(&[&["verify", "-", "--ip", ip], more].concat(), &token).ok();
        (output.stdout(), output.stderr().contains("another network"))
    };
    let events =
        || env.run(&["log", "--action", "session.network_changed", "--format", "jsonl"]).ok().jsonl();
    assert_eq!(env.field(&id, "last_ip"), "");
    assert_eq!(from("203.0.113.200:4711", &[]), ("active".to_owned(), false));
    assert_eq!((env.field(&id, "last_ip"), events().len()), ("203.0.113.200".to_owned(), 0));
    assert_eq!(from("198.51.100.9", &["--no-touch"]), ("active".to_owned(), true));
    assert_eq!((env.field(&id, "last_ip"), events().len()), ("203.0.113.200".to_owned(), 0));
    assert_eq!(from("198.51.100.9", &[]), ("active".to_owned(), true));
    assert_eq!(from("198.51.100.10", &[]), ("active".to_owned(), false));
    assert_eq!(env.field(&id, "last_ip"), "198.51.100.10");
    assert_eq!(env.field(&id, "ip"), "203.0.113.7", "the address of the login changed");
    let found = events();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["ip"], &found[0]["user"], &found[0]["app"]),
        (&"198.51.100.9".into(), &"alice".into(), &"shop".into())
    );
    assert_eq!(found[0]["session"].to_string(), id);
    let answer =
        env.run_with_stdin(&["verify", "-", "--ip", "2001:db8::1", "--format", "json"], &token).ok().json();
    assert!(answer["reason"].as_str().unwrap().contains("2001:db8::/64"), "{answer}");
    // An odd value prevents nothing.
    env.run_with_stdin(&["verify", "-", "--ip", "-unknown"], &token)
        .ok()
        .stderr_contains("not an IP address");
    env.run(&["verify", "--batch", "--ip", "203.0.113.7"]).code(2);
    env.run(&["db", "check"]).ok();
}

#[test]
fn verify_ahead_in_a_sandbox_says_that_it_counted_as_a_visit() {
    let env = TestEnv::sandbox();
    let token = env.generate(&["--kind", "anonymous"]);
    let verify = |more: &[&str]| {
        let args = [&["verify", "-", "--now", "+25m"], more].concat();
        env.run_with_stdin(&args, &token).ok()
    };
    let visit = "this counted as a visit at ";
    assert!(!verify(&["--no-touch"]).stderr().contains(visit));
    let first = verify(&[]);
    assert_eq!(first.stdout(), "active");
    first
        .stderr_contains(visit)
        .stderr_contains("`--no-touch` leaves the idle limit as it is, and `inspect` only looks");
    // Within a minute nothing is written once more.
    assert!(!verify(&[]).stderr().contains(visit));
    // So does a batch: two lines are one message.
    let others = format!("{}\n{}\n", env.generate(&["--kind", "anonymous"]), token);
    let batch = |more: &[&str]| {
        let args = [&["verify", "--batch", "--now", "+28m"], more].concat();
        env.run_with_stdin(&args, &others).ok().stderr()
    };
    assert!(!batch(&["--no-touch"]).contains(visit));
    assert_eq!(batch(&[]).matches(visit).count(), 1);
    assert_eq!(batch(&["--format", "csv"]), "");
    let args = ["verify", "-q", "-", "--now", "+40m"];
    assert_eq!(env.run_with_stdin(&args, &token).ok().stderr(), "");
}

#[test]
fn batch_gives_the_reason_of_each_line_without_exactly_one_token() {
    let env = TestEnv::new();
    let tokens = env.generate_many(2);
    let part = &tokens[0][1..];
    let lines = format!("{} {}\n{}\nno token\n{part}\n", tokens[0], tokens[1], tokens[1]);
    let output = env.run_with_stdin(&["verify", "--batch", "--format", "jsonl"], &lines).ok();
    let reasons: Vec<_> =
        output.jsonl().iter().map(|row| row["reason"].as_str().map(str::to_owned)).collect();
    assert_eq!(reasons[0].as_deref(), Some("the line holds 2 tokens where one is expected"));
    assert_eq!((reasons[1].as_deref(), reasons[2].as_deref()), (None, Some("the line holds no token")));
    assert!(reasons[3].as_deref().is_some_and(|why| why.contains("damaged")), "{reasons:?}");
    assert!(output.stderr().contains("3 lines hold no token, or several"), "{output:?}");
}

#[test]
fn age_of_a_login_that_is_a_little_too_old_is_exact() {
    let env = TestEnv::sandbox();
    env.add_user("alice");
    let token = env.login_with("alice", &["--now", "2031-03-04T05:00:00Z"]);
    let line = ["--now", "2031-03-04T05:15:01Z", "verify", "-", "--max-auth-age", "15m", "--no-touch"];
    let output = env.run_with_stdin(&line, &token).code(7);
    assert!(!output.stderr().contains("15m ago"), "{output:?}");
    assert!(output.stderr().contains("15m1s ago; at most 15m"), "{output:?}");
}
