//! The demo as a process: a visitor's cart, the login, and the sandbox's clock.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::{fs, iter};

use crate::front::{Process, free_address};
use crate::http::{Answer, Request, get};

/// Starts the demo; it ends with the process that is returned.
pub(crate) fn start_demo() -> (std::net::SocketAddr, Process) {
    start_demo_with(|_| {})
}

/// The same with another environment.
pub(crate) fn start_demo_with(change: impl FnOnce(&mut Command)) -> (std::net::SocketAddr, Process) {
    let address = free_address();
    // Tests that run under `nohup` let a demo ignore the end of its terminal as well.
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_sessionctl")]);
    command.args(["serve", "--demo", "--port", &address.port().to_string()]);
    change(&mut command);
    (address, Process::start(&mut command).wait_for(address))
}

/// A browser at a demo.
pub(crate) struct Demo {
    pub(crate) address: std::net::SocketAddr,
    host: String,
    pub(crate) cookie: String,
    /// The demo's own cookies by their names: that of this browser, and of its thief.
    own: BTreeMap<String, String>,
    _process: Option<Process>,
}

impl Demo {
    fn start() -> Self {
        let (address, process) = start_demo();
        let host = format!("shop.localhost:{}", address.port());
        Demo { address, host, cookie: String::new(), own: BTreeMap::new(), _process: Some(process) }
    }

    /// At the shop that is alone and has its own login.
    pub(crate) fn start_alone() -> Self {
        let demo = Self::start();
        Demo { host: format!("localhost:{}", demo.address.port()), ..demo }
    }

    /// Another browser at the same shop.
    pub(crate) fn second(&self) -> Self {
        let host = self.host.clone();
        Demo { address: self.address, host, cookie: String::new(), own: BTreeMap::new(), _process: None }
    }

    fn send(&mut self, change: impl FnOnce(Request) -> Request, path: &str) -> Answer {
        let request = get(self.address, path).host(&self.host);
        let own = self.own.values().map(String::as_str);
        let cookies: Vec<&str> =
            iter::once(self.cookie.as_str()).chain(own).filter(|cookie| !cookie.is_empty()).collect();
        let request = if cookies.is_empty() { request } else { request.with("Cookie", &cookies.join("; ")) };
        let answer = change(request).send();
        for cookie in answer.cookies() {
            let name = cookie.split('=').next().unwrap_or_default().to_owned();
            if name.starts_with("__Host-Http-session-") {
                self.cookie = cookie;
            } else if name.starts_with("demo-") {
                self.own.insert(name, cookie);
            }
        }
        answer
    }

    pub(crate) fn log_in(&mut self) {
        let form = "name=alice&password=correct+horse+battery+staple";
        let answer = self.press("/_session/login?rd=/", form);
        assert_eq!(answer.status, 303, "{answer:?}");
    }

    pub(crate) fn open(&mut self, path: &str) -> Answer {
        self.send(Request::navigation, path)
    }

    pub(crate) fn press(&mut self, path: &str, form: &str) -> Answer {
        self.send(|request| request.form(form), path)
    }
}

#[test]
fn shop_on_localhost_needs_no_other_name() {
    let mut demo = Demo::start();
    let host = format!("localhost:{}", demo.address.port());
    let here = |request: Request, demo: &Demo| {
        let request = if demo.cookie.is_empty() { request } else { request.with("Cookie", &demo.cookie) };
        request.host(&host)
    };
    let site = format!("http://{host}");
    let orders = here(get(demo.address, "/orders").navigation(), &demo).send();
    assert_eq!(orders.header("location"), Some(&*format!("{site}/_session/login?rd=/orders")), "{orders:?}");
    let page = here(get(demo.address, "/_session/login?rd=/orders").navigation(), &demo).send();
    assert!(page.status == 200 && page.body.contains("name=\"password\""), "{page:?}");
    let form = "name=alice&password=correct+horse+battery+staple";
    let login = here(get(demo.address, "/_session/login?rd=/orders").form(form), &demo).send();
    demo.cookie = login.cookie().expect("a cookie");
    for (path, shown) in [("/orders", "You have no orders yet"), ("/_session/sessions", "this device")] {
        let page = here(get(demo.address, path).navigation(), &demo).send();
        assert!(page.status == 200 && page.body.contains(shown), "{path}: {page:?}");
        assert!(!page.body.contains("shop.localhost"), "{path}: {}", page.body);
    }
    // What a browser asks for by itself is no step of the story.
    let icon = get(demo.address, "/favicon.ico").with("Sec-Fetch-Dest", "image");
    assert_eq!(here(icon, &demo).send().status, 404);
    let shop = here(get(demo.address, "/").navigation(), &demo).send();
    assert!(!shop.body.contains("favicon"), "{}", shop.body);
}

