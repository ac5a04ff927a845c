//! The output formats, which every command shares.

use crate::harness::{CommandOutput, TestEnv};

/// The keys of the session record, in order. Scripts rely on them.
pub(crate) const SESSION_KEYS: [&str; 23] = [
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
    "ended_by",
    "end_reason",
    "ip",
    "last_ip",
    "user_agent",
    "from",
    "authenticates",
    "why",
];

fn env() -> TestEnv {
    let env = TestEnv::with_users(&["alice"]);
    env.login_with("alice", &["--app", "shop", "--user-agent", "a, \"b\"\nc"]);
    env.generate(&["--kind", "anonymous"]);
    env.generate(&["--kind", "api", "--user", "alice", "--scope", "x:read", "--scope", "y"]);
    env
}

fn is_time(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00Z"
}

#[test]
fn json_is_one_document_with_every_key() {
    let env = env();
    let document = env.run(&["list", "--format", "json"]).ok().json();
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
fn jsonl_holds_the_same_records_one_a_line() {
    let env = env();
    let document = env.run(&["list", "--format", "json"]).ok().json();
    let lines = env.run(&["list", "--format", "jsonl"]).ok().jsonl();
    assert_eq!(document["sessions"].as_array().unwrap(), &lines);
}

#[test]
fn csv_is_read_back_by_a_csv_reader() {
    let env = env();
    let text = env.run(&["list", "--format", "csv"]).ok().stdout();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap(), &csv::StringRecord::from(SESSION_KEYS.to_vec()));
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    assert!(rows[2][19].starts_with("a, \"b\""), "{:?}", rows[2]);
    assert_eq!(&rows[0][6], "x:read y");
}

#[test]
fn fields_are_printed_in_the_requested_order() {
    let env = env();
    assert_eq!(env.run(&["list", "--fields", "id", "--format", "csv"]).ok().stdout(), "id\n3\n2\n1");
    let lines = env.run(&["list", "--fields", "user,id", "--format", "jsonl"]).ok();
    assert_eq!(lines.stdout().lines().last(), Some(r#"{"user":"alice","id":1}"#));
    assert_eq!(env.run(&["inspect", "1", "--fields", "user"]).ok().stdout(), "alice");
    assert_eq!(env.run(&["inspect", "2", "--fields", "user"]).ok().stdout(), "");
    env.run(&["list", "--fields", "id,password"]).fails_with(2).stderr_contains("user_agent");
    env.run(&["list", "--fields", ""]).code(2);
}

#[test]
fn ids_and_count_print_bare_values() {
    let env = env();
    assert_eq!(env.run(&["list", "--format", "ids"]).ok().stdout(), "3\n2\n1");
    assert_eq!(env.run(&["list", "--format", "count"]).ok().stdout(), "3");
    assert_eq!(env.run(&["list", "--user", "alice", "--limit", "1", "--format", "count"]).ok().stdout(), "1");
}

#[test]
fn format_flag_overrides_environment() {
    let env = env();
    assert_eq!(env.cmd(&["list"]).env("SESSIONCTL_FORMAT", "count").run().ok().stdout(), "3");
    let both = env.cmd(&["list", "--format", "ids"]).env("SESSIONCTL_FORMAT", "count").run().ok();
    assert_eq!(both.stdout(), "3\n2\n1");
    env.cmd(&["list"]).env("SESSIONCTL_FORMAT", "xml").run().fails_with(2);
    env.run(&["list", "--format", "yaml"]).fails_with(2).stderr_contains("jsonl");
}

#[test]
fn table_in_a_pipe_is_plain_and_untruncated() {
    let env = TestEnv::with_users(&["alice"]);
    let long = "x".repeat(200);
    env.login_with("alice", &["--label", &long]);
    let table = env.run(&["list", "--fields", "id,label"]).ok();
    assert!(table.stdout().contains(&long), "truncated: {table:?}");
    assert!(!table.stdout().contains('\x1b'), "{table:?}");
    let colored = env.run(&["list", "--color", "always"]).ok().stdout();
    assert!(colored.contains('\x1b'));
    let plain = env.cmd(&["list"]).env("NO_COLOR", "1").run().ok().stdout();
    assert!(!plain.contains('\x1b'));
}

#[test]
fn messages_go_to_stderr_and_quiet_silences_them() {
    let env = env();
    let output = env.run(&["revoke", "1", "--yes", "--format", "json", "-v"]).ok();
    output.json();
    let output = env.run(&["revoke", "2", "--yes", "-q"]).ok();
    assert_eq!(output.stderr(), "");
    let output: CommandOutput = env.run(&["--explain", "revoke", "3", "--yes", "--format", "json"]).ok();
    output.json();
    assert!(!output.stderr().is_empty(), "no step is explained");
}

#[test]
fn other_lists_answer_every_format() {
    let env = env();
    for args in [&["log"][..], &["user", "list"], &["stats"], &["tree"], &["db", "policy"], &["db", "info"]] {
        let with = |format: &str| env.run(&[args, &["--format", format]].concat()).ok();
        assert!(with("json").json().is_object(), "{args:?}");
        with("jsonl").jsonl();
        let text = with("csv").stdout();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.records().for_each(|row| assert!(row.is_ok(), "{args:?}: {text}"));
        with("count").stdout().parse::<u64>().unwrap();
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    let env = TestEnv::empty();
    assert!(env.run(&["--version"]).ok().stdout().starts_with("sessionctl "));
    assert!(env.run(&["--help"]).ok().stdout().contains("Usage"));
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
        // Text that a client sent may be an option, and `verify` is 0 only if it printed `active`.
        let code = if command == "verify" { 2 } else { 0 };
        let output = env.run(&[command, "--help"]).code(code);
        assert!(output.stdout().contains("Usage"), "{command}");
        assert_eq!(output.stderr(), "", "{command}");
    }
    env.run(&["lst"]).fails_with(2).stderr_contains("list");
    env.run::<&str>(&[]).code(2);
}

#[test]
fn text_without_records_is_printed_in_no_format() {
    let env = TestEnv::empty();
    for command in [&["tour", "--only", "cart"][..], &["man"], &["man", "pages"], &["completions", "bash"]] {
        for asked in [&["--format", "json"][..], &["--format", "count"], &["--fields", "id"]] {
            let refused = env.run(&[command, asked].concat()).fails_with(2);
            assert_eq!(refused.stdout(), "", "{command:?}");
            assert_eq!(refused.stderr().lines().count(), 1, "{}", refused.stderr());
            refused.stderr_contains(&format!(
                "leave {} out",
                asked.join(" ").replace("--fields id", "--fields")
            ));
        }
        // The variable is set for all commands.
        env.cmd(command).env("SESSIONCTL_FORMAT", "json").run().ok();
        env.run(&[command, &["--format", "table"]].concat()).ok();
    }
}

#[test]
fn tour_in_a_pipe_runs_to_the_end() {
    let env = TestEnv::empty();
    let output = env.run(&["tour"]).ok();
    assert!(output.stdout_and_stderr().contains("revoke"), "{output:?}");
    assert!(!env.db().exists(), "the tour touched the database");
}
