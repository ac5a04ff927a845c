//! The guide to session tokens as commands: one test for each of its paragraphs.

#[path = "cli/harness/mod.rs"]
#[expect(dead_code, reason = "each test program uses its part of the harness")]
mod harness;

use std::collections::HashSet;

use harness::{PASSWORD, TestEnv};
use sha2::{Digest as _, Sha256};

/// A digital pass instead of name and password for every action: unique, random, free of user data.
#[test]
fn token_replaces_the_password_after_login() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    for _ in 0..3 {
        assert_eq!(env.verdict(&token), "active", "the password was needed again");
    }
    let hex_of_name = hex::encode("alice");
    assert!(!token.contains(&hex_of_name), "the token reveals its owner");
    let tokens: HashSet<String> = (0..5).map(|_| env.login("alice")).collect();
    assert_eq!(tokens.len(), 5, "one login, one token");
}

/// Why it matters: state across requests in a stateless protocol.
#[test]
fn session_keeps_state_across_requests() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    for page in 1..=3 {
        env.run_with_stdin(&["data", "set", "-", "page", &page.to_string()], &token).ok();
        assert_eq!(env.run_with_stdin(&["data", "get", "-", "page"], &token).ok().stdout(), page.to_string());
    }
}

/// How it works: credentials are verified, a token is generated and stored, each request is looked up by it.
#[test]
fn server_checks_password_once_then_looks_up_token() {
    let env = TestEnv::with_users(&["alice"]);
    env.run_with_stdin(&["login", "alice", "--password-stdin"], "a wrong password entirely").fails_with(6);
    let token = env.login("alice");
    let record = env.run_with_stdin(&["inspect", "-", "--format", "json"], &token).ok().json();
    assert_eq!(record["user"], "alice");
    assert!(record["absolute_expires_at"].as_str() > record["expires_at"].as_str(), "{record}");
    assert_eq!(env.verdict(&"0".repeat(64)), "unknown");
    // Stored securely: only the digest, never the token.
    let bytes = env.stored();
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(!holds(token.as_bytes()) && !holds(&hex::decode(&token).unwrap()));
    assert!(holds(&Sha256::digest(&token)));
}

/// The guide's own example: 32 random bytes as 64 hexadecimal characters.
#[test]
fn token_is_64_random_hex_digits() {
    let env = TestEnv::empty();
    let tokens = env.run(&["generate", "--no-store", "-n", "256"]).ok().stdout();
    let bytes: Vec<u8> = tokens.lines().flat_map(|line| hex::decode(line).unwrap()).collect();
    assert_eq!(bytes.len(), 256 * 32);
    let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
    let (all, half) = (bytes.len() as u32 * 8, bytes.len() as u32 * 4);
    // 65,536 fair coins: 1,536 from the middle is twelve standard deviations.
    assert!(ones.abs_diff(half) < 1536, "{ones} of {all} bits are ones");
}

