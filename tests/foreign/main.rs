//! The program on another program's database, from outside: what it prints, records and refuses.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod columns;
mod files;
mod fixture;
mod forged;
mod frameworks;
mod hostile;
mod leaks;
mod log;
mod odd_files;
mod options;
mod partial;
mod selectors;
mod stats;
mod undetermined;
mod users;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use rusqlite::Connection;

const KEY: &str = "0123456789abcdefghijklmnopqrstuv";
const OTHER_KEY: &str = "vutsrqponmlkjihgfedcba9876543210";

/// A database as Django makes it, with two sessions of erin and an empty home.
struct Site {
    home: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let site = Site { home: tempfile::tempdir().expect("a folder") };
        site.execute(
            "CREATE TABLE auth_user (id integer PRIMARY KEY, password varchar, username varchar, email varchar, is_active bool);
             CREATE TABLE django_session (session_key varchar(40) NOT NULL PRIMARY KEY, session_data text NOT NULL, \
             expire_date datetime NOT NULL);
             INSERT INTO auth_user VALUES (1, 'a-stored-hash', 'erin', '', 1)",
        );
        let value =
            Base64UrlUnpadded::encode_string(br#"{"_auth_user_id":"1","note":"a value in the payload"}"#);
        for key in [KEY, OTHER_KEY] {
            site.execute(&format!(
                "INSERT INTO django_session VALUES ('{key}', '{value}:1vb66h:c2ln', '2199-01-01 00:00:00')"
            ));
        }
        site
    }

    fn path(&self) -> PathBuf {
        self.home.path().join("app.sqlite3")
    }

    fn execute(&self, sql: &str) {
        Connection::open(self.path()).expect("a database").execute_batch(sql).expect("SQL that runs");
    }

    fn rows(&self) -> i64 {
        let connection = Connection::open(self.path()).expect("a database");
        connection.query_row("SELECT count(*) FROM django_session", [], |row| row.get(0)).expect("a count")
    }

    fn run(&self, arguments: &[&str], input: &str) -> (i32, String) {
        let output = program(self.home.path(), &self.path(), arguments, input);
        let text =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8")).concat();
        for secret in [KEY, OTHER_KEY, "c2ln", "a value in the payload", "a-stored-hash"] {
            assert!(!text.contains(secret), "{arguments:?}: {text}");
        }
        (output.status.code().expect("an exit code"), text)
    }
}

