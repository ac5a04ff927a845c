//! `inspect`: everything known about a session, found by id, token, JWT or cookie line.

use crate::harness::TestEnv;

#[test]
fn inspect_accepts_id_token_cookie_line_and_jwt() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let id = env.id_of(&token);
    let jwt = env.run_with_stdin(&["jwt", "issue", "-", "--audience", "shop"], &token).ok().stdout();
    let see = |args: &[&str], stdin: &str| {
        env.run_with_stdin(&[args, &["--fields", "id"]].concat(), stdin).ok().stdout()
    };
    assert_eq!(see(&["inspect", &id], ""), id);
    for line in [
        token.clone(),
        format!("Cookie: a=b; __Host-session={token}; c=d"),
        format!("Set-Cookie: __Host-session={token}; Path=/; Secure"),
        jwt,
    ] {
        assert_eq!(see(&["inspect", "-"], &line), id, "{line}");
    }
}

#[test]
fn inspect_record_has_every_key_and_no_token() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let output = env.run_with_stdin(&["inspect", "-", "--format", "json"], &token).ok();
    assert!(!output.stdout_and_stderr().contains(&token));
    let session = output.json();
    for key in crate::formats::SESSION_KEYS {
        assert!(session.get(key).is_some(), "no {key}");
    }
}

#[test]
fn inspect_of_ended_session_shows_time_and_reason() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let id = env.id_of(&token);
    env.run(&["revoke", &id, "--reason", "lost laptop", "--yes"]).ok();
    let session = env.run(&["inspect", &id, "--format", "json"]).code_in(&[0, 5]).json();
    assert_eq!(
        (session["state"].as_str(), session["end_reason"].as_str()),
        (Some("revoked"), Some("lost laptop"))
    );
    assert!(session["ended_at"].is_string());
    let later = env.run(&["inspect", &id, "--now", "+9h", "--fields", "state"]).code_in(&[0, 4, 5]);
    assert_eq!(later.stdout(), "revoked");
}

#[test]
fn inspect_now_shows_the_future_state() {
    let env = TestEnv::with_users(&["alice"]);
    let id = env.id_of(&env.login("alice"));
    let at = |time: &str, field: &str| {
        env.run(&["inspect", &id, "--now", time, "--fields", field]).code_in(&[0, 4]).stdout()
    };
    assert_eq!((at("+1m", "state"), at("+31m", "state")), ("active".into(), "expired".into()));
    assert_eq!(at("+31m", "end_reason"), "idle");
    assert_eq!(at("+1m", "end_reason"), "");
}

#[test]
fn introspection_of_inactive_token_is_only_active_false() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login_with("alice", &["--app", "shop"]);
    let ask = |token: &str| env.run_with_stdin(&["inspect", "-", "--introspection"], token).json();
    let answer = ask(&token);
    assert_eq!((&answer["active"], &answer["username"]), (&true.into(), &"alice".into()));
    assert!(answer["exp"].is_i64() && answer["iat"].is_i64(), "{answer}");
    assert!(!answer.to_string().contains(&token));
    env.run_with_stdin(&["logout", "-"], &token).ok();
    for ended in [token.as_str(), &"0".repeat(64)] {
        assert_eq!(ask(ended), serde_json::json!({"active": false}));
    }
}

#[test]
fn inspect_accepts_ids_from_xargs() {
    let env = TestEnv::with_users(&["alice"]);
    let ids: Vec<String> = (0..3).map(|_| env.id_of(&env.login("alice"))).collect();
    let script = "sessionctl list --user alice --format ids | xargs sessionctl inspect --format jsonl";
    let records = env.bash(script).run().ok().jsonl();
    let mut seen: Vec<String> = records.iter().map(|record| record["id"].to_string()).collect();
    seen.reverse();
    assert_eq!(seen, ids);
}

#[test]
fn missing_session_exits_with_3() {
    let env = TestEnv::with_users(&["alice"]);
    env.run(&["inspect", "999"]).fails_with(3);
    env.run_with_stdin(&["inspect", "-"], &"0".repeat(64)).fails_with(3);
    for nonsense in ["alice", "-1", "", "Cookie: a=b"] {
        env.run_with_stdin(&["inspect", "-"], nonsense).fails_with(2);
    }
}
