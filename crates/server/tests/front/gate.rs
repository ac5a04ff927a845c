//! What the gate answers about each kind of token, requirement and request.

use std::time::Duration;

use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::ops::rotate::rotate;

use crate::scene::{Answer, Ask, COOKIE, Scene, get};

const IDENTITY: [&str; 5] =
    ["remote-user", "remote-session", "remote-kind", "remote-scopes", "remote-auth-time"];

fn auth(requirements: &str) -> Ask {
    get(format!("/_session/auth/shop{requirements}")).with("x-forwarded-uri", "/cart?item=1")
}

fn identity(answer: &Answer) -> Vec<&str> {
    IDENTITY.iter().filter_map(|name| answer.header(name)).collect()
}

#[test]
fn active_session_gets_every_identity_header() {
    let mut scene = Scene::new();
    let web = scene.session(Kind::Web, Some("bob"));
    for path in ["/_session/auth/shop", "/_session/forward/shop"] {
        let answer = scene.send(get(path).cookie(web.as_str()));
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        assert_eq!(identity(&answer), ["bob", "1", "web", "", "1800000000"]);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("set-cookie"), None);
    }
    let api = scene.fixture.api("J\u{f6}rg %", &["orders:read", "orders:write"]);
    let answer = scene.send(auth("/bearer").with("authorization", &format!("Bearer {}", api.as_str())));
    assert_eq!(identity(&answer)[..4], ["J%C3%B6rg%20%25", "2", "api", "orders:read orders:write"]);
}

#[test]
fn request_without_a_session_is_denied_by_what_it_is() {
    let scene = Scene::new();
    let login = "https://shop.example/_session/login?rd=/cart%3Fitem%3D1";
    let start = "https://shop.example/_session/start?rd=/cart%3Fitem%3D1";
    let forward = |requirements: &str| {
        get(format!("/_session/forward/shop{requirements}")).with("x-forwarded-uri", "/cart?item=1")
    };
    for (ask, status, location) in [
        (auth("").navigation(), 401, Some(login)),
        (forward("").navigation(), 303, Some(login)),
        (auth("").with("accept", "text/html"), 401, Some(login)),
        (auth("").fetch(), 401, None),
        (forward("").fetch(), 401, None),
        (auth(""), 401, None),
        (auth("/anonymous").navigation(), 401, Some(start)),
        (forward("/anonymous").navigation(), 303, Some(start)),
        (forward("/anonymous").fetch(), 200, None),
        // A login would not help a path for programs.
        (forward("/bearer").navigation(), 401, None),
        (forward("/bearer/anonymous"), 401, None),
        // Envoy sends the client's own path and query.
        (get("/_session/forward/shop/-/anonymous?anonymous").fetch(), 401, None),
    ] {
        let answer = scene.send(ask);
        assert_eq!((answer.status, answer.header("location")), (status, location), "{answer:?}");
        match status {
            401 => {
                assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"shop\""));
                let body = if location.is_none() { "{\"error\":\"login_required\"}" } else { "" };
                assert_eq!(answer.body, body);
            }
            200 => assert_eq!(identity(&answer), [""; 5]),
            _ => {}
        }
    }
}

#[test]
fn token_that_is_not_accepted_counts_as_none() {
    let mut scene = Scene::new();
    let web = scene.session(Kind::Web, Some("bob"));
    let api = scene.fixture.api("bob", &["x"]);
    let wiki = scene.session_of(Some("wiki"), Kind::Web, &[]);
    let no_app = scene.session_of(None, Kind::Web, &[]);
    let anonymous = scene.session(Kind::Anonymous, None);
    let bearer = |token: &str| auth("").with("authorization", &format!("Bearer {token}"));
    let denied = [
        ("unknown", auth("").cookie(&"a".repeat(64))),
        ("uppercase", auth("").cookie(&web.as_str().to_uppercase())),
        ("too short", auth("").cookie(&web.as_str()[1..])),
        ("two cookies", auth("").cookie(web.as_str()).cookie(web.as_str())),
        ("two in one field", auth("").with("cookie", &format!("{COOKIE}={0}; {COOKIE}={0}", web.as_str()))),
        ("joined by a comma", auth("").with("cookie", &format!("a=b,{COOKIE}={}", web.as_str()))),
        ("another name", auth("").with("cookie", &format!("session={}", web.as_str()))),
        ("another app", auth("").cookie(wiki.as_str())),
        ("no app", auth("").cookie(no_app.as_str())),
        ("anonymous", auth("").cookie(anonymous.as_str())),
        ("api token in the cookie", auth("").cookie(api.as_str())),
        ("web token as bearer", bearer(web.as_str())),
        ("two bearers", bearer(api.as_str()).with("authorization", &format!("Bearer {}", api.as_str()))),
        ("cookie where a bearer is required", { get("/_session/auth/shop/bearer").cookie(web.as_str()) }),
    ];
    for (what, ask) in denied {
        assert_eq!(scene.send(ask).status, 401, "{what}");
    }
    let accepted = [
        ("cookie beside a foreign scheme", auth("").cookie(web.as_str()).with("authorization", "Basic YTpi")),
        (
            "cookie beside a foreign bearer",
            auth("").cookie(web.as_str()).with("authorization", "Bearer eyJ.x.y"),
        ),
        ("bearer", bearer(api.as_str())),
        ("anonymous where it may", auth("/anonymous").cookie(anonymous.as_str())),
    ];
    for (what, ask) in accepted {
        assert_eq!(scene.send(ask).status, 200, "{what}");
    }
    let answer = scene.send(bearer(api.as_str()).cookie(web.as_str()));
    assert_eq!(answer.header("remote-kind"), Some("api"), "where both are sent, the API token counts");
}

