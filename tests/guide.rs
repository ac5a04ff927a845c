//! The guide to session tokens, told with the program: one test for each of its paragraphs.

#[path = "cli/harness/mod.rs"]
#[expect(dead_code, reason = "each test program uses its part of the harness")]
mod harness;

use std::collections::HashSet;

use harness::{PASSWORD, TestEnv};
use sha2::{Digest as _, Sha256};

/// A digital pass instead of name and password for every action: unique, random, not the user's data.
#[test]
fn a_token_is_a_pass_that_stands_for_the_login() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    for _ in 0..3 {
        assert_eq!(place.verdict(&token), "active", "the password was asked for again");
    }
    let hex_of_name = hex::encode("alice");
    assert!(!token.contains(&hex_of_name), "the token tells who its owner is");
    let tokens: HashSet<String> = (0..5).map(|_| place.login("alice")).collect();
    assert_eq!(tokens.len(), 5, "one login, one token");
}

/// Why it matters: state in a protocol without a memory, across requests and processes.
#[test]
fn it_keeps_state_across_requests() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    for page in 1..=3 {
        place.feed(&["data", "set", "-", "page", &page.to_string()], &token).ok();
        assert_eq!(place.feed(&["data", "get", "-", "page"], &token).ok().out(), page.to_string());
    }
}

/// How it works: credentials are verified, a token is generated and stored, each request is looked up by it.
#[test]
fn the_server_checks_the_password_and_then_looks_up_the_token() {
    let place = TestEnv::with_users(&["alice"]);
    place.feed(&["login", "alice", "--password-stdin"], "a wrong password entirely").refused(6);
    let token = place.login("alice");
    let record = place.feed(&["inspect", "-", "--format", "json"], &token).ok().json();
    assert_eq!(record["user"], "alice");
    assert!(record["absolute_expires_at"].as_str() > record["expires_at"].as_str(), "{record}");
    assert_eq!(place.verdict(&"0".repeat(64)), "unknown");
    // Stored securely: what is kept is no token.
    place.run(&["db", "backup", "copy.db"]).ok();
    let bytes = std::fs::read(place.path("copy.db")).unwrap();
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(!holds(token.as_bytes()) && !holds(&hex::decode(&token).unwrap()));
    assert!(holds(&Sha256::digest(&token)));
}

/// The guide's own example: 32 random bytes as 64 hexadecimal characters.
#[test]
fn a_token_is_64_random_hex_characters() {
    let place = TestEnv::empty();
    let tokens = place.run(&["generate", "--no-store", "-n", "256"]).ok().out();
    let bytes: Vec<u8> = tokens.lines().flat_map(|line| hex::decode(line).unwrap()).collect();
    assert_eq!(bytes.len(), 256 * 32);
    let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
    let (all, half) = (bytes.len() as u32 * 8, bytes.len() as u32 * 4);
    // 65,536 fair coins: 1,536 from the middle is twelve standard deviations.
    assert!(ones.abs_diff(half) < 1536, "{ones} of {all} bits are ones");
}

