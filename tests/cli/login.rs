//! `login`: a password for a token.

use crate::harness::{PASSWORD, TestEnv};

#[test]
fn a_login_prints_the_bare_token_and_nothing_else() {
    let place = TestEnv::with_users(&["alice"]);
    let ran = place.feed(&["login", "alice", "--password-stdin"], PASSWORD).ok();
    let token = ran.out();
    assert!(token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()), "{ran:?}");
    assert!(!ran.err().contains(&token));
    assert_eq!(place.verdict(&token), "active");
    let quiet = place.feed(&["login", "alice", "--password-stdin", "-q"], PASSWORD).ok();
    assert_eq!(quiet.err(), "");
    assert_ne!(quiet.out(), token);
}

/// A wrong path is no wrong password, and no new database.
#[test]
fn without_a_database_there_is_nobody_to_log_in() {
    let place = TestEnv::empty();
    let ran = place.feed(&["login", "alice", "--password-stdin"], PASSWORD).code(1);
    assert!(ran.err().contains("there is no session database"), "{ran:?}");
    assert_eq!(std::fs::read_dir(place.path("")).unwrap().count(), 0);
}

#[test]
fn what_is_said_of_the_client_is_kept() {
    let place = TestEnv::with_users(&["alice"]);
    let more = ["--app", "shop", "--ip", "203.0.113.7", "--user-agent", "Firefox/1", "--label", "laptop"];
    let token = place.login_with("alice", &more);
    let session = place.feed(&["inspect", "-", "--format", "json"], &token).ok().json();
    for (key, value) in [
        ("kind", "web"),
        ("state", "active"),
        ("user", "alice"),
        ("app", "shop"),
        ("ip", "203.0.113.7"),
        ("user_agent", "Firefox/1"),
        ("label", "laptop"),
    ] {
        assert_eq!(session[key], value, "{key}");
    }
    assert!(session["authenticated_at"].is_string());
}

#[test]
fn a_wrong_password_and_an_unknown_name_get_the_same_words() {
    let place = TestEnv::with_users(&["alice"]);
    let wrong = place.feed(&["login", "alice", "--password-stdin"], "not the right password").refused(6);
    let unknown = place.feed(&["login", "nobody", "--password-stdin"], "not the right password").refused(6);
    assert_eq!(wrong.err(), unknown.err());
    assert_eq!(place.run(&["list", "--all", "--format", "count"]).ok().out(), "0");
}

#[test]
fn failures_throttle_and_the_right_password_waits_too() {
    let place = TestEnv::sandbox();
    place.add("alice");
    let login = |second: u32, password: &str| {
        let now = format!("2099-01-01T00:00:{second:02}Z");
        place.feed(&["login", "alice", "--password-stdin", "--now", &now], password)
    };
    for _ in 0..6 {
        login(0, "not the right password").refused(6);
    }
    login(0, PASSWORD).refused(6).says("too many");
    login(2, PASSWORD).ok();
    // The right one ends the count.
    login(3, "not the right password").refused(6);
    login(3, PASSWORD).ok();
}

#[test]
fn an_upgrade_moves_the_data_and_kills_the_old_token() {
    let place = TestEnv::with_users(&["alice"]);
    let cart = place.generate(&["--kind", "anonymous"]);
    place.feed(&["data", "set", "-", "cart", r#"["laptop"]"#], &cart).ok();
    place.file("cart", &cart);
    let token = place.login_with("alice", &["--upgrade", "@cart"]);
    assert_ne!(token, cart);
    assert_eq!(place.verdict(&cart), "revoked");
    assert_eq!(place.verdict(&token), "active");
    assert_eq!(place.feed(&["data", "get", "-", "cart"], &token).ok().out(), r#"["laptop"]"#);
    assert_eq!(place.feed(&["inspect", "-", "--fields", "user"], &token).ok().out(), "alice");
}

#[test]
fn an_upgrade_needs_the_right_password_and_a_live_token_of_nobody() {
    let place = TestEnv::with_users(&["alice", "bob"]);
    let cart = place.generate(&["--kind", "anonymous"]);
    place.file("cart", &cart);
    let args = ["login", "alice", "--password-stdin", "--upgrade", "@cart"];
    place.feed(&args, "not the right password").refused(6);
    assert_eq!(place.verdict(&cart), "active", "a failed login touched the cart");

    place.file("cart", place.login("bob"));
    let ran = place.feed(&args, PASSWORD);
    assert_eq!(ran.out(), "");
    ran.any_code(&[3, 5, 6, 7]);
    place.file("cart", "0123456789abcdef".repeat(4));
    let adopted = place.feed(&args, PASSWORD);
    assert_eq!(adopted.out(), "");
    adopted.any_code(&[3, 6]);
    assert_eq!(place.ids(&["--user", "alice"]).len(), 0);
}

#[test]
fn the_number_of_live_sessions_is_limited() {
    let place = TestEnv::with_users(&["alice"]);
    place.run(&["db", "policy", "user.sessions_max", "2"]).ok();
    let first = place.login("alice");
    place.login("alice");
    place.feed(&["login", "alice", "--password-stdin"], PASSWORD).refused(6);
    assert_eq!(place.verdict(&first), "active");
    place.login_with("alice", &["--evict-oldest"]);
    assert_eq!(place.verdict(&first), "revoked");
    assert_eq!(place.ids(&["--user", "alice"]).len(), 2);
}

#[test]
fn a_token_comes_in_the_form_that_was_asked_for() {
    let place = TestEnv::with_users(&["alice"]);
    let shape =
        |form: &str| place.feed(&["login", "alice", "--password-stdin", "--as", form], PASSWORD).ok().out();
    let line = shape("set-cookie");
    assert!(line.starts_with("Set-Cookie: __Host-session="), "{line}");
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(line.contains(attribute), "{attribute}: {line}");
    }
    assert!(!line.contains("Max-Age") && !line.contains("Domain"), "{line}");
    assert!(shape("cookie").starts_with("Cookie: __Host-session="));
    assert!(shape("curl").contains("__Host-session="));
    assert!(shape("jar").contains("\t__Host-session\t"));
    let record: serde_json::Value = serde_json::from_str(&shape("json")).unwrap();
    assert_eq!(place.verdict(record["token"].as_str().unwrap()), "active");
    assert_eq!(shape("token").len(), 64);
}

#[test]
fn remembered_lives_for_weeks_and_its_cookie_too() {
    let place = TestEnv::with_users(&["alice"]);
    let line = place
        .feed(&["login", "alice", "--password-stdin", "--remember", "--as", "set-cookie"], PASSWORD)
        .ok()
        .out();
    assert!(line.contains("Max-Age=2592000"), "30 days at most: {line}");
}

#[test]
fn a_life_may_be_shorter_but_not_longer_than_the_policy() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login_with("alice", &["--ttl", "10m", "--idle", "5m"]);
    let session = place.feed(&["inspect", "-", "--format", "json"], &token).ok().json();
    assert_eq!(session["idle_timeout"], 300);
    place.feed(&["login", "alice", "--password-stdin", "--ttl", "10y"], PASSWORD).any_code(&[2, 6]);
}
