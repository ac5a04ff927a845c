//! Each selector on the table of each framework, with its negation, in each format and command: it selects what the
//! records show, or is refused before anything is printed. That the records are true is tested in `sessionctl-foreign`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program;

/// The database of each framework, and the fields that its table has.
const TABLES: [(&str, &[&str]); 9] = [
    ("django/app.sqlite3", &["seen", "expiry"]),
    ("django-user-sessions/app.sqlite3", &["seen", "expiry", "ip", "last", "agent"]),
    ("laravel/database.sqlite", &["seen", "expiry", "ip", "last", "agent"]),
    ("rails8-auth/production.sqlite3", &["created", "ip", "agent"]),
    ("express-connect-sqlite3/sessions.sqlite3", &["expiry"]),
    ("grafana/grafana.sqlite3", &["created", "seen", "expiry", "ip", "last", "agent"]),
    ("better-auth-better-sqlite3/auth.sqlite3", &["created", "seen", "expiry", "ip", "agent"]),
    ("directus/data.db", &["expiry", "ip", "agent"]),
    ("tower-sessions-rusqlite/app.sqlite3", &["expiry"]),
];

/// A time in the middle of those of the fixtures, before the latest of them.
const TIME: &str = "2026-11-22T00:00:00Z";
/// How each answer is asked for.
const ASKED: [&[&str]; 6] = [
    &["list", "--format", "ids"],
    &["list", "--format", "count"],
    &["list", "--format", "json"],
    &["list", "--format", "jsonl"],
    &["stats", "--by", "kind", "--format", "json"],
    &["revoke", "--dry-run", "--yes", "--format", "ids"],
];

/// Whether a record matches; none where the row does not show it.
type Matches = fn(&Value) -> Option<bool>;

/// A selector, its negation or the selector of the opposite, the field that both need, and what the first means.
struct Case {
    selector: [&'static str; 2],
    opposite: [&'static str; 2],
    needs: &'static str,
    matches: Matches,
}

fn text<'v>(record: &'v Value, field: &str) -> Option<&'v str> {
    record[field].as_str()
}

fn is_before(record: &Value, field: &str) -> Option<bool> {
    Some(text(record, field)? < TIME)
}

