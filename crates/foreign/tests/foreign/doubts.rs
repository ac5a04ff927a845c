//! What the rows do not prove is never stated: who is logged in, until when, and whether the program accepts it.

use std::sync::Arc;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use rusqlite::params;

use crate::fixture::{Fixture, NOW, django, django_key, express, records};
use sessionctl_foreign::layout::{Layout, LayoutError};
use sessionctl_foreign::ops::{self, Resolved};
use sessionctl_foreign::record::State;

const OWN: &str = r#"
    name = "test"
    title = "A table of the tests"
    verified = "source only"
    [match]
    table = "logins"
    columns = ["sid", "who", "until", "data"]
    [row]
    key = "sid"
    secret = ["sid"]
    payload = { column = "data", codec = "json" }
    [fields]
    user_id = { column = "who" }
    expires_at = { column = "until", time = "s" }
    [live]
    until = "expires_at"
    at_limit = "alive"
    proof = "row"
"#;

#[test]
fn layout_that_would_show_a_secret_is_a_fault() {
    assert!(Layout::parse(OWN).is_ok());
    for (old, new) in [
        ("user_id = { column = \"who\" }", "user_id = { column = \"sid\" }"),
        ("user_id = { column = \"who\" }", "user_id = { column = \"who\" }\nip = { column = \"SID\" }"),
        (
            "user_id = { column = \"who\" }",
            "user_id = { column = \"who\" }\nuser_agent = { column = \"data\" }",
        ),
        ("[live]", "[user]\ntable = \"logins\"\nid = \"who\"\nname = \"sid\"\n[live]"),
        ("[live]", "[user]\ntable = \"people\"\nid = \"id\"\nname = \"pw\"\npassword = \"pw\"\n[live]"),
    ] {
        let text = OWN.replace(old, new);
        let error = Layout::parse(&text).unwrap_err();
        assert!(
            matches!(error, LayoutError::Meaning { .. }) && error.to_string().contains("secret"),
            "{new}: {error}"
        );
    }
}

#[test]
fn row_is_proof_where_the_layout_has_no_table_of_users_and_no_reason_is_ever_empty() {
    let sql = format!(
        "CREATE TABLE logins (sid PRIMARY KEY, who, until, data); INSERT INTO logins VALUES ('a', 'alice', {}, '{{}}')",
        NOW + 60
    );
    let fixture = Fixture::new(&sql);
    let of = |text: &str| {
        let detected = fixture.detect_with(&[Arc::new(Layout::parse(text).unwrap())], None).unwrap();
        fixture.with_detected(&detected, records).pop().unwrap()
    };
    assert_eq!(of(OWN).authenticates, Some(true));
    let with_users =
        OWN.replace("[live]", "[user]\ntable = \"people\"\nid = \"id\"\nname = \"name\"\n[live]");
    let record = of(&with_users);
    assert_eq!(
        (record.authenticates, record.why.as_slice()),
        (None, &["the table of users is not there".to_owned()][..])
    );
}

#[test]
fn session_of_an_application_with_a_key_of_its_own_is_not_proved_to_be_of_nobody() {
    let fixture = express();
    let sql = "INSERT INTO sessions VALUES ('own', ?, '{\"cookie\":{},\"username\":\"bob\"}')";
    fixture.connect().execute(sql, [(NOW + 60) * 1_000]).unwrap();
    let proved = |record: &sessionctl_foreign::record::Record| (record.authenticates, record.kind.is_some());
    let all: Vec<_> = fixture.records().iter().map(proved).collect();
    assert_eq!(all, [(None, true), (Some(false), true), (None, false)]);
}

#[test]
fn django_row_that_was_saved_after_its_expiry_is_not_expired() {
    let fixture = django();
    // 1vb66h is 2025-12-31T23:59:59Z; the clock of the tests is later, so the time of the save is written again.
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let (mut rest, mut time) = (NOW - 60, String::new());
    while rest > 0 {
        time.insert(0, char::from(digits[(rest % 62) as usize]));
        rest /= 62;
    }
    let value = Base64UrlUnpadded::encode_string(br#"{"_auth_user_id":"1"}"#);
    let payload = format!("{value}:{time}:{}", "s".repeat(43));
    for (number, expires) in
        [(7, "2027-02-28 19:29:00"), (8, "2027-02-28 10:00:00"), (9, "2027-02-28 23:59:30")]
    {
        let sql = "INSERT INTO django_session VALUES (?, ?, ?)";
        fixture.connect().execute(sql, params![django_key(number), payload, expires]).unwrap();
    }
    let states: Vec<State> = fixture.records().iter().skip(6).map(|record| record.state).collect();
    assert_eq!(states, [State::Unknown, State::Expired, State::Expired]);
    let why = &fixture.records()[6].why;
    assert!(why.iter().any(|why| why.contains("local time")), "{why:?}");
}

#[test]
fn cookies_are_found_in_json() {
    let fixture = django();
    let key = django_key(1);
    for text in [
        format!(r#"{{"token":"{key}"}}"#),
        format!(r#"{{"sessionid":"{key}"}}"#),
        format!(
            "[\n {{\"domain\":\"example.org\",\n \"name\":\"sessionid\",\n \"value\":\"{key}\"}},\n {{\"name\":\"x\",\"value\":\"y\"}}]"
        ),
        format!(r#"{{"headers":{{"Cookie":"a=b; sessionid={key}"}}}}"#),
    ] {
        let found = fixture.with(|cx| ops::resolve(cx, &text).unwrap());
        assert!(matches!(found, Resolved::Token(_)), "{text}");
    }
}
