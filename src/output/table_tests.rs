//! What a table looks like: columns, widths, escapes and colours.

use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::output::capture::{NOW, capture, options};
use crate::output::{Format, SESSION, UiOptions, Value, View};
use sessionctl_core::model::time::{Timestamp, Zone};

const VIEW: View = View {
    noun: "sessions",
    singular: "session",
    fields: &["id", "kind", "state", "user", "app", "last_seen_at", "expires_at", "user_agent"],
    columns: &["id", "kind", "state", "user", "app", "last_seen_at", "expires_at"],
};

fn session(id: i64, state: &'static str, agent: &str) -> Record {
    Record::new()
        .with("id", id)
        .with("kind", Value::Word("web"))
        .with("state", Value::Word(state))
        .with("user", "ann")
        .with("app", None::<String>)
        .with("last_seen_at", Timestamp::from_unix(NOW - 180))
        .with("expires_at", Timestamp::from_unix(NOW + 29 * 60))
        .with("user_agent", agent)
}

fn listed(width: Option<u16>, fields: Option<&str>, records: impl IntoIterator<Item = Record>) -> String {
    listed_with(UiOptions { width, ..options(Format::Table) }, fields, records)
}

fn listed_with(
    options: UiOptions,
    fields: Option<&str>,
    records: impl IntoIterator<Item = Record>,
) -> String {
    let fields = fields.map(|names| names.split(',').map(str::to_owned).collect());
    capture(UiOptions { fields, ..options }, |ui| {
        let mut list = ui.list(&VIEW).unwrap();
        records.into_iter().for_each(|record| list.push(record).unwrap());
        list.finish(None).unwrap();
    })
    .0
}

fn two(agent: &str) -> [Record; 2] {
    [session(1, "active", agent), session(2, "revoked", "curl/8")]
}

const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 東京 0123456789012345678901234567890";

#[test]
fn table_without_a_width_is_never_cut_or_wrapped() {
    let expected = "\
id  kind  state    user  app  last_seen_at UTC     expires_at
1   web   active   ann   -    2026-11-24 01:02:00  2026-11-24 01:34:00
2   web   revoked  ann   -    2026-11-24 01:02:00  2026-11-24 01:34:00
";
    assert_eq!(listed(None, None, two("")), expected);
    let long = "x".repeat(100_000);
    let table = listed(None, Some("user_agent,id"), [session(1, "active", &long), session(2, "active", "a")]);
    assert!(table.contains(&format!("\n{long}  1\na ")), "cut");
    assert!(table.len() < 101_000, "the long one widened its column");
}

#[test]
fn requested_times_are_local_with_their_zone_once() {
    let east = UiOptions { zone: Zone::Fixed(32_400), ..options(Format::Table) };
    let expected = "\
last_seen_at +09:00  expires_at
2026-11-24 10:02:00  2026-11-24 10:34:00
2026-11-24 10:02:00  2026-11-24 10:34:00
";
    assert_eq!(listed_with(east.clone(), Some("last_seen_at,expires_at"), two("")), expected);
    let narrow = UiOptions { width: Some(38), ..east };
    let expected = "last_seen_at  expires_at\n3m ago        in 29m\n3m ago        in 29m\n";
    assert_eq!(listed_with(narrow, Some("last_seen_at,expires_at"), two("")), expected);
}

fn full_session(id: i64, label: Option<&str>, app: Option<&str>) -> Record {
    Record::new()
        .with("id", id)
        .with("kind", Value::Word(if label.is_some() { "api" } else { "anonymous" }))
        .with("state", Value::Word("active"))
        .with("user", label.map(|_| "alice"))
        .with("app", app)
        .with("label", label)
        .with("created_at", Timestamp::from_unix(NOW - 86_400))
        .with("last_seen_at", Timestamp::from_unix(NOW - 3_700))
        .with("expires_at", Timestamp::from_unix(NOW + 90 * 86_400))
        .with("ip", label.map(|_| "203.0.113.177"))
}

