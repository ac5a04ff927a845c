//! `generate`: tokens without a password.

use std::collections::HashSet;

use crate::harness::TestEnv;

#[test]
fn generate_no_store_needs_no_database() {
    let env = TestEnv::empty();
    let output = env.run(&["generate", "--no-store", "-n", "100"]).ok();
    let tokens: HashSet<String> = output.stdout().lines().map(str::to_owned).collect();
    assert_eq!(tokens.len(), 100);
    assert!(tokens.iter().all(|t| t.len() == 64 && t.bytes().all(|b| b.is_ascii_hexdigit())));
    assert!(!env.db().exists());
    env.run(&["generate", "--no-store", "--user", "alice"]).code(2);
}

#[test]
fn first_writing_command_creates_the_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = TestEnv::empty();
    let token = env.generate(&["--kind", "anonymous"]);
    assert_eq!(env.verdict(&token), "active");
    let mode = std::fs::metadata(env.db()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn default_database_is_in_the_data_folder() {
    let env = TestEnv::empty();
    env.cmd(&["generate", "--kind", "anonymous"]).without("SESSIONCTL_DB").run().ok();
    assert!(env.path(".local/share/sessionctl/sessions.db").exists());
    let data = env.path("elsewhere");
    env.cmd(&["generate", "--kind", "anonymous"])
        .without("SESSIONCTL_DB")
        .env("XDG_DATA_HOME", &data)
        .run()
        .ok();
    assert!(data.join("sessionctl/sessions.db").exists());
}

#[test]
fn generate_n_creates_distinct_tokens() {
    let env = TestEnv::new();
    let tokens = env.generate_many(1000);
    assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 1000);
    assert_eq!(env.run(&["list", "--format", "count"]).ok().stdout(), "1000");
    assert_eq!(env.verdict(&tokens[0]), "active");
    assert_eq!(env.verdict(&tokens[999]), "active");
}

#[test]
fn tokens_share_no_prefix() {
    let env = TestEnv::new();
    let tokens = env.generate_many(50);
    for length in [8, 16, 24] {
        let heads: HashSet<&str> = tokens.iter().map(|t| &t[..length]).collect();
        assert_eq!(heads.len(), 50, "the first {length} digits repeat");
    }
}

#[test]
fn api_token_has_prefix_and_needs_scope() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.generate(&["--kind", "api", "--user", "alice", "--scope", "orders:read"]);
    assert!(token.starts_with("sctl_"), "{token}");
    env.run(&["generate", "--kind", "api", "--user", "alice"]).fails_with(2);
    assert_eq!(env.ids(&[]).len(), 1);
    let session = env.run_with_stdin(&["inspect", "-", "--format", "json"], &token).ok().json();
    assert_eq!(session["scopes"], serde_json::json!(["orders:read"]));
    assert!(session["idle_timeout"].is_null());
}

#[test]
fn generate_under_parent_creates_child() {
    let env = TestEnv::with_users(&["alice"]);
    let head = env.login_with("alice", &["--sso"]);
    let head_id = env.id_of(&head);
    let app = env.generate(&["--under", &head_id, "--app", "wiki"]);
    assert_eq!(env.field(&env.id_of(&app), "parent"), head_id);
    assert_eq!(env.field(&env.id_of(&app), "user"), "alice");
    assert_eq!(env.ids(&["--under", &head_id]), [env.id_of(&app)]);
    // A family has one level, and only an sso session can be a parent.
    env.run(&["generate", "--under", &env.id_of(&app), "--app", "mail"]).code_in(&[2, 3, 6]);
    env.run(&["generate", "--under", "999", "--app", "mail"]).fails_with(3);
}

#[test]
fn generate_for_unknown_user_creates_no_session() {
    let env = TestEnv::new();
    env.run(&["generate", "--user", "nobody"]).fails_with(3);
    env.run(&["generate", "--kind", "web"]).fails_with(2);
    env.run(&["generate", "--kind", "anonymous", "-n", "0"]).fails_with(2);
    assert_eq!(env.run(&["list", "--all", "--format", "count"]).ok().stdout(), "0");
}

#[test]
fn no_wal_is_left_where_no_other_process_has_the_database_open() {
    let env = TestEnv::new();
    for number in ["1", "5000"] {
        env.run(&["generate", "--kind", "anonymous", "-n", number]).ok();
        let wal = std::fs::metadata(env.path("sessions.db-wal"));
        assert!(wal.is_err() || wal.is_ok_and(|wal| wal.len() == 0), "a WAL was left");
    }
}

/// The first process that opens the database reads the whole WAL.
#[test]
fn wal_stays_short_while_another_process_has_the_database_open() {
    let env = TestEnv::new();
    let other = rusqlite::Connection::open(env.db()).expect("the database");
    other.query_row("SELECT count(*) FROM session", [], |_| Ok(())).expect("a read");
    env.generate_many(5_000);
    let length = || std::fs::metadata(env.path("sessions.db-wal")).expect("the WAL").len();
    assert!(length() < 130 * 4_120, "{} bytes after bulk work", length());
    let mut shorter = 0;
    for _ in 0..60 {
        let before = length();
        env.generate(&["--kind", "anonymous"]);
        assert!(length() < 130 * 4_120, "{} bytes", length());
        shorter += u32::from(length() < before);
    }
    assert!((1..10).contains(&shorter), "{shorter} checkpoints in sixty changes");
    drop(other);
}

#[test]
fn generate_at_once_never_exceeds_the_logins_of_a_user() {
    let env = TestEnv::with_users(&["alice"]);
    env.run(&["db", "policy", "user.sessions_max", "3"]).ok();
    let running: Vec<_> =
        (0..12).map(|_| env.cmd(&["generate", "--user", "alice", "--kind", "web"]).spawn()).collect();
    let codes: Vec<_> =
        running.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect();
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 3, "{codes:?}");
    assert!(codes.iter().all(|code| [Some(0), Some(6)].contains(code)), "{codes:?}");
    assert_eq!(env.ids(&["--user", "alice"]).len(), 3);
}
