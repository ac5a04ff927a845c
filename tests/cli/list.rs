//! `list`: what each selector selects, here and in the commands that act on it.

use crate::following::Following;
use crate::harness::TestEnv;

/// Sessions of every kind and state, created in a sandbox over three days.
fn crowd() -> TestEnv {
    let env = TestEnv::sandbox();
    env.add_user("alice");
    env.add_user("bob");
    let at = |time: &str, name: &str, more: &[&str]| {
        env.login_with(name, &[&["--now", time][..], more].concat());
    };
    at("+0s", "alice", &["--app", "shop", "--ip", "203.0.113.7", "--label", "laptop"]);
    at("+1s", "alice", &["--app", "wiki", "--ip", "203.0.113.9", "--label", "phone", "--remember"]);
    at("+2s", "bob", &["--app", "shop", "--ip", "2001:db8::1", "--label", "lap-2", "--sso"]);
    env.generate(&["--under", "3", "--app", "mail", "--now", "+3s"]);
    env.generate(&["--kind", "api", "--user", "bob", "--scope", "a:read", "--now", "+4s", "--label", "ci-1"]);
    env.generate(&["--kind", "anonymous", "--now", "+5s"]);
    env.generate(&["--kind", "anonymous", "--now", "+6s"]);
    env.run(&["revoke", "7", "--yes", "--now", "+10s"]).ok();
    at("+2d", "alice", &["--app", "shop", "--ip", "198.51.100.4"]);
    env
}

/// The time of every call: one minute after the last login.
const NOW: [&str; 2] = ["--now", "+2880m"];

#[test]
fn selector_flags_select_the_named_sessions() {
    let env = crowd();
    for (selector, expected) in [
        (&["--all"][..], "8 7 6 5 4 3 2 1"),
        (&["--state", "any"], "8 7 6 5 4 3 2 1"),
        (&[], "8 5 3 2"),
        (&["--state", "expired"], "6 4 1"),
        (&["--state", "revoked"], "7"),
        (&["--user", "alice"], "8 2"),
        (&["--user", "alice", "--all"], "8 2 1"),
        (&["--user", "ALICE", "--state", "expired"], "1"),
        (&["--anonymous", "--all"], "7 6"),
        (&["--kind", "api"], "5"),
        (&["--kind", "sso"], "3"),
        (&["--kind", "web"], "8 2"),
        (&["--app", "shop", "--all"], "8 3 1"),
        (&["--label", "lap*", "--all"], "3 1"),
        (&["--label", "ci-?"], "5"),
        (&["--scope", "a:read"], "5"),
        (&["--under", "3", "--all"], "4"),
        (&["--ip", "203.0.113.0/24", "--all"], "2 1"),
        (&["--ip", "2001:db8::/32"], "3"),
        (&["--created-before", "1d", "--all"], "7 6 5 4 3 2 1"),
        (&["--created-after", "1d", "--all"], "8"),
        (&["--expiring-within", "1h"], "8"),
        (&["--except", "2", "--except", "5"], "8 3"),
        (&["2", "5"], "5 2"),
    ] {
        let ids = env.ids(&[selector, &NOW].concat()).join(" ");
        assert_eq!(ids, expected, "{selector:?}");
    }
}

#[test]
fn list_shows_what_revoke_and_expire_select() {
    let env = crowd();
    for selector in [
        &["--user", "bob"][..],
        &["--kind", "web"],
        &["--all"],
        &["--ip", "203.0.113.0/24"],
        &["--state", "expired"],
        &["--app", "shop", "--state", "any"],
        &["--label", "lap*"],
        &["--created-before", "1d"],
        &["--all", "--except", "3"],
        &["2", "5"],
    ] {
        let listed = env.ids(&[selector, &NOW].concat());
        assert!(!listed.is_empty(), "{selector:?} tests nothing");
        for verb in ["revoke", "expire"] {
            let args = [&[verb, "--dry-run", "--format", "ids"], selector, &NOW].concat();
            let taken: Vec<String> = env.run(&args).ok().stdout().lines().map(str::to_owned).collect();
            assert_eq!(listed, taken, "{verb} {selector:?}");
        }
    }
}