/// Common use: the shopping cart of one who has not logged in.
#[test]
fn a_cart_belongs_to_a_visitor_without_a_name() {
    let place = TestEnv::new();
    let visitor = place.generate(&["--kind", "anonymous"]);
    place.feed(&["data", "set", "-", "cart", r#"["laptop"]"#], &visitor).ok();
    let record = place.feed(&["inspect", "-", "--format", "json"], &visitor).ok().json();
    assert_eq!((&record["kind"], record["user"].is_null()), (&"anonymous".into(), true));
    assert_eq!(place.feed(&["data", "get", "-", "cart"], &visitor).ok().out(), r#"["laptop"]"#);
}

/// Common use: an API token with scopes, for a program.
#[test]
fn an_api_token_may_do_what_its_scopes_say() {
    let place = TestEnv::with_users(&["alice"]);
    let api = place.generate(&["--kind", "api", "--user", "alice", "--scope", "orders:read"]);
    assert_eq!(place.verdict_with(&api, &["--scope", "orders:read"]), "active");
    assert_eq!(place.verdict_with(&api, &["--scope", "orders:write"]), "insufficient");
    assert_eq!(
        place.verdict_with(&api, &["--now", "+89d"]),
        "active",
        "an API token does not die of idleness"
    );
    assert_eq!(place.verdict_with(&api, &["--now", "+91d"]), "expired");
    place.run(&["revoke", "--kind", "api", "--yes"]).ok();
    assert_eq!(place.verdict(&api), "revoked");
}

/// Common use: one login for several applications.
#[test]
fn single_sign_on_is_a_family_that_dies_together() {
    let place = TestEnv::with_users(&["alice"]);
    let portal = place.login_with("alice", &["--sso"]);
    let id = place.id_of(&portal);
    let apps: Vec<String> =
        ["mail", "wiki", "shop"].iter().map(|app| place.generate(&["--under", &id, "--app", app])).collect();
    assert_eq!(place.verdict_with(&apps[0], &["--app", "mail"]), "active");
    assert_eq!(
        place.verdict_with(&apps[0], &["--app", "wiki"]),
        "insufficient",
        "a token of one app opens another"
    );
    place.feed(&["logout", "-"], &apps[0]).ok();
    assert_eq!(place.verdict(&apps[1]), "active", "leaving one app ends the others");
    place.feed(&["logout", "-"], &portal).ok();
    for app in &apps {
        assert_eq!(place.verdict(app), "revoked");
    }
}

/// The concrete example: a visitor with a laptop in the cart logs in at the checkout.
#[test]
fn login_at_the_checkout_replaces_the_token_and_keeps_the_cart() {
    let place = TestEnv::with_users(&["alice"]);
    let visitor = place.generate(&["--kind", "anonymous"]);
    place.feed(&["data", "set", "-", "cart", r#"["laptop"]"#], &visitor).ok();
    place.file("visitor", &visitor);
    let customer = place.login_with("alice", &["--upgrade", "@visitor"]);
    assert_ne!(customer, visitor);
    assert_eq!(place.verdict(&visitor), "revoked", "a planted token would be logged in now");
    assert_eq!(place.feed(&["data", "get", "-", "cart"], &customer).ok().out(), r#"["laptop"]"#);
    assert_eq!(place.feed(&["inspect", "-", "--fields", "user"], &customer).ok().out(), "alice");
    // The old one is worth nothing, not even for another login.
    let again = place.feed(&["login", "alice", "--password-stdin", "--upgrade", "@visitor"], PASSWORD);
    again.any_code(&[3, 5]);
}

/// It is sent back to the browser as a cookie and comes back with every request.
#[test]
fn the_token_travels_in_a_cookie() {
    let place = TestEnv::with_users(&["alice"]);
    let args = ["login", "alice", "--password-stdin", "--as", "set-cookie"];
    let line = place.feed(&args, PASSWORD).ok().out();
    place.feed(&["cookie", "lint", "-"], &line).ok();
    let value = line.split(['=', ';']).nth(1).unwrap();
    assert_eq!(place.verdict(value), "active");
    let request = format!("Cookie: theme=dark; __Host-session={value}");
    assert_eq!(place.feed(&["inspect", "-", "--fields", "user"], &request).ok().out(), "alice");
}

/// Who comes back later may still be logged in, or must log in again; --remember is the difference.
#[test]
fn who_comes_back_later_may_have_to_log_in_again() {
    let place = TestEnv::sandbox();
    place.add("alice");
    let (short, long) = (place.login("alice"), place.login_with("alice", &["--remember"]));
    assert_eq!(place.verdict_with(&short, &["--now", "+20m"]), "active");
    assert_eq!(place.verdict_with(&short, &["--now", "+45m"]), "active", "being used did not prolong it");
    assert_eq!(place.verdict_with(&short, &["--now", "+80m"]), "expired", "half an hour idle");
    assert_eq!(place.verdict_with(&short, &["--now", "+81m"]), "expired", "a look at it revived it");
    assert_eq!(place.verdict_with(&long, &["--now", "+10d"]), "active");
    assert_eq!(place.verdict_with(&long, &["--now", "+20d"]), "active");
    assert_eq!(place.verdict_with(&long, &["--now", "+29d"]), "active");
    assert_eq!(place.verdict_with(&long, &["--now", "+31d"]), "expired", "used or not, a month is the limit");
    place.login_with("alice", &["--now", "+31d"]);
}

/// It can be invalidated by logging out, at once and for good.
#[test]
fn logout_ends_it_at_once() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    place.feed(&["logout", "-"], &token).ok();
    assert_eq!(place.verdict(&token), "revoked");
    place.feed(&["rotate", "-"], &token).refused(5);
    place.run(&["expire", "1", "--in", "1h", "--yes"]);
    assert_eq!(place.verdict(&token), "revoked");
}

/// Where security matters: a stolen token is noticed when both use it after a rotation.
#[test]
fn a_stolen_token_is_noticed() {
    let place = TestEnv::with_users(&["alice"]);
    let stolen = place.login("alice");
    let renewed = place.feed(&["rotate", "-"], &stolen).ok().out();
    assert_eq!(place.verdict(&renewed), "active");
    assert_eq!(place.verdict(&stolen), "revoked");
    assert_eq!(place.verdict(&renewed), "revoked");
    assert!(place.run(&["log"]).ok().out().contains("token.reused"));
}

/// Confusion: a JWT validates itself, so that it does not know of the logout; a session token is looked up.
#[test]
fn a_jwt_does_not_know_of_the_logout() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let jwt = place.feed(&["jwt", "issue", "-"], &token).ok().out();
    place.feed(&["jwt", "verify", "-"], &jwt).code(0);
    place.feed(&["logout", "-"], &token).ok();
    assert_eq!(place.verdict(&token), "revoked");
    place.feed(&["jwt", "verify", "-"], &jwt).code(0);
    place.feed(&["jwt", "verify", "-", "--online"], &jwt).code(5);
    place.feed(&["jwt", "verify", "-", "--now", "+2h"], &jwt).code(4);
    place.feed(&["verify", "-"], &jwt).any_code(&[2, 3]);
}

/// Confusion: the cookie is the envelope, the token is what is in it.
#[test]
fn the_cookie_is_only_the_envelope() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    for form in ["set-cookie", "cookie", "curl", "jar"] {
        let envelope = place.feed(&["cookie", "format", "-", "--as", form], &token).ok().out();
        assert!(envelope.contains(&token) && envelope != token, "{form}");
    }
    assert_eq!(place.verdict(&token), "active");
}