fn list_of_sessions(width: u16, record: &Record) -> String {
    capture(UiOptions { width: Some(width), ..options(Format::Table) }, |ui| {
        let mut list = ui.list(&SESSION).unwrap();
        list.push(record.clone()).unwrap();
        list.finish(None).unwrap();
    })
    .0
}

#[test]
fn session_list_has_the_columns_that_fit() {
    let token = full_session(1234, Some("backup job"), Some("shop"));
    let expected = "\
id    kind  state   user   app   label       created_at UTC       last_seen_at  expires_at  ip             last_ip
1234  api   active  alice  shop  backup job  2026-11-23 01:05:00  1h 1m ago     in 90d      203.0.113.177  -
";
    assert_eq!(list_of_sessions(120, &token), expected);
    let expected = "\
id    kind  state   user   label       last_seen_at  expires_at  ip
1234  api   active  alice  backup job  1h 1m ago     in 90d      203.0.113.177
";
    assert_eq!(list_of_sessions(80, &token), expected);
    let expected = "\
id    kind       state   created_at UTC       last_seen_at  expires_at
1234  anonymous  active  2026-11-23 01:05:00  1h 1m ago     in 90d
";
    assert_eq!(list_of_sessions(80, &full_session(1234, None, None)), expected);
}

/// A long list reserves space for wider rows that follow, but not at the cost of what is there.
#[test]
fn long_list_of_addresses_fits_eighty_columns() {
    let row = |id| {
        let row = Record::new().with("id", id).with("kind", Value::Word("web"));
        let row = row.with("state", Value::Word("active")).with("user", "dave").with("app", "203.0.113.177");
        row.with("last_seen_at", Timestamp::from_unix(NOW)).with("expires_at", Timestamp::from_unix(NOW + 60))
    };
    let text = listed(Some(80), None, (0..300).map(|back| row(300 - back)));
    assert_eq!(text.lines().count(), 301, "a row was wrapped");
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
}

#[test]
fn long_text_is_wrapped_between_words() {
    let expected = "\
id  user_agent                            state    expires_at UTC
1   Mozilla/5.0 (X11; Linux x86_64;       active   2026-11-24 01:34:00
    rv:145.0) Gecko/20100101 東京
    0123456789012345678901234567890
2   curl/8                                revoked  2026-11-24 01:34:00
";
    assert_eq!(listed(Some(70), Some("id,user_agent,state,expires_at"), two(AGENT)), expected);
    for width in 20..140 {
        let table = listed(Some(width), Some("id,user_agent,state,expires_at,app,user_agent"), two(AGENT));
        for word in AGENT.split(' ') {
            assert_eq!(table.matches(word).count(), 2, "{word} was broken at {width}:\n{table}");
        }
        for line in table.lines() {
            assert!(line.width() <= usize::from(width).max(44), "{width}: {line}");
        }
    }
}

#[test]
fn record_that_does_not_fit_is_a_block() {
    let expected = "\
id            1
state         active
user_agent    Mozilla/5.0
              (X11; Linux
              x86_64;
              rv:145.0)
              Gecko/20100101
              東京
              0123456789012345678901234567890
last_seen_at  2026-11-24
              01:02:00 UTC (3m
              ago)

id            2
state         revoked
user_agent    curl/8
last_seen_at  2026-11-24
              01:02:00 (3m
              ago)
";
    assert_eq!(listed(Some(30), Some("id,state,user_agent,last_seen_at"), two(AGENT)), expected);
}