#[test]
fn empty_list_exits_with_0_unless_must_exist() {
    let env = TestEnv::with_users(&["alice"]);
    assert_eq!(env.run(&["list", "--format", "ids"]).ok().stdout(), "");
    assert_eq!(env.run(&["list", "--format", "count"]).ok().stdout(), "0");
    assert_eq!(env.run(&["list", "--format", "json"]).ok().json()["sessions"], serde_json::json!([]));
    for format in ["table", "json", "count", "ids"] {
        env.run(&["list", "--must-exist", "--format", format]).code(3);
    }
    env.login("alice");
    env.run(&["list", "--must-exist"]).ok();
}

#[test]
fn pages_follow_without_gap_or_duplicate() {
    let env = TestEnv::new();
    env.generate_many(25);
    for order in ["newest", "oldest"] {
        let whole = env.ids(&["--sort", order]);
        let mut paged = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..4 {
            let mut args = vec!["list", "--limit", "10", "--format", "json", "--sort", order];
            if let Some(cursor) = &after {
                args.extend(["--after", cursor]);
            }
            let page = env.run(&args).ok().json();
            paged.extend(page["sessions"].as_array().unwrap().iter().map(|s| s["id"].to_string()));
            after = page["next"].as_str().map(str::to_owned);
            if after.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole, "{order}");
    }
}

#[test]
fn list_of_unknown_user_exits_with_3() {
    let env = TestEnv::with_users(&["alice"]);
    env.run(&["list", "--user", "nobody"]).fails_with(3);
    env.run(&["list", "--except", "999", "--all"]).fails_with(3);
}

#[test]
fn list_selects_several_values_and_their_complement() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    env.login_with("alice", &["--app", "shop", "--ip", "203.0.113.7", "--user-agent", "curl/8"]);
    env.login_with("bob", &["--app", "mail, inc", "--ip", "2001:db8::1"]);
    env.generate(&["--kind", "anonymous"]);
    let ids = |args: &[&str]| env.ids(args).join(" ");
    for (args, expected) in [
        (&["--user", "alice,bob"][..], "2 1"),
        (&["--user", "alice", "--user", "bob"], "2 1"),
        (&["--not-user", "alice"], "3 2"),
        (&["--app", r"mail\, inc,shop"], "2 1"),
        (&["--not-app", "shop"], "3 2"),
        (&["--kind", "web,anonymous", "--not-kind", "anonymous"], "2 1"),
        (&["--ip", "203.0.113.0/24,2001:db8::/32"], "2 1"),
        (&["--ip", "::/0"], "2"),
        (&["--not-ip", "203.0.113.0/24"], "3 2"),
        (&["--user-agent", "curl*"], "1"),
        (&["--not-user-agent", "curl*"], "3 2"),
    ] {
        assert_eq!(ids(args), expected, "{args:?}");
    }
    let output = env.run(&["list", "--ip", "203.0.113.7/24"]).ok();
    assert!(output.stderr().contains("203.0.113.0/24"), "{output:?}");
    env.run(&["list", "--ip", "::ffff:0:0/90"]).fails_with(2);
    env.run(&["list", "--not-user", "carol"]).code(3);
}

