//! Rows that a key, a place or a column of another name could confuse: each is found, ended, and no other.

use std::sync::Arc;
use std::time::Duration;

use crate::fixture::{Fixture, NOW, all, of_user, options, records};
use sessionctl_foreign::detect::Detected;
use sessionctl_foreign::layout::Layout;
use sessionctl_foreign::ops::{self, NoJournal, Options, Revoked, TargetOutcome};
use sessionctl_foreign::token::TokenError;

/// A layout of a table of the tests, with this key.
fn layout(key: &str) -> Arc<Layout> {
    Arc::new(Layout::parse(&layout_text(key)).unwrap())
}

fn layout_text(key: &str) -> String {
    let text = format!(
        r#"
        name = "test"
        title = "A table of the tests"
        verified = "source only"
        [match]
        table = "logins"
        columns = ["sid", "who", "until"]
        [row]
        key = {key}
        secret = ["sid"]
        [fields]
        user_id = {{ column = "who" }}
        expires_at = {{ column = "until", time = "s" }}
        [live]
        until = "expires_at"
        at_limit = "alive"
        "#
    );
    let columns = if key.contains("tenant") { "[\"tenant\", \"sid\"" } else { "[\"sid\"" };
    text.replace("[\"sid\", \"who\"", &format!("{columns}, \"who\""))
}

fn detected(fixture: &Fixture, key: &str) -> Detected {
    fixture.detect_with(&[layout(key)], None).unwrap()
}

fn revoke(fixture: &Fixture, detected: &Detected, filter: &sessionctl_foreign::filter::Filter) -> Revoked {
    fixture.with_detected(detected, |cx| {
        let preview = ops::preview(cx, filter, &[]).unwrap();
        let (mut pause, mut stop) = (|_| {}, || false);
        let mut options = Options { recheck: Some(Duration::ZERO), ..options(&mut pause, &mut stop) };
        ops::revoke(cx, &preview, &mut options, &mut NoJournal).unwrap()
    })
}

fn numbers(count: u32) -> String {
    format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})")
}

