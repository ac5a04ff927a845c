//! No secret of another program's table appears anywhere: not in the output of any command in any format, not in an error,
//! not in our own log.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::fixture::{Fixture, fixtures};

const FORMATS: [&str; 6] = ["table", "json", "jsonl", "csv", "ids", "count"];
/// A shorter text is no secret: a counter, an address, a name.
const MIN_SECRET_BYTES: usize = 12;
/// The frameworks whose key is no secret, and is therefore the id.
const KEY_IS_ID: [&str; 3] = ["grafana", "rails8-auth-generator", "better-auth/better-sqlite3"];

fn database(folder: &Path) -> PathBuf {
    let is_database = |path: &PathBuf| path.extension().is_some_and(|extension| extension != "json");
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find(is_database).expect("a database")
}

/// Every text inside of a payload, which may hold anything.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(members) => members.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

/// The secrets that a truth knows.
fn secrets(truth: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["secret", "secret_key", "app_key", "secret_key_base"] {
        texts(&truth[name], &mut found);
    }
    let key_is_id = KEY_IS_ID.iter().any(|name| truth["framework"] == *name);
    for session in truth["sessions"].as_array().unwrap() {
        for name in ["client_token", "previous_token", "client_cookie", "remember_cookie", "token_column"] {
            texts(&session[name], &mut found);
        }
        if !key_is_id {
            texts(&session["row_key"], &mut found);
        }
        let mut values = Vec::new();
        texts(&session["payload"], &mut values);
        // The record shows these, from the payload or from a column.
        let shown = ["user", "user_id", "ip", "user_agent", "expires_at", "last_seen_at", "created_at"];
        let is_shown = |text: &String| {
            shown
                .iter()
                .any(|name| session[name].as_str().is_some_and(|value| value[..].contains(text.as_str())))
                || text.get(4..5) == Some("-") && text.get(10..11) == Some("T")
        };
        found.extend(values.into_iter().filter(|text| !is_shown(text)));
    }
    for cookie in found.clone() {
        found.extend(cookie.split_once('=').map(|(_, value)| value.to_owned()));
    }
    found.retain(|text| text.len() >= MIN_SECRET_BYTES);
    found.sort();
    found.dedup();
    found
}

#[test]
fn no_command_prints_or_keeps_a_secret_of_the_table() {
    let mut frameworks = 0;
    for entry in fs::read_dir(fixtures()).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(truth) = fs::read(folder.join("truth.json")) else { continue };
        frameworks += 1;
        check(&Fixture::copy_of(&database(&folder)), &serde_json::from_slice(&truth).unwrap());
    }
    assert!(frameworks >= 9, "{frameworks}");
}

fn check(fixture: &Fixture, truth: &Value) {
    let name = truth["framework"].as_str().unwrap();
    let secrets = secrets(truth);
    assert!(secrets.len() > 10, "{name}: {} secrets", secrets.len());
    let hidden = |what: &str, text: &[u8]| {
        let leaked = secrets.iter().find(|secret| text.windows(secret.len()).any(|w| w == secret.as_bytes()));
        assert_eq!(leaked, None, "{name}: {what} shows it: {}", String::from_utf8_lossy(text));
    };
    let cookies: Vec<_> = truth["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|session| session["client_cookie"].as_str())
        .collect();
    let wrong = format!("{}x", cookies[0]);
    let all_cookies = cookies.join("\n");
    for format in FORMATS {
        for (arguments, input) in [
            (&["list", "--state", "any"][..], ""),
            (&["-v", "--explain", "list"], ""),
            (&["stats"], ""),
            (&["db", "info"], ""),
            (&["inspect", "-"], cookies[0]),
            (&["--explain", "inspect", "-"], cookies[1]),
            (&["inspect", "-"], wrong.as_str()),
            (&["verify", "-"], cookies[2]),
            (&["revoke", "--stdin", "--dry-run"], &all_cookies),
            (&["revoke", "--all", "--dry-run"], ""),
            (&["prune", "--dry-run"], ""),
        ] {
            let (_, out, err) = fixture.run(&[arguments, &["--format", format]].concat(), input);
            hidden(&format!("{arguments:?} {format}"), (out + &err).as_bytes());
        }
        // A token on the command line is not repeated either.
        let (_, out, err) = fixture.run(&["inspect", cookies[0], "--format", format], "");
        hidden("inspect COOKIE", (out + &err).as_bytes());
    }
    let count = cookies.len().to_string();
    let act = ["revoke", "--stdin", "--yes", "--reason", "leak", "--recheck", "0s", "--expect", &count];
    for arguments in [&act[..], &act[..7], &["revoke", "--all", "--yes", "--recheck", "0s"]] {
        let (_, out, err) = fixture.run(arguments, &all_cookies);
        hidden(&format!("{arguments:?}"), (out + &err).as_bytes());
    }
    let (code, out, err) = fixture.run(&["log", "--format", "jsonl"], "");
    assert!(code == 0 && out.contains("foreign.revoked"), "{name}: {err}");
    hidden("log", (out + &err).as_bytes());
    hidden_in_files(fixture.home(), fixture.path(), &hidden);
}

/// Searches every file below a folder but the table itself.
fn hidden_in_files(folder: &Path, table: &Path, hidden: &dyn Fn(&str, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            hidden_in_files(&path, table, hidden);
        } else if path != table {
            hidden(&path.display().to_string(), &fs::read(&path).unwrap());
        }
    }
}