fn program(home: &Path, database: &Path, arguments: &[&str], input: &str) -> Output {
    use std::io::Write as _;
    let mut command = Command::new(env!("CARGO_BIN_EXE_sessionctl"));
    command.env_clear().env("HOME", home).env("LC_ALL", "C.UTF-8").current_dir(home);
    command.arg("--db").arg(database).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    // A command that does not read closes the pipe.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

#[test]
fn every_reading_command_answers_every_format_without_a_secret() {
    let site = Site::new();
    let cookie = format!("Cookie: sessionid={KEY}\n");
    for format in ["table", "json", "jsonl", "csv", "ids", "count"] {
        for (arguments, code) in [
            (&["list"][..], 0),
            (&["list", "--user", "erin", "--sort", "expiring", "--limit", "1"], 0),
            (&["stats", "--by", "kind"], 0),
            (&["db", "info"], 0),
            (&["inspect", "-"], 0),
            (&["verify", "-"], 1),
            (&["revoke", "--all", "--dry-run"], 0),
            (&["prune", "--dry-run"], 0),
        ] {
            // A count is no answer about a token.
            let code = if arguments[0] == "verify" && format == "count" { 2 } else { code };
            let (found, text) = site.run(&[arguments, &["--format", format]].concat(), &cookie);
            assert_eq!(found, code, "{arguments:?} {format}: {text}");
        }
    }
    assert_eq!(site.rows(), 2);
}

#[test]
fn json_list_names_its_source() {
    let (_, text) = Site::new().run(&["list", "--format", "json"], "");
    let list: serde_json::Value = serde_json::from_str(&text).expect("one document");
    assert_eq!(
        (&list["source"]["layout"], list["sessions"].as_array().map(Vec::len)),
        (&"django".into(), Some(2))
    );
    let session = &list["sessions"][0];
    assert_eq!((&session["user"], &session["from"]), (&"erin".into(), &"django".into()));
    assert!(session["authenticates"].is_null() && session["why"].is_array(), "{session}");
}

#[test]
fn revoke_needs_confirmation_and_is_recorded_in_our_own_log() {
    let site = Site::new();
    assert_eq!(site.run(&["revoke"], "").0, 2);
    assert_eq!(site.run(&["revoke", "--user", "erin"], "").0, 2, "there is no terminal to ask on");
    assert_eq!(site.run(&["revoke", "--user", "erin", "--expect", "1", "--yes"], "").0, 6);
    assert_eq!(site.rows(), 2);
    let (_, text) = site.run(&["revoke", "--all", "--dry-run"], "");
    assert!(text.contains("not visible in the table: whether Django uses the engine cached_db"), "{text}");
    let (code, text) = site
        .run(&["revoke", "--stdin", "--yes", "--reason", "lost"], &format!("GET / sessionid={KEY}; x=1\n"));
    assert_eq!((code, site.rows()), (0, 1), "{text}");
    assert_eq!(site.run(&["revoke", "--user", "erin", "--yes", "--reason", "lost"], "").0, 0);
    assert_eq!(site.run(&["revoke", "--user", "erin", "--yes"], "").0, 3);
    assert_eq!(site.rows(), 0);
    let (code, log) = site.run(&["log", "--format", "jsonl"], "");
    assert_eq!(code, 0, "{log}");
    for expected in ["foreign.revoking", "foreign.revoked", "reason: lost", "1 ended"] {
        assert!(log.contains(expected), "{expected}: {log}");
    }
}

#[test]
fn log_in_the_foreign_file_is_refused_and_nothing_is_changed() {
    let site = Site::new();
    let output = Command::new(env!("CARGO_BIN_EXE_sessionctl"))
        .env_clear()
        .env("HOME", site.home.path())
        .env("SESSIONCTL_LOG_DB", site.path())
        .arg("--db")
        .arg(site.path())
        .args(["revoke", "--all", "--yes"])
        .output()
        .expect("the program runs");
    assert_eq!((output.status.code(), site.rows()), (Some(2), 2));
}

#[test]
fn what_the_table_cannot_answer_is_refused_in_words() {
    let site = Site::new();
    for (arguments, expected) in [
        (&["expire", "1"][..], "use `revoke`"),
        (&["login", "erin"], "not on a django table"),
        (&["db", "backup", "x"], "not on a django table"),
        (&["list", "--scope", "x"], "has no scope"),
        (&["list", "--ip", "10.0.0.0/8"], "cannot answer --ip"),
        (&["verify", "--app", "x", "-"], "cannot answer --app"),
        (&["verify", "-", "--format", "count"], "a count"),
        (&["verify", "-", "--fields", "why"], "without its result"),
        (&["--set", "life=1h", "list"], "no setting `life`"),
        (&["--from", "nothing", "list"], "no layout 'nothing'"),
        (&["--now", "-1d", "list"], "only future times"),
        (&["--now", "+1d", "revoke", "--all", "--yes"], "--now"),
        (&["--app-secret", "literal", "list"], "--app-secret takes"),
    ] {
        let (code, text) = site.run(arguments, "");
        assert!(code == 2 && text.contains(expected), "{arguments:?}: {code} {text}");
    }
    assert_eq!(site.rows(), 2);
}

#[test]
fn options_for_other_programs_are_refused_on_our_own_database() {
    let home = tempfile::tempdir().expect("a folder");
    let own = home.path().join("own.db");
    assert!(program(home.path(), &own, &["db", "init"], "").status.success());
    let output = program(home.path(), &own, &["--from", "django", "list"], "");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn layout_check_reports_a_fault_with_its_place() {
    let site = Site::new();
    let (_, text) = site.run(&["layout", "show", "django"], "");
    let own = text.replace("name = \"django\"", "name = \"my-django\"");
    let file = site.home.path().join("my.toml");
    std::fs::write(&file, &own).expect("a file");
    let (code, text) = site.run(&["layout", "check", "my.toml"], "");
    assert!(code == 0 && text.contains("2 rows examined fit, 0 do not"), "{code} {text}");
    let (code, text) = site.run(&["--layout", "my.toml", "list"], "");
    assert!(code == 0 && text.contains("my-django"), "{code} {text}");
    std::fs::write(&file, own.replace("at_limit", "at_limits")).expect("a file");
    let (code, text) = site.run(&["layout", "check", "my.toml"], "");
    assert!(code == 2 && text.contains("line ") && text.contains("at_limits"), "{code} {text}");
}

#[test]
fn layout_check_takes_the_table_and_settings() {
    let site = Site::new();
    site.execute("ALTER TABLE django_session RENAME TO oc_sessions");
    let (_, text) = site.run(&["layout", "show", "django"], "");
    let own = text.replace("name = \"django\"", "name = \"my-django\"");
    std::fs::write(site.home.path().join("my.toml"), own).expect("a file");
    assert_eq!(site.run(&["layout", "check", "my.toml"], "").0, 1);
    let (code, text) = site.run(&["layout", "check", "my.toml", "--table", "oc_sessions"], "");
    assert!(code == 0 && text.contains("2 rows examined fit"), "{code} {text}");
    let unknown = ["layout", "check", "my.toml", "--table", "oc_sessions", "--set", "nothing=1h"];
    assert_eq!(site.run(&unknown, "").0, 2);
    for refused in
        [&["layout", "list", "--table", "x"][..], &["layout", "check", "my.toml", "--from", "django"]]
    {
        assert_eq!(site.run(refused, "").0, 2, "{refused:?}");
    }
}

#[test]
fn db_info_shows_how_and_by_whom_the_file_is_kept() {
    let site = Site::new();
    let facts = || {
        let (code, text) = site.run(&["db", "info", "--format", "json"], "");
        assert_eq!(code, 0, "{text}");
        let start = text.find('{').expect("a record");
        let end = text.rfind('}').expect("a record");
        let info: serde_json::Value = serde_json::from_str(&text[start..=end]).expect("one document");
        (info["journal_mode"].clone(), info["in_use"].clone(), info["owner"].is_string())
    };
    assert_eq!(facts(), ("rollback".into(), serde_json::Value::Null, true));
    let program = Connection::open(site.path()).expect("a database");
    program.pragma_update(None, "journal_mode", "wal").expect("a mode");
    program.execute_batch("CREATE TABLE other (x)").expect("SQL that runs");
    assert_eq!(facts(), ("wal".into(), true.into(), true));
    drop(program);
    assert_eq!(facts(), ("wal".into(), false.into(), true));
}
