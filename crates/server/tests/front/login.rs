//! The login: its outcomes, its guards, and what becomes of the token.

use sessionctl_core::model::policy::Key;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::model::token::Token;

use crate::scene::{Answer, Ask, PASSWORD, Scene, get, post};

fn form(name: &str, password: &str) -> String {
    let encode = |text: &str| text.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
    format!("name={}&password={}", encode(name), encode(password))
}

fn login(name: &str, password: &str) -> Ask {
    post("/_session/login?rd=/cart", &form(name, password))
}

fn kind_of(scene: &Scene, answer: &Answer) -> Kind {
    let text = answer.token().expect("a new token");
    let token = Token::parse(text.as_bytes()).expect("a token");
    scene.fixture.find(&token).session.kind
}

#[test]
fn login_sets_a_cookie_and_goes_on_to_the_page() {
    let scene = Scene::with_user("alice");
    let page = scene.send(get("/_session/login?rd=/cart").navigation());
    assert_eq!(page.status, 200);
    assert!(page.body.contains("action=\"/_session/login?rd=/cart\""), "{}", page.body);
    let answer = scene.send(login("alice", PASSWORD));
    assert_eq!((answer.status, answer.header("location")), (303, Some("/_session/welcome?rd=/cart")));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{}", cookie.len());
    let token = answer.token().unwrap();
    let welcome = scene.send(get("/_session/welcome?rd=/cart").navigation().cookie(&token));
    assert_eq!((welcome.status, welcome.header("location")), (303, Some("/cart")));
    let lost = scene.send(get("/_session/welcome?rd=/cart").navigation());
    assert!(lost.status == 400 && lost.body.contains("did not keep the cookie"));
    let gate = scene.send(get("/_session/auth/shop").cookie(&token));
    assert_eq!((gate.status, gate.header("remote-user")), (200, Some("alice")));
    assert_eq!(scene.send(get("/_session/auth/wiki").cookie(&token)).status, 401);
    let again = scene.send(get("/_session/login?rd=/cart").navigation().cookie(&token));
    assert_eq!((again.status, again.header("location")), (303, Some("/cart")));
}

#[test]
fn remembered_login_outlives_the_browser() {
    let mut scene = Scene::with(|config| config.remember = true);
    scene.add_user("alice");
    let answer = scene.send(post("/_session/login", &format!("{}&remember=yes", form("alice", PASSWORD))));
    assert!(answer.header("set-cookie").unwrap().ends_with("; Max-Age=2592000"));
    // Where it is not offered, it cannot be had.
    let plain = Scene::with_user("alice");
    let answer = plain.send(post("/_session/login", &format!("{}&remember=yes", form("alice", PASSWORD))));
    assert!(!answer.header("set-cookie").unwrap().contains("Max-Age"));
}

#[test]
fn refused_logins_have_the_same_words() {
    let mut scene = Scene::with_user("alice");
    scene.add_user("carol");
    let carol = "carol".parse().unwrap();
    scene.fixture.run(|cx| sessionctl_core::ops::user::disable(cx, &carol, None)).unwrap();
    let long = "x".repeat(257);
    let mut pages = Vec::new();
    for (name, password) in [
        ("alice", "wrong password 12"),
        ("nobody", "wrong password 12"),
        ("carol", PASSWORD),
        ("alice", &"x".repeat(1025)),
        ("alice", "   "),
        (long.as_str(), PASSWORD),
        ("a\u{202e}b", PASSWORD),
    ] {
        let answer = scene.send(login(name, password));
        assert_eq!(answer.status, 401, "{name}");
        assert!(answer.token().is_none());
        assert!(answer.body.contains(&format!("value=\"{name}\"")), "the name is kept");
        pages.push(answer.body.replace(name, "NAME"));
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
}

#[test]
fn failures_are_throttled_with_the_time_to_wait() {
    let scene = Scene::with_user("alice");
    for _ in 0..6 {
        assert_eq!(scene.send(login("alice", "wrong password 12")).status, 401);
    }
    let answer = scene.send(login("alice", PASSWORD));
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("1")));
    assert!(answer.body.contains("Try again in 1s"), "{}", answer.body);
}

#[test]
fn address_that_logs_in_too_often_is_refused() {
    let mut scene = Scene::with_user("alice");
    // A slow machine must not win a login back meanwhile.
    scene.fixture.set_policy(Key::LoginsPerAddress, 2);
    let from = |address: &str| login("nobody", PASSWORD).with("x-forwarded-for", address);
    let statuses: Vec<u16> = (0..3)
        .map(|n| {
            scene
                .send(
                    post("/_session/login", &form(&format!("n{n}"), "x"))
                        .with("x-forwarded-for", "203.0.113.7"),
                )
                .status
        })
        .collect();
    assert!(statuses[..2].iter().all(|status| *status == 401) && statuses[2] == 429, "{statuses:?}");
    assert_eq!(scene.send(from("203.0.113.8")).status, 401);
}