#[test]
fn rows_of_a_key_of_two_columns_end_however_many_share_the_first() {
    for tail in ["", " WITHOUT ROWID"] {
        let fixture = Fixture::new(&format!(
            "CREATE TABLE logins (tenant, sid, who, until, PRIMARY KEY (tenant, sid)){tail};
             {} INSERT INTO logins SELECT 'one', printf('%05d', i), iif(i > 4800, 'alice', 'bob'), {} FROM n",
            numbers(5_000),
            NOW + 60
        ));
        let detected = detected(&fixture, r#"["tenant", "sid"]"#);
        let id = fixture.with_detected(&detected, |cx| records(cx).pop().unwrap().id);
        assert!(
            fixture.with_detected(&detected, |cx| matches!(ops::resolve(cx, &id), Ok(ops::Resolved::Id(_))))
        );
        let revoked = revoke(&fixture, &detected, &of_user("alice"));
        assert_eq!((revoked.ended(), revoked.is_complete()), (200, true), "{tail}");
        assert_eq!(fixture.count("SELECT count(*) FROM logins WHERE who = 'alice'"), 0);
        assert_eq!(fixture.count("SELECT count(*) FROM logins"), 4_800);
    }
}

#[test]
fn token_of_several_rows_names_none_of_them() {
    let fixture = Fixture::new(&format!(
        "CREATE TABLE logins (tenant, sid, who, until, PRIMARY KEY (tenant, sid));
         INSERT INTO logins VALUES ('one', 'sss', 'alice', {0}), ('two', 'sss', 'bob', {0}), ('two', 'ttt', 'bob', {0})",
        NOW + 60
    ));
    let text = "\n[[token]]\ncookie = \"login\"\ncolumn = \"sid\"\n";
    let layout = Arc::new(Layout::parse(&(layout_text(r#"["tenant", "sid"]"#) + text)).unwrap());
    let detected = fixture.detect_with(&[layout], None).unwrap();
    fixture.with_detected(&detected, |cx| {
        let found = ops::resolve(cx, "login=sss");
        assert!(matches!(found, Err(ops::OpsError::Token(TokenError::Ambiguous))), "{found:?}");
        assert!(matches!(ops::resolve(cx, "login=ttt"), Ok(ops::Resolved::Token(_))));
    });
}

#[test]
fn rows_without_a_key_are_named_by_their_place() {
    let fixture = Fixture::new(&format!(
        "CREATE TABLE logins (sid UNIQUE, who, until);
         INSERT INTO logins VALUES (NULL, 'alice', {0}), (NULL, 'alice', {0}), (NULL, 'bob', {0}), ('s', 'alice', {0})",
        NOW + 60
    ));
    let revoked = revoke(&fixture, &detected(&fixture, r#""sid""#), &of_user("alice"));
    assert_eq!((revoked.ended(), revoked.is_complete()), (3, true));
    assert_eq!(fixture.count("SELECT count(*) FROM logins WHERE who = 'bob'"), 1);
    assert_eq!(fixture.count("SELECT count(*) FROM logins"), 1);
}

#[test]
fn key_that_the_database_cannot_compare_ends_all_the_same() {
    let fixture = Fixture::new(&format!(
        "PRAGMA encoding = 'UTF-16le';
         CREATE TABLE logins (sid TEXT PRIMARY KEY, who, until);
         INSERT INTO logins VALUES (CAST(X'3dd8' AS TEXT), 'alice', {0}), (CAST(X'3dd86100' AS TEXT), 'alice', {0}), \
         ('plain', 'bob', {0})",
        NOW + 60
    ));
    let revoked = revoke(&fixture, &detected(&fixture, r#""sid""#), &of_user("alice"));
    assert_eq!((revoked.ended(), revoked.is_complete()), (2, true));
    assert_eq!(fixture.count("SELECT count(*) FROM logins"), 1);
}

#[test]
fn row_that_is_gone_is_reported_as_gone_and_not_as_ended() {
    let fixture = Fixture::new(&format!(
        "CREATE TABLE logins (sid PRIMARY KEY, who, until); INSERT INTO logins VALUES ('a', 'alice', {0}), ('b', 'alice', {0})",
        NOW + 60
    ));
    let detected = detected(&fixture, r#""sid""#);
    let revoked = fixture.with_detected(&detected, |cx| {
        let preview = ops::preview(cx, &all(), &[]).unwrap();
        fixture.execute("DELETE FROM logins WHERE sid = 'a'");
        let (mut pause, mut stop) = (|_| {}, || false);
        ops::revoke(cx, &preview, &mut options(&mut pause, &mut stop), &mut NoJournal).unwrap()
    });
    assert_eq!(revoked.outcomes, [TargetOutcome::AlreadyGone, TargetOutcome::Ended]);
}

#[test]
fn column_with_a_name_of_the_rowid_hides_no_row() {
    for (columns, value) in [
        ("rowid TEXT", "'text'"),
        ("rowid INTEGER", "NULL"),
        ("rowid INTEGER", "i % 7"),
        ("rowid TEXT, _rowid_ TEXT, oid", "'a', NULL, 3"),
    ] {
        let fixture = Fixture::new(&format!(
            "CREATE TABLE logins (sid PRIMARY KEY, who, until, {columns});
             {} INSERT INTO logins SELECT printf('%05d', i), 'alice', {}, {value} FROM n",
            numbers(9_000),
            NOW + 60
        ));
        let detected = detected(&fixture, r#""sid""#);
        assert_eq!(fixture.with_detected(&detected, |cx| records(cx).len()), 9_000, "{columns}");
        let revoked = revoke(&fixture, &detected, &all());
        assert_eq!((revoked.ended(), revoked.is_complete()), (9_000, true), "{columns}");
        assert_eq!(fixture.count("SELECT count(*) FROM logins"), 0);
    }
}

#[test]
fn row_at_the_smallest_place_is_read() {
    let fixture = Fixture::new(&format!(
        "CREATE TABLE logins (sid PRIMARY KEY, who, until); CREATE INDEX until ON logins (until);
         INSERT INTO logins (rowid, sid, who, until) VALUES (-9223372036854775808, 'a', 'alice', {0}), (1, 'b', 'alice', {0})",
        NOW + 60
    ));
    let detected = detected(&fixture, r#""sid""#);
    assert_eq!(fixture.with_detected(&detected, |cx| records(cx).len()), 2);
    assert_eq!(revoke(&fixture, &detected, &of_user("alice")).ended(), 2);
}