#[test]
fn api_token_is_accepted_where_its_app_is() {
    let mut scene = Scene::new();
    for (app, expected) in [(None, 200), (Some("shop"), 200), (Some("wiki"), 401)] {
        let api = scene.session_of(app, Kind::Api, &["x"]);
        let answer = scene.send(auth("").with("authorization", &format!("Bearer {}", api.as_str())));
        assert_eq!(answer.status, expected, "{app:?}");
    }
}

#[test]
fn requirements_that_are_not_met_are_named() {
    let mut scene = Scene::new();
    let web = scene.session(Kind::Web, Some("bob"));
    let api = scene.fixture.api("bob", &["orders:read"]);
    let bearer = format!("Bearer {}", api.as_str());
    scene.fixture.later(601);
    let old = scene.send(auth("/max-auth-age=10m").cookie(web.as_str()).navigation());
    let location = "https://shop.example/_session/reauth?rd=/cart%3Fitem%3D1";
    assert_eq!((old.status, old.header("location")), (401, Some(location)));
    let old = scene.send(auth("/max-auth-age=10m").cookie(web.as_str()).fetch());
    let challenge = "Bearer realm=\"shop\", error=\"insufficient_user_authentication\", max_age=600";
    assert_eq!((old.status, old.header("www-authenticate")), (401, Some(challenge)));
    assert_eq!(scene.send(auth("/max-auth-age=11m").cookie(web.as_str())).status, 200);
    let scope = scene.send(auth("/scope=orders:write").with("authorization", &bearer).navigation());
    let challenge = "Bearer realm=\"shop\", error=\"insufficient_scope\", scope=\"orders:write\"";
    assert_eq!((scope.status, scope.header("www-authenticate")), (403, Some(challenge)));
    assert_eq!(scene.send(auth("/scope=orders:read").with("authorization", &bearer)).status, 200);
    // The scope comes before the age of the login, and the app before both.
    let both = scene.send(auth("/max-auth-age=1m/scope=x").with("authorization", &bearer));
    assert_eq!(both.status, 403);
    let wiki = scene.session_of(Some("wiki"), Kind::Api, &["x"]);
    let foreign = scene.send(auth("/scope=y").with("authorization", &format!("Bearer {}", wiki.as_str())));
    assert_eq!(foreign.status, 401);
}

#[test]
fn unknown_app_or_requirement_is_an_error_of_the_configuration() {
    let mut scene = Scene::new();
    let web = scene.session(Kind::Web, Some("bob"));
    for path in ["auth/blog", "auth/shop/anon", "auth/", "forward/shop/scope", "auth/shop/"] {
        assert_eq!(scene.send(get(format!("/_session/{path}")).cookie(web.as_str())).status, 500, "{path}");
    }
}

#[test]
fn page_to_return_to_is_the_one_that_was_asked_for() {
    let scene = Scene::new();
    let rd = |ask: Ask| {
        let answer = scene.send(ask.navigation());
        answer.header("location").unwrap().split_once("?rd=").unwrap().1.to_owned()
    };
    let ask = || get("/_session/forward/shop");
    assert_eq!(rd(ask().with("x-forwarded-uri", "//evil.example")), "/");
    assert_eq!(rd(ask().with("x-forwarded-uri", "/_session/logout")), "/");
    assert_eq!(rd(ask().with("x-forwarded-uri", "/a").with("x-forwarded-uri", "/b")), "/");
    assert_eq!(rd(ask().with("x-forwarded-uri", "/a").from("203.0.113.9")), "/", "an untrusted peer");
    assert_eq!(rd(ask()), "/");
    let form = || ask().with("x-forwarded-uri", "/order").with("x-forwarded-method", "POST");
    assert_eq!(rd(form()), "/&unsent=1");
    assert_eq!(rd(form().with("referer", "https://shop.example/cart")), "/cart&unsent=1");
    assert_eq!(rd(form().with("referer", "https://shop.example.evil/cart")), "/&unsent=1");
    assert_eq!(rd(ask().method("POST").with("x-forwarded-uri", "/order")), "/&unsent=1");
}