#[test]
fn list_answers_about_the_past_and_sorts_by_last_seen() {
    let env = TestEnv::sandbox();
    let start = |now: &str| env.run(&["generate", "--kind", "anonymous", "--now", now]).ok();
    start("2030-01-01T10:00:00Z");
    start("2030-01-01T10:10:00Z");
    env.run(&["revoke", "1", "--yes", "--now", "2030-01-01T10:20:00Z"]).ok();
    let ids = |args: &[&str]| {
        let more = ["list", "--now", "2030-01-01T10:30:00Z", "--format", "ids"];
        env.run(&[&more, args].concat()).ok().stdout().replace('\n', " ")
    };
    assert_eq!(ids(&["--active-at", "2030-01-01T10:05:00Z"]), "1");
    assert_eq!(ids(&["--active-at", "2030-01-01T10:15:00Z"]), "2 1");
    assert_eq!(ids(&["--active-at", "2030-01-01T10:25:00Z"]), "2");
    assert_eq!(ids(&["--active-at", "2030-01-01T09:59:59Z"]), "");
    assert_eq!(ids(&["--ended-after", "2030-01-01T10:20:00Z"]), "1");
    assert_eq!(ids(&["--ended-before", "2030-01-01T10:20:00Z"]), "");
    assert_eq!(ids(&["--all", "--sort", "last-seen"]), "2 1");
    // A person sees when they began and ended, and which moment was meant.
    let table = |at: &str| {
        let args = ["list", "--now", "2030-01-01T10:30:00Z", "--active-at", at];
        env.cmd(&args).env("TZ", "Asia/Tokyo").env("COLUMNS", "80").run().ok()
    };
    let shown = table("19:15");
    assert!(shown.stdout().contains("2030-01-01 19:00:00  2030-01-01 19:20:00"), "{shown:?}");
    assert_eq!(shown.stderr(), "2 sessions, active at 2030-01-01 19:15:00 +09:00\n");
    let none = table("yesterday 09:59Z");
    assert_eq!(none.stderr(), "no session was active at 2029-12-31 18:59:00 +09:00\n");
}

#[test]
fn watch_prints_what_changes_until_ctrl_c() {
    let env = TestEnv::new();
    env.generate_many(2);
    let watch = |args: &[&str]| Following::start(env.cmd(&[&["list", "--watch=1"], args].concat()));
    let line = |id: u32, state: &str| format!("{{\"id\":{id},\"state\":\"{state}\"}}");

    let mut lines = watch(&["--format", "jsonl", "--fields", "id,state"]);
    let first = lines.until("the list", |lines| lines.len() == 2).to_vec();
    assert_eq!(first, [line(2, "active"), line(1, "active")]);
    env.run(&["revoke", "1", "--yes"]).ok();
    lines.until("what was revoked", |lines| lines.contains(&line(1, "revoked")));
    env.generate_many(1);
    lines.until("what was created", |lines| lines.contains(&line(3, "active")));
    let (code, all, errors) = lines.interrupt();
    assert_eq!((code, all.len(), errors.as_str()), (Some(130), 4, ""), "{all:?}");

    let mut counts = watch(&["--format", "count"]);
    counts.until("the first number", |lines| lines == ["2"]);
    env.generate_many(1);
    counts.until("the second number", |lines| lines == ["2", "3"]);
    assert_eq!(counts.interrupt().0, Some(130));

    let mut ids = watch(&["--format", "ids"]);
    ids.until("the ids", |lines| lines == ["4", "3", "2"]);
    env.generate_many(1);
    ids.until("the new id", |lines| lines == ["4", "3", "2", "5"]);
    assert_eq!(ids.interrupt().0, Some(130));

    let mut tables = watch(&[]);
    let headings = |lines: &[String]| lines.iter().filter(|line| line.contains("UTC: ")).count();
    tables.until("a table", |lines| lines.len() == 6);
    env.generate_many(1);
    tables.until("another table", |lines| lines.len() == 6 + 7);
    let (code, all, errors) = tables.interrupt();
    assert_eq!((code, headings(&all), errors.as_str()), (Some(130), 2, ""), "a table was repeated: {all:#?}");
    assert!(all[0].ends_with("UTC: 4 sessions") && !all.concat().contains('\u{1b}'), "{all:#?}");
    env.run(&["list", "--watch", "--format", "json"]).fails_with(2);
    env.run(&["list", "--watch=0"]).fails_with(2);
}

