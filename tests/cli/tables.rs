//! Tables at several widths, in several locales and zones: no word is broken, nothing is left out that was asked for, and
//! every time that is shown is accepted back.

use crate::harness::TestEnv;

/// Commands that only read, each of which prints a table.
const READING: [&[&str]; 14] = [
    &["list"],
    &["list", "--all", "--fields", "id,user,user_agent,created_at,expires_at"],
    &["list", "--kind", "api"],
    &["inspect", "2"],
    &["log"],
    &["tree"],
    &["stats"],
    &["user", "list"],
    &["user", "show", "alice"],
    &["data", "list", "2"],
    &["db", "info"],
    &["db", "check"],
    &["db", "policy"],
    &["jwt", "keys", "list"],
];

const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

fn env() -> TestEnv {
    let env = TestEnv::with_users(&["alice"]);
    env.generate(&["--kind", "anonymous", "--ip", "203.0.113.7"]);
    env.login_with("alice", &["--app", "shop", "--label", "work laptop", "--user-agent", AGENT, "--sso"]);
    env.generate(&["--kind", "api", "--user", "alice", "--scope", "orders:read", "--label", "backup job"]);
    env.generate(&["--under", "2", "--app", "forum"]);
    env.run(&["data", "set", "2", "theme", "\"dark\""]).ok();
    env
}

#[test]
fn tables_fit_the_width_and_break_no_word() {
    let env = env();
    for args in READING {
        let whole = env.run(args).ok().stdout();
        let words: Vec<&str> = whole.split_whitespace().collect();
        for columns in ["80", "120"] {
            let text = env.cmd(args).env("COLUMNS", columns).run().ok().stdout();
            let width: usize = columns.parse().unwrap();
            for line in text.lines() {
                let longest = line.split(' ').map(|word| word.chars().count()).max().unwrap_or(0);
                let count = line.chars().count();
                assert!(count <= width || longest > width / 2, "{args:?} at {columns}: {line}");
            }
            // Every word is one that the table without a width has, except for bars, ages and headings of blocks. The
            // timeline, which only a table with a width has, adds "issued, now".
            let of_text = text.split_whitespace().map(|word| word.trim_end_matches(','));
            for word in of_text.filter(|word| word.len() > 6 && word.is_ascii()) {
                let known = words.iter().any(|whole| whole.trim_end_matches(',') == word)
                    || word.contains(['#', ':', '(', '_']);
                assert!(known, "{args:?} at {columns}: '{word}' was broken off:\n{text}");
            }
        }
    }
}

#[test]
fn session_list_has_columns_for_eighty_and_for_a_hundred_and_twenty() {
    let env = env();
    let heading = |args: &[&str], columns| {
        let text = env.cmd(args).env("COLUMNS", columns).run().ok().stdout();
        text.lines().next().unwrap().to_owned()
    };
    let wide = heading(&["list"], "120");
    for column in ["app", "label", "created_at", "last_seen_at", "expires_at", "ip"] {
        assert!(wide.contains(column), "{column}: {wide}");
    }
    assert!(heading(&["list", "--kind", "api"], "80").contains("label"));
    let row = env.cmd(&["list"]).env("COLUMNS", "120").run().ok().stdout();
    let is_date = |word: &&str| {
        let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        shape == "0000-00-00"
    };
    let date = row.lines().nth(1).unwrap().split(' ').filter(is_date).count();
    assert_eq!(date, 1, "a date twice in a row: {row}");
}

#[test]
fn tables_are_ascii_where_the_locale_is_not_utf_8() {
    let env = env();
    env.login_with("alice", &["--label", "Zoë"]);
    for args in READING {
        let output = env.cmd(args).env("LC_ALL", "C").env("COLUMNS", "80").run().ok();
        assert!(output.stdout_and_stderr().is_ascii(), "{args:?}: {output:?}");
    }
    let list = env.cmd(&["list"]).env("LC_ALL", "C").run().ok().stdout();
    assert!(list.contains(r"Zo\u{eb}"), "{list}");
    let json = env.cmd(&["list", "--format", "json"]).env("LC_ALL", "C").run().ok().stdout();
    assert!(json.contains("Zoë"), "machine formats are UTF-8: {json}");
}