#[test]
fn revocation_counts_for_the_next_request() {
    let mut scene = Scene::with_user("alice");
    let web = scene.session(Kind::Web, Some("alice"));
    assert_eq!(scene.send(auth("").cookie(web.as_str())).status, 200);
    let name = "alice".parse().unwrap();
    scene.fixture.run(|cx| sessionctl_core::ops::user::disable(cx, &name, None)).unwrap();
    assert_eq!(scene.send(auth("").cookie(web.as_str())).status, 401);
}

#[test]
fn token_that_was_rotated_away_revokes_before_the_answer() {
    let mut scene = Scene::new();
    let web = scene.session(Kind::Web, Some("bob"));
    scene.fixture.run(|cx| rotate(cx, &web.token(), Duration::ZERO)).unwrap();
    scene.fixture.factory.set_full(true);
    let answer = scene.send(auth("").cookie(web.as_str()));
    assert_eq!(answer.status, 503, "a theft that is not recorded is not passed over");
    assert_eq!(scene.state(web.id), State::Active);
    scene.fixture.factory.set_full(false);
    for _ in 0..3 {
        assert_eq!(scene.send(auth("").cookie(web.as_str())).status, 401);
        assert_eq!(scene.state(web.id), State::Revoked);
    }
    let reports = scene.fixture.actions().iter().filter(|action| *action == "token.reused").count();
    assert_eq!(reports, 1, "it is recorded once");
}

#[test]
fn answer_that_cannot_be_determined_is_neither_yes_nor_no() {
    let mut scene = Scene::new();
    let web = scene.session(Kind::Web, Some("bob"));
    let now = scene.fixture.now();
    scene.fixture.clock.set(now.minus(Duration::from_secs(301)));
    for ask in [auth(""), get("/readyz"), get("/_session/login").navigation()] {
        assert_eq!(scene.send(ask.cookie(web.as_str())).status, 503);
    }
    assert_eq!(scene.send(auth("").cookie(web.as_str())).header("retry-after"), Some("1"));
    // A request without a token is no visitor's either, and no login would help it.
    for ask in [auth(""), auth("").navigation(), auth("/anonymous"), auth("/bearer")] {
        assert_eq!(scene.send(ask).status, 503);
    }
    scene.fixture.clock.set(now);
    assert_eq!(scene.send(auth("").cookie(web.as_str())).status, 200);
    assert_eq!(scene.send(get("/readyz")).status, 200);
    assert_eq!(scene.send(get("/healthz")).status, 200);
}

#[test]
fn session_about_to_expire_is_extended_before_the_answer() {
    let mut scene = Scene::new();
    let web = scene.session(Kind::Web, Some("bob"));
    scene.fixture.later(30 * 60 - 2);
    assert_eq!(scene.send(auth("/no-touch").cookie(web.as_str())).status, 200);
    assert_ne!(scene.fixture.get(web.id).last_seen_at, scene.fixture.now());
    assert_eq!(scene.send(auth("").cookie(web.as_str())).status, 200);
    assert_eq!(scene.fixture.get(web.id).last_seen_at, scene.fixture.now());
    // A full disk takes the extension, not the answer.
    scene.fixture.later(30 * 60 - 2);
    scene.fixture.factory.set_full(true);
    assert_eq!(scene.send(auth("").cookie(web.as_str())).status, 200);
}

#[test]
fn host_of_a_whole_address_counts_and_a_second_host_is_refused() {
    let mut scene = Scene::new();
    let web = scene.session(Kind::Web, Some("bob"));
    let page = |target: &str, hosts: &[&str]| {
        let ask = hosts.iter().fold(get(target).without("host"), |ask, host| ask.with("host", host));
        scene.send(ask.navigation().cookie(web.as_str())).status
    };
    let wiki = "https://wiki.example/_session/sessions";
    // The session is the shop's: at the wiki it leads to the login.
    assert_eq!(page("/_session/sessions", &["shop.example"]), 200);
    assert_eq!(page("https://shop.example/_session/sessions", &["shop.example"]), 200);
    assert_eq!(page(wiki, &["wiki.example"]), 303);
    for (target, hosts) in [
        (wiki, &["shop.example"][..]),
        ("https://evil.example/_session/sessions", &["shop.example"]),
        ("/_session/sessions", &["shop.example", "shop.example"]),
        ("/_session/sessions", &["shop.example", "wiki.example"]),
        ("/_session/sessions", &[]),
        ("/_session/auth/shop", &["a.example", "b.example"]),
        ("http://a.example/_session/auth/shop", &["b.example"]),
    ] {
        assert_eq!(page(target, hosts), 400, "{target} {hosts:?}");
    }
    assert_eq!(page("https://evil.example/_session/sessions", &["evil.example"]), 421);
    // The gate is asked by a proxy, under whatever name.
    assert_eq!(page("/_session/auth/shop", &["evil.example"]), 200);
    assert_eq!(page("/_session/auth/shop", &[]), 200);
}
