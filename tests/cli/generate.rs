//! `generate`: tokens without a password.

use std::collections::HashSet;

use crate::harness::TestEnv;

#[test]
fn bare_tokens_need_and_make_no_database() {
    let place = TestEnv::empty();
    let ran = place.run(&["generate", "--no-store", "-n", "100"]).ok();
    let tokens: HashSet<String> = ran.out().lines().map(str::to_owned).collect();
    assert_eq!(tokens.len(), 100);
    assert!(tokens.iter().all(|t| t.len() == 64 && t.bytes().all(|b| b.is_ascii_hexdigit())));
    assert!(!place.db().exists());
    place.run(&["generate", "--no-store", "--user", "alice"]).code(2);
}

#[test]
fn the_first_command_that_writes_makes_the_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = TestEnv::empty();
    let token = place.generate(&["--kind", "anonymous"]);
    assert_eq!(place.verdict(&token), "active");
    let mode = std::fs::metadata(place.db()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn by_default_it_lies_where_data_of_programs_lies() {
    let place = TestEnv::empty();
    place.call(&["generate", "--kind", "anonymous"]).without("SESSIONCTL_DB").run().ok();
    assert!(place.path(".local/share/sessionctl/sessions.db").exists());
    let data = place.path("elsewhere");
    place
        .call(&["generate", "--kind", "anonymous"])
        .without("SESSIONCTL_DB")
        .env("XDG_DATA_HOME", &data)
        .run()
        .ok();
    assert!(data.join("sessionctl/sessions.db").exists());
}

#[test]
fn a_thousand_sessions_are_a_thousand_tokens() {
    let place = TestEnv::new();
    let tokens = place.generate_many(1000);
    assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 1000);
    assert_eq!(place.run(&["list", "--format", "count"]).ok().out(), "1000");
    assert_eq!(place.verdict(&tokens[0]), "active");
    assert_eq!(place.verdict(&tokens[999]), "active");
}

#[test]
fn two_tokens_share_no_visible_part() {
    let place = TestEnv::new();
    let tokens = place.generate_many(50);
    for length in [8, 16, 24] {
        let heads: HashSet<&str> = tokens.iter().map(|t| &t[..length]).collect();
        assert_eq!(heads.len(), 50, "the first {length} digits repeat");
    }
}

#[test]
fn an_api_token_has_a_prefix_and_needs_a_scope() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.generate(&["--kind", "api", "--user", "alice", "--scope", "orders:read"]);
    assert!(token.starts_with("sctl_"), "{token}");
    place.run(&["generate", "--kind", "api", "--user", "alice"]).refused(2);
    assert_eq!(place.ids(&[]).len(), 1);
    let session = place.feed(&["inspect", "-", "--format", "json"], &token).ok().json();
    assert_eq!(session["scopes"], serde_json::json!(["orders:read"]));
    assert!(session["idle_timeout"].is_null());
}

#[test]
fn a_session_under_another_is_its_family() {
    let place = TestEnv::with_users(&["alice"]);
    let head = place.login_with("alice", &["--sso"]);
    let head_id = place.id_of(&head);
    let app = place.generate(&["--under", &head_id, "--app", "wiki"]);
    assert_eq!(place.field(&place.id_of(&app), "parent"), head_id);
    assert_eq!(place.field(&place.id_of(&app), "user"), "alice");
    assert_eq!(place.ids(&["--under", &head_id]), [place.id_of(&app)]);
    // One level, and only under a head of a family.
    place.run(&["generate", "--under", &place.id_of(&app), "--app", "mail"]).any_code(&[2, 3, 6]);
    place.run(&["generate", "--under", "999", "--app", "mail"]).refused(3);
}

#[test]
fn who_is_unknown_gets_no_session() {
    let place = TestEnv::new();
    place.run(&["generate", "--user", "nobody"]).refused(3);
    place.run(&["generate", "--kind", "web"]).refused(2);
    place.run(&["generate", "--kind", "anonymous", "-n", "0"]).refused(2);
    assert_eq!(place.run(&["list", "--all", "--format", "count"]).ok().out(), "0");
}

/// Whoever opens the database first reads all of the log beside it.
#[test]
fn the_log_beside_the_database_stays_short() {
    let place = TestEnv::new();
    place.generate_many(5_000);
    let length = || std::fs::metadata(place.path("sessions.db-wal")).expect("the log").len();
    assert!(length() < 130 * 4_120, "{} bytes after bulk work", length());
    let mut shorter = 0;
    for _ in 0..60 {
        let before = length();
        place.generate(&["--kind", "anonymous"]);
        assert!(length() < 130 * 4_120, "{} bytes", length());
        shorter += u32::from(length() < before);
    }
    assert!((1..10).contains(&shorter), "it was copied back {shorter} times in sixty changes");
}
