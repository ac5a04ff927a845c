//! The administrators' page: who sees it, and the dry run before each act.

use sessionctl_core::model::session::{Kind, State};

use crate::scene::{Answer, Ask, PASSWORD, Scene, get, post};

/// A front with a login host, an administrator and a user.
pub(crate) fn with_login_host() -> Scene {
    let mut scene = Scene::with(|config| {
        config.login =
            Some(sessionctl_server::Config::login_host("https://login.example".parse().expect("an origin")));
        config.admins = vec!["root".parse().expect("a name")];
    });
    scene.add_user("root");
    scene.add_user("alice");
    scene
}

pub(crate) fn at_login(ask: Ask) -> Ask {
    ask.without("host").with("host", "login.example")
}

fn log_in(scene: &Scene, name: &str) -> String {
    let form = format!("name={name}&password={}", PASSWORD.replace(' ', "+"));
    scene.send(at_login(post("/_session/login?to=admin", &form))).token().expect("a token")
}

fn act(scene: &Scene, token: &str, path: &str, form: &str) -> Answer {
    scene.send(at_login(post(format!("/_session/admin/{path}"), form)).cookie(token))
}

#[test]
fn page_is_for_administrators_with_a_fresh_login() {
    let mut scene = with_login_host();
    let open = |scene: &Scene, token: Option<&str>| {
        let ask = at_login(get("/_session/admin?user=alice")).navigation();
        scene.send(
            token.map_or_else(|| at_login(get("/_session/admin")).navigation(), |token| ask.cookie(token)),
        )
    };
    assert_eq!(open(&scene, None).header("location"), Some("/_session/login?to=admin"));
    let alice = log_in(&scene, "alice");
    assert_eq!(open(&scene, Some(&alice)).status, 403);
    assert_eq!(act(&scene, &alice, "revoke", "user=alice&expect=1").status, 403);
    let root = log_in(&scene, "root");
    let page = open(&scene, Some(&root));
    assert!(page.status == 200 && page.body.contains("1 session matches, 1 shown"), "{}", page.body);
    scene.fixture.later(601);
    assert_eq!(open(&scene, Some(&root)).header("location"), Some("/_session/reauth?to=admin"));
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    let confirmed = scene.send(at_login(post("/_session/reauth?to=admin", &form)).cookie(&root));
    assert_eq!(confirmed.header("location"), Some("/_session/welcome?to=admin"));
    let root = confirmed.token().expect("a new token");
    let welcome = scene.send(at_login(get("/_session/welcome?to=admin")).navigation().cookie(&root));
    assert_eq!(welcome.header("location"), Some("/_session/admin"));
    assert_eq!(open(&scene, Some(&root)).status, 200);
    // Not at a site, where a script of the application could read it.
    assert_eq!(scene.send(get("/_session/admin").navigation().cookie(&root)).status, 404);
}

#[test]
fn page_of_a_session_shows_what_inspect_shows_and_ends_it_by_a_dry_run() {
    let mut scene = with_login_host();
    let (root, alice) = (log_in(&scene, "root"), log_in(&scene, "alice"));
    let parent = scene.fixture.session(Kind::Sso, Some("bob"));
    let child = scene.fixture.child(parent.id);
    let open = |scene: &Scene, token: &str, id: &str| {
        scene.send(at_login(get(format!("/_session/admin/session/{id}"))).navigation().cookie(token))
    };
    let page = open(&scene, &root, &parent.id.to_string());
    assert_eq!(page.status, 200);
    for shown in [
        "absolute_expires_at",
        "idle limit",
        "if it is not used again (idle limit)",
        "at the latest (absolute limit).",
        "Its active child ends with it.",
        "session.created",
        &format!("/_session/admin/session/{}", child.id),
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    let of_child = open(&scene, &root, &child.id.to_string()).body;
    assert!(of_child.contains("family") && !of_child.contains("end with it"), "{of_child}");
    // No use extends an API token.
    let robot = scene.session_of(None, Kind::Api, &["orders:read"]);
    let of_robot = open(&scene, &root, &robot.id.to_string()).body;
    assert!(of_robot.contains("however it is used (absolute limit)."), "{of_robot}");
    assert!(!of_robot.contains("if it is not used again"), "{of_robot}");
    assert_eq!(open(&scene, &alice, &parent.id.to_string()).status, 403);
    for id in ["0", "-1", "99999", "+1", "x", "", "1/x"] {
        assert_eq!(open(&scene, &root, id).status, 404, "{id}");
    }
    let form = format!("id={}&in=10m", parent.id);
    let dry = act(&scene, &root, "expire", &form);
    assert!(dry.status == 200 && dry.body.contains(", then until "), "{}", dry.body);
    let form = format!("id={}&reason=left&expect=1", parent.id);
    assert_eq!(act(&scene, &root, "revoke", &form).status, 200);
    assert_eq!(scene.state(child.id), State::Revoked);
    let ended = open(&scene, &root, &parent.id.to_string()).body;
    assert!(ended.contains("It ended at") && !ended.contains("Revoke this session"), "{ended}");
}

#[test]
fn act_is_a_dry_run_until_its_number_comes_back() {
    let mut scene = with_login_host();
    let root = log_in(&scene, "root");
    let ids = [(); 3].map(|()| scene.session(Kind::Web, Some("bob")).id);
    let dry = act(&scene, &root, "revoke", "user=bob&reason=left");
    assert!(dry.status == 200 && dry.body.contains("3 sessions match"), "{}", dry.body);
    assert!(
        dry.body.contains("name=\"expect\" value=\"3\"") && dry.body.contains("Reason: left"),
        "{}",
        dry.body
    );
    assert!(ids.iter().all(|id| scene.state(*id) == State::Active));
    let fourth = scene.session(Kind::Web, Some("bob")).id;
    let changed = act(&scene, &root, "revoke", "user=bob&reason=left&expect=3");
    assert!(changed.status == 409 && changed.body.contains("value=\"4\""), "{}", changed.body);
    assert_eq!(scene.state(fourth), State::Active);
    let done = act(&scene, &root, "revoke", "user=bob&reason=left&expect=4");
    assert!(done.status == 200 && done.body.contains("4 sessions were revoked"), "{}", done.body);
    assert_eq!(scene.fixture.get(fourth).revoke_reason.as_deref(), Some("left"));
    for form in [
        "",
        "user=",
        "usr=bob",
        "user=bob&in=soon",
        // All sessions are for the command line, whoever adds the field.
        "all=true&expect=5",
        "user=nobody",
        "user=bob&except=9999",
        "under=9999",
    ] {
        let refused = act(&scene, &root, "expire", form);
        assert_eq!(refused.status, 422, "{form}");
        assert_eq!(refused.body.matches("role=\"alert\"").count(), 1, "{form}: {}", refused.body);
    }
    // Of two values, none is meant.
    for form in ["user=alice&in=1h&in=2h", "user=alice&expect=1&expect=2"] {
        assert_eq!(act(&scene, &root, "expire", form).status, 400, "{form}");
    }
    let alice = scene.session(Kind::Web, Some("alice")).id;
    act(&scene, &root, "expire", "user=alice&expect=1");
    assert_eq!(scene.state(alice), State::Expired);
    let events = scene.fixture.events();
    assert!(events.iter().any(|event| event.actor.starts_with("web root (session ")));
    assert!(
        scene
            .send(
                at_login(post("/_session/admin/revoke", "user=bob")).cookie(&root).without("sec-fetch-site")
            )
            .status
            == 403
    );
}
