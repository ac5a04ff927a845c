//! `login`: checks a password and prints a token.

use crate::harness::{PASSWORD, TestEnv};

#[test]
fn login_prints_only_the_bare_token() {
    let env = TestEnv::with_users(&["alice"]);
    let output = env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).ok();
    let token = output.stdout();
    assert!(token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()), "{output:?}");
    assert!(!output.stderr().contains(&token));
    assert_eq!(env.verdict(&token), "active");
    let quiet = env.run_with_stdin(&["login", "alice", "--password-stdin", "-q"], PASSWORD).ok();
    assert_eq!(quiet.stderr(), "");
    assert_ne!(quiet.stdout(), token);
}

/// A wrong path is neither a wrong password nor a reason to create a database.
#[test]
fn login_without_a_database_fails_and_creates_none() {
    let env = TestEnv::empty();
    let output = env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).code(1);
    assert!(output.stderr().contains("there is no session database"), "{output:?}");
    assert_eq!(std::fs::read_dir(env.path("")).unwrap().count(), 0);
}

#[test]
fn login_keeps_client_details() {
    let env = TestEnv::with_users(&["alice"]);
    let more = ["--app", "shop", "--ip", "203.0.113.7", "--user-agent", "Firefox/1", "--label", "laptop"];
    let token = env.login_with("alice", &more);
    let session = env.run_with_stdin(&["inspect", "-", "--format", "json"], &token).ok().json();
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
fn login_gives_one_message_for_wrong_password_and_unknown_name() {
    let env = TestEnv::with_users(&["alice"]);
    let wrong =
        env.run_with_stdin(&["login", "alice", "--password-stdin"], "not the right password").fails_with(6);
    let unknown =
        env.run_with_stdin(&["login", "nobody", "--password-stdin"], "not the right password").fails_with(6);
    assert_eq!(wrong.stderr(), unknown.stderr());
    assert_eq!(env.run(&["list", "--all", "--format", "count"]).ok().stdout(), "0");
}

#[test]
fn login_failures_throttle_the_right_password_too() {
    let env = TestEnv::sandbox();
    env.add_user("alice");
    let login = |second: u32, password: &str| {
        let now = format!("2099-01-01T00:00:{second:02}Z");
        env.run_with_stdin(&["login", "alice", "--password-stdin", "--now", &now], password)
    };
    for _ in 0..6 {
        login(0, "not the right password").fails_with(6);
    }
    login(0, PASSWORD).fails_with(6).stderr_contains("too many");
    login(2, PASSWORD).ok();
    // The right password resets the count.
    login(3, "not the right password").fails_with(6);
    login(3, PASSWORD).ok();
}

#[test]
fn login_upgrade_moves_data_and_ends_the_old_token() {
    let env = TestEnv::with_users(&["alice"]);
    let cart = env.generate(&["--kind", "anonymous"]);
    env.run_with_stdin(&["data", "set", "-", "cart", r#"["laptop"]"#], &cart).ok();
    env.write_file("cart", &cart);
    let token = env.login_with("alice", &["--upgrade", "@cart"]);
    assert_ne!(token, cart);
    assert_eq!(env.verdict(&cart), "revoked");
    assert_eq!(env.verdict(&token), "active");
    assert_eq!(env.run_with_stdin(&["data", "get", "-", "cart"], &token).ok().stdout(), r#"["laptop"]"#);
    assert_eq!(env.run_with_stdin(&["inspect", "-", "--fields", "user"], &token).ok().stdout(), "alice");
}

#[test]
fn login_upgrade_needs_password_and_active_anonymous_token() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    let cart = env.generate(&["--kind", "anonymous"]);
    env.write_file("cart", &cart);
    let args = ["login", "alice", "--password-stdin", "--upgrade", "@cart"];
    env.run_with_stdin(&args, "not the right password").fails_with(6);
    assert_eq!(env.verdict(&cart), "active", "a failed login changed the cart");

    env.write_file("cart", env.login("bob"));
    let output = env.run_with_stdin(&args, PASSWORD);
    assert_eq!(output.stdout(), "");
    output.code_in(&[3, 5, 6, 7]).stderr_contains("is neither anonymous nor one of this user");
    env.write_file("cart", "0123456789abcdef".repeat(4));
    let adopted = env.run_with_stdin(&args, PASSWORD);
    assert_eq!(adopted.stdout(), "");
    adopted.code_in(&[3, 6]).stderr_contains("cannot be upgraded: no session has it");
    env.run_with_stdin(&["logout", "-"], &cart).ok();
    env.write_file("cart", &cart);
    env.run_with_stdin(&args, PASSWORD).code(3).stderr_contains("its session was revoked");
    assert_eq!(env.ids(&["--user", "alice"]).len(), 0);
}

#[test]
fn login_is_limited_by_sessions_max() {
    let env = TestEnv::with_users(&["alice"]);
    env.run(&["db", "policy", "user.sessions_max", "2"]).ok();
    let first = env.login("alice");
    env.login("alice");
    env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD).fails_with(6);
    assert_eq!(env.verdict(&first), "active");
    env.login_with("alice", &["--evict-oldest"]);
    assert_eq!(env.verdict(&first), "revoked");
    assert_eq!(env.ids(&["--user", "alice"]).len(), 2);
}

#[test]
fn login_as_prints_the_requested_form() {
    let env = TestEnv::with_users(&["alice"]);
    let shape = |form: &str| {
        env.run_with_stdin(&["login", "alice", "--password-stdin", "--as", form], PASSWORD).ok().stdout()
    };
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
    assert_eq!(env.verdict(record["token"].as_str().unwrap()), "active");
    assert_eq!(shape("token").len(), 64);
}

#[test]
fn login_remember_sets_cookie_max_age() {
    let env = TestEnv::with_users(&["alice"]);
    let line = env
        .run_with_stdin(&["login", "alice", "--password-stdin", "--remember", "--as", "set-cookie"], PASSWORD)
        .ok()
        .stdout();
    // 30 days at most, less what has passed since the session began.
    let seconds: u64 =
        line.split_once("Max-Age=").and_then(|(_, rest)| rest.trim().parse().ok()).expect("a number");
    assert!((2_592_000 - 600..=2_592_000).contains(&seconds), "{line}");
}

#[test]
fn login_lifetime_may_not_exceed_the_policy() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login_with("alice", &["--ttl", "10m", "--idle", "5m"]);
    let session = env.run_with_stdin(&["inspect", "-", "--format", "json"], &token).ok().json();
    assert_eq!(session["idle_timeout"], 300);
    env.run_with_stdin(&["login", "alice", "--password-stdin", "--ttl", "10y"], PASSWORD).code_in(&[2, 6]);
}

/// `--upgrade` without TOKEN upgrades the session of `SESSIONCTL_TOKEN`, wherever the name stands.
#[test]
fn login_upgrade_takes_the_token_of_the_environment() {
    for args in [
        &["login", "alice", "--password-stdin", "--upgrade"][..],
        &["login", "--password-stdin", "--upgrade", "alice"],
        &["login", "--upgrade", "alice", "--password-stdin", "--app", "shop"],
        &["login", "--upgrade", "--password-stdin", "alice"],
    ] {
        let env = TestEnv::with_users(&["alice"]);
        let visitor = env.generate(&["--kind", "anonymous"]);
        env.run(&["data", "set", "1", "cart", "[1]"]).ok();
        let token = env.cmd(args).env("SESSIONCTL_TOKEN", &visitor).stdin(PASSWORD).run().ok().stdout();
        assert_eq!(env.verdict(&visitor), "revoked", "{args:?}");
        env.write_file("token", &token);
        assert_eq!(env.run(&["data", "get", "@token", "cart"]).ok().stdout(), "[1]");
        let output = env.run_with_stdin(args, PASSWORD).code(2);
        assert!(output.stderr().contains("SESSIONCTL_TOKEN"), "{output:?}");
    }
    let env = TestEnv::with_users(&["alice"]);
    env.run_with_stdin(&["login", "--upgrade", "@token", "--password-stdin"], PASSWORD).fails_with(2);
    env.run_with_stdin(&["login", "alice", "--upgrade", "hello", "--password-stdin"], PASSWORD).fails_with(2);
}

#[test]
fn login_with_a_password_of_any_length_gives_the_message_of_a_wrong_one() {
    let env = TestEnv::with_users(&["alice"]);
    let login = |name: &str, bytes: usize| {
        env.run_with_stdin(&["login", name, "--password-stdin"], &"x".repeat(bytes)).fails_with(6).stderr()
    };
    let wrong = login("alice", 20);
    for bytes in [1_025, 5_000, 16_384, 16_385, 16_386, 16_387, 70_000] {
        let name = format!("user{bytes}");
        env.add_user(&name);
        assert_eq!(login(&name, bytes), wrong, "{bytes}");
        // Each name once: several failures of one would be throttled.
        assert_eq!(login(&format!("nobody{bytes}"), bytes), wrong, "{bytes}");
    }
    let long = "a password of several words ".repeat(3_000);
    for act in
        [&["user", "add", "bob", "--password-stdin"][..], &["user", "passwd", "alice", "--password-stdin"]]
    {
        env.run_with_stdin(act, &long).fails_with(2).stderr_contains("at most 1024 bytes");
    }
}