#[test]
fn states_and_headings_have_colours() {
    let colored = UiOptions { color: true, width: Some(40), ..options(Format::Table) };
    let states = ["active", "expired", "revoked"].map(|state| session(1, state, AGENT));
    let expected = "\
\x1b[1mstate\x1b[0m    \x1b[1mid\x1b[0m
\x1b[32mactive\x1b[0m   1
\x1b[33mexpired\x1b[0m  1
\x1b[31mrevoked\x1b[0m  1
";
    assert_eq!(listed_with(colored.clone(), Some("state,id"), states.clone()), expected);
    let wrapped = listed_with(colored, Some("state,user_agent"), states);
    assert!(wrapped.contains("\n\x1b[31mrevoked\x1b[0m  Mozilla/5.0 (X11; Linux"), "{wrapped}");
}

#[test]
fn text_with_controls_stays_in_its_cell() {
    let table = listed(None, Some("user_agent,id"), [session(1, "active", "a\n2  x\t\x1b[2J\u{202e}")]);
    assert_eq!(table, "user_agent                id\na\\n2  x\\t\\x1b[2J\\u{202e}  1\n");
}

#[test]
fn later_rows_follow_the_layout_of_the_first() {
    for width in [None, Some(80)] {
        let rows = (1..=100_000).map(|id| {
            let state = if id <= 1000 { "active" } else { "revoked" };
            session(id, state, "curl/8")
        });
        let table = listed(width, Some("id,state,user_agent"), rows);
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), 100_001);
        assert_eq!(lines[0], "id       state      user_agent");
        assert_eq!(lines[1], "1        active     curl/8");
        assert_eq!(lines[100_000], "100000   revoked    curl/8");
    }
}

#[test]
fn long_table_is_not_kept_in_memory() {
    let look = Look { width: Some(80), color: false, present: options(Format::Table).present() };
    let mut table = Table::new(VIEW.select(["id", "user_agent"]), true, look);
    let mut out = Vec::new();
    for id in 0..10_000 {
        table.row(&mut out, session(id, "active", "curl/8"));
        assert!(table.window.len() < WINDOW_ROWS && out.len() < 10_000, "{id}");
        if id >= 200 {
            assert!(!out.is_empty());
            out.clear();
        }
    }
}

/// A session of another program: its id is long.
fn long_session(user: &str, ip: &str) -> Record {
    Record::new()
        .with("id", "998c1a6deebaaaff")
        .with("kind", Value::Word("anonymous"))
        .with("state", Value::Word("expired"))
        .with("user", user)
        .with("last_seen_at", Timestamp::from_unix(NOW - 3_700))
        .with("expires_at", Timestamp::from_unix(NOW + 90 * 86_400))
        .with("ip", ip)
}

#[test]
fn long_words_cost_columns_first_and_then_their_end() {
    let mail = long_session("alice@example.com", "203.0.113.177");
    let expected = "\
id                state    user               last_seen_at  ip
998c1a6deebaaaff  expired  alice@example.com  1h 1m ago     203.0.113.177
";
    assert_eq!(list_of_sessions(80, &mail), expected);
    let long = long_session(&"alice.montgomery@engineering.example.com".repeat(2), "2001:db8:1:2:3:4:5:6");
    let expected = "\
id                state    user                 last_seen_at  ip
998c1a6deebaaaff  expired  alice.montgomery@e…  1h 1m ago     2001:db8:1:2:3:4:5:6
";
    assert_eq!(list_of_sessions(82, &long), expected);
    assert!(!list_of_sessions(76, &long).contains("last_seen_at"), "a name says more than an age");
    let address = long_session("alice@example.com", "2001:db8:1234:5678:9abc:def0:1234:5678");
    assert!(list_of_sessions(80, &address).contains("2001:db8:1234:5678:"), "the network is there");
    for width in 72..140 {
        for record in [&mail, &long, &address] {
            let table = list_of_sessions(width, record);
            assert!(table.lines().all(|line| line.width() <= usize::from(width)), "{width}:\n{table}");
            assert!(
                width < 72 || table.starts_with("id  ") && table.lines().count() == 2,
                "{width}:\n{table}"
            );
        }
    }
}

#[test]
fn requested_fields_are_neither_left_out_nor_cut() {
    let long = "x".repeat(100);
    for width in [60, 80] {
        let table = listed(Some(width), Some("id,user_agent,state"), [session(1, "active", &long)]);
        assert!(table.contains(&long), "{table}");
    }
}
