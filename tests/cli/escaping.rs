//! What strangers put into names and user agents stays text: it drives no terminal, no spreadsheet, no SQL.

use crate::harness::{PASSWORD, TestEnv};

const HOSTILE: &str = "Mozilla\x1b[2J\x1b]0;owned\x07\u{202e}gnp\r\nfake line\u{9b}31m";

fn is_tame(text: &str) -> bool {
    !text.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c))
}

#[test]
fn control_characters_reach_no_terminal() {
    let place = TestEnv::with_users(&["alice"]);
    place.login_with("alice", &["--user-agent", HOSTILE, "--label", HOSTILE, "--app", HOSTILE, "--sso"]);
    place.generate(&["--under", "1", "--app", HOSTILE]);
    place.run(&["revoke", "1", "--reason", HOSTILE, "--yes"]).ok();
    for args in [
        &["list", "--all"][..],
        &["list", "--all", "--fields", "id,user_agent,label,app,end_reason"],
        &["list", "--all", "--format", "csv"],
        &["list", "--all", "--format", "jsonl"],
        &["list", "--all", "--format", "json"],
        &["inspect", "1"],
        &["inspect", "1", "--fields", "user_agent"],
        &["tree", "1"],
        &["stats"],
        &["log"],
        &["log", "--format", "csv"],
    ] {
        let ran = place.run(args).any_code(&[0, 5]);
        assert!(is_tame(&ran.all()), "{args:?}: {:?}", ran.all());
    }
    let lines = place.run(&["list", "--all", "--fields", "id,user_agent", "--format", "csv"]).ok().out();
    assert_eq!(lines.lines().count(), 3, "a line was forged: {lines}");
}

#[test]
fn json_gives_the_text_back_as_it_came() {
    let place = TestEnv::with_users(&["alice"]);
    place.login_with("alice", &["--user-agent", HOSTILE]);
    let session = place.run(&["inspect", "1", "--format", "json"]).ok().json();
    assert_eq!(session["user_agent"], HOSTILE);
}

#[test]
fn a_hostile_name_is_a_name() {
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
        let place = TestEnv::with_users(&["alice"]);
        place.login("alice");
        place.add(name);
        let token = place.login(name);
        assert_eq!(place.verdict(&token), "active", "{name}");
        let user = format!("--user={name}");
        assert_eq!(place.ids(&[&user]), ["2"], "{name}");
        place.run(&["revoke", &user, "--yes"]).ok();
        assert_eq!(place.verdict(&token), "revoked");
        assert_eq!(place.ids(&["--user", "alice"]), ["1"]);
        place.run(&["db", "check"]).ok();
    }
}

#[test]
fn a_name_does_not_drive_the_terminal_in_errors_either() {
    let place = TestEnv::with_users(&["alice"]);
    for args in [
        &["user", "show", HOSTILE][..],
        &["list", "--user", HOSTILE],
        &["list", "--kind", HOSTILE],
        &["list", "--fields", HOSTILE],
        &["--db", HOSTILE, "list"],
        &["db", "policy", HOSTILE, "1"],
        &[HOSTILE],
    ] {
        let ran = place.run(args);
        assert!(is_tame(&ran.err()), "{args:?}: {:?}", ran.err());
        assert_ne!(ran.code_of(), 0);
    }
    place.feed(&["user", "add", HOSTILE, "--password-stdin"], PASSWORD).any_code(&[0, 2]);
    assert!(is_tame(&place.run(&["user", "list"]).ok().all()));
}

#[test]
fn no_cell_is_a_formula() {
    let place = TestEnv::with_users(&["alice"]);
    for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
        let label = format!("--label={text}");
        place.login_with("alice", &[&label]);
    }
    let text = place.run(&["list", "--fields", "label", "--format", "csv"]).ok().out();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for row in reader.records() {
        let row = row.unwrap();
        assert!(row[0].starts_with('\'') || row[0].starts_with('\\'), "{row:?}");
    }
}

#[test]
fn a_pattern_is_no_sql() {
    let place = TestEnv::with_users(&["alice"]);
    place.login_with("alice", &["--label", "100%"]);
    place.login_with("alice", &["--label", "100x"]);
    assert_eq!(place.ids(&["--label", "100%"]), ["1"]);
    assert_eq!(place.ids(&["--label", "100_"]), [] as [&str; 0]);
    assert_eq!(place.ids(&["--label", "' OR '1'='1"]), [] as [&str; 0]);
    assert_eq!(place.ids(&["--app", "' OR 1=1 --"]), [] as [&str; 0]);
}
