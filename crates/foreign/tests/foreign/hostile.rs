//! Odd and hostile rows: every one is listed, none is guessed, none executes anything, none takes long.

use std::time::{Duration, Instant};

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use rusqlite::params;
use sessionctl_core::model::session::Kind;
use sessionctl_foreign::ops::{self, OpsError};
use sessionctl_foreign::record::{Record, State};

use crate::fixture::{DJANGO, Fixture, LARAVEL, all, django_key, django_payload, laravel_key};

const FAR: &str = "2099-01-01 00:00:00";

/// A table of Django with these payloads, all of users who are not in the table.
fn zipped(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn django_with(payloads: &[Vec<u8>]) -> Fixture {
    let fixture = Fixture::new(DJANGO);
    let connection = fixture.connect();
    for (number, payload) in payloads.iter().enumerate() {
        let text = String::from_utf8(payload.clone()).unwrap();
        let sql = "INSERT INTO django_session VALUES (?, ?, ?)";
        connection.execute(sql, params![django_key(number as u32), text, FAR]).unwrap();
    }
    fixture
}

fn signed(value: &[u8]) -> Vec<u8> {
    format!("{}:1vb66h:s", Base64UrlUnpadded::encode_string(value)).into_bytes()
}

fn users(records: &[Record]) -> Vec<Option<&str>> {
    records.iter().map(Record::user_id).collect()
}

#[test]
fn django_payloads_that_cannot_be_read_have_no_user_and_are_not_anonymous() {
    let bomb = [br#"{"_auth_user_id":"1","x":""#.to_vec(), vec![b'a'; 64 << 20], b"\"}".to_vec()].concat();
    let bomb = zipped(&bomb);
    let bomb = format!(".{}:1vb66h:s", Base64UrlUnpadded::encode_string(&bomb)).into_bytes();
    let deep = [br#"{"a":"#.repeat(20_000), b"1".to_vec(), b"}".repeat(20_000)].concat();
    let fixture = django_with(&[
        signed(br#"{"_auth_user_id":"1","_auth_user_id":"7"}"#),
        bomb,
        signed(&deep),
        b"not a payload".to_vec(),
        signed(b"[1,2]"),
        signed(br#"{"_auth_user_id":{"x":1}}"#),
        signed(br#"{"_auth_user_id":true}"#),
        signed(br#"{"_auth_user_id":1.5}"#),
        signed(b"{\"_auth_user_id\":\"\x1b]0;t\x07\",\"n\":\"\xff\xfe\"}"),
        signed(br#"{"_auth_user_id":1e999}"#),
        b".AAAA:1vb66h:s".to_vec(),
    ]);
    let started = Instant::now();
    let records = fixture.records();
    assert!(started.elapsed() < Duration::from_secs(180), "{:?}", started.elapsed());
    assert_eq!(users(&records), [vec![Some("7")], vec![None; 10]].concat());
    for record in &records[1..] {
        assert_eq!((record.kind, record.authenticates), (None, None));
        assert!(record.why.iter().any(|why| why.starts_with("payload not readable")), "{:?}", record.why);
    }
}

#[test]
fn django_values_of_other_types_make_the_state_unknown_and_name_the_type() {
    let fixture = django_with(&[]);
    let connection = fixture.connect();
    let payload = django_payload(r#"{"_auth_user_id":"1"}"#);
    let insert = |key: &dyn rusqlite::ToSql, expires: &dyn rusqlite::ToSql| {
        let sql = "INSERT INTO django_session VALUES (?, ?, ?)";
        connection.execute(sql, params![key, payload, expires]).unwrap();
    };
    insert(&"key\0with nul", &FAR);
    insert(&vec![0xff_u8, 0xfe], &FAR);
    insert(&"=cmd|'/C calc'!A0", &FAR);
    insert(&"\x1b[2J", &FAR);
    insert(&"x".repeat(1 << 20), &FAR);
    insert(&django_key(1), &4_070_908_800_i64);
    insert(&django_key(2), &4_070_908_800.5_f64);
    insert(&django_key(3), &b"2099-01-01".to_vec());
    insert(&django_key(4), &"2099-01-01T00:00:00Z");
    insert(&django_key(5), &"9999-99-99 99:99:99");
    let records = fixture.records();
    let states: Vec<State> = records.iter().map(|record| record.state).collect();
    assert_eq!(states, [vec![State::Active; 5], vec![State::Unknown; 5]].concat());
    for (record, type_name) in records[5..].iter().zip(["integer", "real", "blob", "text", "text"]) {
        assert!(record.why.contains(&format!("expires_at not readable ({type_name})")), "{:?}", record.why);
        assert!(record.expires_at.is_none());
    }
    assert!(records.iter().all(|record| record.id.bytes().all(|byte| byte.is_ascii_hexdigit())));
    let result = fixture.with(|cx| ops::preview(cx, &all(), &[]).map(|_| ()));
    assert!(matches!(result, Err(OpsError::NotProved { rows: 10, .. })), "{result:?}");
}

#[test]
fn laravel_payloads_fall_back_to_the_column_and_never_build_an_object() {
    let fixture = Fixture::new(LARAVEL);
    let connection = fixture.connect();
    let encoded = |bytes: &[u8]| Base64::encode_string(bytes);
    let deep = [b"a:1:{i:0;".repeat(5_000), b"}".repeat(5_000)].concat();
    let rows: [(Option<i64>, String, Option<&str>, &str); 11] = [
        (Some(7), crate::fixture::laravel_payload(Some(8)), Some("8"), "the column shows user 7"),
        (Some(7), encoded(b"s:999999999:\"x\";"), Some("7"), "user from the column"),
        (Some(7), encoded(b"a:2147483647:{i:0;i:1;}"), Some("7"), "user from the column"),
        (Some(7), encoded(&deep), Some("7"), "user from the column"),
        (Some(7), encoded(b"O:8:\"stdClass\":1:{s:1:\"a\";i:1;}"), Some("7"), "user from the column"),
        (Some(7), encoded(b"C:11:\"ArrayObject\":4:{x:i:}"), Some("7"), "user from the column"),
        (Some(7), encoded(b"a:2:{s:1:\"r\";R:1;s:1:\"x\";r:1;}"), Some("7"), "user from the column"),
        (None, encoded(b"i:99999999999999999999999;"), None, "payload not readable"),
        (Some(7), "%%%".to_owned(), Some("7"), "user from the column"),
        (Some(7), encoded(br#"{"iv":"x","value":"y","mac":"z"}"#), Some("7"), "payload encrypted"),
        (Some(7), String::new(), Some("7"), "user from the column"),
    ];
    for (number, (user, payload, _, _)) in rows.iter().enumerate() {
        let sql = "INSERT INTO sessions VALUES (?, ?, NULL, NULL, ?, 4070908800)";
        connection.execute(sql, params![laravel_key(number as u32), user, payload]).unwrap();
    }
    let records = fixture.records();
    assert_eq!(records.len(), rows.len());
    for (record, (_, _, user, why)) in records.iter().zip(&rows) {
        assert_eq!(record.user_id(), *user);
        assert!(record.why.iter().any(|reason| reason.contains(why)), "{why}: {:?}", record.why);
        assert_ne!(record.kind, Some(Kind::Anonymous));
    }
}

#[test]
fn tower_payloads_with_false_lengths_and_types_have_no_user() {
    let fixture = Fixture::new(
        "CREATE TABLE tower_sessions (id text primary key not null, data blob not null, expiry_date integer not null)",
    );
    let connection = fixture.connect();
    let record = |data: &[u8]| [b"\x93\xc4\x10", [0; 16].as_slice(), data, b"\x90"].concat();
    let deep = [b"\x93".to_vec(), b"\x91".repeat(5_000)].concat();
    let rows: [(Vec<u8>, Option<&str>); 5] = [
        (record(b"\x81\xa7user_id\x01"), Some("1")),
        (b"\xdd\xff\xff\xff\xff".to_vec(), None),
        (deep, None),
        (b"\xc7\xff\x01".to_vec(), None),
        (record(b"\x81\xa7user_id\xa5\x1b[31m"), Some("\x1b[31m")),
    ];
    for (number, (data, _)) in rows.iter().enumerate() {
        let sql = "INSERT INTO tower_sessions VALUES (?, ?, ?)";
        let expires: &dyn rusqlite::ToSql =
            if number == 3 { &"2099-01-01T00:00:00Z" } else { &4_070_908_800_i64 };
        connection.execute(sql, params![format!("{number:A>22}"), data, expires]).unwrap();
    }
    let records = fixture.records();
    assert_eq!(users(&records), rows.iter().map(|(_, user)| *user).collect::<Vec<_>>());
    assert!(records.iter().all(|record| record.state == State::Active), "both forms of the time are read");
}

#[test]
fn pickle_with_code_is_shown_and_never_run() {
    let fixture = Fixture::new(
        "CREATE TABLE sessions (id integer primary key, session_id varchar(255) unique, data blob, expiry datetime)",
    );
    let marker = fixture.folder().join("pickle-was-run");
    let plain = b"\x80\x04\x95\x12\0\0\0\0\0\0\0}\x94\x8c\x08_user_id\x94\x8c\x011\x94s.".to_vec();
    let command = format!("touch {}", marker.display());
    let code = [
        b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c".as_slice(),
        &[command.len() as u8],
        command.as_bytes(),
        b"\x94\x85\x94R\x94.",
    ]
    .concat();
    let marks = [b"\x80\x04".to_vec(), b"(".repeat(100_000)].concat();
    let connection = fixture.connect();
    for (name, data) in [("a", plain), ("b", code), ("c", marks)] {
        let sql = "INSERT INTO sessions (session_id, data, expiry) VALUES ('session:' || ?, ?, ?)";
        connection.execute(sql, params![name, data, FAR]).unwrap();
    }
    let records = fixture.records();
    assert_eq!(users(&records), [Some("1"), None, None]);
    for record in &records[1..] {
        assert!(record.why.iter().any(|why| why.contains("not run")), "{:?}", record.why);
    }
    assert!(!marker.exists());
}

#[test]
fn tables_without_rowid_and_with_computed_columns_are_read() {
    let fixture = Fixture::new(
        "CREATE TABLE django_session (session_key varchar(40) NOT NULL PRIMARY KEY, session_data text NOT NULL, \
         expire_date datetime NOT NULL, computed text GENERATED ALWAYS AS (session_key || session_data) VIRTUAL) \
         WITHOUT ROWID",
    );
    let connection = fixture.connect();
    // More rows than a page, so that the next page begins behind a key.
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9001) \
                INSERT INTO django_session SELECT 'filled' || i, ?, ? FROM n";
    connection.execute(fill, params![django_payload("{}"), FAR]).unwrap();
    let mut ids: Vec<String> = fixture.records().into_iter().map(|record| record.id).collect();
    assert_eq!(ids.len(), 9_001);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 9_001);
}
