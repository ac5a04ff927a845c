//! The calls of the API: their answers, their errors, and who may make them.

use serde_json::{Value, json};
use sessionctl_core::model::session::{Kind, State, session_json};

use crate::scene::{Answer, PASSWORD, Scene, call};

pub(crate) fn post(scene: &Scene, path: &str, body: &Value) -> Answer {
    scene.send(call("POST", path, &body.to_string()))
}

fn form(scene: &Scene, path: &str, token: &str) -> Answer {
    let ask = call("POST", path, &format!("token={token}")).without("content-type");
    scene.send(ask.with("content-type", "application/x-www-form-urlencoded"))
}

pub(crate) fn error_of(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn login_verify_and_logout_go_through_the_life_of_a_session() {
    let scene = Scene::with_user("alice");
    let login = post(
        &scene,
        "/v1/login",
        &json!({"name": "alice", "password": PASSWORD, "app": "shop", "ip": "203.0.113.7:1"}),
    );
    assert_eq!(login.status, 201, "{}", login.body);
    assert!(login.header("x-request-id").is_some_and(|id| id.len() == 16));
    let (token, session) =
        (login.json()["token"].as_str().unwrap().to_owned(), login.json()["session"].clone());
    assert_eq!((session["user"].as_str(), session["ip"].as_str()), (Some("alice"), Some("203.0.113.7")));
    let verified = post(&scene, "/v1/verify", &json!({"token": token, "app": "shop"})).json();
    assert_eq!(verified["result"], "active");
    let stored = scene.fixture.get(sessionctl_core::model::session::SessionId::new(1).unwrap());
    assert_eq!(verified["session"], session_json(&stored, scene.fixture.now()));
    let wrong = post(&scene, "/v1/verify", &json!({"token": token, "scope": "x"})).json();
    assert_eq!((wrong["result"].as_str(), wrong["reason"].is_string()), (Some("insufficient"), true));
    let unknown = post(&scene, "/v1/verify", &json!({"token": "abc"})).json();
    assert_eq!(unknown, json!({"result": "unknown", "reason": null, "session": null}));
    let rotated = post(&scene, "/v1/rotate", &json!({"token": token, "grace": "10s"})).json();
    let new = rotated["token"].as_str().unwrap().to_owned();
    assert_ne!(new, token);
    assert_eq!(error_of(&post(&scene, "/v1/rotate", &json!({"token": token}))), (409, "rotated".to_owned()));
    assert_eq!(post(&scene, "/v1/logout", &json!({"token": new})).json(), json!({"ended": [1]}));
    assert_eq!(error_of(&post(&scene, "/v1/logout", &json!({"token": new}))), (401, "not_active".to_owned()));
    let actor = scene.fixture.events().last().map(|event| event.actor.clone());
    assert_eq!(actor.as_deref(), Some("api uid:1000"));
}

#[test]
fn refused_login_names_its_kind() {
    let mut scene = Scene::with_user("alice");
    let login = |scene: &Scene, more: Value| {
        let mut body = json!({"name": "alice", "password": PASSWORD});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        error_of(&post(scene, "/v1/login", &body))
    };
    assert_eq!(login(&scene, json!({"password": "wrong"})), (401, "refused".to_owned()));
    assert_eq!(login(&scene, json!({"name": "nobody"})), (401, "refused".to_owned()));
    assert_eq!(login(&scene, json!({"name": ""})), (401, "refused".to_owned()));
    assert_eq!(login(&scene, json!({"upgrade": "abc"})), (409, "not_upgradable".to_owned()));
    let body = json!({"name": "alice", "password": PASSWORD, "upgrade": "0".repeat(64)});
    assert_eq!(post(&scene, "/v1/login", &body).json()["reason"], "unknown");
    assert_eq!(login(&scene, json!({"remember": true, "sso": true})), (422, "invalid".to_owned()));
    scene.fixture.set_policy(sessionctl_core::model::policy::Key::SessionsPerUser, 1);
    post(&scene, "/v1/login", &json!({"name": "alice", "password": PASSWORD}));
    assert_eq!(login(&scene, json!({})), (409, "too_many".to_owned()));
    for _ in 0..7 {
        login(&scene, json!({"password": "wrong"}));
    }
    let throttled = post(&scene, "/v1/login", &json!({"name": "alice", "password": PASSWORD}));
    assert_eq!(error_of(&throttled), (429, "throttled".to_owned()));
    assert!(throttled.json()["retry_after"].is_u64() && throttled.header("retry-after").is_some());
}

#[test]
fn introspection_reveals_nothing_of_a_token_that_is_not_active() {
    let mut scene = Scene::new();
    let api = scene.fixture.api("bob", &["orders:read"]);
    let active = form(&scene, "/v1/introspect", api.as_str()).json();
    assert_eq!((active["active"].as_bool(), active["scope"].as_str()), (Some(true), Some("orders:read")));
    assert_eq!(form(&scene, "/v1/revoke", api.as_str()).status, 200);
    assert_eq!(form(&scene, "/v1/introspect", api.as_str()).body, "{\"active\":false}");
    assert_eq!(form(&scene, "/v1/revoke", "unknown").status, 200);
    assert_eq!(scene.send(call("POST", "/v1/revoke", "{}")).status, 415);
    scene.fixture.factory.set_full(true);
    let other = scene.fixture.find(&api.token());
    assert_eq!(other.session.state(scene.fixture.now()), State::Revoked);
}

#[test]
fn application_creates_only_what_is_its_own() {
    let mut scene = Scene::with_user("alice");
    let parent = scene.session(Kind::Sso, Some("alice"));
    let create = |scene: &Scene, body: Value| {
        scene.send(call("POST", "/v1/sessions", &body.to_string()).by_application())
    };
    assert_eq!(create(&scene, json!({"app": "shop"})).json()["session"]["kind"], "anonymous");
    let child = create(&scene, json!({"parent": parent.as_str(), "app": "wiki"})).json();
    assert_eq!(child["session"]["parent"], parent.id.get());
    for body in [
        json!({"kind": "web", "user": "alice"}),
        json!({"under": parent.id.get()}),
        json!({"kind": "api", "user": "alice", "scopes": ["x"]}),
    ] {
        assert_eq!(error_of(&create(&scene, body)), (403, "forbidden".to_owned()));
    }
    let api =
        post(&scene, "/v1/sessions", &json!({"kind": "api", "user": "alice", "scopes": ["x"], "ttl": "1h"}));
    assert!(api.status == 201 && api.json()["token"].as_str().unwrap().starts_with("sctl_"), "{}", api.body);
    assert_eq!(
        error_of(&post(&scene, "/v1/sessions", &json!({"kind": "web", "user": "nobody"}))),
        (422, "invalid".to_owned())
    );
}

#[test]
fn data_is_kept_by_version() {
    let mut scene = Scene::new();
    let visitor = scene.session(Kind::Anonymous, None);
    let ask =
        |method, body: &str| call(method, "/v1/self/data/cart", body).with("session-token", visitor.as_str());
    assert_eq!(scene.send(ask("GET", "")).status, 404);
    let put = scene.send(ask("PUT", "[1]").with("if-none-match", "*"));
    assert_eq!((put.status, put.header("etag")), (200, Some("\"1\"")));
    assert_eq!(scene.send(ask("PUT", "[2]").with("if-none-match", "*")).status, 412);
    assert_eq!(scene.send(ask("PUT", "[2]").with("if-match", "\"1\"")).header("etag"), Some("\"2\""));
    assert_eq!(scene.send(ask("PUT", "nothing")).status, 400);
    assert_eq!(scene.send(ask("PUT", &format!("\"{}\"", "x".repeat(70_000)))).status, 413);
    let got = scene.send(ask("GET", ""));
    assert_eq!((got.body.as_str(), got.header("etag")), ("[2]", Some("\"2\"")));
    let all = scene.send(call("GET", "/v1/self/data", "").with("session-token", visitor.as_str())).json();
    assert_eq!(all["cart"]["value"], json!([2]));
    assert_eq!(scene.send(ask("DELETE", "").with("if-match", "\"1\"")).status, 412);
    assert_eq!(scene.send(ask("DELETE", "")).status, 204);
    assert_eq!(scene.send(ask("GET", "")).status, 404);
    assert_eq!(scene.send(call("GET", "/v1/self/data", "")).status, 401);
}

#[test]
fn user_lists_and_ends_only_own_sessions() {
    let mut scene = Scene::new();
    let (own, other) = (scene.session(Kind::Web, Some("bob")), scene.session(Kind::Web, Some("bob")));
    let alice = scene.session(Kind::Web, Some("alice"));
    let ask = |method, path: &str| scene_call(method, path, own.as_str());
    let listed = scene.send(ask("GET", "/v1/self/sessions")).json();
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 2);
    assert_eq!(scene.send(ask("DELETE", &format!("/v1/self/sessions/{}", alice.id))).status, 404);
    assert_eq!(scene.send(ask("POST", "/v1/self/sessions/end-others")).json(), json!({"ended": 1}));
    assert_eq!(
        [own.id, other.id, alice.id].map(|id| scene.state(id)),
        [State::Active, State::Revoked, State::Active]
    );
}