const fn pair(
    selector: [&'static str; 2],
    opposite: [&'static str; 2],
    needs: &'static str,
    matches: Matches,
) -> Case {
    Case { selector, opposite, needs, matches }
}

const fn timed(
    selector: &'static str,
    opposite: &'static str,
    needs: &'static str,
    matches: Matches,
) -> Case {
    Case { selector: [selector, TIME], opposite: [opposite, TIME], needs, matches }
}

const CASES: [Case; 10] = [
    pair(["--kind", "web"], ["--not-kind", "web"], "", |record| Some(text(record, "kind")? == "web")),
    pair(["--kind", "anonymous,api"], ["--not-kind", "anonymous,api"], "", |record| {
        Some(text(record, "kind")? != "web")
    }),
    pair(["--ip", "192.0.2.0/24"], ["--not-ip", "192.0.2.0/24"], "ip", |record| {
        Some(text(record, "ip").is_some_and(|ip| ip.starts_with("192.0.2.")))
    }),
    pair(
        ["--ip", "2001:db8::/32,203.0.113.66"],
        ["--not-ip", "2001:db8::/32,203.0.113.66"],
        "ip",
        |record| {
            Some(text(record, "ip").is_some_and(|ip| ip.starts_with("2001:db8:") || ip == "203.0.113.66"))
        },
    ),
    pair(["--last-ip", "192.0.2.0/24"], ["--not-last-ip", "192.0.2.0/24"], "last", |record| {
        Some(text(record, "last_ip").is_some_and(|ip| ip.starts_with("192.0.2.")))
    }),
    pair(["--user-agent", "Mozilla*"], ["--not-user-agent", "Mozilla*"], "agent", |record| {
        Some(text(record, "user_agent").is_some_and(|agent| agent.starts_with("Mozilla")))
    }),
    pair(["--user-agent", "*Opera*"], ["--not-user-agent", "*Opera*"], "agent", |record| {
        Some(text(record, "user_agent").is_some_and(|agent| agent.contains("Opera")))
    }),
    timed("--created-before", "--created-after", "created", |record| is_before(record, "created_at")),
    timed("--seen-before", "--seen-after", "seen", |record| is_before(record, "last_seen_at")),
    timed("--ended-before", "--ended-after", "expiry", |record| is_before(record, "ended_at")),
];

/// Selectors that no table of another program can answer.
const NEVER: [[&str; 2]; 8] = [
    ["--label", "x"],
    ["--scope", "read"],
    ["--not-scope", "read"],
    ["--app", "shop"],
    ["--not-app", "shop"],
    ["--not-label", "x"],
    ["--under", "1"],
    ["--active-at", "yesterday"],
];

struct Table {
    home: tempfile::TempDir,
    file: PathBuf,
    records: Vec<Value>,
}

impl Table {
    fn open(name: &str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/foreign/fixtures").join(name);
        let mut table = Table { home: tempfile::tempdir().unwrap(), file, records: Vec::new() };
        let (code, out, messages) = table.run(&["list", "--state", "any", "--format", "json"]);
        assert_eq!(code, 0, "{name}: {messages}");
        let document: Value = serde_json::from_str(&out).unwrap();
        table.records = document["sessions"].as_array().unwrap().clone();
        assert!(table.records.len() > 5, "{name}");
        table
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = program(self.home.path(), &self.file, arguments, "");
        let [out, messages] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code().unwrap(), out, messages)
    }

    /// The number of sessions that a command answers with, and their ids where it shows them.
    fn ask(&self, selector: &[&str], asked: &[&str]) -> (u64, Option<Vec<String>>, i32) {
        // Each is asked for sessions of every state, which `stats` counts anyway.
        let arguments = [asked, selector, &["--state", "any"]].concat();
        let (code, out, messages) = self.run(&arguments);
        assert!([0, 1, 3].contains(&code), "{arguments:?}: {messages}");
        let id = |record: &Value| text(record, "id").unwrap().to_owned();
        let ids: Option<Vec<String>> = match asked {
            [_, "--by", ..] => None,
            [.., "count"] => return (out.trim().parse().unwrap(), None, code),
            [.., "ids"] => Some(out.lines().map(str::to_owned).collect()),
            [.., "jsonl"] => Some(out.lines().map(|line| id(&serde_json::from_str(line).unwrap())).collect()),
            _ => {
                let document: Value = serde_json::from_str(&out).unwrap();
                Some(document["sessions"].as_array().unwrap().iter().map(id).collect())
            }
        };
        match ids {
            Some(mut ids) => {
                ids.sort();
                (ids.len() as u64, Some(ids), code)
            }
            None => {
                let document: Value = serde_json::from_str(&out).unwrap();
                let groups = document["stats"].as_array().unwrap().iter();
                let states = ["active", "expired", "revoked", "unknown"];
                let count =
                    |group: &Value| states.iter().filter_map(|state| group[*state].as_u64()).sum::<u64>();
                (groups.map(count).sum(), None, code)
            }
        }
    }

    fn check(&self, selector: &[&str], asked: &[&str], matches: impl Fn(&Value) -> Option<bool>) {
        let wanted = |record: &&Value| matches(record) == Some(true);
        let mut ids: Vec<String> =
            self.records.iter().filter(wanted).map(|r| text(r, "id").unwrap().into()).collect();
        ids.sort();
        let (number, found, code) = self.ask(selector, asked);
        let what = format!("{}: {asked:?} {selector:?}", self.file.display());
        assert_eq!(number, ids.len() as u64, "{what}");
        assert!(found.is_none_or(|found| found == ids), "{what}");
        assert!(code != 3 || (number == 0 && asked[0] == "revoke"), "{what}: exit {code}");
    }

    fn refuses(&self, selector: &[&str], asked: &[&str]) {
        let arguments = [asked, selector].concat();
        let (code, out, messages) = self.run(&arguments);
        let what = format!("{}: {arguments:?}: {messages}", self.file.display());
        assert_eq!((code, out.as_str()), (2, ""), "{what}");
        assert!(messages.contains("it can answer ID --user") && !messages.contains("no session"), "{what}");
    }
}

#[test]
fn each_selector_selects_what_the_records_show_or_is_refused() {
    // Each way to ask comes with each selector on one of the tables at least.
    let mut asked = ASKED.iter().copied().cycle();
    for (name, fields) in TABLES {
        let table = Table::open(name);
        for case in &CASES {
            let (asked, also) = (asked.next().unwrap(), asked.next().unwrap());
            if !case.needs.is_empty() && !fields.contains(&case.needs) {
                table.refuses(&case.selector, asked);
                table.refuses(&case.opposite, also);
                continue;
            }
            table.check(&case.selector, asked, case.matches);
            table.check(&case.opposite, also, |record| (case.matches)(record).map(|matches| !matches));
        }
        for selector in NEVER {
            table.refuses(&selector, asked.next().unwrap());
        }
        asked.next();
    }
}

#[test]
fn each_user_and_everybody_else_are_all_sessions() {
    let mut asked = ASKED.iter().copied().cycle();
    for (name, _) in TABLES {
        let table = Table::open(name);
        let mut users: Vec<&str> = table.records.iter().filter_map(|record| text(record, "user")).collect();
        users.sort_unstable();
        users.dedup();
        assert!(users.len() > 2, "{name}");
        for user in &users {
            let is_of = |record: &Value| Some(text(record, "user") == Some(user));
            table.check(&["--user", user], asked.next().unwrap(), is_of);
            table.check(&["--not-user", user], asked.next().unwrap(), |record| is_of(record).map(|is| !is));
        }
        let anonymous = |record: &Value| Some(text(record, "kind") == Some("anonymous"));
        table.check(&["--anonymous"], asked.next().unwrap(), anonymous);
        for state in ["active", "expired", "revoked", "unknown"] {
            let (code, out, messages) = table.run(&["list", "--state", state, "--format", "count"]);
            let number = table.records.iter().filter(|record| text(record, "state") == Some(state)).count();
            assert_eq!((code, out), (0, format!("{number}\n")), "{name}: {messages}");
        }
        asked.next();
    }
}

#[test]
fn order_is_that_of_a_time_that_the_table_has_and_named_where_it_is_another() {
    for (name, fields) in TABLES {
        let table = Table::open(name);
        for (sort, needs, field, is_falling) in [
            ("newest", "created", "created_at", true),
            ("oldest", "created", "created_at", false),
            ("expiring", "expiry", "expires_at", false),
            ("last-seen", "seen", "last_seen_at", true),
        ] {
            let (_, out, _) = table.run(&["list", "--sort", sort, "--state", "any", "--format", "json"]);
            let (code, _, messages) = table.run(&["list", "--sort", sort, "--state", "any", "--limit", "2"]);
            assert_eq!(code, 0, "{name}: {messages}");
            let has = fields.contains(&needs);
            assert_eq!(messages.contains("ordered by"), !has, "{name} --sort {sort}: {messages}");
            if has {
                let document: Value = serde_json::from_str(&out).unwrap();
                let sessions = document["sessions"].as_array().unwrap();
                let times: Vec<&str> = sessions.iter().filter_map(|record| text(record, field)).collect();
                let is_sorted =
                    if is_falling { times.is_sorted_by(|a, b| a >= b) } else { times.is_sorted() };
                assert!(is_sorted && times.len() > 5, "{name} --sort {sort}: {times:?}");
            }
        }
    }
}
