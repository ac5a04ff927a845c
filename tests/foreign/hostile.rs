//! Odd and hostile files, one by one, with what each must cause (`fixtures/hostile/expect.json`).

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fixture::{Fixture, fixtures};

fn hostile(name: &str) -> Fixture {
    Fixture::copy_of(&fixtures().join("hostile").join(format!("{name}.sqlite3")))
}

fn rows(fixture: &Fixture, table: &str) -> i64 {
    let connection = rusqlite::Connection::open(fixture.path()).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn users(fixture: &Fixture) -> Vec<Option<String>> {
    fixture.sessions().iter().map(|session| session["user"].as_str().map(str::to_owned)).collect()
}

#[test]
fn every_hostile_file_has_a_test() {
    let expected: Value =
        serde_json::from_slice(&fs::read(fixtures().join("hostile/expect.json")).unwrap()).unwrap();
    let source = include_str!("hostile.rs");
    for name in expected.as_object().unwrap().keys() {
        assert!(source.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[test]
fn unreadable_payloads_have_no_user_and_are_never_revoked_by_user() {
    let fixture = hostile("django_payloads");
    let sessions = fixture.sessions();
    assert_eq!(sessions.len(), 10);
    assert!(sessions.iter().all(|session| session["kind"] != "anonymous"), "{sessions:?}");
    let mut known: Vec<_> = users(&fixture).into_iter().flatten().collect();
    known.sort();
    assert_eq!(known, ["1", "2"]);
    let (code, out, err) = fixture.run(&["list", "--state", "any"], "");
    assert!(code == 0 && !(out.clone() + &err).contains('\u{1b}'), "{out}{err}");
    let (code, out, err) = fixture.run(&["revoke", "--user", "1", "--yes", "--recheck", "0s"], "");
    assert_eq!((code, rows(&fixture, "django_session")), (1, 9), "{out}{err}");
    assert!(err.contains('8'), "the unreadable rows are counted: {err}");
}

#[test]
fn values_of_other_types_make_the_state_unknown_and_forbid_to_revoke() {
    let fixture = hostile("django_values");
    let before = fs::read(fixture.path()).unwrap();
    let sessions = fixture.sessions();
    assert_eq!(sessions.len(), 13);
    assert_eq!(sessions.iter().filter(|session| session["state"] == "unknown").count(), 6, "{sessions:?}");
    let (code, out, err) = fixture.run(&["revoke", "--all", "--yes"], "");
    assert_eq!(code, 1, "{out}{err}");
    let (_, out, err) = fixture.run(&["list", "--state", "any"], "");
    for key in ["etc/passwd", "OR 1=1", "=cmd", "\u{1b}"] {
        assert!(!(out.clone() + &err).contains(key), "{key:?}: {out}{err}");
    }
    assert_eq!(fs::read(fixture.path()).unwrap(), before);
}

#[test]
fn files_that_are_not_recognised_say_what_was_looked_for() {
    for (name, code, words) in [
        ("view_decoy", 1, &["django_session", "view"][..]),
        ("two_layouts", 2, &["django", "rails8", "--from"]),
        ("missing_column", 1, &["django", "expire_date"]),
        ("nothing", 1, &["notes", "--layout"]),
        ("truncated", 1, &["damaged"]),
        ("not_sqlite", 1, &["not"]),
        ("empty", 1, &["empty"]),
    ] {
        let fixture = hostile(name);
        let before = fs::read(fixture.path()).unwrap();
        for arguments in [&["list", "--all"][..], &["revoke", "--all", "--yes"], &["db", "info"], &["stats"]]
        {
            // What is left of a truncated file may still answer what needs little of it.
            if name == "truncated" && arguments[0] == "db" {
                continue;
            }
            let (found, out, err) = fixture.run(arguments, "");
            assert_eq!(found, code, "{name} {arguments:?}: {out}{err}");
            for word in words {
                assert!(err.contains(word), "{name} {arguments:?} does not say {word:?}: {err}");
            }
        }
        assert_eq!(fs::read(fixture.path()).unwrap(), before, "{name}");
    }
}

#[test]
fn triggers_that_undo_a_revocation_are_found_and_named() {
    let fixture = hostile("trigger_resurrects");
    let (code, out, err) = fixture.run(&["revoke", "--all", "--yes", "--recheck", "0s"], "");
    assert_eq!((code, rows(&fixture, "django_session")), (1, 2), "{out}{err}");
    assert!(err.contains("back"), "{err}");
    for (name, word) in [("trigger_aborts", "not here"), ("trigger_calls_out", "")] {
        let fixture = hostile(name);
        let (code, out, err) = fixture.run(&["revoke", "--all", "--yes", "--recheck", "0s"], "");
        assert_eq!((code, rows(&fixture, "django_session")), (1, 1), "{name}: {out}{err}");
        assert!(err.contains(word), "{name}: {err}");
    }
}

#[test]
fn odd_tables_that_are_sound_are_read() {
    for (name, count) in [
        ("without_rowid", 9),
        ("generated_column", 1),
        ("odd_case", 1),
        ("empty_table", 0),
        ("user_table_missing", 1),
    ] {
        let fixture = hostile(name);
        assert_eq!(fixture.sessions().len(), count, "{name}");
        let (code, out, err) = fixture.run(&["list", "--state", "any"], "");
        assert!(code == 0 && !out.contains("sssssssss"), "{name}: {out}{err}");
    }
    let empty = hostile("empty_table");
    let (_, _, err) = empty.run(&["list"], "");
    assert!(err.contains("columns"), "{err}");
    assert_eq!(empty.run(&["revoke", "--all", "--yes"], "").0, 3);
    assert_eq!(users(&hostile("user_table_missing")), [Some("1".to_owned())]);
}

#[test]
fn payloads_of_php_messagepack_and_pickle_build_nothing() {
    let laravel = hostile("laravel_payloads");
    let sessions = laravel.sessions();
    assert_eq!(sessions.len(), 11);
    let of_seven =
        sessions.iter().filter(|session| session["user"] == "7" || session["user_id"] == "7").count();
    assert_eq!(of_seven, 10, "{sessions:?}");
    assert!(sessions.iter().all(|session| session["kind"] != "anonymous"), "{sessions:?}");
    assert!(sessions.iter().any(|session| session["why"].to_string().contains("encrypted")), "{sessions:?}");

    let tower = hostile("tower_payloads");
    assert_eq!(tower.sessions().len(), 6);
    assert_eq!(users(&tower).into_iter().flatten().filter(|user| user == "1").count(), 1);
    let (_, out, err) = tower.run(&["list", "--state", "any"], "");
    assert!(!(out.clone() + &err).contains('\u{1b}'), "{out}{err}");

    let marker = Path::new("/tmp/pickle-was-run");
    let pickle = hostile("flask_pickle_code");
    assert_eq!(pickle.sessions().len(), 3);
    assert_eq!(users(&pickle).into_iter().flatten().collect::<Vec<_>>(), ["1"]);
    assert!(!marker.exists(), "code of a payload was run");
}
