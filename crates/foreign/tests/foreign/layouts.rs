//! The built-in layouts, layouts of a user's own, and what is wrong with a broken one.

use std::sync::Arc;

use sessionctl_core::model::time::Timestamp;
use sessionctl_foreign::check::check;
use sessionctl_foreign::detect::Choice;
use sessionctl_foreign::layout::{Layout, LayoutError};
use sessionctl_foreign::ops;
use sessionctl_foreign::record::State;
use sessionctl_foreign::registry::Registry;

use crate::fixture::Fixture;

/// A layout for a table that no built-in layout describes, as the manual page shows it.
const OWN: &str = r#"
name = "home-app"
title = "My application"
verified = "source only"

[match]
table = "logins"
columns = ["id", "secret", "who", "valid_until"]
prove = { valid_until = "time" }

[row]
key = "id"
secret = ["secret"]

[fields]
user_id = { column = "who" }
expires_at = { column = "valid_until", time = "s" }

[live]
until = "expires_at"
at_limit = "dead"

[[token]]
cookie = "login"
column = "secret"
"#;

#[test]
fn every_built_in_layout_is_read_and_has_a_name_of_its_own() {
    let registry = Registry::built_in().unwrap();
    let mut names: Vec<&str> = registry.entries().iter().map(|entry| entry.layout.name.as_str()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), count), (count, 22));
    for entry in registry.entries() {
        let layout = &entry.layout;
        assert!(!layout.title.is_empty() && !layout.verified.is_empty(), "{}", layout.name);
        let settings = sessionctl_foreign::plan::Settings::of(layout, &[]);
        assert!(settings.is_ok(), "{}", layout.name);
    }
}

#[test]
fn every_misspelt_key_is_reported_with_its_line() {
    for entry in Registry::built_in().unwrap().entries() {
        for (index, line) in entry.text.lines().enumerate() {
            let Some((key, value)) = line.split_once(" = ").filter(|(key, _)| !key.starts_with(' ')) else {
                continue;
            };
            // Names of settings and columns are free; keys of the form are not.
            let mut lines: Vec<&str> = entry.text.lines().collect();
            let wrong = format!("{key}x = {value}");
            lines[index] = &wrong;
            match Layout::parse(&lines.join("\n")) {
                Err(LayoutError::Syntax { line, .. }) => assert!(line > 0),
                other => panic!("{} line {}: {other:?}", entry.layout.name, index + 1),
            }
        }
    }
}

