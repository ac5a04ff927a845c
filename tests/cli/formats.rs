//! The formats, which are the same for every command that prints records.

use crate::harness::{CommandOutput, TestEnv};

/// The keys of a session's record, in order: what scripts are written against.
pub(crate) const SESSION_KEYS: [&str; 18] = [
    "id",
    "kind",
    "state",
    "user",
    "app",
    "label",
    "scopes",
    "parent",
    "created_at",
    "authenticated_at",
    "last_seen_at",
    "expires_at",
    "absolute_expires_at",
    "idle_timeout",
    "ended_at",
    "end_reason",
    "ip",
    "user_agent",
];

fn place() -> TestEnv {
    let place = TestEnv::with_users(&["alice"]);
    place.login_with("alice", &["--app", "shop", "--user-agent", "a, \"b\"\nc"]);
    place.generate(&["--kind", "anonymous"]);
    place.generate(&["--kind", "api", "--user", "alice", "--scope", "x:read", "--scope", "y"]);
    place
}

fn is_time(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00Z"
}

#[test]
fn json_is_one_object_with_every_key_of_each_record() {
    let place = place();
    let document = place.run(&["list", "--format", "json"]).ok().json();
    assert!(document.as_object().unwrap().contains_key("next"));
    let sessions = document["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 3);
    for session in sessions {
        let keys: Vec<&str> = session.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, SESSION_KEYS);
        for key in ["created_at", "last_seen_at", "expires_at", "absolute_expires_at"] {
            assert!(is_time(session[key].as_str().unwrap()), "{key}: {session}");
        }
        assert!(session["id"].is_i64() && session["scopes"].is_array());
    }
    assert!(sessions[1]["user"].is_null() && sessions[1]["authenticated_at"].is_null());
}

#[test]
fn jsonl_is_the_same_a_line_each() {
    let place = place();
    let document = place.run(&["list", "--format", "json"]).ok().json();
    let lines = place.run(&["list", "--format", "jsonl"]).ok().jsonl();
    assert_eq!(document["sessions"].as_array().unwrap(), &lines);
}

#[test]
fn csv_is_read_back_by_a_reader_of_csv() {
    let place = place();
    let text = place.run(&["list", "--format", "csv"]).ok().out();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap(), &csv::StringRecord::from(SESSION_KEYS.to_vec()));
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    assert!(rows[2][17].starts_with("a, \"b\""), "{:?}", rows[2]);
    assert_eq!(&rows[0][6], "x:read y");
}

#[test]
fn the_fields_are_those_asked_for_in_that_order() {
    let place = place();
    assert_eq!(place.run(&["list", "--fields", "id", "--format", "csv"]).ok().out(), "id\n3\n2\n1");
    let lines = place.run(&["list", "--fields", "user,id", "--format", "jsonl"]).ok();
    assert_eq!(lines.out().lines().last(), Some(r#"{"user":"alice","id":1}"#));
    assert_eq!(place.run(&["inspect", "1", "--fields", "user"]).ok().out(), "alice");
    assert_eq!(place.run(&["inspect", "2", "--fields", "user"]).ok().out(), "");
    place.run(&["list", "--fields", "id,password"]).refused(2).says("user_agent");
    place.run(&["list", "--fields", ""]).code(2);
}

#[test]
fn ids_and_count_are_bare() {
    let place = place();
    assert_eq!(place.run(&["list", "--format", "ids"]).ok().out(), "3\n2\n1");
    assert_eq!(place.run(&["list", "--format", "count"]).ok().out(), "3");
    assert_eq!(place.run(&["list", "--user", "alice", "--limit", "1", "--format", "count"]).ok().out(), "1");
}

#[test]
fn the_environment_may_choose_the_format_and_the_flag_wins() {
    let place = place();
    assert_eq!(place.call(&["list"]).env("SESSIONCTL_FORMAT", "count").run().ok().out(), "3");
    let both = place.call(&["list", "--format", "ids"]).env("SESSIONCTL_FORMAT", "count").run().ok();
    assert_eq!(both.out(), "3\n2\n1");
    place.call(&["list"]).env("SESSIONCTL_FORMAT", "xml").run().refused(2);
    place.run(&["list", "--format", "yaml"]).refused(2).says("jsonl");
}

#[test]
fn a_table_off_a_terminal_is_plain_and_whole() {
    let place = TestEnv::with_users(&["alice"]);
    let long = "x".repeat(200);
    place.login_with("alice", &["--label", &long]);
    let table = place.run(&["list", "--fields", "id,label"]).ok();
    assert!(table.out().contains(&long), "truncated: {table:?}");
    assert!(!table.out().contains('\x1b'), "{table:?}");
    let colored = place.run(&["list", "--color", "always"]).ok().out();
    assert!(colored.contains('\x1b'));
    let plain = place.call(&["list"]).env("NO_COLOR", "1").run().ok().out();
    assert!(!plain.contains('\x1b'));
}

#[test]
fn what_is_said_goes_to_standard_error_and_quiet_silences_it() {
    let place = place();
    let ran = place.run(&["revoke", "1", "--yes", "--format", "json", "-v"]).ok();
    ran.json();
    let ran = place.run(&["revoke", "2", "--yes", "-q"]).ok();
    assert_eq!(ran.err(), "");
    let ran: CommandOutput = place.run(&["--explain", "revoke", "3", "--yes", "--format", "json"]).ok();
    ran.json();
    assert!(!ran.err().is_empty(), "nothing is explained");
}

#[test]
fn the_log_and_the_users_come_in_every_format_too() {
    let place = place();
    for args in [&["log"][..], &["user", "list"], &["stats"], &["tree"], &["db", "policy"], &["db", "info"]] {
        let with = |format: &str| place.run(&[args, &["--format", format]].concat()).ok();
        assert!(with("json").json().is_object(), "{args:?}");
        with("jsonl").jsonl();
        let text = with("csv").out();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.records().for_each(|row| assert!(row.is_ok(), "{args:?}: {text}"));
        with("count").out().parse::<u64>().unwrap();
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    let place = TestEnv::empty();
    assert!(place.run(&["--version"]).ok().out().starts_with("sessionctl "));
    assert!(place.run(&["--help"]).ok().out().contains("Usage"));
    for command in [
        "login",
        "generate",
        "inspect",
        "verify",
        "list",
        "expire",
        "revoke",
        "logout",
        "rotate",
        "data",
        "user",
        "log",
        "tree",
        "stats",
        "prune",
        "cookie",
        "jwt",
        "db",
        "tour",
        "completions",
        "man",
    ] {
        let ran = place.run(&[command, "--help"]).ok();
        assert!(ran.out().contains("Usage"), "{command}");
        assert_eq!(ran.err(), "", "{command}");
    }
    place.run(&["lst"]).refused(2).says("list");
    place.run::<&str>(&[]).code(2);
}

#[test]
fn the_tour_runs_straight_through_off_a_terminal() {
    let place = TestEnv::empty();
    let ran = place.run(&["tour"]).ok();
    assert!(ran.all().contains("revoke"), "{ran:?}");
    assert!(!place.db().exists(), "the tour touched the database");
}
