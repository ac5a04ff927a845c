//! What an administrator reads when there was nothing to do, or when a word was meant otherwise.

use crate::harness::TestEnv;

#[test]
fn user_unlock_names_what_still_refuses_the_login() {
    let env = TestEnv::with_users(&["dave", "ann"]);
    env.run(&["user", "unlock", "ann"]).ok().stderr_contains("ann is already unlocked");
    assert!(!env.run(&["user", "unlock", "ann"]).ok().stderr().contains("but"));
    env.run(&["user", "disable", "dave", "--yes"]).ok();
    env.run(&["user", "unlock", "dave"])
        .ok()
        .stderr_contains("but the user is disabled: `sessionctl user enable dave`");
    env.run(&["user", "add", "erin", "--no-password"]).ok();
    for verb in ["unlock", "enable"] {
        env.run(&["user", verb, "erin"])
            .ok()
            .stderr_contains("but no password is set: `sessionctl user passwd erin`");
    }
}

#[test]
fn policy_with_the_value_that_it_has_writes_no_event() {
    let env = TestEnv::new();
    let set = ["db", "policy", "user.sessions_max", "5000"];
    let events = || env.run(&["log", "--action", "policy.changed", "--format", "count"]).ok().stdout();
    env.run(&set).ok();
    let before = events();
    env.run(&set).ok().stderr_contains("user.sessions_max is 5000 already");
    assert_eq!(events(), before);
}

#[test]
fn man_with_the_name_of_a_command_is_refused_and_writes_nothing() {
    let env = TestEnv::empty();
    for (name, page) in [("list", "help list"), ("user-add", "help user add"), ("sessionctl-log", "help log")]
    {
        let shown = format!("`sessionctl {page}`; to write the pages there: ./{name}");
        env.run(&["man", name]).fails_with(2).stderr_contains(&shown);
        assert!(!env.path(name).exists());
    }
    env.run(&["man", "./list"]).ok();
    assert!(env.path("list").join("sessionctl.1").exists());
    env.run(&["man", "list"]).ok();
}

#[test]
fn head_of_the_log_is_read_from_the_value_itself() {
    let env = TestEnv::new();
    let head = env.run(&["log", "head"]).ok().stdout();
    env.run(&["log", "verify", "--head", &head]).ok().stderr_contains("the kept head is event");
    let other = head.replacen(&head[..4], if head.starts_with("0000") { "1111" } else { "0000" }, 1);
    env.run(&["log", "verify", "--head", &other]).code(1).stderr_contains("the head is of another database");
    env.write_file("kept", &head);
    env.run(&["log", "verify", "--head", "@kept"]).ok().stderr_contains("the kept head is event");
    env.run(&["log", "verify", "--head", "no-such-file"]).code(1).stderr_contains("no-such-file");
}

#[test]
fn time_of_a_log_selects_what_was_active_then() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    let count =
        |at: &str| env.run(&["list", "--active-at", at, "--format", "count"]).code_in(&[0, 3]).stdout();
    for past in ["25/Nov/2020:03:12:00 +0000", "[25/Nov/2020:03:12:00 +0000]"] {
        assert_eq!(count(past), "0", "{past}");
    }
    env.run(&["list", "--active-at", "Nov 31 03:12"]).fails_with(2).stderr_contains("date");
}

#[test]
fn restore_reports_the_events_that_the_copy_lacks() {
    let env = TestEnv::with_users(&["bob"]);
    if env.is_on_server() {
        return;
    }
    env.run(&["db", "backup", "copy.db"]).ok();
    let same = env.run(&["db", "restore", "copy.db", "--dry-run", "--format", "json"]).ok();
    let same = (same.json(), same.stderr());
    assert_eq!(
        (&same.0["lost_events"], &same.0["first_lost_event_at"]),
        (&0.into(), &serde_json::Value::Null)
    );
    assert!(!same.1.contains("of the log"), "{}", same.1);
    env.generate(&["--user", "bob"]);
    env.run(&["revoke", "1", "--yes"]).ok();
    let log = env.run(&["log", "--format", "json", "--limit", "2"]).ok().json();
    let planned = env.run(&["db", "restore", "copy.db", "--dry-run", "--format", "json"]).ok();
    let record = planned.json();
    assert_eq!(record["lost_events"], 2);
    assert_eq!(record["first_lost_event_at"], log["events"][1]["at"]);
    assert_eq!(record["last_lost_event_at"], log["events"][0]["at"]);
    assert!(planned.stderr().contains("not in the copy, and will be lost"), "{planned:?}");
    assert!(!planned.stderr().contains("applied: "), "{planned:?}");
    let done = env.run(&["db", "restore", "copy.db", "--yes"]).ok();
    assert!(done.stderr().contains("2 events of the log"), "{done:?}");
    assert!(done.stderr().contains("not in the copy, and are lost"), "{done:?}");
    // What the hint says shows them.
    let hint = done.stderr().split('`').nth(1).unwrap().to_owned();
    let words: Vec<&str> = hint.split(' ').skip(1).chain(["--limit", "1", "--format", "csv"]).collect();
    assert!(env.run(&words).ok().stdout().contains(",session.revoked,"), "{hint}");
}

#[test]
fn log_on_a_narrow_terminal_shows_the_number_of_an_event() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    let ids = env.run(&["log", "--format", "ids"]).ok().stdout();
    let log = env.cmd(&["log"]).env("COLUMNS", "80").run().ok().stdout();
    let numbers: Vec<&str> = log
        .lines()
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(numbers, ids.lines().collect::<Vec<_>>(), "{log}");
    env.run(&["log", "--event", numbers[0]]).ok();
}

