//! The demo where a token is stolen, and what its panel shows of it; and how the demo ends.

use std::fs;

use crate::demo::{Demo, as_read, start_demo_with};
use crate::front::free_address;
use crate::process::wait_until;

/// The latest exchange of a page.
fn latest(page: &str) -> &str {
    let panel = page.split("What happened").nth(1).expect("a panel");
    panel.split("</details>").next().expect("an exchange")
}

fn has_all(text: &str, parts: &[&str]) {
    let text = as_read(text);
    for part in parts {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
}

#[test]
fn thief_of_a_user_is_shown_with_the_row_before_and_after() {
    let mut demo = Demo::start_alone();
    demo.open("/_session/start?rd=/");
    demo.log_in();
    let stolen = demo.cookie.clone();
    assert_eq!(demo.press("/demo/steal", "").header("location"), Some("/thief"));
    let page = demo.open("/thief").body;
    assert!(page.contains("200: the shop takes the thief for alice."), "{page}");
    let line = format!("Thief: GET http://localhost:{}/orders", demo.address.port());
    has_all(latest(&page), &[&line, "<strong>200</strong>", &stolen]);

    demo.press("/demo/rotate", "");
    assert_ne!(demo.cookie, stolen);
    let page = demo.open("/thief").body;
    has_all(&page, &["401: the thief is not logged in.", "all others of the same login are revoked"]);
    let exchange = latest(&page);
    has_all(
        exchange,
        &[&line, "<strong>401</strong>", &stolen, "verify", "database before", "database after"],
    );
    let (before, after) = exchange.split_once("database after").expect("two rows");
    assert!(before.contains("<dd>active</dd>"), "{before}");
    has_all(after, &["<dd>revoked</dd>", "token reused"]);
    has_all(&page, &["The thief tries the copy again", "A thief copies your cookie again"]);
    // The browser's own cookie for the thief is no part of the story.
    assert!(!page.contains("demo-thief") && !page.contains("demo-visitor"), "{page}");
}

#[test]
fn thief_who_copies_again_behind_a_rotation_learns_why_the_copy_works() {
    let mut demo = Demo::start_alone();
    demo.open("/_session/start?rd=/");
    demo.log_in();
    assert!(!demo.open("/").body.contains("The thief tries the copy again"));
    demo.press("/demo/rotate", "");
    demo.press("/demo/steal", "");
    let page = demo.open("/thief").body;
    has_all(&page, &["200: the shop takes the thief for alice. A rotation ends old copies only."]);
}

#[test]
fn thief_of_a_visitor_is_taken_for_the_visitor() {
    let mut demo = Demo::start_alone();
    demo.open("/_session/start?rd=/");
    demo.press("/cart", "item=laptop");
    demo.press("/demo/steal", "");
    let page = demo.open("/thief").body;
    assert!(page.contains("200: the shop takes the thief for this visitor"), "{page}");
    has_all(latest(&page), &["Thief: GET", "/cart", "<strong>200</strong>", "laptop"]);
    // Nobody is logged in, so that an administrator would find no session of a user.
    assert!(!page.contains("Revoke as the administrator"), "{page}");

    demo.press("/demo/rotate", "");
    let page = demo.open("/thief").body;
    has_all(&page, &["401: the thief is not logged in.", "your cart is lost."]);
    assert!(!page.contains("You have to log in again"), "{page}");
    let start = demo.open("/cart");
    assert!(start.header("location").is_some_and(|to| to.contains("/_session/start")), "{start:?}");
    demo.open("/_session/start?rd=/cart");
    assert!(demo.open("/cart").body.contains("Your cart is empty."));
    demo.log_in();
    assert!(demo.open("/").body.contains("Revoke as the administrator"));
}

#[test]
fn each_browser_has_a_thief_of_its_own() {
    let mut first = Demo::start_alone();
    let mut second = first.second();
    for demo in [&mut first, &mut second] {
        demo.open("/_session/start?rd=/");
    }
    first.press("/demo/steal", "");
    assert!(second.open("/thief").body.contains("The thief has nothing yet"));
    second.press("/demo/steal", "");
    for demo in [&mut first, &mut second] {
        let cookie = demo.cookie.clone();
        let page = demo.open("/thief").body;
        has_all(latest(&page), &["Thief: GET", &cookie]);
    }
}

#[test]
fn each_browser_sees_its_own_exchanges() {
    let mut first = Demo::start_alone();
    let mut second = first.second();
    for demo in [&mut first, &mut second] {
        demo.open("/_session/start?rd=/");
        demo.log_in();
    }
    first.press("/cart", "item=laptop");
    second.press("/demo/rotate", "");
    let (page_of_first, page_of_second) = (first.open("/cart").body, second.open("/cart").body);
    for (page, own, other) in
        [(&page_of_first, &first.cookie, &second.cookie), (&page_of_second, &second.cookie, &first.cookie)]
    {
        assert!(page.contains(own.as_str()) && !page.contains(other.as_str()), "{own}: {page}");
    }
    assert!(!page_of_first.contains("/demo/rotate</code>") && page_of_second.contains("/demo/rotate</code>"));
}

#[test]
fn order_is_shown_with_what_it_changed() {
    let mut demo = Demo::start_alone();
    demo.open("/_session/start?rd=/");
    demo.press("/cart", "item=laptop");
    demo.log_in();
    let cart = demo.open("/cart").body;
    has_all(latest(&cart), &["data list 2", "cart = [&quot;laptop&quot;]"]);
    demo.press("/orders", "");
    let page = demo.open("/orders").body;
    has_all(&page, &["data set 2 orders '[&quot;laptop&quot;]'", "data set 2 cart '[]'"]);
    // Nothing to order: nothing was set.
    demo.press("/orders", "");
    let page = demo.open("/orders").body;
    assert_eq!(page.matches("data set 2 orders").count(), 1, "{page}");
}

#[test]
fn own_pages_show_the_user_and_what_happened() {
    let mut demo = Demo::start_alone();
    let login = demo.open("/_session/login?rd=/").body;
    has_all(&login, &["name=\"password\"", "correct horse battery staple", "What happened", "GET http"]);
    demo.log_in();
    let sessions = demo.open("/_session/sessions").body;
    has_all(&sessions, &["this device", "What happened", "list --user alice"]);
    assert!(!sessions.contains("correct horse battery staple"), "{sessions}");
}

#[test]
fn demo_ends_with_its_terminal_and_deletes_its_sandbox() {
    let folder = tempfile::tempdir().expect("a folder");
    let entries = || fs::read_dir(folder.path()).expect("a folder").count();
    let (_, mut process) = start_demo_with(|command| {
        command.env("TMPDIR", folder.path());
    });
    assert_eq!(entries(), 1);
    let id = process.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-HUP", &id]).status().expect("a signal").success());
    wait_until("the end of the demo", || process.child.try_wait().expect("a child").is_some());
    assert_eq!(process.child.wait().expect("a child").code(), Some(0));
    assert_eq!(entries(), 0);
}

#[test]
fn second_demo_on_a_port_asks_for_the_first() {
    let address = free_address();
    let _taken = std::net::TcpListener::bind(address).expect("a free port");
    let port = address.port().to_string();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_sessionctl"))
        .args(["serve", "--demo", "--port", &port])
        .output()
        .expect("it starts");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && message.contains("is another demo running?"), "{message}");
}
