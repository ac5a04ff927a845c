//! The tables that are kept current, in a real Chromium: the focus stays, what a screen reader reads out is the number, and
//! the stream ends with the session.

use std::time::Duration;

use crate::browser::{Browser, ENTER, TAB};
use crate::front::{Front, PASSWORD, free_address, wait_until};
use crate::process::PATIENCE;

/// A front with a login host at its own address, and root as administrator.
struct Scene {
    front: Front,
    login: String,
}

impl Scene {
    fn start() -> Self {
        let address = free_address();
        let login = format!("http://login.localhost:{}", address.port());
        let front = Front::start_behind(address, address, &["--login", &login, "--admin", "alice"]);
        Scene { front, login }
    }

    /// The ids of alice's active sessions, as the command line lists them.
    fn ids(&self) -> Vec<String> {
        let ids = self.front.run(&["list", "--user", "alice", "--format", "ids"]);
        ids.lines().map(str::to_owned).collect()
    }

    fn add_session(&self) -> String {
        let before = self.ids();
        self.front.run(&["generate", "--kind", "web", "--user", "alice", "--app", "other"]);
        self.ids().into_iter().find(|id| !before.contains(id)).expect("a new session")
    }

    /// Logs in on the way to a page.
    fn log_in(&self, browser: &Browser, page: &str) {
        browser.open(&format!("{}/_session/{page}", self.login));
        browser.type_keys(&format!("alice{TAB}{PASSWORD}{ENTER}"));
        let there = format!("{}/_session/{page}", self.login);
        browser.arrives(page, |browser| browser.address() == there);
    }
}

const ROWS: &str = "return document.querySelectorAll('tbody tr').length";

#[test]
fn table_follows_the_command_line_and_the_focus_stays() {
    let Some(browser) = Browser::start() else { return };
    let scene = Scene::start();
    scene.log_in(&browser, "sessions");
    browser.check_page("sessions");
    let kept = scene.add_session();
    wait_until("the new session is shown", || browser.run(ROWS) == 2);
    assert!(browser.text().contains("2 active"), "{}", browser.text());
    let focus = format!(
        "window.mark = document.querySelector('#session-{kept} button'); window.mark.focus(); return true"
    );
    assert_eq!(browser.run(&focus), true);
    let third = scene.add_session();
    wait_until("the third session is shown", || browser.run(ROWS) == 3);
    assert_eq!(browser.run("return document.activeElement === window.mark"), true, "the focus has moved");
    // The row above the focus goes, and the one with the focus stays until the focus has left it.
    scene.front.run(&["revoke", &third, "--yes"]);
    wait_until("the third session is gone", || browser.run(ROWS) == 2);
    scene.front.run(&["revoke", &kept, "--yes"]);
    wait_until("the number falls", || browser.text().contains("1 active"));
    assert_eq!(browser.run("return document.activeElement === window.mark"), true, "the focus has moved");
    assert_eq!(browser.run(&format!("return document.querySelector('#session-{kept}').className")), "over");
    browser.press("Pause updates");
    scene.add_session();
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(browser.run(ROWS), 2, "the updates are paused");
    browser.press("Resume updates");
    wait_until("the updates go on", || browser.text().contains("2 active"));
    let stale = format!("return document.querySelector('#session-{kept}') === null");
    assert_eq!(browser.run(&stale), true);
    assert_eq!(browser.complaints(), Vec::<String>::new());
    // Only the number is read out.
    let live = "return [...document.querySelectorAll('[aria-live]')].map(e => e.id + e.ariaLive).join()";
    assert_eq!(browser.run(live), "countpolite");
    // The session itself ends: the page says that it is no longer current.
    let own = scene.ids();
    scene.front.run(&["revoke", own.last().expect("a session"), "--yes"]);
    wait_until("the end is said", || browser.text().contains("no longer kept current"));
}

#[test]
fn administrators_table_is_current_and_leads_to_each_session() {
    let Some(browser) = Browser::start() else { return };
    let scene = Scene::start();
    scene.log_in(&browser, "admin");
    browser.open(&format!("{}/_session/admin?user=alice", scene.login));
    browser.check_page("admin");
    let before = browser.run(ROWS).as_u64().expect("a number");
    let id = scene.add_session();
    wait_until("the new session is shown", || browser.run(ROWS) == before + 1);
    browser.open(&format!("{}/_session/admin/session/{id}", scene.login));
    browser.check_page("one session");
    browser.press("Revoke this session");
    browser.arrives("the dry run", |browser| browser.title().starts_with("Revoke these sessions"));
    browser.check_page("dry run");
    assert!(scene.ids().contains(&id), "a dry run ends nothing");
    browser.press("Revoke these sessions");
    browser.arrives("the answer", |browser| browser.text().contains("1 session was revoked"));
    assert!(!scene.ids().contains(&id));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn table_on_an_applications_origin_is_only_said_to_have_changed() {
    let Some(browser) = Browser::start() else { return };
    let front = Front::start(&[]);
    let site = format!("http://localhost:{}", front.address.port());
    browser.open(&format!("{site}/_session/login"));
    browser.type_keys(&format!("alice{TAB}{PASSWORD}{ENTER}"));
    browser.arrives("the site", |browser| browser.address() == format!("{site}/"));
    browser.open(&format!("{site}/_session/sessions"));
    front.run(&["generate", "--kind", "web", "--user", "alice"]);
    wait_until("the change is said", || browser.text().contains("Something has changed"));
    assert_eq!(browser.run(ROWS), 1);
    let fetched = "return await fetch('/_session/sessions/table').then(answer => answer.status)";
    assert_eq!(browser.run(fetched), 404);
}

#[test]
fn stream_ends_soon_after_a_revocation_by_the_command_line() {
    use std::io::{Read as _, Write as _};
    let mut front = Front::start(&[]);
    let open = |front: &Front| {
        let cookie = front.log_in_at(front.address);
        let mut stream = std::net::TcpStream::connect(front.address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let request = format!(
            "GET /_session/sessions/events HTTP/1.1\r\nHost: localhost:{}\r\nCookie: {cookie}\r\n\r\n",
            front.address.port()
        );
        stream.write_all(request.as_bytes()).expect("it is sent");
        let (mut text, mut chunk) = (String::new(), [0; 1024]);
        while !text.contains("data: ") {
            let read = stream.read(&mut chunk).expect("an answer");
            assert!(read > 0, "{text}");
            text.push_str(&String::from_utf8_lossy(&chunk[..read]));
        }
        (stream, text)
    };
    let (mut stream, head) = open(&front);
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("x-accel-buffering: no"), "{head}");
    front.run(&["revoke", "--user", "alice", "--yes"]);
    let until_it_ends = |stream: &mut std::net::TcpStream| {
        let mut rest = Vec::new();
        // The last chunk ends the stream; the connection itself may go on.
        while !rest.ends_with(b"0\r\n\r\n") {
            let mut chunk = [0; 1024];
            let read = stream.read(&mut chunk).expect("the end of the stream");
            if read == 0 {
                break;
            }
            rest.extend_from_slice(&chunk[..read]);
        }
    };
    until_it_ends(&mut stream);
    // A stream does not hold up the end of the front.
    let (mut stream, _) = open(&front);
    assert_eq!(front.stop(), Some(0));
    until_it_ends(&mut stream);
    assert!(!front.log().contains("still running"), "{}", front.log());
}
