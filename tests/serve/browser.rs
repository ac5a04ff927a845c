//! The pages and the demo in a real Chromium, driven over WebDriver by keyboard, at 320 px and in dark mode. It is left
//! out where chromium or chromedriver is not installed.

use std::process::Command;

use serde_json::{Value, json};

use crate::demo::start_demo;
use crate::front::{Front, PASSWORD, Process, free_address, wait_until};
use crate::http::get;
use crate::process::PATIENCE;
use crate::programs::{CHROMEDRIVER, CHROMIUM};

/// The keys that WebDriver names by a code point.
pub(crate) const ENTER: &str = "\u{e007}";
pub(crate) const TAB: &str = "\u{e004}";

pub(crate) struct Browser {
    address: std::net::SocketAddr,
    session: String,
    _driver: Process,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(crate) fn start() -> Option<Self> {
        let (driver, chromium) = (CHROMEDRIVER.find_or_leave_out()?, CHROMIUM.find_or_leave_out()?);
        let (address, profile) = (free_address(), tempfile::tempdir().expect("a folder"));
        let mut command = Command::new(driver);
        command.arg(format!("--port={}", address.port())).env("HOME", profile.path());
        let process = Process::start(&mut command).ends_gently().wait_for(address);
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--hide-scrollbars",
        ];
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments, "binary": chromium},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let mut browser = Browser { address, session: String::new(), _driver: process, _profile: profile };
        let value = browser.send("POST", "", &capabilities);
        browser.session = value["sessionId"].as_str().expect("a session").to_owned();
        Some(browser)
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let path = if self.session.is_empty() {
            "/session".to_owned()
        } else {
            format!("/session/{}{path}", self.session)
        };
        // A busy machine takes long to start a browser.
        let request = get(self.address, &path).method(method).patience(PATIENCE);
        let request = if method == "POST" {
            request.with("Content-Type", "application/json").body(&body.to_string())
        } else {
            request
        };
        let answer = request.send();
        let mut json: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(answer.status, 200, "{method} {path}: {json}");
        json["value"].take()
    }

    pub(crate) fn open(&self, address: &str) {
        self.send("POST", "/url", &json!({"url": address}));
    }

    pub(crate) fn run(&self, script: &str) -> Value {
        self.send("POST", "/execute/sync", &json!({"script": script, "args": []}))
    }

    pub(crate) fn cdp(&self, command: &str, parameters: &Value) {
        self.send("POST", "/goog/cdp/execute", &json!({"cmd": command, "params": parameters}));
    }

    pub(crate) fn address(&self) -> String {
        self.send("GET", "/url", &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn title(&self) -> String {
        self.send("GET", "/title", &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn text(&self) -> String {
        self.run("return document.body.innerText").as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page is there: a key that is pressed does not wait for what follows.
    pub(crate) fn arrives(&self, what: &str, is_there: impl Fn(&Self) -> bool) {
        wait_until(what, || is_there(self) && self.run("return document.readyState") == "complete");
    }

    /// Types where the focus is.
    pub(crate) fn type_keys(&self, keys: &str) {
        let keys: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]
            })
            .collect();
        self.send(
            "POST",
            "/actions",
            &json!({"actions": [{"type": "key", "id": "keyboard", "actions": keys}]}),
        );
    }

    /// Presses the button with these words, by keyboard.
    pub(crate) fn press(&self, words: &str) {
        let script = format!(
            "for (const b of document.querySelectorAll('button')) if (b.innerText.includes({})) {{ b.focus(); return true }} return false",
            json!(words)
        );
        assert_eq!(self.run(&script), true, "no button {words}: {}", self.text());
        self.type_keys(ENTER);
    }

    /// What the console reported, except that an answer had the status of an error.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let entries = self.send("POST", "/se/log", &json!({"type": "browser"}));
        let messages = entries.as_array().into_iter().flatten().filter_map(|entry| entry["message"].as_str());
        messages.filter(|text| !text.contains("Failed to load resource")).map(str::to_owned).collect()
    }

    /// The page has one heading, a language and labels, fits 320 px, and is readable in dark mode.
    pub(crate) fn check_page(&self, name: &str) {
        let unlabelled = "return [...document.querySelectorAll('input:not([type=hidden])')].filter(i => !i.labels.length).length";
        assert_eq!(self.run(unlabelled), 0, "{name}: an input without a label");
        assert_eq!(self.run("return document.querySelectorAll('h1').length"), 1, "{name}");
        assert_eq!(self.run("return document.documentElement.lang"), "en", "{name}");
        let narrow = json!({"width": 320, "height": 800, "deviceScaleFactor": 1, "mobile": true});
        self.cdp("Emulation.setDeviceMetricsOverride", &narrow);
        assert_eq!(
            self.run("return document.documentElement.scrollWidth"),
            320,
            "{name} is wider than 320 px"
        );
        self.cdp("Emulation.clearDeviceMetricsOverride", &json!({}));
        let dark = json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
        self.cdp("Emulation.setEmulatedMedia", &dark);
        let ground = self.run("return getComputedStyle(document.body).backgroundColor");
        assert_eq!(ground, "rgb(21, 24, 28)", "{name} in dark mode");
        self.cdp("Emulation.setEmulatedMedia", &json!({"features": []}));
        assert_eq!(self.complaints(), Vec::<String>::new(), "{name}");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A failed test has no session that could be closed.
        let path = format!("/session/{}", self.session);
        let _ = get(self.address, &path).method("DELETE").try_send();
    }
}