#[test]
fn demo_shows_the_token_the_row_and_the_command_of_each_click() {
    let mut demo = Demo::start();
    let first = demo.open("/");
    assert_eq!(first.status, 303);
    assert!(first.header("location").is_some_and(|to| to.ends_with("/_session/start?rd=/")), "{first:?}");
    assert_eq!(demo.open("/_session/start?rd=/").status, 303);
    let token = demo.cookie.split_once('=').expect("a cookie").1.to_owned();
    assert_eq!(demo.press("/cart", "item=laptop").header("location"), Some("/cart"));
    let cart = demo.open("/cart");
    assert!(cart.status == 200 && cart.body.contains("<li>laptop</li>"), "{}", cart.body);
    for shown in [token.as_str(), "anonymous", "idle limit", "data set 1 cart", "generate --kind anonymous"] {
        assert!(as_read(&cart.body).contains(shown), "{shown}: {}", cart.body);
    }
    // Both commands are whole: the step, and what shows its session.
    for shown in ["{", "}"] {
        assert!(!cart.body.contains(shown), "{}", cart.body);
    }
    assert!(
        cart.body.contains("<dt>Show the session</dt>") && cart.body.contains("inspect 1"),
        "{}",
        cart.body
    );
    assert!(!cart.body.contains("<script") && !cart.body.contains("style=\""));
    let orders = demo.open("/orders");
    assert!(
        orders.header("location").is_some_and(|to| to.contains("/_session/login?rd=/orders")),
        "{orders:?}"
    );
    // The sandbox's clock passes the idle limit.
    let waited = demo.press("/demo/wait", "");
    assert_eq!((waited.status, waited.header("location")), (303, Some("/?after=wait-visitor")));
    let expired = demo.open("/cart");
    assert!(expired.header("location").is_some_and(|to| to.contains("/_session/start")), "{expired:?}");
    let foreign =
        demo.send(|request| request.method("POST").with("Sec-Fetch-Site", "cross-site").body(""), "/cart");
    assert_eq!(foreign.status, 403);
}

#[test]
fn page_behind_a_button_says_what_the_button_did() {
    let mut demo = Demo::start_alone();
    // Follows the browser to the shop, by way of a new session where one is needed.
    let arrive = |demo: &mut Demo, button: &str| {
        let mut to = demo.press(button, "").header("location").expect("a page").to_owned();
        for _ in 0..4 {
            let page = demo.open(&to);
            let Some(next) = page.header("location") else { return page.body };
            let path = next.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
            to = path.map_or_else(|| next.to_owned(), |(_, path)| format!("/{path}"));
        }
        panic!("{button} leads round in a circle: {to}");
    };
    demo.open("/_session/start?rd=/");
    demo.log_in();
    assert!(!demo.open("/").body.contains("role=\"status\""));
    for (button, logs_in, said) in [
        ("/demo/rotate", false, "goes on with a new token"),
        ("/demo/wait", false, "Your shop session expired."),
        ("/demo/wait", false, "Your session expired."),
        ("/demo/revoke", false, "Nothing was revoked"),
        ("/demo/revoke", true, "revoked all sessions of alice"),
    ] {
        if logs_in {
            demo.log_in();
        }
        let page = arrive(&mut demo, button);
        assert!(page.contains("<p role=\"status\"><strong>") && page.contains(said), "{said}: {page}");
    }
    // A query that no button makes says nothing.
    assert!(!demo.open("/?after=other").body.contains("role=\"status\""));
}

#[test]
fn command_of_a_wait_shows_what_is_so_behind_it() {
    let mut demo = Demo::start_alone();
    demo.open("/_session/start?rd=/");
    demo.press("/demo/wait", "");
    demo.open("/_session/start?rd=/");
    let page = demo.open("/").body;
    let wait = page.split("/demo/wait</code>").nth(1).expect("the wait");
    let commands = commands(wait);
    let verify = commands.iter().find(|command| command.contains(" verify ")).expect("a command");
    assert!(verify.contains("--no-touch") && verify.contains("--now +1860s"), "{verify}");
    let output = Command::new("sh").args(["-c", verify]).output().expect("a shell");
    assert_eq!(output.status.code(), Some(4), "{verify}: {output:?}");
    let inspect = commands.iter().find(|command| command.contains(" inspect ")).expect("a row");
    assert!(inspect.contains("--now +1860s"), "{inspect}");
}