fn scene_call(method: &'static str, path: &str, token: &str) -> crate::scene::Ask {
    call(method, path, "").with("session-token", token)
}

#[test]
fn clock_that_is_behind_grants_nothing_and_ends_sessions() {
    let mut scene = Scene::with_user("alice");
    let [first, second, third] = [(); 3].map(|()| scene.session(Kind::Web, Some("alice")));
    let now = scene.fixture.now();
    scene.fixture.clock.set(now.minus(std::time::Duration::from_secs(301)));
    let login = json!({"name": "alice", "password": PASSWORD});
    for (path, body) in [
        ("/v1/login", login),
        ("/v1/verify", json!({"token": first.as_str()})),
        ("/v1/rotate", json!({"token": first.as_str()})),
        ("/v1/sessions", json!({"kind": "anonymous"})),
        ("/v1/admin/expire", json!({"selector": {"user": "alice"}, "in": "1h"})),
    ] {
        assert_eq!(post(&scene, path, &body).status, 503, "{path}");
    }
    for path in ["/readyz", "/v1/admin/sessions", "/v1/admin/stats"] {
        assert_eq!(scene.send(call("GET", path, "")).status, 503, "{path}");
    }
    assert_eq!(scene.send(call("GET", "/healthz", "")).status, 200);
    assert_eq!(post(&scene, "/v1/logout", &json!({"token": first.as_str()})).status, 200);
    assert_eq!(form(&scene, "/v1/revoke", second.as_str()).status, 200);
    let revoked = post(&scene, "/v1/admin/revoke", &json!({"selector": {"ids": [third.id.get()]}}));
    assert_eq!((revoked.status, &revoked.json()["changed"]), (200, &json!(1)), "{}", revoked.body);
    scene.fixture.clock.set(now);
    assert!([first.id, second.id, third.id].iter().all(|id| scene.state(*id) == State::Revoked));
}

