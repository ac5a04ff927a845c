//! Values that are written, or stored, as nobody expected: hours that clocks show twice, shell patterns, lists with spaces.

use crate::harness::TestEnv;

/// The table's times, pasted back, select the sessions that they belong to.
#[test]
fn time_in_an_hour_that_comes_twice_selects_its_own_session() {
    let env = TestEnv::sandbox();
    // Berlin sets its clocks from 03:00 back to 02:00 at 2026-10-25 01:00 UTC.
    let made = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"];
    for at in made {
        env.generate(&["--kind", "anonymous", "--now", at]);
    }
    let run = |args: &[&str]| {
        let line = [args, &["--now", "2026-10-25T03:00:00Z", "--all"]].concat();
        env.cmd(&line).env("TZ", "Europe/Berlin").run().ok().stdout()
    };
    let shown = run(&["list", "--fields", "created_at"]);
    let lines: Vec<&str> = shown.lines().skip(1).collect();
    assert_eq!(
        lines,
        ["2026-10-25 03:30:00", "2026-10-25 02:30:00 +01:00", "2026-10-25 02:30:00 +02:00"],
        "{shown}"
    );
    for (place, line) in lines.iter().enumerate() {
        let after = run(&["list", "--created-after", line, "--format", "count"]);
        assert_eq!(after, (place + 1).to_string(), "{line}");
    }
}

#[test]
fn pattern_negates_a_set_as_a_shell_does_and_must_close_it() {
    let env = TestEnv::new();
    for label in ["prod-1", "test-1", "!x"] {
        env.generate(&["--kind", "anonymous", "--label", label, "--user-agent", label]);
    }
    for option in ["--label", "--user-agent"] {
        assert_eq!(env.ids(&[option, "[!p]*"]), ["3", "2"], "{option}");
        assert_eq!(env.ids(&[option, "[^p]*"]), ["3", "2"], "{option}");
        assert_eq!(env.ids(&[&option.replace("--", "--not-"), "[!p]*"]), ["1"], "{option}");
        // Such a pattern matches nothing, so that its negation would be everything.
        for flag in [option.to_owned(), option.replace("--", "--not-")] {
            let refused = env.run(&["revoke", &flag, "[prod", "--yes"]).fails_with(2);
            assert!(refused.stderr().contains("never closed"), "{refused:?}");
        }
    }
    assert_eq!(env.ids(&[]).len(), 3);
}

#[test]
fn lists_may_have_spaces_behind_their_commas() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    env.generate(&["--user", "alice", "--ip", "203.0.113.7"]);
    env.generate(&["--user", "bob", "--ip", "2001:db8::7"]);
    env.generate(&["--user", "bob", "--kind", "api", "--scope", "a", "--scope", "b"]);
    for (args, expected) in [
        (["--ip", " 203.0.113.0/24, 2001:db8::/32 "], &["2", "1"][..]),
        (["--not-ip", "203.0.113.0/24, 2001:db8::/32"], &["3"]),
        (["--user", "alice, bob"], &["3", "2", "1"]),
        (["--kind", "api, sso"], &["3"]),
        (["--scope", "b, c"], &["3"]),
    ] {
        assert_eq!(env.ids(&args), expected, "{args:?}");
    }
}

#[test]
fn field_that_is_named_twice_is_refused_in_every_format() {
    let env = TestEnv::new();
    env.generate_many(1);
    for format in ["table", "json", "jsonl", "csv", "ids", "count"] {
        for line in [&["list", "--fields", "id,user,id"][..], &["inspect", "1", "--fields", "id, id"]] {
            let refused = env.run(&[line, &["--format", format]].concat()).fails_with(2);
            assert!(refused.stderr().contains("twice"), "{refused:?}");
        }
    }
}

#[test]
fn stats_fit_a_narrow_terminal() {
    let env = TestEnv::with_users(&["alice", "山田太郎"]);
    env.generate(&["--user", "alice", "--app", "shop"]);
    env.generate(&["--user", "山田太郎", "--app", "店"]);
    for columns in [40, 60, 68, 69, 80, 200] {
        for line in [&["stats"][..], &["stats", "--by", "user,app,kind,state"]] {
            let shown = env.cmd(line).env("COLUMNS", columns.to_string()).run().ok().stdout();
            for line in shown.lines() {
                assert!(console::measure_text_width(line) <= columns, "{columns}: {line}\n{shown}");
            }
            assert!(shown.contains("山田太郎") && shown.contains("revoked"), "{shown}");
            assert_eq!(shown.contains("bars"), columns >= 69, "{columns}: {shown}");
        }
    }
}

#[test]
fn stats_in_ascii_keep_their_columns() {
    let env = TestEnv::with_users(&["alice", "山田太郎", "Zoë"]);
    for user in ["alice", "山田太郎", "Zoë"] {
        env.generate(&["--user", user]);
    }
    let line = ["stats", "--by", "user"];
    let shown = env.cmd(&line).env("LC_ALL", "C").env("COLUMNS", "120").run().ok().stdout();
    let (heading, rows) = shown.split_once('\n').expect("a heading");
    let end = heading.find("active").expect("a column") + "active".len();
    assert!(shown.is_ascii() && rows.lines().count() == 3, "{shown}");
    for row in rows.lines() {
        assert_eq!(&row[end - 2..=end], " 1 ", "{shown}");
    }
}

#[test]
fn hint_of_a_user_show_can_be_pasted_into_a_shell() {
    let env = TestEnv::new();
    for name in ["Zoë O'Brien", "a $(b) `c`", r"DOMAIN\bob", "-dash", "x;y"] {
        env.run(&["user", "add", "--no-password", "--", name]).ok();
        env.run(&["user", "disable", "--yes", "--", name]).ok();
        let shown = env.run(&["user", "show", "--format", "json", "--", name]).ok().json();
        let why = shown["why"].as_str().expect("a reason");
        let first = why.strip_suffix('`').and_then(|why| why.rsplit_once("`; no password is set: `"));
        let command = first.and_then(|(first, _)| first.split_once(": `")).expect("a command").1;
        env.bash(command).run().ok();
        let after = env.run(&["user", "show", "--format", "json", "--", name]).ok().json();
        assert!(after["why"].as_str().expect("a reason").contains("no password"), "{name}: {command}");
    }
}