#[test]
fn demo_at_another_name_of_the_machine_says_where_it_is() {
    let demo = Demo::start();
    for (host, path) in [("127.0.0.1", "/"), ("127.0.0.1", "/cart"), ("[::1]", "/_session/login")] {
        let host = format!("{host}:{}", demo.address.port());
        let page = get(demo.address, path).host(&host).navigation().send();
        assert_eq!(page.status, 421, "{host}{path}: {page:?}");
        for place in ["shop.localhost", "localhost"] {
            let link = format!("<a href=\"http://{place}:{}/\">", demo.address.port());
            assert!(page.body.contains(&link), "{host}{path}: {}", page.body);
        }
    }
}

#[test]
fn demo_starts_where_others_can_write_the_folder_for_temporary_files() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("an own folder");
    let (address, _process) = start_demo_with(|command| {
        command.env("TMPDIR", folder.path()).env("HOME", folder.path());
    });
    assert_eq!(get(address, "/orders").navigation().send().status, 303);
}

/// A page without the marks that keep an option of a command on one line.
pub(crate) fn as_read(page: &str) -> String {
    page.replace("<span class=\"option\">", "").replace("</span>", "")
}

/// The commands of a page, as they are typed.
pub(crate) fn commands(page: &str) -> Vec<String> {
    let page = as_read(page);
    let codes = page.split("<code>").skip(1).filter_map(|part| part.split("</code>").next());
    let commands = codes.filter(|code| code.contains(" --db ") || code.ends_with("| sha256sum"));
    commands.map(|code| code.replace("&quot;", "\"").replace("&gt;", ">").replace("&amp;", "&")).collect()
}

#[test]
fn commands_of_the_demo_run_as_they_stand() {
    let mut demo = Demo::start();
    demo.open("/_session/start?rd=/");
    demo.press("/cart", "item=laptop");
    // At the sandbox's time, too.
    demo.press("/demo/wait", "");
    demo.open("/_session/start?rd=/");
    demo.press("/cart", "item=phone");
    let page = demo.open("/cart");
    let (panel, story) = page.body.split_once("id=\"story\"").expect("a story");
    let (commands, last) = (commands(panel), commands(story));
    assert!(commands.len() >= 8, "{commands:?}");
    for command in &commands {
        let output = Command::new("sh").args(["-c", command]).output().expect("a shell");
        let ran = format!(
            "{command}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        // The first session expired in the meantime: its verification reports that.
        assert!(matches!(output.status.code(), Some(0 | 4)), "{ran}");
    }
    let current = commands.iter().find(|command| command.contains("inspect 2")).expect("a row");
    let shown = Command::new("sh").args(["-c", current]).output().expect("a shell");
    assert!(String::from_utf8_lossy(&shown.stdout).contains("active"), "{shown:?}");
    assert!(matches!(&last[..], [revoke] if revoke.contains("--now +1860s revoke --user alice")), "{last:?}");
}

#[test]
fn step_of_a_login_says_what_the_server_did_besides_the_command() {
    let mut demo = Demo::start_alone();
    demo.open("/_session/start?rd=/");
    demo.press("/cart", "item=laptop");
    demo.log_in();
    let page = demo.open("/").body;
    let said = "The server also moved the data of session 1 to session 2, and ended session 1 (";
    assert_eq!(page.matches(said).count(), 1, "{page}");
}

#[test]
fn page_behind_a_logout_says_that_the_login_goes_on_where_it_does() {
    let mut demo = Demo::start();
    let page = demo.open("/_session/bye").body;
    let everywhere = format!("href=\"http://login.localhost:{}/_session/logout\"", demo.address.port());
    for shown in ["You are logged out of this site only", "without a password", &everywhere] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let alone =
        Demo { host: format!("localhost:{}", demo.address.port()), ..demo }.open("/_session/bye").body;
    assert!(alone.contains("You are logged out") && !alone.contains("site only"), "{alone}");
}

#[test]
fn command_of_the_story_revokes_at_the_next_click() {
    let mut demo = Demo::start_alone();
    demo.log_in();
    let page = demo.open("/orders");
    let (_, story) = page.body.split_once("id=\"story\"").expect("a story");
    let revoked = Command::new("sh").args(["-c", &commands(story)[0]]).output().expect("a shell");
    assert!(revoked.status.success(), "{revoked:?}");
    let orders = demo.open("/orders");
    assert!(orders.header("location").is_some_and(|to| to.contains("/_session/login")), "{orders:?}");
}
