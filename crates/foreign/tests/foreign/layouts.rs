//! The built-in layouts, layouts of a user's own, and what is wrong with a broken one.

use std::sync::Arc;

use sessionctl_core::model::time::Timestamp;
use sessionctl_foreign::check::check;
use sessionctl_foreign::detect::Choice;
use sessionctl_foreign::layout::{Layout, LayoutError};
use sessionctl_foreign::ops;
use sessionctl_foreign::record::State;
use sessionctl_foreign::registry::Registry;

use crate::fixture::{Fixture, NOW};

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
         INSERT INTO logins VALUES (1, 'kq83hs00000000000000000000000000', 7, 1803859201, '2026-11-20 09:00:00')",
    );
    let detected = fixture.detect_with(&[layout], None).unwrap();
    assert!(detected.is_proved() && detected.plan.key_is_unique);
    fixture.with_detected(&detected, |cx| {
        let found = ops::inspect(cx, "Cookie: login=kq83hs00000000000000000000000000").unwrap().unwrap();
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

/// A table of a program nobody knows, and a layout that describes it.
const WIKI: &str = r#"
CREATE TABLE members (member_no INTEGER PRIMARY KEY, login TEXT, state TEXT);
CREATE TABLE web_sess (ticket TEXT PRIMARY KEY, blob TEXT, good_until INTEGER, opened INTEGER, from_addr TEXT, kind INTEGER);
INSERT INTO members VALUES (1, 'erin', 'ok'), (2, 'frank', 'blocked');
INSERT INTO web_sess VALUES ('aaaaaaaa', '{"auth":{"member":1}}', 1803859201000, 1803859100000, '203.0.113.9', 0),
  ('bbbbbbbb', '{"auth":{"member":2}}', 1803859201000, 1803859100000, '203.0.113.9', 1), ('cccccccc', '{"flash":[]}', 1, NULL, '', 0);
"#;
const WIKI_LAYOUT: &str = r#"
name = "wiki"
title = "Wiki"
verified = "source only"
[match]
table = "web_sess"
columns = ["ticket", "blob", "good_until", "opened", "kind"]
prove = { ticket = "^[a-c]{8}$" }
[row]
key = "ticket"
secret = ["ticket"]
payload = { column = "blob", codec = "json" }
api_if = { column = "kind", is = 1 }
[fields]
user_id = { payload = "/auth/member" }
created_at = { column = "opened", time = "ms" }
expires_at = { column = "good_until", time = "ms" }
ip = { column = "from_addr" }
[live]
until = "expires_at"
at_limit = "dead"
proof = "row"
[user]
table = "members"
id = "member_no"
name = ["login"]
disabled = { column = "state", is = "blocked", ends = true }
[[token]]
cookie = "wiki"
column = "ticket"
"#;

fn checked(layout: &str) -> sessionctl_foreign::check::Checked {
    let fixture = Fixture::new(WIKI);
    fixture.execute("DELETE FROM web_sess WHERE good_until = 1");
    let layout = Arc::new(Layout::parse(layout).unwrap());
    check(&fixture.factory(), &layout, &Choice::default(), Timestamp::from_unix(NOW)).unwrap()
}

#[test]
fn check_finds_nothing_in_a_layout_that_fits() {
    let checked = checked(WIKI_LAYOUT);
    assert_eq!(checked.findings, []);
    let kinds: Vec<_> = checked.kinds.iter().map(|group| (group.name.as_str(), group.counts)).collect();
    assert_eq!(kinds, [("api", [1, 0, 0, 0]), ("web", [1, 0, 0, 0])]);
    assert_eq!(
        checked.records.iter().map(|record| record.authenticates).collect::<Vec<_>>(),
        [Some(true), Some(false)]
    );
}

#[test]
fn check_names_what_the_layout_says_and_the_database_does_not_show() {
    for (right, wrong, is_fault, said) in [
        (
            "is = \"blocked\"",
            "is = \"Blocked\"",
            false,
            "holds for none of 2 users; state is: \"blocked\" (1), \"ok\" (1)",
        ),
        ("is = \"blocked\"", "is = 0", false, "user.disabled: it holds for none"),
        ("column = \"state\"", "column = \"stat\"", true, "no column stat; it has: member_no, login, state"),
        ("id = \"member_no\"", "id = \"no\"", true, "user.id: table members has no column no"),
        ("[\"login\"]", "[\"name\"]", false, "user.name: table members has no column name"),
        ("\"members\"", "\"people\"", false, "user.table: there is no table people"),
        (
            "/auth/member",
            "/auth/user",
            true,
            "every session would be anonymous; keys in the payloads: /auth/member",
        ),
        ("/auth/member", "~^user", true, "every session would be anonymous"),
        ("column = \"kind\"", "column = \"sort\"", true, "row.api_if: table web_sess has no column sort"),
        (
            "column = \"from_addr\"",
            "column = \"addr\"",
            false,
            "fields.ip: table web_sess has no column addr",
        ),
        (
            "column = \"good_until\", time",
            "column = \"until\", time",
            true,
            "fields.expires_at: table web_sess has no column until",
        ),
        (
            "until\", time = \"ms\"",
            "until\", time = \"s\"",
            true,
            "fields.expires_at: not readable in 2 of 2 rows, of type integer; try time = \"ms\"",
        ),
        (
            "opened\", time = \"ms\"",
            "opened\", time = \"utc-iso\"",
            false,
            "fields.created_at: not readable in 2 of 2 rows",
        ),
        (
            "secret = [\"ticket\"]",
            "secret = [\"ticket\", \"tickt\"]",
            true,
            "row.secret: table web_sess has no column tickt",
        ),
        ("codec = \"json\"", "codec = \"msgpack\"", false, "row.payload: not readable in 2 of 2 rows"),
        ("proof = \"row\"", "", false, "live.proof: not stated"),
    ] {
        let layout = WIKI_LAYOUT.replace(right, wrong);
        assert_ne!(layout, WIKI_LAYOUT, "{right}");
        let findings = checked(&layout).findings;
        let found =
            findings.iter().any(|finding| finding.text.contains(said) && finding.is_fault == is_fault);
        assert!(found, "{wrong}: {findings:?}");
    }
}

#[test]
fn column_that_holds_the_token_must_be_secret() {
    for secret in ["", "secret = []", "secret = [\"blob\"]"] {
        let error =
            Layout::parse(&WIKI_LAYOUT.replace("secret = [\"ticket\"]", secret)).unwrap_err().to_string();
        assert!(error.contains("row.secret: `ticket` is what a client holds"), "{error}");
    }
    let hashed =
        WIKI_LAYOUT.replace("column = \"ticket\"\n", "column = \"ticket\"\nsteps = [\"sha256-hex\"]\n");
    assert!(Layout::parse(&hashed.replace("secret = [\"ticket\"]", "")).is_ok());
}

#[test]
fn user_whose_being_disabled_cannot_be_told_is_not_accepted() {
    let fixture = Fixture::new(WIKI);
    let layout =
        Arc::new(Layout::parse(&WIKI_LAYOUT.replace("column = \"state\"", "column = \"stat\"")).unwrap());
    let detected = fixture.detect_with(&[layout], None).unwrap();
    let records = fixture.with_detected(&detected, crate::fixture::records);
    assert_eq!(records[1].authenticates, None);
    assert!(
        records[1].why.contains(&"whether the user is disabled is not known".to_owned()),
        "{:?}",
        records[1].why
    );
}