#[test]
fn times_of_a_table_have_one_zone_and_are_accepted_back() {
    let env = env();
    for (zone, shown) in [("UTC", "UTC"), ("Asia/Tokyo", "+09:00"), ("America/St_Johns", "-03:30")] {
        let run = |args: &[&str]| env.cmd(args).env("TZ", zone).run().ok().stdout();
        let table = run(&["list", "--all", "--fields", "created_at,last_seen_at,expires_at"]);
        assert_eq!(table.matches(shown).count(), 1, "{zone}: {table}");
        let row = table.lines().nth(1).unwrap();
        for time in row.split("  ").filter(|cell| !cell.is_empty()) {
            run(&["list", "--created-before", time]);
        }
        // The newest session was created at the second that its row shows.
        let created = row.split("  ").next().unwrap();
        let since = ["list", "--all", "--created-after", created, "--format", "ids"];
        assert!(run(&since).lines().any(|id| id == "4"), "{zone}: {created}");
        let record = run(&["inspect", "4"]);
        let moment = record.lines().find_map(|line| line.strip_prefix("created_at ")).unwrap().trim();
        assert!(moment.contains(shown), "{zone}: {moment}");
        let since = ["list", "--all", "--created-after", moment, "--format", "ids"];
        assert!(run(&since).lines().any(|id| id == "4"), "{zone}: {moment}");
        let wide = |width: &str| {
            let list = ["list", "--all"];
            env.cmd(&list).env("TZ", zone).env("COLUMNS", width).run().ok().stdout()
        };
        let cell = |table: &str, begins: &str| {
            let row = table.lines().nth(1).unwrap().split("  ").map(str::trim);
            row.clone().find(|cell| cell.contains(begins)).map(str::to_owned)
        };
        let age = cell(&wide("100"), "in ").unwrap();
        run(&["list", "--all", "--created-before", &age]);
        // A file is read later, when an age would be wrong; a wide terminal has room for both.
        assert_eq!(cell(&run(&["list", "--all"]), "in "), None);
        let both = cell(&wide("250"), "(in ").unwrap();
        assert!(both.starts_with("20"), "{both}");
        run(&["list", "--all", "--created-before", &both]);
    }
}

/// A table cuts an age to whole units: what it shows as `14m ago` was seen up to 14m 59s ago.
#[test]
fn age_that_a_table_shows_selects_its_session_from_both_sides() {
    let env = TestEnv::sandbox();
    let at = |seconds: u32| format!("2030-01-01T00:{:02}:{:02}Z", seconds / 60, seconds % 60);
    env.generate(&["--kind", "anonymous", "--now", &at(0)]);
    for (seconds, age) in
        [(59, "59s ago"), (119, "1m 59s ago"), (14 * 60 + 59, "14m ago"), (15 * 60, "15m ago")]
    {
        let now = at(seconds);
        let list = |more: &[&str]| {
            let list = [&["list", "--now", &now], more].concat();
            env.cmd(&list).env("COLUMNS", "80").run().ok().stdout()
        };
        assert!(list(&[]).contains(age), "{}", list(&[]));
        for bound in ["--seen-after", "--seen-before"] {
            assert_eq!(list(&[bound, age, "--format", "ids"]), "1", "{bound} {age}");
        }
    }
    // A duration is exact.
    let now = at(14 * 60 + 59);
    let exact = ["list", "--now", &now, "--format", "ids", "--seen-after"];
    for duration in ["14m", "-14m"] {
        assert_eq!(env.run(&[&exact[..], &[duration]].concat()).ok().stdout(), "");
    }
}

#[test]
fn list_names_the_columns_that_do_not_fit() {
    let env = TestEnv::with_users(&["alice"]);
    let (label, app) = ("a label with several longer words in it", "a-rather-long-application-name");
    let address = "2001:db8:1234:5678:9abc:def0:1234:5678";
    env.generate(&["--user", "alice", "--label", label, "--app", app, "--ip", address]);
    for columns in ["80", "100", "120", "200"] {
        let list = env.cmd(&["list"]).env("COLUMNS", columns).run().ok();
        for column in ["app", "label", "created_at", "last_seen_at", "expires_at", "ip"] {
            let is_shown = list.stdout().contains(column);
            let is_named = list.stderr().contains(column);
            assert_ne!(is_shown, is_named, "{columns} {column}: {list:?}");
        }
    }
}

#[test]
fn list_ends_with_its_total() {
    let env = env();
    assert!(env.run(&["list"]).ok().stderr().ends_with("4 sessions\n"));
    assert!(
        env.run(&["list", "--limit", "1"])
            .ok()
            .stderr()
            .contains("1 of 4 sessions; more follow: add --after ")
    );
    assert_eq!(env.run(&["list", "--format", "csv"]).ok().stderr(), "");
    assert_eq!(env.run(&["list", "-q"]).ok().stderr(), "");
}
