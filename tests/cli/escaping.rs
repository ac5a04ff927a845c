//! Text that strangers choose, such as names and user agents, stays text: it controls no terminal, no
//! spreadsheet and no SQL.

use crate::harness::{PASSWORD, TestEnv};

const HOSTILE: &str = "Mozilla\x1b[2J\x1b]0;owned\x07\u{202e}gnp\r\nfake line\u{9b}31m";

fn is_tame(text: &str) -> bool {
    !text.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c))
}

#[test]
fn control_characters_are_escaped_in_output() {
    let env = TestEnv::with_users(&["alice"]);
    env.login_with("alice", &["--user-agent", HOSTILE, "--label", HOSTILE, "--app", HOSTILE, "--sso"]);
    env.generate(&["--under", "1", "--app", HOSTILE]);
    env.run(&["revoke", "1", "--reason", HOSTILE, "--yes"]).ok();
    for args in [
        &["list", "--all"][..],
        &["list", "--all", "--fields", "id,user_agent,label,app,end_reason"],
        &["list", "--all", "--format", "jsonl"],
        &["list", "--all", "--format", "json"],
        &["inspect", "1"],
        &["tree", "1"],
        &["stats"],
        &["log"],
    ] {
        let output = env.run(args).code_in(&[0, 5]);
        assert!(is_tame(&output.stdout_and_stderr()), "{args:?}: {:?}", output.stdout_and_stderr());
    }
}

#[test]
fn csv_and_bare_values_return_stored_text_unchanged() {
    let env = TestEnv::with_users(&["alice", r"DOMAIN\bob"]);
    env.login_with("alice", &["--user-agent", HOSTILE]);
    let csv = env.run(&["list", "--fields", "id,user_agent", "--format", "csv"]).ok().stdout();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows, [vec!["1", HOSTILE]], "a line was forged: {csv}");
    assert_eq!(env.run(&["inspect", "1", "--fields", "user_agent"]).ok().stdout(), HOSTILE);
    let names = env.run(&["user", "list", "--format", "ids"]).ok().stdout();
    assert!(names.lines().any(|name| name == r"DOMAIN\bob"), "{names}");
}

#[test]
fn json_returns_text_unchanged() {
    let env = TestEnv::with_users(&["alice"]);
    env.login_with("alice", &["--user-agent", HOSTILE]);
    let session = env.run(&["inspect", "1", "--format", "json"]).ok().json();
    assert_eq!(session["user_agent"], HOSTILE);
}

#[test]
fn hostile_user_name_is_plain_text() {
    for name in [
        "\"; DROP TABLE",
        "'; DROP TABLE session; --",
        "%",
        "_",
        "--yes",
        "a\u{0}b",
        "r\u{fc}diger \u{1F600}",
    ] {
        if name.contains('\0') {
            continue; // No program can be given it.
        }
        let env = TestEnv::with_users(&["alice"]);
        env.login("alice");
        env.add_user(name);
        let token = env.login(name);
        assert_eq!(env.verdict(&token), "active", "{name}");
        let user = format!("--user={name}");
        assert_eq!(env.ids(&[&user]), ["2"], "{name}");
        env.run(&["revoke", &user, "--yes"]).ok();
        assert_eq!(env.verdict(&token), "revoked");
        assert_eq!(env.ids(&["--user", "alice"]), ["1"]);
        env.run(&["db", "check"]).ok();
    }
}

#[test]
fn control_characters_are_escaped_in_errors() {
    let env = TestEnv::with_users(&["alice"]);
    for args in [
        &["user", "show", HOSTILE][..],
        &["list", "--user", HOSTILE],
        &["list", "--kind", HOSTILE],
        &["list", "--fields", HOSTILE],
        &["--db", HOSTILE, "list"],
        &["db", "policy", HOSTILE, "1"],
        &[HOSTILE],
    ] {
        let output = env.run(args);
        assert!(is_tame(&output.stderr()), "{args:?}: {:?}", output.stderr());
        assert_ne!(output.exit_code(), 0);
    }
    env.run_with_stdin(&["user", "add", HOSTILE, "--password-stdin"], PASSWORD).code_in(&[0, 2]);
    assert!(is_tame(&env.run(&["user", "list"]).ok().stdout_and_stderr()));
}

#[test]
fn csv_cell_is_never_a_formula() {
    let env = TestEnv::with_users(&["alice"]);
    for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＠SUM(A1)"] {
        let label = format!("--label={text}");
        env.login_with("alice", &[&label]);
    }
    let text = env.run(&["list", "--fields", "label", "--format", "csv"]).ok().stdout();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for row in reader.records() {
        let row = row.unwrap();
        assert!(row[0].starts_with('\''), "{row:?}");
    }
}

#[test]
fn label_pattern_is_no_sql() {
    let env = TestEnv::with_users(&["alice"]);
    env.login_with("alice", &["--label", "100%"]);
    env.login_with("alice", &["--label", "100x"]);
    assert_eq!(env.ids(&["--label", "100%"]), ["1"]);
    assert_eq!(env.ids(&["--label", "100_"]), [] as [&str; 0]);
    assert_eq!(env.ids(&["--label", "' OR '1'='1"]), [] as [&str; 0]);
    assert_eq!(env.ids(&["--app", "' OR 1=1 --"]), [] as [&str; 0]);
}
