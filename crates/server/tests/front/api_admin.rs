//! The administrators' calls of the API: what a selector selects, and what is listed, counted and changed.

use serde_json::{Value, json};
use sessionctl_core::model::session::Kind;

use crate::api::{error_of, post};
use crate::scene::{Scene, call};

#[test]
fn administrator_lists_and_changes_what_a_selector_matches() {
    let mut scene = Scene::new();
    for _ in 0..3 {
        scene.session(Kind::Web, Some("bob"));
    }
    scene.session(Kind::Web, Some("alice"));
    let page = scene.send(call("GET", "/v1/admin/sessions?user=bob&limit=2", "")).json();
    assert_eq!(page["sessions"].as_array().unwrap().len(), 2);
    let next = page["next"].as_str().unwrap().to_owned();
    let rest =
        scene.send(call("GET", &format!("/v1/admin/sessions?user=bob&limit=2&after={next}"), "")).json();
    assert_eq!((rest["sessions"].as_array().unwrap().len(), rest["next"].is_null()), (1, true));
    let lines = scene.send(call("GET", "/v1/admin/sessions", "").with("accept", "application/jsonl"));
    assert_eq!(lines.body.lines().count(), 4);
    let dry = post(&scene, "/v1/admin/revoke", &json!({"selector": {"user": "bob"}, "dry_run": true})).json();
    assert_eq!(dry, json!({"matched": 3, "changed": 0, "ids": [3, 2, 1]}));
    let expect = post(&scene, "/v1/admin/revoke", &json!({"selector": {"user": "bob"}, "expect": 2}));
    assert_eq!(error_of(&expect), (409, "expect".to_owned()));
    let expired = post(&scene, "/v1/admin/expire", &json!({"selector": {"ids": [1]}, "in": "5m"})).json();
    assert_eq!(expired["changed"], 1);
    let done = post(
        &scene,
        "/v1/admin/revoke",
        &json!({"selector": {"user": "bob"}, "expect": 3, "reason": "left"}),
    );
    assert_eq!(done.json()["changed"], 3, "{}", done.body);
    for body in [
        json!({"selector": {}}),
        json!({"selector": {"usr": "bob"}}),
        json!({}),
        json!({"selector": {"user": "nobody"}}),
        json!({"selector": {"user": "bob", "except": "99"}}),
        // What is given and empty must not widen the selection.
        json!({"selector": {"user": [], "kind": "web"}}),
        json!({"selector": {"user": "", "kind": "web"}}),
        json!({"selector": {"user": null, "kind": "web"}}),
        json!({"selector": {"created-before": ["1h", "2h"]}}),
    ] {
        assert_eq!(error_of(&post(&scene, "/v1/admin/revoke", &body)), (422, "invalid".to_owned()), "{body}");
    }
    // Of one name, a later member would hide the earlier one.
    let twice = r#"{"selector":{"state":"active","state":"any","kind":"web"}}"#;
    assert_eq!(scene.send(call("POST", "/v1/admin/revoke", twice)).status, 422);
    let log = scene.send(call("GET", "/v1/admin/log?action=session.revoked&limit=1", "")).json();
    assert_eq!(
        (log["events"][0]["actor"].as_str(), log["events"][0]["detail"].as_str()),
        (Some("api uid:1000"), Some("left"))
    );
    let stats = scene.send(call("GET", "/v1/admin/stats", "")).json();
    assert_eq!(
        (stats["stats"][0]["active"].as_u64(), stats["stats"][0]["revoked"].as_u64()),
        (Some(1), Some(3))
    );
    let steps = stats["stats"].as_array().unwrap().iter().filter(|row| row["group"] == "age");
    assert_eq!(steps.map(|row| row["active"].as_u64().unwrap()).sum::<u64>(), 1);
    let by = scene.send(call("GET", "/v1/admin/stats?by=state,user&user=bob&top=1", "")).json();
    let bob = |group: &str, name: &str| json!({"group": group, "name": name, "active": 0, "expired": 0, "revoked": 3});
    assert_eq!(by, json!({"stats": [bob("state", "revoked"), bob("user", "bob")]}));
    for query in ["by=x", "top=x", "top=1&top=2", "by=", "usr=bob", "user=nobody", "user="] {
        assert_eq!(scene.send(call("GET", &format!("/v1/admin/stats?{query}"), "")).status, 422, "{query}");
    }
    assert_eq!(scene.send(call("GET", "/v1/admin/log?session=1&session=2", "")).status, 422);
    assert_eq!(scene.send(call("GET", "/v1/admin/stats", "").by_application()).status, 403);
}

#[test]
fn value_with_a_comma_is_one_in_a_list_and_in_a_pattern() {
    let scene = Scene::with_user("alice");
    for app in ["a,b", "a", "b"] {
        let body =
            json!({"kind": "web", "user": "alice", "app": app, "user_agent": format!("Like {app}, Gecko")});
        assert_eq!(post(&scene, "/v1/sessions", &body).status, 201);
    }
    let ids = |selector: Value| {
        let body = json!({"selector": selector, "dry_run": true});
        post(&scene, "/v1/admin/revoke", &body).json()["ids"].take()
    };
    assert_eq!(ids(json!({"app": ["a,b"]})), json!([1]));
    assert_eq!(ids(json!({"app": "a\\,b"})), json!([1]));
    assert_eq!(ids(json!({"app": "a,b"})), json!([3, 2]));
    assert_eq!(ids(json!({"user_agent": "Like a,b, Gecko"})), json!([1]));
    assert_eq!(ids(json!({"user_agent": ["*a, Gecko", "*b, Gecko"]})), json!([3, 2, 1]));
}

#[test]
fn list_is_streamed_whole_in_lines() {
    let mut scene = Scene::new();
    let ids: Vec<i64> = (0..1_203).map(|_| scene.session(Kind::Anonymous, None).id.get()).collect();
    let lines = |query: &str| {
        let answer = scene
            .send(call("GET", &format!("/v1/admin/sessions{query}"), "").with("accept", "application/jsonl"));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/jsonl")));
        let rows = answer.body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        rows.map(|row| row["id"].as_i64().unwrap()).collect::<Vec<i64>>()
    };
    let newest_first: Vec<i64> = ids.iter().rev().copied().collect();
    assert_eq!(lines(""), newest_first);
    assert_eq!(lines("?limit=1001"), newest_first[..1_001]);
    assert_eq!(lines("?limit=500"), newest_first[..500]);
    assert_eq!(lines("?label=nothing*"), Vec::<i64>::new());
    let refused =
        scene.send(call("GET", "/v1/admin/sessions?limit=0", "").with("accept", "application/jsonl")).status;
    assert_eq!(refused, 422);
}