#[test]
fn named_session_that_another_part_leaves_out_is_reported_with_the_reason() {
    let env = TestEnv::with_users(&["bob"]);
    for _ in 0..7 {
        env.generate(&["--user", "bob", "--app", "shop"]);
    }
    let reason = "session 1 does not match: it is of kind web";
    for line in ["list", "stats", "list --format count", "list --format json"] {
        let words = [&line.split(' ').collect::<Vec<_>>()[..], &["1", "--kind", "api"]].concat();
        env.run(&words).ok().stderr_contains(reason);
        let quiet = env.run(&[&words[..], &["-q"]].concat()).ok().stderr();
        assert_eq!(quiet, "");
    }
    for act in ["revoke", "expire"] {
        env.run(&[act, "1", "2", "--not-app", "shop", "--yes"])
            .code(3)
            .stderr_contains("session 2 does not match: its app is shop");
    }
    env.run(&["prune", "1", "--yes"]).ok().stderr_contains("session 1 does not match: it is active");
    let all = ["list", "1", "2", "3", "4", "5", "6", "7", "--anonymous"];
    env.run(&all).ok().stderr_contains("7 of 7 named sessions do not match the rest of the selector");
    assert!(!env.run(&["list", "1", "--user", "bob"]).ok().stderr().contains("does not match"));
}

#[test]
fn value_in_a_message_never_looks_like_another() {
    let env = TestEnv::with_users(&["bob"]);
    env.generate(&["--user", "bob", "--label", r"a\x1b", "--user-agent", "a\u{1b}"]);
    env.run(&["list", "1", "--label", "other"]).ok().stderr_contains(r"its label is a\\x1b");
    env.run(&["list", "1", "--user-agent", "other"]).ok().stderr_contains(r"its user agent is a\x1b");
    env.run(&["list", "--user", r"a\x1b"]).fails_with(3).stderr_contains(r"no user 'a\\x1b'");
}

#[test]
fn hint_at_commas_is_for_a_name_of_a_list() {
    let env = TestEnv::with_users(&["bob"]);
    let hint = |words: &[&str]| env.run(words).fails_with(3).stderr().contains("commas separate names");
    assert!(!hint(&["list", "--user", "alcie", "--not-user", "a,b"]));
    assert!(hint(&["list", "--user", "alcie,bob"]));
    assert!(hint(&["list", "--user", "bob", "--not-user", "bob,alcie"]));
}

#[test]
fn words_of_other_tools_and_unknown_pages_get_a_hint() {
    let env = TestEnv::new();
    for (line, hint) in [
        ("kick 1", "sessionctl revoke ID"),
        ("list --grep x", "--user-agent"),
        ("log --grep x", "tip: --action, --user, --session, --actor and --ip select events"),
        ("user list --search x", "tip: a table can be piped to grep"),
        ("list --from yesterday", "--created-after TIME"),
        ("revoke --from 2026-01-01 --yes", "--created-after TIME"),
        ("log --from yesterday", "--since TIME"),
        ("log --from grafana", "the log is sessionctl's own"),
        ("help nonsense", "`sessionctl help` lists the commands"),
        ("help user nonsense", "`sessionctl help` lists the commands"),
        ("help revok", "'revoke'"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let stderr = env.run(&words).fails_with(2).stderr();
        assert!(stderr.contains(hint), "{line}: {stderr}");
    }
    let times = env.run(&["help", "times"]).ok().stdout();
    assert!(times.contains("RFC 3339") && times.contains("14m ago"), "{times}");
}

#[test]
fn short_help_shows_the_values_of_what_is_selected_and_sorted_by() {
    let env = TestEnv::empty();
    for (command, values) in [
        (
            "list",
            &[
                "newest, oldest, expiring, last-seen",
                "anonymous, web, sso, api",
                "active, expired, revoked, any",
            ][..],
        ),
        ("stats", &["state, kind, user, app, network, last-network, user-agent, age, expiry"]),
        ("log", &["db, policy, user, login, session"]),
        ("generate", &["anonymous, web, sso, api"]),
        ("revoke", &["active, expired, revoked, any"]),
    ] {
        let help = env.cmd(&[command, "-h"]).env("COLUMNS", "80").run().ok().stdout();
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(values.iter().all(|values| words.contains(values)), "{help}");
        assert!(help.lines().count() <= 23, "{help}");
    }
}

/// A control character and the text that shows it are two values.
#[test]
fn value_with_a_backslash_never_looks_like_one_with_a_control() {
    let env = TestEnv::new();
    let labels = ["a\u{1b}", r"a\x1b", "a\n", r"a\n", r"DOM\bob"];
    for label in labels {
        env.generate(&["--kind", "anonymous", "--label", label]);
    }
    let list =
        |format: &str| env.run(&["list", "--sort", "oldest", "--fields", "label", "--format", format]).ok();
    let table = list("table").stdout();
    let shown: Vec<&str> = table.lines().skip(1).map(str::trim_end).collect();
    assert_eq!(shown, [r"a\x1b", r"a\\x1b", r"a\n", r"a\\n", r"DOM\bob"], "{table}");
    let stored: Vec<String> = list("json").json()["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|session| session["label"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(stored, labels);
    env.add_user(r"DOM\nancy");
    env.run(&["list", "--user", r"DOM\\nancy"]).fails_with(3).stderr_contains(r"write 'DOM\nancy'");
    env.run(&["list", "--user", r"DOM\nancy"]).ok();
}