#[test]
fn forms_that_are_none_are_refused() {
    let scene = Scene::with_user("alice");
    let whole = form("alice", PASSWORD);
    let twice = format!("{whole}&password=x");
    for (ask, status) in [
        (post("/_session/login", ""), 400),
        (post("/_session/login", "name=alice"), 400),
        (post("/_session/login", &twice), 400),
        (post("/_session/login", "name=%ff&password=x"), 400),
        (post("/_session/login", &"a".repeat(9000)), 413),
        (
            post("/_session/login", &whole).without("content-type").with("content-type", "application/json"),
            415,
        ),
        (post("/_session/login", &whole).without("sec-fetch-site").with("sec-fetch-site", "cross-site"), 403),
        (post("/_session/login", &whole).without("sec-fetch-site"), 403),
        (post("/_session/login", &whole).without("sec-fetch-mode").with("sec-fetch-mode", "cors"), 403),
        (post("/_session/login", &whole).method("PUT"), 405),
        (post("/_session/welcome", ""), 405),
        (post("/_session/login", &whole).without("host").with("host", "evil.example"), 421),
        (post("/_session/login", &whole).without("host"), 400),
        (post("/_session/login", &whole).with("x-forwarded-host", "evil.example"), 421),
        (post("/_session/nothing", &whole), 404),
    ] {
        let answer = scene.send(ask);
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.token().is_none());
    }
    let old_browser = post("/_session/login", &whole)
        .without("sec-fetch-site")
        .without("sec-fetch-mode")
        .without("sec-fetch-dest")
        .with("origin", "https://shop.example");
    assert_eq!(scene.send(old_browser).status, 303);
}

#[test]
fn visitor_who_logs_in_gets_a_new_token_and_the_cart() {
    let mut scene = Scene::with_user("alice");
    let start = scene.send(get("/_session/start?rd=/shop").navigation());
    assert_eq!((start.status, start.header("location")), (303, Some("/_session/welcome?rd=/shop")));
    assert_eq!(kind_of(&scene, &start), Kind::Anonymous);
    let visitor = start.token().unwrap();
    assert_eq!(scene.send(get("/_session/start").navigation().cookie(&visitor)).token(), None);
    let id = scene.fixture.find(&Token::parse(visitor.as_bytes()).unwrap()).session.id;
    scene.fixture.run(|cx| sessionctl_core::ops::data::set(cx, id, "cart", "[1]", None)).unwrap();
    let answer = scene.send(login("alice", PASSWORD).cookie(&visitor));
    assert_eq!(kind_of(&scene, &answer), Kind::Web);
    assert_eq!(scene.state(id), State::Revoked);
    let web = scene.fixture.find(&Token::parse(answer.token().unwrap().as_bytes()).unwrap()).session.id;
    let data = sessionctl_core::store::DataStore::data(&scene.fixture.store, web).unwrap();
    assert_eq!(data.len(), 1);
    // The cookie of a session that has ended prevents no login.
    assert_eq!(scene.send(login("alice", PASSWORD).cookie(&visitor)).status, 303);
}

#[test]
fn login_over_the_limit_ends_the_session_that_is_chosen() {
    let mut scene = Scene::with(|config| config.remember = true);
    scene.add_user("alice");
    scene.fixture.set_policy(Key::SessionsPerUser, 2);
    let tokens = [(); 2].map(|()| scene.send(login("alice", PASSWORD)).token().unwrap());
    let [first, second] =
        [0, 1].map(|n: usize| scene.fixture.find(&Token::parse(tokens[n].as_bytes()).unwrap()).session.id);
    let remembering = format!("{}&remember=yes", form("alice", PASSWORD));
    let answer = scene.send(post("/_session/login?rd=/cart", &remembering));
    assert_eq!(answer.status, 409);
    let at = |id| answer.body.find(&format!("name=\"end\" value=\"{id}\"")).expect("a button");
    assert!(at(first) < at(second), "the first button is that of the oldest: {}", answer.body);
    assert!(answer.body.contains("value=\"alice\"") && answer.body.contains("checked"), "{}", answer.body);
    assert!(!answer.body.contains(PASSWORD) && answer.body.contains("rd=/cart"), "{}", answer.body);
    let choose = |password: &str, id| {
        let chosen = format!("{}&end={id}", form("alice", password));
        scene.send(post("/_session/login?rd=/cart", &chosen))
    };
    // Without the password nothing ends.
    assert_eq!(choose("wrong", second).status, 401);
    let foreign = 99_999_i64;
    assert_eq!(choose(PASSWORD, SessionId::new(foreign).unwrap()).status, 409);
    assert_eq!([first, second].map(|id| scene.state(id)), [State::Active; 2]);
    let chosen = choose(PASSWORD, second);
    assert_eq!((chosen.status, chosen.header("location")), (303, Some("/_session/welcome?rd=/cart")));
    assert_eq!([first, second].map(|id| scene.state(id)), [State::Active, State::Revoked]);
    // Where the limit was lowered, several must end, and are chosen together.
    scene.fixture.set_policy(Key::SessionsPerUser, 1);
    let answer = scene.send(post("/_session/login", &form("alice", PASSWORD)));
    assert_eq!(
        (answer.status, answer.body.matches("type=\"checkbox\"").count()),
        (409, 3),
        "{}",
        answer.body
    );
    let third = scene.fixture.find(&Token::parse(chosen.token().unwrap().as_bytes()).unwrap()).session.id;
    let both = format!("{}&end={first}&end={third}", form("alice", PASSWORD));
    assert_eq!(scene.send(post("/_session/login", &both)).status, 303);
    assert_eq!([first, third].map(|id| scene.state(id)), [State::Revoked; 2]);
}

#[test]
fn full_disk_refuses_the_login_and_takes_no_attempt() {
    let scene = Scene::with_user("alice");
    scene.fixture.factory.set_full(true);
    for _ in 0..10 {
        assert_eq!(scene.send(login("alice", PASSWORD)).status, 503);
    }
    scene.fixture.factory.set_full(false);
    assert_eq!(scene.send(login("alice", PASSWORD)).status, 303);
}
