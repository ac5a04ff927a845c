//! `inspect`: everything known of a session, by whatever names it.

use crate::harness::TestEnv;

#[test]
fn id_token_cookie_and_jwt_name_the_same_session() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let id = place.id_of(&token);
    let jwt = place.feed(&["jwt", "issue", "-"], &token).ok().out();
    let see =
        |args: &[&str], stdin: &str| place.feed(&[args, &["--fields", "id"]].concat(), stdin).ok().out();
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
fn the_record_has_every_key_and_no_token() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let ran = place.feed(&["inspect", "-", "--format", "json"], &token).ok();
    assert!(!ran.all().contains(&token));
    let session = ran.json();
    for key in crate::formats::SESSION_KEYS {
        assert!(session.get(key).is_some(), "no {key}");
    }
}

#[test]
fn a_dead_session_says_when_and_why() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let id = place.id_of(&token);
    place.run(&["revoke", &id, "--reason", "lost laptop", "--yes"]).ok();
    let session = place.run(&["inspect", &id, "--format", "json"]).any_code(&[0, 5]).json();
    assert_eq!(
        (session["state"].as_str(), session["end_reason"].as_str()),
        (Some("revoked"), Some("lost laptop"))
    );
    assert!(session["ended_at"].is_string());
    let later = place.run(&["inspect", &id, "--now", "+9h", "--fields", "state"]).any_code(&[0, 4, 5]);
    assert_eq!(later.out(), "revoked");
}

#[test]
fn the_life_of_a_session_is_seen_ahead_of_time() {
    let place = TestEnv::with_users(&["alice"]);
    let id = place.id_of(&place.login("alice"));
    let at = |time: &str, field: &str| {
        place.run(&["inspect", &id, "--now", time, "--fields", field]).any_code(&[0, 4]).out()
    };
    assert_eq!((at("+1m", "state"), at("+31m", "state")), ("active".into(), "expired".into()));
    assert_eq!(at("+31m", "end_reason"), "idle");
    assert_eq!(at("+1m", "end_reason"), "");
}

#[test]
fn introspection_tells_nothing_of_what_is_not_active() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login_with("alice", &["--app", "shop"]);
    let ask = |token: &str| place.feed(&["inspect", "-", "--introspection"], token).json();
    let answer = ask(&token);
    assert_eq!((&answer["active"], &answer["username"]), (&true.into(), &"alice".into()));
    assert!(answer["exp"].is_i64() && answer["iat"].is_i64(), "{answer}");
    assert!(!answer.to_string().contains(&token));
    place.feed(&["logout", "-"], &token).ok();
    for dead in [token.as_str(), &"0".repeat(64)] {
        assert_eq!(ask(dead), serde_json::json!({"active": false}));
    }
}

#[test]
fn ids_go_from_list_through_xargs() {
    let place = TestEnv::with_users(&["alice"]);
    let ids: Vec<String> = (0..3).map(|_| place.id_of(&place.login("alice"))).collect();
    let script = "sessionctl list --user alice --format ids | xargs sessionctl inspect --format jsonl";
    let records = place.bash(script).run().ok().jsonl();
    let mut seen: Vec<String> = records.iter().map(|record| record["id"].to_string()).collect();
    seen.reverse();
    assert_eq!(seen, ids);
}

#[test]
fn what_there_is_not_is_code_3() {
    let place = TestEnv::with_users(&["alice"]);
    place.run(&["inspect", "999"]).refused(3);
    place.feed(&["inspect", "-"], &"0".repeat(64)).refused(3);
    for nonsense in ["alice", "-1", "", "Cookie: a=b"] {
        place.feed(&["inspect", "-"], nonsense).refused(2);
    }
}