#[test]
fn watch_does_not_report_what_newer_sessions_push_out() {
    let env = TestEnv::new();
    env.generate_many(2);
    let fields = ["--format", "csv", "--fields", "id,state", "--limit", "2"];
    let mut lines = Following::start(env.cmd(&[&["list", "--watch=1"][..], &fields].concat()));
    lines.until("both", |lines| lines.len() == 3);
    env.generate_many(1);
    lines.until("the new one", |lines| lines.contains(&"3,active".to_owned()));
    env.run(&["revoke", "2", "--yes"]).ok();
    lines.until("the one that ended", |lines| lines.contains(&"2,revoked".to_owned()));
    let (_, lines, _) = lines.interrupt();
    assert_eq!(lines.iter().filter(|line| *line == "1,active").count(), 2, "{lines:?}");
    let mut one = Following::start(env.cmd(&["list", "--watch", "1", "--format", "csv"]));
    one.until("the session, which follows the message", |lines| lines.len() == 2);
    assert!(one.interrupt().2.contains("--watch=1"));
}

#[test]
fn pattern_without_stars_that_matches_nothing_gets_a_hint() {
    let env = TestEnv::new();
    env.run(&["generate", "--kind", "anonymous", "--user-agent", "Mozilla/5.0 Firefox/1"]).ok();
    let output = env.run(&["list", "--user-agent", "Firefox"]).ok();
    assert!(output.stderr().contains("*[Ff]irefox*"), "{output:?}");
    let output = env.run(&["list", "--user-agent", "*firefox*", "--format", "count"]).ok();
    assert!(output.stderr().contains("case counts: try '*[Ff]irefox*'"), "{output:?}");
    let found = env.run(&["list", "--user-agent", "*[Ff]irefox*"]).ok();
    assert!(
        found.stdout().contains("Mozilla/5.0 Firefox/1") && !found.stderr().contains("hint"),
        "{found:?}"
    );
    assert_eq!(
        env.run(&["list", "--fields", "id,user-agent", "--format", "csv"]).ok().stdout().lines().count(),
        2
    );
    let output = env.run(&["list", "--fields", ""]).fails_with(2);
    assert!(output.stderr().contains("names no field"), "{output:?}");
}

#[test]
fn list_watch_of_an_unknown_id_ends_at_once() {
    let env = TestEnv::new();
    env.generate_many(1);
    for format in ["table", "jsonl", "csv", "ids", "count"] {
        let output = env.run(&["list", "1", "99", "--watch=1", "--format", format]).code(3);
        assert!(output.stderr().contains("no session 99"), "{format}: {output:?}");
        assert!(!output.stderr().contains("the interval is written"), "{format}: {output:?}");
    }
}

#[test]
fn list_watch_hints_at_the_interval_only_where_none_was_given() {
    let env = TestEnv::new();
    env.generate_many(1);
    for (watch, hints) in [("--watch", true), ("--watch=1", false)] {
        let mut list = Following::start(env.cmd(&["list", watch, "1", "--format", "ids"]));
        list.until("the session is printed", |lines| lines == ["1"]);
        let (_, _, errors) = list.interrupt();
        assert_eq!(errors.contains("the interval is written --watch=1"), hints, "{watch}: {errors}");
    }
}

#[test]
fn list_watch_prints_ids_as_they_come_into_the_list() {
    let env = TestEnv::new();
    env.generate_many(2);
    let mut list = Following::start(env.cmd(&["list", "--watch=1", "--limit", "1", "--format", "ids"]));
    list.until("the newest is printed", |lines| lines == ["2"]);
    env.run(&["revoke", "2", "--yes"]).ok();
    list.until("the other one comes into the list", |lines| lines == ["2", "1"]);
    env.generate_many(1);
    list.until("a new one does", |lines| lines == ["2", "1", "3"]);
    env.run(&["revoke", "3", "--yes"]).ok();
    list.until("the older one comes again", |lines| lines == ["2", "1", "3", "1"]);
}
