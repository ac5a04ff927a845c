//! What a person sees of another program's sessions: the columns that were asked for, the total, lines that fit, and the same
//! of an act as of a list.

use std::process::Command;

use crate::fixture::{Fixture, fixtures};

/// What a command prints at 80 columns: results and messages.
fn shown(database: &str, arguments: &[&str]) -> (String, String) {
    shown_at("80", database, arguments)
}

fn shown_at(columns: &str, database: &str, arguments: &[&str]) -> (String, String) {
    let fixture = Fixture::copy_of(&fixtures().join(database));
    let output = Command::new(env!("CARGO_BIN_EXE_sessionctl"))
        .env_clear()
        .envs([("COLUMNS", columns), ("LC_ALL", "C.UTF-8")])
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
    assert!(messages.contains("sessions; a wider terminal also shows authenticates\n"), "{messages}");
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
    assert!(
        messages.contains(&format!(
            "\n2 of {number} sessions; a wider terminal also shows created_at; more follow: add"
        )),
        "{messages}"
    );
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

const EVERY: [&str; 9] = [
    DJANGO,
    GRAFANA,
    "better-auth-better-sqlite3/auth.sqlite3",
    "directus/data.db",
    "django-user-sessions/app.sqlite3",
    "express-connect-sqlite3/sessions.sqlite3",
    "laravel/database.sqlite",
    "rails8-auth/production.sqlite3",
    "tower-sessions-rusqlite/app.sqlite3",
];

/// The first word of each line below the headings.
fn ids(table: &str) -> Vec<&str> {
    table.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect()
}

#[test]
fn dry_run_and_act_show_the_sessions_that_list_shows_in_its_order() {
    for database in EVERY {
        for width in ["80", "250"] {
            let (list, _) = shown_at(width, database, &["list", "--all"]);
            let (planned, _) = shown_at(width, database, &["revoke", "--all", "--dry-run"]);
            assert!(list.starts_with("id  "), "{database} at {width} is no table: {list}");
            assert_eq!(ids(&planned), ids(&list), "{database} at {width}");
            let act = ["revoke", "--all", "--yes", "--recheck", "0s"];
            let (done, _) = shown_at(width, database, &act);
            assert_eq!(ids(&done), ids(&list), "{database} at {width}");
            for (table, unshown) in [(planned, &[][..]), (done, &["state", "authenticates"])] {
                let shown: Vec<&str> = table.lines().next().unwrap().split_whitespace().collect();
                for column in list.lines().next().unwrap().split_whitespace() {
                    let is_shown = shown.contains(&column) || unshown.contains(&column) || width == "80";
                    assert!(is_shown, "{database} at {width} has no {column}: {table}");
                }
            }
        }
    }
}

#[test]
fn dry_run_and_act_have_the_fields_of_those_on_our_own_sessions() {
    let first = |arguments: &[&str], of: &str| -> serde_json::Value {
        let (out, _) = shown("rails8-auth/production.sqlite3", &[arguments, &["--format", "json"]].concat());
        let document: serde_json::Value = serde_json::from_str(&out).unwrap();
        document[of].as_array().unwrap().iter().find(|record| record["id"] == "11").unwrap().clone()
    };
    let listed = first(&["list", "--all"], "sessions");
    let mut planned = first(&["revoke", "--all", "--dry-run"], "sessions");
    assert_eq!(planned["result"], "would be revoked");
    planned.as_object_mut().unwrap().remove("result");
    assert_eq!(planned, listed);
    let done = first(&["revoke", "--all", "--yes"], "results");
    assert_eq!(
        (&done["result"], &done["before"], &done["together_with"]),
        (&"revoked".into(), &"active".into(), &serde_json::Value::Null)
    );
    for field in
        ["user", "user_id", "kind", "created_at", "last_seen_at", "expires_at", "ip", "last_ip", "user_agent"]
    {
        assert_eq!(done[field], listed[field], "{field}");
    }
    let (fields, _) = shown(
        GRAFANA,
        &["prune", "--all", "--older-than", "1h", "--dry-run", "--fields", "id,user,ended_at,result"],
    );
    assert!(fields.contains("would be deleted"), "{fields}");
}

#[test]
fn id_of_no_session_is_answered_in_every_format() {
    for (command, sum) in [("revoke", "0 revoked, 1 unknown\n"), ("prune", "0 deleted, 1 unknown\n")] {
        let fixture = Fixture::copy_of(&fixtures().join(DJANGO));
        let run = |flags: &[&str]| {
            let (code, out, messages) = fixture.run(&[&[command, "99999999"], flags].concat(), "");
            assert_eq!(code, 3, "{command} {flags:?}");
            assert!(messages.contains("error: no session 99999999\n"), "{command} {flags:?}: {messages}");
            [out, messages]
        };
        let [done, messages] = run(&["--yes", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&done).unwrap();
        assert_eq!(
            (&document["results"][0]["id"], &document["results"][0]["result"]),
            (&"99999999".into(), &"unknown".into())
        );
        assert!(messages.ends_with(sum), "{messages}");
        let [planned, _] = run(&["--dry-run", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&planned).unwrap();
        assert_eq!(document["sessions"], serde_json::json!([]));
        assert_eq!(run(&["--yes", "--quiet"])[0], sum);
        assert_eq!(run(&["--yes", "--format", "count"])[0], "0\n");
    }
}

#[test]
fn quiet_revocation_prints_its_sum_only() {
    let (out, messages) = shown(GRAFANA, &["revoke", "--all", "--yes", "--quiet"]);
    assert!(out.ends_with(" revoked, 0 already gone\n") && out.lines().count() == 1, "{out}");
    assert_eq!(messages, "");
}

#[test]
fn list_of_sessions_without_a_later_time_shows_when_they_were_created() {
    let columns = headings("rails8-auth/production.sqlite3", &["list", "--all"]);
    assert!(columns.contains(&"created_at".to_owned()) && columns.contains(&"ip".to_owned()), "{columns:?}");
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