#[test]
fn caller_on_tcp_needs_an_api_token_with_a_scope() {
    let mut scene = Scene::new();
    let app = scene.fixture.api("bob", &["sessionctl:app"]);
    let admin = scene.fixture.api("bob", &["sessionctl:admin"]);
    let other = scene.fixture.api("bob", &["orders"]);
    let web = scene.session(Kind::Web, Some("bob"));
    let ask = |path: &str, token: &str| {
        let ask = call("GET", path, "").without("host").with("host", "localhost:7668").from("127.0.0.1");
        ask.with("authorization", &format!("Bearer {token}"))
    };
    for (path, token, status) in [
        ("/v1/admin/stats", admin.as_str(), 200),
        ("/v1/admin/stats", app.as_str(), 403),
        ("/v1/admin/stats", other.as_str(), 403),
        ("/v1/admin/stats", web.as_str(), 401),
        ("/v1/self/data", app.as_str(), 401),
        ("/healthz", "", 200),
        ("/readyz", "", 200),
    ] {
        assert_eq!(scene.send(ask(path, token)).status, status, "{path}");
    }
    let rebound = ask("/v1/admin/stats", admin.as_str()).without("host").with("host", "evil.example");
    assert_eq!(scene.send(rebound).status, 421);
    // What is counted is for this machine too, without a token.
    let rebound = ask("/metrics", "").without("host").with("host", "evil.example");
    assert_eq!(scene.send(rebound).status, 421);
    // The password of Basic, as RFC 7662 clients send it.
    let basic: String =
        <base64ct::Base64 as base64ct::Encoding>::encode_string(format!("x:{}", admin.as_str()).as_bytes());
    let ask =
        ask("/v1/admin/stats", "").without("authorization").with("authorization", &format!("Basic {basic}"));
    assert_eq!(scene.send(ask).status, 200);
}

