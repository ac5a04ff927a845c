//! What a person sees of another program's sessions at 80 columns: the columns that were asked for, the total, and lines that
//! fit.

use std::process::Command;

use crate::fixture::{Fixture, fixtures};

/// What a command prints at 80 columns: results and messages.
fn shown(database: &str, arguments: &[&str]) -> (String, String) {
    let fixture = Fixture::copy_of(&fixtures().join(database));
    let output = Command::new(env!("CARGO_BIN_EXE_sessionctl"))
        .env_clear()
        .envs([("COLUMNS", "80"), ("LC_ALL", "C.UTF-8")])
        .env("HOME", fixture.home())
        .arg("--db")
        .arg(fixture.path())
        .args(arguments)
        .output()
        .unwrap();
    let [out, messages] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {messages}");
    (out, messages)
}

/// The headings of a table.
fn headings(database: &str, arguments: &[&str]) -> Vec<String> {
    let (out, _) = shown(database, arguments);
    let words = out.lines().next().unwrap_or_default().split_whitespace();
    words.filter(|word| *word != "UTC").map(str::to_owned).collect()
}

const GRAFANA: &str = "grafana/grafana.sqlite3";
const DJANGO: &str = "django/app.sqlite3";

#[test]
fn list_shows_what_a_selector_asks_for() {
    for (arguments, column) in [
        (&["--user-agent", "Mozilla*rv:132*"][..], "user_agent"),
        (&["--not-last-ip", "10.0.0.0/8"], "last_ip"),
        (&["--created-after", "2000-01-01"], "created_at"),
        (&["--ended-after", "2000-01-01"], "ended_at"),
        (&["--ip", "192.0.2.0/24"], "ip"),
    ] {
        let (out, _) = shown(GRAFANA, &[&["list", "--all"], arguments].concat());
        assert!(out.split_whitespace().any(|word| word == column), "{arguments:?}: {out}");
        assert!(out.lines().all(|line| line.chars().count() <= 80), "{arguments:?}: {out}");
    }
}

#[test]
fn list_leaves_out_what_the_layout_does_not_have_and_keeps_the_kind() {
    let columns = headings(DJANGO, &["list", "--state", "any"]);
    assert!(columns.contains(&"kind".to_owned()), "{columns:?}");
    assert!(!columns.contains(&"ip".to_owned()), "{columns:?}");
    let (_, messages) = shown(DJANGO, &["list", "--state", "any"]);
    assert!(messages.contains("sessions; no room for authenticates\n"), "{messages}");
    let columns =
        headings("rails8-auth/production.sqlite3", &["list", "--all", "--fields", "id,last_seen_at"]);
    assert_eq!(columns, ["id", "last_seen_at"], "what was asked for is shown");
}

#[test]
fn list_ends_with_the_total() {
    let (count, _) = shown(GRAFANA, &["list", "--all", "--format", "count"]);
    let number = count.trim();
    let (_, messages) = shown(GRAFANA, &["list", "--all"]);
    assert!(messages.contains(&format!("\n{number} sessions")), "{messages}");
    let (_, messages) = shown(GRAFANA, &["list", "--all", "--limit", "2"]);
    assert!(messages.contains(&format!("\n2 of {number} sessions; more follow: add --after ")), "{messages}");
    let (_, messages) = shown(GRAFANA, &["list", "--all", "--format", "ids", "--limit", "2"]);
    assert!(messages.contains("\nmore follow: add --after ") && !messages.contains(" of "), "{messages}");
    let (_, messages) = shown(GRAFANA, &["list", "--all", "--format", "json", "--limit", "2"]);
    assert_eq!(messages, "");
}

#[test]
fn preview_names_kinds_as_that_of_our_own_sessions() {
    let (_, messages) = shown(GRAFANA, &["revoke", "--user", "alice", "--state", "any", "--dry-run"]);
    assert!(messages.contains("4 sessions: web (4)\n"), "{messages}");
}

#[test]
fn inspect_wraps_every_line() {
    for database in [DJANGO, GRAFANA, "laravel/database.sqlite", "directus/data.db"] {
        let fixture = Fixture::copy_of(&fixtures().join(database));
        let first = fixture.sessions()[0]["id"].as_str().unwrap().to_owned();
        let (out, messages) = shown(database, &["inspect", &first]);
        let text = out + &messages;
        assert!(text.contains("Checks\n") && text.contains("A revocation\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
