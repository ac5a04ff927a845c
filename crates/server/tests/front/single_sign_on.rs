//! Single sign-on: the login host, the code, and a session for each site.

#![expect(clippy::unwrap_used, reason = "a test fails where the browser is led astray")]

use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::model::token::Token;

use crate::scene::{Answer, Ask, COOKIE, PASSWORD, Scene, get, post};

fn scene() -> Scene {
    let mut scene = Scene::with(|config| {
        config.login = Some(sessionctl_server::Config::login_host("https://login.example".parse().unwrap()));
    });
    scene.add_user("alice");
    scene
}

/// What a browser keeps for each host, and follows.
struct Browser(Vec<(String, String, String)>);

impl Browser {
    fn send(&mut self, scene: &Scene, host: &str, ask: Ask) -> Answer {
        let pairs: Vec<String> = self
            .0
            .iter()
            .filter(|(at, ..)| at == host)
            .map(|(_, name, value)| format!("{name}={value}"))
            .collect();
        let ask = ask.without("host").with("host", host);
        let ask = if pairs.is_empty() { ask } else { ask.with("cookie", &pairs.join("; ")) };
        let answer = scene.send(ask);
        for value in answer.headers.get_all("set-cookie") {
            let pair = value.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.0.retain(|(at, known, _)| !(at == host && known == name));
            if !value.is_empty() {
                self.0.push((host.to_owned(), name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    fn open(&mut self, scene: &Scene, address: &str) -> Answer {
        let (host, path) = address.strip_prefix("https://").unwrap().split_once('/').unwrap();
        self.send(scene, host, get(format!("/{path}")).navigation())
    }

    /// Opens an address and follows redirections to other pages of ours.
    fn follow(&mut self, scene: &Scene, address: &str) -> (String, Answer) {
        let mut address = address.to_owned();
        for _ in 0..8 {
            let answer = self.open(scene, &address);
            let Some(next) = answer.header("location") else { return (address, answer) };
            let host = address.split('/').take(3).collect::<Vec<_>>().join("/");
            address = if next.starts_with('/') { format!("{host}{next}") } else { next.to_owned() };
            if !address.contains("/_session/") {
                return (address, answer);
            }
        }
        panic!("it goes round and round at {address}");
    }

    fn cookie(&self, host: &str) -> Option<&str> {
        self.0.iter().find(|(at, name, _)| at == host && name == COOKIE).map(|(.., value)| value.as_str())
    }

    /// Logs in for the shop, and returns the address that the login leads to.
    fn log_in(&mut self, scene: &Scene) -> String {
        let (address, page) = self.follow(scene, "https://shop.example/_session/login?rd=/cart");
        assert!(
            page.body.contains("name=\"password\"") && address.starts_with("https://login.example/"),
            "{address}"
        );
        let path = address.strip_prefix("https://login.example").unwrap();
        let form = format!("name=alice&password={}", PASSWORD.replace(' ', "+"));
        let answer = self.send(scene, "login.example", post(path, &form));
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.header("location").unwrap().to_owned()
    }
}

fn session_of(scene: &Scene, token: &str) -> sessionctl_core::model::session::Session {
    scene.fixture.find(&Token::parse(token.as_bytes()).unwrap()).session
}

#[test]
fn one_login_opens_every_site_with_a_session_of_its_own() {
    let mut scene = scene();
    let mut browser = Browser(Vec::new());
    let callback = browser.log_in(&scene);
    let (address, _) = browser.follow(&scene, &callback);
    assert_eq!(address, "https://shop.example/cart");
    let shop = browser.cookie("shop.example").unwrap().to_owned();
    let (address, _) = browser.follow(&scene, "https://wiki.example/_session/login?rd=/start");
    assert_eq!(address, "https://wiki.example/start", "without a password");
    let wiki = browser.cookie("wiki.example").unwrap().to_owned();
    let parent = session_of(&scene, browser.cookie("login.example").unwrap());
    assert_eq!(parent.kind, Kind::Sso);
    for (token, app) in [(&shop, "shop"), (&wiki, "wiki")] {
        let session = session_of(&scene, token);
        assert_eq!((session.parent, session.client.app.as_deref()), (Some(parent.id), Some(app)));
        assert_eq!(scene.send(get(format!("/_session/auth/{app}")).cookie(token)).status, 200);
    }
    assert_eq!(scene.send(get("/_session/auth/wiki").cookie(&shop)).status, 401, "of the other site");
    let parent_token = browser.cookie("login.example").unwrap();
    assert_eq!(scene.send(get("/_session/auth/shop").cookie(parent_token)).status, 401, "of the login host");
    // The end of the login is the end of all.
    scene.fixture.later(1);
    let bye = browser.send(&scene, "login.example", post("/_session/logout", ""));
    assert_eq!(bye.status, 303);
    assert_eq!(scene.send(get("/_session/auth/shop").cookie(&shop)).status, 401);
    assert_eq!(scene.send(get("/_session/auth/wiki").cookie(&wiki)).status, 401);
}

#[test]
fn login_that_was_begun_in_two_tabs_is_finished_in_either() {
    let scene = scene();
    let mut browser = Browser(Vec::new());
    let (first, _) = browser.follow(&scene, "https://shop.example/_session/login?rd=/cart");
    let (second, _) = browser.follow(&scene, "https://shop.example/_session/login?rd=/orders");
    assert_eq!(first, second, "one state for both tabs");
    let callback = browser.log_in(&scene);
    let (address, _) = browser.follow(&scene, &callback);
    assert!(address.starts_with("https://shop.example/"), "{address}");
    // What is no state of ours is replaced.
    let planted = ("shop.example".to_owned(), "__Host-session-start".to_owned(), "known./cart".to_owned());
    let mut browser = Browser(vec![planted]);
    let (address, _) = browser.follow(&scene, "https://shop.example/_session/login?rd=/cart");
    assert!(!address.contains("state=known"), "{address}");
}

#[test]
fn code_is_good_for_one_browser_one_site_and_once() {
    let scene = scene();
    let mut browser = Browser(Vec::new());
    let callback = browser.log_in(&scene);
    // Another browser, and the other site.
    assert_eq!(Browser(Vec::new()).open(&scene, &callback).status, 400);
    let elsewhere = callback.replace("shop.example", "wiki.example");
    assert_eq!(browser.open(&scene, &elsewhere).status, 400);
    let begun = Browser(browser.0.clone());
    assert_eq!(browser.open(&scene, &callback).status, 303);
    let shop = session_of(&scene, browser.cookie("shop.example").unwrap()).id;
    assert_eq!(scene.state(shop), State::Active);
    let mut again = begun;
    assert_eq!(again.open(&scene, &callback).status, 400);
    assert_eq!(scene.state(shop), State::Revoked, "a code that is used twice was stolen");
    for query in ["", "code=x", "code=x&state=y", "state=y"] {
        assert_eq!(
            browser.open(&scene, &format!("https://shop.example/_session/callback?{query}")).status,
            400
        );
    }
    for query in ["", "app=blog&state=x", "app=shop", "app=shop&state=%0d", "app=shop&state=x&max_age=y"] {
        let address = format!("https://login.example/_session/authorize?{query}");
        assert_eq!(browser.open(&scene, &address).status, 400, "{query}");
    }
}

#[test]
fn passwords_are_typed_at_the_login_host_only() {
    let scene = scene();
    let mut browser = Browser(Vec::new());
    let callback = browser.log_in(&scene);
    browser.follow(&scene, &callback);
    for path in ["login", "reauth"] {
        let answer =
            browser.send(&scene, "shop.example", post(format!("/_session/{path}"), "name=a&password=b"));
        assert_eq!(answer.status, 405, "{path}");
    }
    for path in ["sessions", "authorize", "admin"] {
        assert_eq!(
            browser.open(&scene, &format!("https://shop.example/_session/{path}")).status,
            404,
            "{path}"
        );
    }
    let page = browser.open(&scene, "https://login.example/_session/sessions");
    assert!(page.status == 200 && page.body.contains("shop"), "{}", page.body);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.ends_with("form-action 'self' https://shop.example https://wiki.example"), "{policy}");
}

#[test]
fn confirmation_asks_for_the_password_at_the_login_host() {
    let mut scene = scene();
    let mut browser = Browser(Vec::new());
    let callback = browser.log_in(&scene);
    browser.follow(&scene, &callback);
    scene.fixture.later(1_000);
    let ask = |browser: &Browser| {
        let ask = get("/_session/auth/shop/max-auth-age=5m").cookie(browser.cookie("shop.example").unwrap());
        scene.send(ask.navigation())
    };
    assert!(ask(&browser).header("location").is_some_and(|to| to.contains("/_session/reauth")));
    let (address, page) = browser.follow(&scene, "https://shop.example/_session/reauth?rd=/pay");
    assert!(
        page.body.contains("Confirm") && page.body.contains("value=\"alice\""),
        "{address} {}",
        page.body
    );
    let path = address.strip_prefix("https://login.example").unwrap();
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    let answer = browser.send(&scene, "login.example", post(path, &form));
    let (address, _) = browser.follow(&scene, answer.header("location").unwrap());
    assert_eq!(address, "https://shop.example/pay");
    assert_eq!(ask(&browser).status, 200);
}

#[test]
fn visitor_who_logs_in_keeps_the_cart() {
    let mut scene = scene();
    let mut browser = Browser(Vec::new());
    browser.open(&scene, "https://shop.example/_session/start?rd=/");
    let visitor = session_of(&scene, browser.cookie("shop.example").unwrap()).id;
    scene.fixture.run(|cx| sessionctl_core::ops::data::set(cx, visitor, "cart", "[1]", None)).unwrap();
    let callback = browser.log_in(&scene);
    browser.follow(&scene, &callback);
    let shop = session_of(&scene, browser.cookie("shop.example").unwrap());
    assert_eq!(shop.user.as_ref().map(ToString::to_string).as_deref(), Some("alice"));
    let data = sessionctl_core::store::DataStore::data(&scene.fixture.store, shop.id).unwrap();
    assert_eq!(data.len(), 1);
    assert_eq!(scene.state(visitor), State::Revoked);
}

#[test]
fn login_host_is_ours_as_a_whole_and_leads_to_every_site() {
    let scene = scene();
    let mut browser = Browser(Vec::new());
    let callback = browser.log_in(&scene);
    browser.follow(&scene, &callback);
    let root = browser.open(&scene, "https://login.example/");
    assert_eq!((root.status, root.header("location")), (303, Some("/_session/sessions")));
    let page = browser.open(&scene, "https://login.example/_session/sessions");
    for site in ["https://shop.example/", "https://wiki.example/"] {
        assert!(page.body.contains(&format!("href=\"{site}\"")), "{site}: {}", page.body);
    }
    let missing = browser.open(&scene, "https://login.example/x/y");
    assert!(missing.status == 404 && missing.body.contains("There is no such page"), "{}", missing.body);
    assert!(missing.body.contains("href=\"/_session/style."), "{}", missing.body);
    assert_eq!(browser.open(&scene, "https://shop.example/").status, 404);
}

/// The cookies that an answer sets.
fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[test]
fn login_host_keeps_its_cookie_where_that_is_chosen_and_as_long_as_it_was() {
    let mut scene = Scene::with(|config| {
        config.remember = true;
        config.login = Some(sessionctl_server::Config::login_host("https://login.example".parse().unwrap()));
    });
    scene.add_user("alice");
    let password = format!("password={}", PASSWORD.replace(' ', "+"));
    for (choice, is_kept) in [("", false), ("&remember=yes", true)] {
        for at_a_site in [true, false] {
            let mut browser = Browser(Vec::new());
            let path = match at_a_site {
                true => {
                    let (address, page) =
                        browser.follow(&scene, "https://shop.example/_session/login?rd=/cart");
                    assert!(page.body.contains("Keep me logged in"), "{}", page.body);
                    address.strip_prefix("https://login.example").unwrap().to_owned()
                }
                false => "/_session/login".to_owned(),
            };
            let form = post(path, &format!("name=alice&{password}{choice}"));
            let entered = browser.send(&scene, "login.example", form);
            assert_eq!(entered.status, 303, "{}", entered.body);
            assert_eq!(cookies(&entered)[0].contains("Max-Age"), is_kept, "{choice} {at_a_site}");
            // A confirmation changes the token, and neither lengthens nor shortens the life of its cookie.
            let confirmed = browser.send(&scene, "login.example", post("/_session/reauth", &password));
            assert_eq!(confirmed.status, 303, "{}", confirmed.body);
            assert_eq!(cookies(&confirmed)[0].contains("Max-Age"), is_kept, "{choice} {at_a_site}");
            browser.send(&scene, "login.example", post("/_session/logout", ""));
            assert!(browser.0.iter().all(|(host, ..)| host != "login.example"), "something is left of it");
        }
    }
}