/// Common use: the shopping cart of a visitor who has not logged in.
#[test]
fn anonymous_session_keeps_a_cart() {
    let env = TestEnv::new();
    let visitor = env.generate(&["--kind", "anonymous"]);
    env.run_with_stdin(&["data", "set", "-", "cart", r#"["laptop"]"#], &visitor).ok();
    let record = env.run_with_stdin(&["inspect", "-", "--format", "json"], &visitor).ok().json();
    assert_eq!((&record["kind"], record["user"].is_null()), (&"anonymous".into(), true));
    assert_eq!(env.run_with_stdin(&["data", "get", "-", "cart"], &visitor).ok().stdout(), r#"["laptop"]"#);
}

/// Common use: an API token with scopes, for a program.
#[test]
fn api_token_is_limited_by_its_scopes() {
    let env = TestEnv::with_users(&["alice"]);
    let api = env.generate(&["--kind", "api", "--user", "alice", "--scope", "orders:read"]);
    assert_eq!(env.verdict_with(&api, &["--scope", "orders:read"]), "active");
    assert_eq!(env.verdict_with(&api, &["--scope", "orders:write"]), "insufficient");
    assert_eq!(env.verdict_with(&api, &["--now", "+89d"]), "active", "an API token has no idle limit");
    assert_eq!(env.verdict_with(&api, &["--now", "+91d"]), "expired");
    env.run(&["revoke", "--kind", "api", "--yes"]).ok();
    assert_eq!(env.verdict(&api), "revoked");
}

/// Common use: one login for several applications.
#[test]
fn single_sign_on_logout_ends_all_app_sessions() {
    let env = TestEnv::with_users(&["alice"]);
    let portal = env.login_with("alice", &["--sso"]);
    let id = env.id_of(&portal);
    let apps: Vec<String> =
        ["mail", "wiki", "shop"].iter().map(|app| env.generate(&["--under", &id, "--app", app])).collect();
    assert_eq!(env.verdict_with(&apps[0], &["--app", "mail"]), "active");
    assert_eq!(
        env.verdict_with(&apps[0], &["--app", "wiki"]),
        "insufficient",
        "a token of one app opens another"
    );
    env.run_with_stdin(&["logout", "-"], &apps[0]).ok();
    assert_eq!(env.verdict(&apps[1]), "active", "leaving one app ends the others");
    env.run_with_stdin(&["logout", "-"], &portal).ok();
    for app in &apps {
        assert_eq!(env.verdict(app), "revoked");
    }
}

/// The concrete example: a visitor with a laptop in the cart logs in at the checkout.
#[test]
fn login_at_checkout_replaces_token_and_keeps_cart() {
    let env = TestEnv::with_users(&["alice"]);
    let visitor = env.generate(&["--kind", "anonymous"]);
    env.run_with_stdin(&["data", "set", "-", "cart", r#"["laptop"]"#], &visitor).ok();
    env.write_file("visitor", &visitor);
    let customer = env.login_with("alice", &["--upgrade", "@visitor"]);
    assert_ne!(customer, visitor);
    assert_eq!(env.verdict(&visitor), "revoked", "a planted token would now be logged in");
    assert_eq!(env.run_with_stdin(&["data", "get", "-", "cart"], &customer).ok().stdout(), r#"["laptop"]"#);
    assert_eq!(env.run_with_stdin(&["inspect", "-", "--fields", "user"], &customer).ok().stdout(), "alice");
    // The old token cannot be used for another login either.
    let again =
        env.run_with_stdin(&["login", "alice", "--password-stdin", "--upgrade", "@visitor"], PASSWORD);
    again.code_in(&[3, 5]);
}

/// The token goes to the browser as a cookie and returns with every request.
#[test]
fn token_is_sent_in_a_cookie() {
    let env = TestEnv::with_users(&["alice"]);
    let args = ["login", "alice", "--password-stdin", "--as", "set-cookie"];
    let line = env.run_with_stdin(&args, PASSWORD).ok().stdout();
    env.run_with_stdin(&["cookie", "lint", "-"], &line).ok();
    let value = line.split(['=', ';']).nth(1).unwrap();
    assert_eq!(env.verdict(value), "active");
    let request = format!("Cookie: theme=dark; __Host-session={value}");
    assert_eq!(env.run_with_stdin(&["inspect", "-", "--fields", "user"], &request).ok().stdout(), "alice");
}

/// A returning visitor may still be logged in or must log in again; `--remember` is the difference.
#[test]
fn remembered_session_outlives_an_ordinary_one() {
    let env = TestEnv::sandbox();
    env.add_user("alice");
    let (short, long) = (env.login("alice"), env.login_with("alice", &["--remember"]));
    assert_eq!(env.verdict_with(&short, &["--now", "+20m"]), "active");
    assert_eq!(env.verdict_with(&short, &["--now", "+45m"]), "active", "use did not extend it");
    assert_eq!(env.verdict_with(&short, &["--now", "+80m"]), "expired", "half an hour idle");
    assert_eq!(env.verdict_with(&short, &["--now", "+81m"]), "expired", "looking at it revived it");
    assert_eq!(env.verdict_with(&long, &["--now", "+10d"]), "active");
    assert_eq!(env.verdict_with(&long, &["--now", "+20d"]), "active");
    assert_eq!(env.verdict_with(&long, &["--now", "+29d"]), "active");
    assert_eq!(env.verdict_with(&long, &["--now", "+31d"]), "expired", "used or not, 30 days are the limit");
    env.login_with("alice", &["--now", "+31d"]);
}

/// Logging out invalidates the token, immediately and permanently.
#[test]
fn logout_ends_the_session_immediately() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.run_with_stdin(&["logout", "-"], &token).ok();
    assert_eq!(env.verdict(&token), "revoked");
    env.run_with_stdin(&["rotate", "-"], &token).fails_with(5);
    env.run(&["expire", "1", "--in", "1h", "--yes"]);
    assert_eq!(env.verdict(&token), "revoked");
}

/// Where security matters: a stolen token is noticed when thief and owner both use it after a rotation.
#[test]
fn reused_token_after_rotation_reveals_theft() {
    let env = TestEnv::with_users(&["alice"]);
    let stolen = env.login("alice");
    let renewed = env.run_with_stdin(&["rotate", "-"], &stolen).ok().stdout();
    assert_eq!(env.verdict(&renewed), "active");
    assert_eq!(env.verdict(&stolen), "revoked");
    assert_eq!(env.verdict(&renewed), "revoked");
    assert!(env.run(&["log"]).ok().stdout().contains("token.reused"));
}

/// Confusion: a JWT validates itself, so it does not know about the logout; a session token is looked up.
#[test]
fn jwt_stays_valid_offline_after_logout() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let jwt = env.run_with_stdin(&["jwt", "issue", "-", "--audience", "shop"], &token).ok().stdout();
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop"], &jwt).code(0);
    env.run_with_stdin(&["logout", "-"], &token).ok();
    assert_eq!(env.verdict(&token), "revoked");
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop"], &jwt).code(0);
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop", "--online"], &jwt).code(5);
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "shop", "--now", "+2h"], &jwt).code(4);
    env.run_with_stdin(&["verify", "-"], &jwt).code_in(&[2, 3]);
}

/// Confusion: the cookie is the envelope, the token is its content.
#[test]
fn cookie_is_only_the_envelope_of_the_token() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    for form in ["set-cookie", "cookie", "curl", "jar"] {
        let envelope = env.run_with_stdin(&["cookie", "format", "-", "--as", form], &token).ok().stdout();
        assert!(envelope.contains(&token) && envelope != token, "{form}");
    }
    assert_eq!(env.verdict(&token), "active");
}