#[test]
fn unknown_key_names_line_and_column() {
    let text = OWN.replace("at_limit", "at_limits");
    match Layout::parse(&text) {
        Err(LayoutError::Syntax { line, column, message }) => {
            assert_eq!((line, column), (21, 1));
            assert!(message.contains("at_limits"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn values_without_a_meaning_name_their_key() {
    for (old, new, key) in [
        ("time = \"s\"", "time = \"minutes\"", "fields.expires_at"),
        ("at_limit = \"dead\"", "at_limit = \"maybe\"", "live.at_limit"),
        ("prove = { valid_until = \"time\" }", "prove = { valid_until = \"[\" }", "match.prove.valid_until"),
        ("key = \"id\"", "key = \"uid\"", "row.key"),
        ("column = \"secret\"", "column = \"secret\"\nsteps = [\"eval\"]", "token.steps"),
        ("column = \"secret\"", "column = \"secret\"\nsteps = [\"append-secret\"]", "token.needs"),
        ("user_id = { column = \"who\" }", "user_id = { payload = \"/who\" }", "fields.user_id"),
        ("name = \"home-app\"", "name = \"Home App\"", "name"),
    ] {
        assert!(OWN.contains(old), "{old}");
        match Layout::parse(&OWN.replacen(old, new, 1)) {
            Err(LayoutError::Meaning { key: named, .. }) => assert_eq!(named, key),
            other => panic!("{key}: {other:?}"),
        }
    }
}

#[test]
fn layout_of_a_user_lists_and_finds_sessions() {
    let fixture = Fixture::new(
        "CREATE TABLE logins (id INTEGER PRIMARY KEY, secret TEXT UNIQUE, who TEXT, valid_until INTEGER);
         INSERT INTO logins VALUES (1, 'first-secret', 'erin', 1803859201), (2, 'second-secret', 'erin', 1803859200)",
    );
    let layout = Arc::new(Layout::parse(OWN).unwrap());
    let now = Timestamp::from_unix(crate::fixture::NOW);
    let checked = check(&fixture.factory(), &layout, &Choice::default(), now).unwrap();
    assert_eq!((checked.detected.rows_proved, checked.records.len()), (2, 2));
    let detected = fixture.detect_with(&[layout], None).unwrap();
    fixture.with_detected(&detected, |cx| {
        let records = crate::fixture::records(cx);
        assert_eq!(
            records.iter().map(|record| record.state).collect::<Vec<_>>(),
            [State::Active, State::Expired]
        );
        assert_eq!(records.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
        let found = ops::inspect(cx, "Cookie: x=y; login=second-secret").unwrap().unwrap();
        assert_eq!(found.record.id, "2");
    });
}

#[test]
fn folder_of_a_user_is_read_and_its_faults_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("home-app.toml", OWN);
    write("broken.toml", "name = 1");
    write("taken.toml", &OWN.replace("home-app", "django"));
    write("notes.txt", "no layout");
    let mut registry = Registry::built_in().unwrap();
    registry.add_folder(folder.path());
    assert!(!registry.find("home-app").unwrap().built_in);
    let broken: Vec<&str> = registry.broken().iter().map(|broken| broken.name.as_str()).collect();
    assert_eq!(broken, ["broken", "taken"]);
    assert!(registry.find("django").unwrap().built_in);
    assert!(Registry::read(&folder.path().join("taken.toml")).unwrap_err().contains("django"));
}

/// The page of the manual that shows how to write a layout.
const PAGE: &str = include_str!("../../../../docs/adding-your-program.md");

#[test]
fn layout_of_the_manual_page_describes_its_table() {
    let block = |start: &str, fence: &str| {
        let rest = PAGE.split(start).nth(1).and_then(|rest| rest.split(fence).nth(1)).unwrap();
        rest.split("```").next().unwrap().to_owned()
    };
    let layout = Arc::new(Layout::parse(&block("Save this as", "```toml")).unwrap());
    let table = block("Suppose it prints this", "```\n");
    let fixture = Fixture::new(table.lines().next().unwrap());
    fixture.execute(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, login TEXT, email TEXT);
         INSERT INTO people VALUES (7, 'erin', 'erin@example.org');
         INSERT INTO logins VALUES (1, 'kq83hs', 7, 1803859201, '2026-11-20 09:00:00')",
    );
    let detected = fixture.detect_with(&[layout], None).unwrap();
    assert!(detected.is_proved() && detected.plan.key_is_unique);
    fixture.with_detected(&detected, |cx| {
        let found = ops::inspect(cx, "Cookie: login=kq83hs").unwrap().unwrap();
        assert_eq!((found.record.user(), found.record.state), (Some("erin"), State::Active));
    });
}

#[test]
fn manual_page_explains_every_word_of_the_built_in_layouts() {
    for entry in Registry::built_in().unwrap().entries() {
        for line in entry.text.lines().filter(|line| !line.starts_with('[')) {
            for word in line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
                let is_key = line.contains(&format!("{word} = ")) && !word.is_empty();
                let is_free = entry.layout.settings.iter().any(|setting| setting.name == word)
                    || ["id", "title", "name", "why", "secret", "userId", "Id", "uuid"].contains(&word)
                    || line.starts_with("prove = ")
                    || line.starts_with("set = ")
                    || line.starts_with("where = ");
                assert!(!is_key || is_free || PAGE.contains(word), "{}: {word}", entry.layout.name);
            }
        }
    }
}
