//! Rows that the program's index on the expiry names are those that reading every row finds, whatever the values.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::fixture::{
    DJANGO, Fixture, LARAVEL, NOW, all, django_key, django_payload, laravel_payload, options,
};
use proptest::prelude::*;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params};
use sessionctl_core::model::time::Timestamp;
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{self, ListRequest, Order, PruneRequest};
use sessionctl_foreign::record::State;

const DIRECTUS: &str = "CREATE TABLE directus_sessions (token varchar(64) PRIMARY KEY, user char(36), expires datetime, \
    ip varchar, user_agent text, next_token varchar(64)); CREATE INDEX by_expires ON directus_sessions (expires);";
const TOWER: &str = "CREATE TABLE tower_sessions (id text PRIMARY KEY NOT NULL, data blob NOT NULL, expiry_date); \
    CREATE INDEX by_expiry ON tower_sessions (expiry_date);";

/// Rows at each end that prove the layout: what is between them can be anything.
const PROOF_ROWS: u32 = 50;

fn text(seconds: i64, separator: &str, zone: &str) -> Sql {
    let at = Timestamp::from_unix(seconds).to_string();
    Sql::Text(format!("{}{separator}{}{zone}", &at[..10], &at[11..19]))
}

/// A value that a column of times may hold, near the present and far from it, readable and not.
pub(crate) fn value() -> impl Strategy<Value = Sql> {
    let distance =
        prop_oneof![-5_i64..5, -90_000_i64..90_000, -400_000_i64..400_000, -300_000_000_i64..300_000_000];
    let seconds = distance.prop_map(|distance| NOW + distance);
    let zone = prop::sample::select(vec!["", "Z", "+00:00", "+23:59", "-23:59", " +05:30", ".999999", ".5Z"]);
    let separator = prop::sample::select(vec![" ", "T", "t"]);
    prop_oneof![
        4 => (seconds.clone(), separator, zone).prop_map(|(seconds, separator, zone)| text(seconds, separator, zone)),
        3 => seconds.clone().prop_map(Sql::Integer),
        3 => seconds.clone().prop_map(|seconds| Sql::Integer(seconds * 1_000)),
        1 => seconds.clone().prop_map(|seconds| Sql::Real(seconds as f64 + 0.25)),
        1 => seconds.prop_map(|seconds| Sql::Real(seconds as f64 * 1_000.0 + 0.5)),
        1 => Just(Sql::Null),
        1 => prop::sample::select(vec!["", "0", "x", "2027-02-30 00:00:00", "1999", "9999-12-31 00:00:00", "~"])
            .prop_map(|text| Sql::Text(text.to_owned())),
        1 => prop::sample::select(vec![0, -1, i64::MIN, i64::MAX]).prop_map(Sql::Integer),
        1 => Just(Sql::Blob(b"2027-03-01 00:00:00".to_vec())),
    ]
}

type Insert = fn(&Connection, u32, &Sql);

/// A program: its tables, how a row is inserted, and an expiry as the program writes it.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    sql: &'static str,
    insert: Insert,
    usual: fn() -> Sql,
}

pub(crate) const PROGRAMS: [Program; 4] = [
    Program { name: "django", sql: DJANGO, insert: django, usual: || text(NOW + 60, " ", "") },
    Program { name: "laravel", sql: LARAVEL, insert: laravel, usual: || Sql::Integer(NOW) },
    Program { name: "directus", sql: DIRECTUS, insert: directus, usual: || Sql::Integer((NOW + 60) * 1_000) },
    Program { name: "tower-sessions", sql: TOWER, insert: tower, usual: || Sql::Integer(NOW + 60) },
];
/// Laravel's own index, which its migration makes.
const LARAVEL_INDEX: &str = "CREATE INDEX sessions_last_activity_index ON sessions (last_activity)";

fn django(connection: &Connection, number: u32, expires: &Sql) {
    let sql = "INSERT OR IGNORE INTO django_session VALUES (?, ?, ?)";
    connection.execute(sql, params![django_key(number), django_payload("{}"), expires]).unwrap();
}

fn laravel(connection: &Connection, number: u32, last: &Sql) {
    let sql = "INSERT OR IGNORE INTO sessions VALUES (?, 1, NULL, NULL, ?, ?)";
    connection.execute(sql, params![format!("{number:A>40}"), laravel_payload(Some(1)), last]).unwrap();
}

fn directus(connection: &Connection, number: u32, expires: &Sql) {
    let sql = "INSERT INTO directus_sessions VALUES (?, 'u-1', ?, NULL, NULL, NULL)";
    connection.execute(sql, params![format!("{number:t>64}"), expires]).unwrap();
}

fn tower(connection: &Connection, number: u32, expires: &Sql) {
    // MessagePack of a session without data: [id, {}, expiry].
    let data = [0x93_u8, 0x90, 0x80, 0x90];
    let sql = "INSERT INTO tower_sessions VALUES (?, ?, ?)";
    connection.execute(sql, params![format!("{number:x>22}"), data, expires]).unwrap();
}

