//! Which layout is detected, and by what a layout that does not fit is refused.

use crate::fixture::{DJANGO, Fixture, LARAVEL, django, express, laravel};
use sessionctl_foreign::detect::DetectError;
use sessionctl_foreign::registry::Registry;
use sessionctl_foreign::source::SourceError;

#[test]
fn detect_chooses_the_layout_that_the_rows_prove() {
    for (fixture, name) in
        [(django(), "django"), (laravel(), "laravel"), (express(), "express-connect-sqlite3")]
    {
        let detected = fixture.detect().unwrap();
        assert_eq!(detected.plan.layout.name, name);
        assert!(detected.is_proved() && !detected.by_columns_only() && detected.plan.key_is_unique);
    }
}

#[test]
fn detect_accepts_an_empty_table_by_its_columns() {
    let detected = Fixture::new(DJANGO).detect().unwrap();
    assert!(detected.is_proved() && detected.by_columns_only());
}

#[test]
fn detect_counts_rows_that_are_no_sessions() {
    let fixture = django();
    fixture.execute("INSERT INTO django_session VALUES ('NOT A KEY', 'x', '2027-04-01 12:00:00')");
    let detected = fixture.detect().unwrap();
    assert_eq!((detected.rows_proved, detected.rows_misfit), (6, 1));
    assert_eq!(detected.misfit_column.as_deref(), Some("session_key"));
}

#[test]
fn detect_names_tables_and_the_nearest_layout() {
    let fixture = Fixture::new(
        "CREATE TABLE django_session (session_key, session_data, expires); CREATE TABLE notes (x)",
    );
    match fixture.detect() {
        Err(DetectError::None { tables, near }) => {
            assert_eq!(tables, ["django_session", "notes"]);
            assert_eq!(near[0].to_string(), "django: table django_session, missing: expire_date");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn detect_refuses_a_view() {
    let fixture = Fixture::new(
        "CREATE TABLE t (session_key, session_data, expire_date); CREATE VIEW django_session AS SELECT * FROM t",
    );
    match fixture.detect() {
        Err(DetectError::None { near, .. }) => {
            assert_eq!(near[0].to_string(), "django: django_session is a view, not a table");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn detect_reports_several_layouts_that_fit() {
    let fixture = Fixture::new(&format!("{DJANGO}{LARAVEL}"));
    match fixture.detect() {
        Err(DetectError::Several(names)) => assert_eq!(names, ["django", "laravel"]),
        other => panic!("{other:?}"),
    }
    let registry = Registry::built_in().unwrap();
    let chosen = [registry.find("laravel").unwrap().layout.clone()];
    assert_eq!(fixture.detect_with(&chosen, None).unwrap().plan.layout.name, "laravel");
}

#[test]
fn detect_ignores_the_case_of_names_and_finds_a_renamed_table() {
    let fixture =
        Fixture::new("CREATE TABLE App_Sessions (SESSION_KEY primary key, session_data, Expire_Date)");
    let registry = Registry::built_in().unwrap();
    let detected = fixture.detect_with(&registry.layouts(), Some("app_sessions")).unwrap();
    assert_eq!(detected.plan.query.table, "App_Sessions");
    assert_eq!(detected.plan.key_columns, ["SESSION_KEY"]);
}

#[test]
fn detect_refuses_a_setting_that_the_layout_does_not_have() {
    let mut fixture = laravel();
    fixture.set = vec![("lifetime".to_owned(), "3h".to_owned())];
    assert_eq!(fixture.records().iter().filter(|r| r.state.as_str() == "active").count(), 5);
    fixture.set = vec![("life".to_owned(), "3h".to_owned())];
    assert!(matches!(fixture.detect(), Err(DetectError::Setting(_))));
}

#[test]
fn reader_refuses_what_is_no_database_and_leaves_it_unchanged() {
    let fixture = django();
    for (bytes, expected) in
        [(b"".as_slice(), "the file is empty"), (b"PK\x03\x04", "not an SQLite database")]
    {
        std::fs::write(&fixture.path, bytes).unwrap();
        match fixture.detect() {
            Err(DetectError::Source(error)) => assert_eq!(error.to_string(), expected),
            other => panic!("{other:?}"),
        }
        assert_eq!(std::fs::read(&fixture.path).unwrap(), bytes);
    }
    std::fs::remove_file(&fixture.path).unwrap();
    assert!(matches!(fixture.detect(), Err(DetectError::Source(SourceError::Missing))));
}

#[test]
fn reader_reports_a_truncated_file_as_damaged() {
    let fixture = django();
    let bytes = std::fs::read(&fixture.path).unwrap();
    std::fs::write(&fixture.path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(fixture.detect(), Err(DetectError::Source(SourceError::Damaged))));
}