#[test]
fn bad_calls_have_a_status_each() {
    let scene = Scene::new();
    for (ask, status) in [
        (call("POST", "/v1/verify", "not json"), 400),
        (call("POST", "/v1/verify", "{}"), 422),
        (call("POST", "/v1/verify", "{\"token\":\"a\",\"x\":1}"), 422),
        (call("GET", "/v1/verify", ""), 405),
        (call("POST", "/v1/verify", &json!({"token": "a", "scope": "a1".repeat(32)}).to_string()), 422),
        (call("POST", "/healthz", ""), 405),
        (call("DELETE", "/readyz", ""), 405),
        (call("POST", "/metrics", ""), 405),
        (call("HEAD", "/metrics", ""), 200),
        (call("HEAD", "/v1/admin/stats", ""), 200),
        (call("GET", "/v1/nothing", ""), 404),
        (call("POST", "/v1/verify", &"x".repeat(70_000)), 413),
        (call("POST", "/v1/verify", "{}").without("content-type"), 415),
        (call("POST", "/v1/verify", ""), 411),
        (call("POST", "/v1/verify", "").with("content-length", "0"), 400),
    ] {
        assert_eq!(scene.send(ask).status, status);
    }
    let answer = scene.send(call("GET", "/v1/verify", ""));
    assert_eq!(answer.header("allow"), Some("POST"));
}

#[test]
fn metrics_count_without_a_name_in_a_label() {
    let mut scene = Scene::with_user("alice");
    let web = scene.session(Kind::Web, Some("alice"));
    for _ in 0..2 {
        scene.send(crate::scene::get("/_session/auth/shop").cookie(web.as_str()));
    }
    scene.send(crate::scene::get("/_session/auth/shop"));
    post(&scene, "/v1/login", &json!({"name": "alice", "password": PASSWORD}));
    let answer = scene.send(call("GET", "/metrics", ""));
    assert_eq!(answer.status, 200);
    assert!(
        answer.header("content-type").is_some_and(|kind| kind.starts_with("application/openmetrics-text"))
    );
    let text = answer.body;
    for line in [
        "sessionctl_gate_answers_total{app=\"shop\",result=\"accepted\"} 2",
        "sessionctl_gate_answers_total{app=\"shop\",result=\"challenge\"} 1",
        "sessionctl_gate_answers_total{app=\"wiki\",result=\"accepted\"} 0",
        "sessionctl_login_seconds_count 1",
        "sessionctl_touches_pending 1",
        "sessionctl_limited_streams_total 0",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(!text.contains("alice") && !text.contains(web.as_str()));
}

#[test]
fn member_that_a_call_does_not_know_is_refused() {
    let mut scene = Scene::with_user("alice");
    let web = scene.session(Kind::Web, Some("alice"));
    let selector = json!({"user": "alice"});
    for (path, right) in [
        ("/v1/login", json!({"name": "alice", "password": PASSWORD})),
        ("/v1/verify", json!({"token": web.as_str()})),
        ("/v1/sessions", json!({"kind": "anonymous"})),
        ("/v1/rotate", json!({"token": web.as_str()})),
        ("/v1/admin/expire", json!({"selector": selector, "in": "1h"})),
        ("/v1/admin/revoke", json!({"selector": selector, "dry_run": true})),
    ] {
        let mut wrong = right.clone();
        wrong["max_age"] = json!("1m");
        let answer = post(&scene, path, &wrong);
        assert_eq!(answer.status, 422, "{path}: {}", answer.body);
        assert!((200..300).contains(&post(&scene, path, &right).status), "{path}");
    }
}