pub(crate) fn fixture(program: &Program, values: &[Sql]) -> Fixture {
    let fixture = Fixture::new(program.sql);
    if program.sql == LARAVEL {
        fixture.execute(LARAVEL_INDEX);
    }
    let (insert, usual) = (program.insert, (program.usual)());
    let connection = fixture.connect();
    connection.execute_batch("BEGIN").unwrap();
    for number in 0..PROOF_ROWS {
        insert(&connection, number, &usual);
    }
    for (number, value) in (PROOF_ROWS..).zip(values) {
        insert(&connection, number, value);
    }
    for number in 0..PROOF_ROWS {
        insert(&connection, 1_000_000 + number, &usual);
    }
    connection.execute_batch("COMMIT").unwrap();
    fixture
}

/// The ids in a state, and how many rows were read.
fn listed(fixture: &Fixture, state: State) -> (Vec<String>, u64) {
    let request = ListRequest {
        filter: Filter { states: vec![state], ..Filter::default() },
        order: Order::Page,
        limit: None,
        after: None,
    };
    fixture.with(|cx| {
        let mut ids = Vec::new();
        let listed = ops::list(cx, &request, &mut |record| {
            ids.push(record.id);
            ControlFlow::Continue(())
        });
        (ids, listed.unwrap().rows)
    })
}

fn prunable(fixture: &Fixture, age: u64) -> Vec<String> {
    let request = PruneRequest { filter: all(), older_than: Duration::from_secs(age) };
    let preview = fixture.with(|cx| ops::prunable(cx, &request).unwrap());
    preview.targets.into_iter().map(|target| target.session.id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn index_names_exactly_the_rows_that_a_scan_finds(values in prop::collection::vec(value(), 1..40)) {
        for one in PROGRAMS {
            let fixture = fixture(&one, &values);
            let records = fixture.records();
            let in_state = |state: State| {
                records.iter().filter(|record| record.state == state).map(|record| record.id.clone()).collect::<Vec<_>>()
            };
            for state in [State::Active, State::Expired] {
                prop_assert_eq!(listed(&fixture, state).0, in_state(state), "{} {:?}", one.name, state);
            }
            for age in [0, 1, 86_400, 2_592_000] {
                let limit = Timestamp::from_unix(NOW - age as i64);
                let expected = records.iter().filter(|record| {
                    record.state == State::Expired && record.ended_at.is_some_and(|at| at <= limit)
                });
                let expected: Vec<String> = expected.map(|record| record.id.clone()).collect();
                prop_assert_eq!(prunable(&fixture, age), expected, "{} {}", one.name, age);
            }
        }
    }
}

#[test]
fn index_is_used_where_one_holds_the_expiry_of_every_row() {
    let old = vec![text(NOW - 9_000_000, " ", ""); 300];
    let fixture = fixture(&PROGRAMS[0], &old);
    assert_eq!(listed(&fixture, State::Active).1, 100);
    for index in [
        "CREATE INDEX django_session_expire_date ON django_session (expire_date) WHERE expire_date > '2027'",
        "CREATE INDEX django_session_expire_date ON django_session (expire_date COLLATE NOCASE)",
        "CREATE INDEX django_session_expire_date ON django_session (session_data, expire_date)",
    ] {
        fixture.execute(&format!("DROP INDEX django_session_expire_date; {index}"));
        assert_eq!(listed(&fixture, State::Active), (listed(&fixture, State::Active).0, 400), "{index}");
        assert_eq!(listed(&fixture, State::Active).0.len(), 100, "{index}");
    }
}

#[test]
fn entries_of_one_value_are_read_over_many_pages() {
    // More than two pages of entries, and more than two of rows, all with the same expiry.
    let fixture = fixture(&PROGRAMS[0], &vec![text(NOW - 9_000_000, " ", ""); 40_000]);
    let mut found = prunable(&fixture, 86_400);
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 40_000);
}

#[test]
fn session_used_again_after_the_preview_is_not_pruned() {
    let fixture = fixture(&PROGRAMS[0], &vec![text(NOW - 9_000_000, " ", ""); 700]);
    let request = PruneRequest { filter: all(), older_than: Duration::ZERO };
    let pruned = fixture.with(|cx| {
        let preview = ops::prunable(cx, &request).unwrap();
        fixture.execute(
            "UPDATE django_session SET expire_date = '2027-04-01 00:00:00' WHERE rowid IN (60, 749)",
        );
        let (mut pause, mut stop) = (|_| {}, || false);
        ops::prune(cx, &preview, &request, &mut options(&mut pause, &mut stop), &mut ops::NoJournal).unwrap()
    });
    assert_eq!((pruned.deleted(), pruned.skipped()), (698, 2));
    assert_eq!(fixture.count("SELECT count(*) FROM django_session WHERE rowid IN (60, 749)"), 2);
}
