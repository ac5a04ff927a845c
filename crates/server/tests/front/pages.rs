//! The pages behind the login: logout, confirmation and the table of sessions; and the headers of every page.

use sessionctl_core::model::session::{Kind, State};

use crate::scene::{PASSWORD, Scene, get, post};

#[test]
fn every_page_has_the_headers_that_keep_scripts_away() {
    let mut scene = Scene::with_user("bob");
    let web = scene.session(Kind::Web, Some("bob"));
    for path in ["login", "logout", "bye", "welcome", "sessions", "reauth", "nothing"] {
        for ask in [
            get(format!("/_session/{path}")).navigation(),
            get(format!("/_session/{path}")).navigation().cookie(web.as_str()),
        ] {
            let page = scene.send(ask);
            if page.status == 303 {
                continue;
            }
            let policy = page.header("content-security-policy").unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
            for (name, value) in [
                ("cache-control", "no-store"),
                ("referrer-policy", "same-origin"),
                ("x-content-type-options", "nosniff"),
                ("cross-origin-opener-policy", "same-origin"),
                ("content-type", "text/html; charset=utf-8"),
            ] {
                assert_eq!(page.header(name), Some(value), "{path}");
            }
            let body = &page.body;
            assert!(body.contains("<html lang=\"en\">") && body.matches("<h1>").count() == 1, "{body}");
            // The one script is a file of its own.
            let scripts = body.matches("<script src=\"live.").count();
            assert_eq!(body.matches("<script").count(), scripts, "{body}");
            assert!(!body.contains("style=\"") && !body.contains("<style"), "{body}");
        }
        for ask in [
            get(format!("/_session/{path}")).fetch(),
            get(format!("/_session/{path}"))
                .with("sec-fetch-mode", "navigate")
                .with("sec-fetch-dest", "iframe"),
        ] {
            let status = scene.send(ask).status;
            assert!(status == 403 || path == "nothing" && status == 404, "{path}: {status}");
        }
    }
}

#[test]
fn style_is_found_from_every_page_and_kept_for_a_year() {
    let mut scene = Scene::new();
    let web = scene.session(Kind::Web, Some("bob"));
    let page = scene.send(get("/_session/sessions").navigation().cookie(web.as_str())).body;
    let name = page.split_once("href=\"style.").unwrap().1.split('"').next().unwrap();
    for folder in ["", "sessions/", "sessions/1/"] {
        let style = scene.send(get(format!("/_session/{folder}style.{name}")));
        assert_eq!(style.status, 200);
        assert_eq!(style.header("cache-control"), Some("public, max-age=31536000, immutable"));
    }
    assert_eq!(scene.send(get("/_session/style.0123.css").navigation()).status, 404);
}

#[test]
fn logout_ends_the_session_by_a_form_only() {
    let mut scene = Scene::new();
    let web = scene.session(Kind::Web, Some("bob"));
    assert_eq!(scene.send(get("/_session/logout").navigation().cookie(web.as_str())).status, 200);
    assert_eq!(scene.state(web.id), State::Active);
    scene.fixture.factory.set_full(true);
    let failed = scene.send(post("/_session/logout", "").cookie(web.as_str()));
    assert!(failed.status == 503 && failed.header("set-cookie").is_none());
    scene.fixture.factory.set_full(false);
    let answer = scene.send(post("/_session/logout", "").cookie(web.as_str()));
    assert_eq!((answer.status, answer.header("location")), (303, Some("/_session/bye")));
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0") && answer.token().is_none());
    assert_eq!(answer.header("clear-site-data"), Some("\"cache\""));
    assert_eq!(scene.state(web.id), State::Revoked);
    assert_eq!(scene.send(post("/_session/logout", "").cookie(web.as_str())).status, 303);
}

#[test]
fn logout_works_where_the_clock_is_behind() {
    let mut scene = Scene::new();
    let web = scene.session(Kind::Web, Some("bob"));
    let now = scene.fixture.now();
    scene.fixture.clock.set(now.minus(std::time::Duration::from_secs(1_000)));
    assert_eq!(scene.send(post("/_session/logout", "").cookie(web.as_str())).status, 303);
    scene.fixture.clock.set(now);
    assert_eq!(scene.state(web.id), State::Revoked);
}