#[test]
fn browser_logs_in_by_keyboard_and_scripts_read_no_page() {
    let Some(browser) = Browser::start() else { return };
    let front = Front::start(&["--remember"]);
    let site = format!("http://localhost:{}", front.address.port());
    browser.open(&format!("{site}/_session/login?rd=/cart"));
    browser.check_page("login");
    browser.type_keys(&format!("alice{TAB}wrong password{ENTER}"));
    browser.arrives("Login failed \u{b7} shop", |browser| browser.title() == "Login failed \u{b7} shop");
    browser.check_page("failed login");
    browser.type_keys(&format!("{PASSWORD}{ENTER}"));
    browser.arrives("the page behind the login", |browser| browser.address() == format!("{site}/cart"));
    browser.open(&format!("{site}/_session/sessions"));
    browser.arrives("this device", |browser| browser.text().contains("this device"));
    browser.check_page("sessions");
    browser.open(&format!("{site}/_session/reauth?rd=/pay"));
    browser.check_page("reauth");
    browser.type_keys(&format!("{PASSWORD}{ENTER}"));
    browser.arrives("the page behind the login", |browser| browser.address() == format!("{site}/pay"));
    // What a script of the application, on the same origin, can have of a page.
    let fetched = "return await fetch('/_session/sessions').then(answer => answer.status)";
    assert_eq!(browser.run(fetched), 403);
    let framed = "const frame = document.createElement('iframe'); frame.src = '/_session/sessions';
        document.body.append(frame);
        for (let tries = 0; tries < 400 && frame.contentDocument !== null; tries++)
            await new Promise(done => setTimeout(done, 50));
        return frame.contentDocument === null";
    assert_eq!(browser.run(framed), true);
    let opened =
        "const other = open('/_session/sessions'); await new Promise(done => setTimeout(done, 1000));
        try { return other.document.body.innerText } catch { return 'closed' }";
    let seen = browser.run(opened);
    assert!(seen == "closed" || seen == "", "{seen}");
    browser.open(&format!("{site}/_session/logout"));
    browser.press("Log out");
    browser.arrives("You are logged out \u{b7} shop", |browser| {
        browser.title() == "You are logged out \u{b7} shop"
    });
    browser.open(&format!("{site}/_session/sessions"));
    assert!(browser.address().contains("/_session/login"), "{}", browser.address());
}

#[test]
fn demo_tells_its_story_in_a_browser() {
    let Some(browser) = Browser::start() else { return };
    let (address, _demo) = start_demo();
    let port = address.port();
    let shop = format!("http://shop.localhost:{port}");
    browser.open(&shop);
    browser.press("laptop");
    browser.arrives("the cart with a laptop", |browser| {
        browser.title().starts_with("Your cart") && browser.text().contains("laptop")
    });
    browser.check_page("cart");
    browser.open(&format!("{shop}/orders"));
    assert!(
        browser.address().starts_with(&format!("http://login.localhost:{port}/")),
        "{}",
        browser.address()
    );
    browser.type_keys(&format!("alice{TAB}{PASSWORD}{ENTER}"));
    browser.arrives("the page behind the login", |browser| browser.address() == format!("{shop}/orders"));
    browser.press("Order what is in the cart: laptop");
    browser.arrives("the order", |browser| !browser.text().contains("You have no orders yet"));
    // The second site needs no password.
    browser.open(&format!("http://wiki.localhost:{port}/"));
    browser.arrives("logged in as alice", |browser| browser.text().contains("logged in as alice"));
    // The three hosts know that it is one browser: its panel tells the whole way.
    for step in ["shop.localhost", "login.localhost", "wiki.localhost"] {
        assert!(browser.text().contains(&format!("GET http://{step}:{port}/")), "{step}: {}", browser.text());
    }
    browser.open(&shop);
    browser.press("A thief copies");
    browser
        .arrives("takes the thief for alice", |browser| browser.text().contains("takes the thief for alice"));
    browser.open(&shop);
    browser.press("Rotate");
    browser.arrives("the rotation", |browser| browser.text().contains("demo/rotate"));
    browser.open(&format!("{shop}/thief"));
    browser.arrives("401: the thief", |browser| browser.text().contains("401: the thief is not logged in"));
    // The theft was noticed, and ended the session of both.
    browser.open(&format!("{shop}/orders"));
    assert!(
        browser.address().starts_with(&format!("http://login.localhost:{port}/")),
        "{}",
        browser.address()
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
