//! `log` on another program's database: the acts on this one, whoever asks in whichever way, and nothing else.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::{KEY, Site};

/// The actions of the events that are shown, newest first.
fn actions(site: &Site, arguments: &[&str]) -> Vec<String> {
    events(site, arguments).iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect()
}

fn events(site: &Site, arguments: &[&str]) -> Vec<Value> {
    let (code, text) = site.run(&[&["log", "-q", "--format", "jsonl"], arguments].concat(), "");
    assert_eq!(code, 0, "{arguments:?}: {text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The program on its own database in the same home.
fn own(site: &Site, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_sessionctl"))
        .env_clear()
        .env("HOME", site.home.path())
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn log_shows_acts_on_this_database_only_whatever_is_asked() {
    let site = Site::new();
    own(&site, &["user", "add", "erin", "--no-password"]);
    own(&site, &["generate", "--user", "erin"]);
    own(
        &site,
        &["revoke", "--user", "erin", "--yes", "--reason", "x: django in file 1:2: 3 sessions; act 1"],
    );
    let elsewhere = site.home.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::copy(site.path(), elsewhere.join("app.sqlite3")).unwrap();
    let other = elsewhere.join("app.sqlite3");
    own(&site, &["--db", other.to_str().unwrap(), "revoke", "--all", "--yes"]);
    assert!(events(&site, &[]).is_empty(), "nothing was done here yet");
    let (code, list) = site.run(&["list", "-q", "--format", "ids"], "");
    let ids: Vec<&str> = list.lines().collect();
    assert_eq!((code, ids.len()), (0, 2), "{list}");
    assert_eq!(site.run(&["revoke", ids[0], "--yes", "--reason", "stolen"], "").0, 0);
    let both = ["foreign.revoked", "foreign.revoking"];
    for asked in [
        &[][..],
        &["--user", "ERIN"],
        &["--user", "1"],
        &["--session", ids[0]],
        &["--session", &ids[0][..8]],
        &["--user", "erin", "--session", ids[0]],
        &["--action", "session"],
        &["--action", "foreign"],
        &["--since", "1h"],
    ] {
        assert_eq!(actions(&site, asked), both, "{asked:?}");
    }
    for asked in [&["--action", "session.revoked"][..], &["--action", "foreign.revoked"], &["--limit", "1"]] {
        assert_eq!(actions(&site, asked), both[..1], "{asked:?}");
    }
    for asked in [
        &["--user", "frank"][..],
        &["--session", ids[1]],
        &["--session", "1"],
        &["--action", "login"],
        &["--action", "session.created"],
        &["--actor", "nobody-of-that-name"],
        &["--ip", "0.0.0.0/0"],
        &["--until", "1h"],
    ] {
        assert!(actions(&site, asked).is_empty(), "{asked:?}");
    }
    let event = &events(&site, &["--limit", "1"])[0];
    let found = (&event["user"], &event["session"], &event["sessions"], &event["from"]);
    assert_eq!(found, (&"erin".into(), &ids[0].into(), &1.into(), &"django".into()), "{event}");
    assert!(event["detail"].as_str().unwrap().contains("reason: stolen"), "{event}");
    let id = event["id"].to_string();
    assert_eq!(actions(&site, &["--event", &id]), both[..1]);
    assert_eq!(site.run(&["log", "--event", "2"], "").0, 3, "an event of our own database");
}

#[test]
fn log_knows_the_database_by_any_of_its_names() {
    let site = Site::new();
    std::os::unix::fs::symlink(site.path(), site.home.path().join("link.sqlite3")).unwrap();
    let by_link = ["--db", "link.sqlite3"];
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_sessionctl"))
            .env_clear()
            .env("HOME", site.home.path())
            .current_dir(site.home.path())
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    run(&[&by_link[..], &["revoke", "--all", "--yes"]].concat());
    assert_eq!(actions(&site, &[]).len(), 2);
    for name in ["link.sqlite3", "./app.sqlite3"] {
        assert_eq!(run(&["--db", name, "log", "--format", "count"]).trim(), "2", "{name}");
    }
}

#[test]
fn user_of_an_act_is_named_where_ids_or_another_selector_selected() {
    let site = Site::new();
    site.execute("UPDATE auth_user SET username = 'x\"; ids: [\"99\"]; act 00000000' WHERE id = 1");
    let line = format!("sessionid={KEY}\n");
    assert_eq!(site.run(&["revoke", "--stdin", "--yes"], &line).0, 0);
    assert_eq!(actions(&site, &["--user", "x\"; ids: [\"99\"]; act 00000000"]).len(), 2);
    assert!(actions(&site, &["--session", "99"]).is_empty());
}

#[test]
fn large_act_is_shown_by_the_parts_that_name_the_user() {
    let site = Site::new();
    let key = |number: i32| format!("{number:032}");
    site.execute(&format!(
        "INSERT INTO auth_user VALUES (2, 'a-stored-hash', 'frank', '', 1);
         WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
         INSERT INTO django_session SELECT printf('%032d', i), session_data, expire_date FROM n, django_session \
         WHERE session_key = '{KEY}';
         UPDATE django_session SET session_data = 'eyJfYXV0aF91c2VyX2lkIjoiMiJ9:1vb66h:c2ln' WHERE session_key = '{}'",
        key(1)
    ));
    assert_eq!(site.run(&["revoke", "--all", "--yes", "-q", "--format", "count"], "").0, 0);
    assert_eq!(actions(&site, &[]).len(), 3);
    assert_eq!(actions(&site, &["--user", "erin"]).len(), 3);
    let shown = events(&site, &["--user", "frank"]);
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert_eq!((&shown[0]["action"], &shown[0]["sessions"]), (&"foreign.revoked".into(), &1102.into()));
    assert_eq!(shown[1]["action"], "foreign.revoking");
    assert!(shown[1]["user_names"].as_array().unwrap().contains(&"frank".into()));
}

#[test]
fn log_of_a_user_reports_acts_elsewhere_on_that_user_only() {
    let site = Site::new();
    assert_eq!(site.run(&["revoke", "--all", "--yes"], "").0, 0);
    let moved = site.home.path().join("moved.sqlite3");
    std::fs::rename(site.path(), &moved).unwrap();
    let reports = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_sessionctl"))
            .env_clear()
            .env("HOME", site.home.path())
            .arg("--db")
            .arg(&moved)
            .args(arguments)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        (text.contains("1 act recorded at") && text.contains("may be on this file"), text)
    };
    for (arguments, is_reported) in [
        (&["log"][..], true),
        (&["log", "--user", "erin"], true),
        (&["log", "--user", "nobody"], false),
        (&["log", "--session", "ffffffff"], false),
    ] {
        let (found, text) = reports(arguments);
        assert_eq!(found, is_reported, "{arguments:?}: {text}");
    }
}

#[test]
fn place_of_the_record_is_named_before_and_after_the_act() {
    let site = Site::new();
    let log = site.home.path().join(".local/share/sessionctl/sessions.db").display().to_string();
    let (_, text) = site.run(&["revoke", "--all", "--dry-run"], "");
    assert!(text.contains(&format!("would be recorded in {log}")), "{text}");
    let (code, text) = site.run(&["log"], "");
    assert!(code == 1 && text.contains(&log) && text.contains("SESSIONCTL_LOG_DB"), "{code} {text}");
    let (code, text) = site.run(&["revoke", "--all", "--yes"], "");
    let event = &events(&site, &["--limit", "1"])[0]["id"];
    assert!(code == 0 && text.contains(&format!("recorded as event {event} in {log}")), "{text}");
    let (_, text) = site.run(&["log", "--user", "nobody"], "");
    assert!(text.contains(&log) && text.contains("SESSIONCTL_LOG_DB"), "{text}");
    for part in ["head", "verify"] {
        let (code, text) = site.run(&["log", part], "");
        assert!(code == 0 && text.contains(&format!("this is the log of {log}")), "{part}: {text}");
    }
    let (_, text) = Site::new().run(&["revoke", "--all", "--yes", "-q"], "");
    assert!(!text.contains("recorded"), "{text}");
    let (_, text) = Site::new().run(&["revoke", "--all", "--yes", "--no-log"], "");
    assert!(text.contains("not recorded"), "{text}");
}

#[test]
fn record_goes_to_the_own_database_that_the_environment_names() {
    let site = Site::new();
    site.execute("CREATE TABLE unrelated (x)");
    let run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_sessionctl"))
            .env_clear()
            .env("HOME", site.home.path())
            .envs(variables.iter().copied())
            .current_dir(site.home.path())
            .args(arguments)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let plan = ["--db", "app.sqlite3", "revoke", "--all", "--dry-run"];
    let default = ".local/share/sessionctl/sessions.db";
    for (variables, expected) in [
        (&[][..], default),
        (&[("SESSIONCTL_DB", "")], default),
        (&[("SESSIONCTL_DB", "own.db")], "recorded in own.db"),
        (&[("SESSIONCTL_DB", "own.db"), ("SESSIONCTL_LOG_DB", "log.db")], "recorded in log.db"),
        (&[("SESSIONCTL_DB", "app.sqlite3")], default),
    ] {
        let (code, text) = run(variables, &plan);
        assert!(code == Some(0) && text.contains(expected), "{variables:?}: {text}");
    }
    let (code, text) = run(&[("SESSIONCTL_DB", "app.sqlite3")], &["revoke", "--all", "--dry-run"]);
    assert!(code == Some(0) && text.contains(default), "{text}");
    let own = [("SESSIONCTL_DB", "own.db")];
    assert_eq!(run(&own, &["--db", "app.sqlite3", "revoke", "--all", "--yes"]).0, Some(0));
    assert!(site.home.path().join("own.db").exists() && !site.home.path().join(default).exists());
    assert_eq!(run(&own, &["--db", "app.sqlite3", "log"]), (Some(0), String::new()));
}

#[test]
fn follow_prints_acts_on_this_database_as_they_are_recorded() {
    let site = Site::new();
    own(&site, &["user", "add", "erin", "--no-password"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_sessionctl"))
        .env_clear()
        .env("HOME", site.home.path())
        .arg("--db")
        .arg(site.path())
        .args(["log", "--follow", "--since", "1d", "--user", "erin", "--format", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = child.stdout.take().unwrap();
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        let _ = BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line));
    });
    own(&site, &["user", "disable", "erin", "--yes"]);
    assert_eq!(site.run(&["revoke", "--user", "erin", "--yes"], "").0, 0);
    let found: Vec<String> =
        (0..2).map_while(|_| lines.recv_timeout(Duration::from_secs(300)).ok()).collect();
    child.kill().unwrap();
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    child.wait().unwrap();
    let actions: Vec<Value> =
        found.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()["action"].clone()).collect();
    assert_eq!(actions, ["foreign.revoking", "foreign.revoked"], "{found:?} {errors}");
}