#[test]
fn confirmation_renews_the_token_and_the_age_of_the_login() {
    let mut scene = Scene::with_user("bob");
    let web = scene.session(Kind::Web, Some("bob"));
    scene.fixture.later(1_000);
    let page = scene.send(get("/_session/reauth?rd=/pay").navigation().cookie(web.as_str()));
    assert!(page.status == 200 && page.body.contains("value=\"bob\""), "{}", page.body);
    let wrong = scene.send(post("/_session/reauth?rd=/pay", "password=wrong").cookie(web.as_str()));
    assert!(wrong.status == 401 && wrong.token().is_none());
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    let right = scene.send(post("/_session/reauth?rd=/pay", &form).cookie(web.as_str()));
    assert_eq!((right.status, right.header("location")), (303, Some("/_session/welcome?rd=/pay")));
    let token = right.token().unwrap();
    assert_eq!(scene.send(get("/_session/auth/shop/max-auth-age=1m").cookie(&token)).status, 200);
    // Requests that were on their way with the old token are answered, and confirm nothing again.
    assert_eq!(scene.send(get("/_session/auth/shop").cookie(web.as_str())).status, 200);
    let late = scene.send(post("/_session/reauth?rd=/pay", &form).cookie(web.as_str()));
    assert_eq!((late.status, late.header("location")), (303, Some("/_session/welcome?rd=/pay")));
    assert!(late.token().is_none());
    assert_eq!(scene.send(get("/_session/auth/shop").cookie(&token)).status, 200);
    // Later it is a sign of theft.
    scene.fixture.later(10);
    assert_eq!(scene.send(get("/_session/auth/shop").cookie(web.as_str())).status, 401);
    assert_eq!(scene.state(web.id), State::Revoked);
    let login = scene.send(get("/_session/reauth?rd=/pay").navigation());
    assert_eq!(login.header("location"), Some("/_session/login?rd=/pay"));
}

#[test]
fn user_ends_own_sessions_and_no_others() {
    let mut scene = Scene::new();
    let own = scene.session(Kind::Web, Some("bob"));
    let (other, third) = (scene.session(Kind::Web, Some("bob")), scene.session(Kind::Web, Some("bob")));
    let api = scene.fixture.api("bob", &["x"]);
    let alice = scene.session(Kind::Web, Some("alice"));
    let page = scene.send(get("/_session/sessions").navigation().cookie(own.as_str()));
    assert_eq!(page.body.matches("<tr id=\"session-").count(), 4, "{}", page.body);
    assert_eq!(page.body.matches("this device").count(), 1);
    let end = |id| post(format!("/_session/sessions/{id}/end"), "").cookie(own.as_str());
    let answer = scene.send(end(alice.id.get()));
    assert!(answer.status == 200 && answer.body.contains("No session was ended"), "{}", answer.body);
    assert_eq!(scene.state(alice.id), State::Active);
    let answer = scene.send(end(other.id.get()));
    assert!(answer.body.contains("role=\"status\"") && answer.body.contains("One session was ended"));
    assert_eq!(scene.state(other.id), State::Revoked);
    scene.send(post("/_session/sessions/end-others", "").cookie(own.as_str()));
    assert_eq!(
        [third.id, own.id, api.id].map(|id| scene.state(id)),
        [State::Revoked, State::Active, State::Active]
    );
    let answer = scene.send(end(own.id.get()));
    assert_eq!((answer.status, answer.header("location")), (303, Some("/_session/bye")));
    assert_eq!(scene.state(own.id), State::Revoked);
    let events = scene.fixture.events();
    let ended = events.iter().rev().find(|event| event.action == "session.revoked").unwrap();
    assert_eq!(ended.actor, format!("web bob (session {})", own.id));
    for path in ["sessions/0/end", "sessions/x/end", "sessions/-1/end"] {
        assert_eq!(
            scene.send(post(format!("/_session/{path}"), "").cookie(own.as_str())).status,
            404,
            "{path}"
        );
    }
}

#[test]
fn visitor_without_a_login_sees_no_table() {
    let mut scene = Scene::new();
    let anonymous = scene.session(Kind::Anonymous, None);
    for ask in [
        get("/_session/sessions").navigation(),
        get("/_session/sessions").navigation().cookie(anonymous.as_str()),
    ] {
        assert_eq!(scene.send(ask).header("location"), Some("/_session/login"));
    }
}
