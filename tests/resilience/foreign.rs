//! Revoking in another program's table, killed or failing at each write: the sessions are all out or all in, nothing else
//! of the table changed, the intent is in our own log before anything happened, and an act without an outcome shows there.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rusqlite::Connection;

use crate::harness::{Cmd, TestEnv};
use crate::inject::{Effect, Fault, WRITES};
use crate::report::{report, trials};

/// Sessions of the user whose sessions are revoked.
const OF_ERIN: usize = 6;
/// Sessions of somebody else.
const OF_MAX: usize = 4;

/// A table as Django makes it, and a database of our own with the log.
struct Site {
    env: TestEnv,
    app: PathBuf,
    log: PathBuf,
    copied: AtomicUsize,
}

impl Site {
    fn new(journal_mode: &str) -> Self {
        let env = TestEnv::empty();
        let (app, log) = (env.path("app.sqlite3"), env.path("log.db"));
        let connection = Connection::open(&app).unwrap();
        connection.pragma_update(None, "journal_mode", journal_mode).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE auth_user (id integer PRIMARY KEY, password varchar, username varchar, email varchar, is_active bool);
                 INSERT INTO auth_user VALUES (1, 'x', 'erin', '', 1), (2, 'x', 'max', '', 1);
                 CREATE TABLE django_session (session_key varchar(40) NOT NULL PRIMARY KEY, session_data text NOT NULL, expire_date datetime NOT NULL);",
            )
            .unwrap();
        for number in 0..OF_ERIN + OF_MAX {
            // {"_auth_user_id":"1"} and {"_auth_user_id":"2"}
            let payload = if number < OF_ERIN {
                "eyJfYXV0aF91c2VyX2lkIjoiMSJ9"
            } else {
                "eyJfYXV0aF91c2VyX2lkIjoiMiJ9"
            };
            let values = (format!("{number:0>32}"), format!("{payload}:1vb66h:c2ln"), "2199-01-01 00:00:00");
            connection.execute("INSERT INTO django_session VALUES (?1, ?2, ?3)", values).unwrap();
        }
        drop(connection);
        env.cmd(&["db", "init"]).env("SESSIONCTL_DB", &log).run().ok();
        Site { env, app, log, copied: AtomicUsize::new(0) }
    }

    /// Copies of both files under new names, so that each fault meets the same start and no WAL of an earlier one.
    fn copies(&self) -> (PathBuf, PathBuf) {
        let number = self.copied.fetch_add(1, Ordering::Relaxed);
        let copy = |from: &Path, name: String| {
            let to = self.env.path(&name);
            fs::copy(from, &to).unwrap();
            to
        };
        (copy(&self.app, format!("app-{number}.sqlite3")), copy(&self.log, format!("log-{number}.db")))
    }

    fn revoke(&self, app: &Path, log: &Path) -> Cmd {
        let act = ["revoke", "--user", "erin", "--yes", "--recheck", "0s", "--reason", "lost"];
        self.env.cmd(&act).env("SESSIONCTL_DB", app).env("SESSIONCTL_LOG_DB", log)
    }

    /// The rows of erin and of max, as the program itself would read them: an unfinished transaction is rolled back.
    fn rows(app: &Path) -> (usize, usize) {
        let connection = Connection::open(app).unwrap();
        let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
        let of = |payload: &str| {
            let sql = "SELECT count(*) FROM django_session WHERE session_data LIKE ?1";
            connection.query_row(sql, [format!("{payload}%")], |row| row.get(0)).unwrap()
        };
        (of("eyJfYXV0aF91c2VyX2lkIjoiMSJ9"), of("eyJfYXV0aF91c2VyX2lkIjoiMiJ9"))
    }

    fn log_of(&self, app: &Path, log: &Path) -> String {
        let listed = self.env.cmd(&["log", "--format", "jsonl"]).env("SESSIONCTL_DB", app);
        let text = listed.env("SESSIONCTL_LOG_DB", log).run().ok().stdout();
        self.env.cmd(&["db", "check"]).env("SESSIONCTL_DB", log).run().ok();
        text
    }

    /// Whatever happened, the sessions are all out or all in, and the log agrees.
    fn assert_whole(&self, app: &Path, log: &Path, context: &str) -> bool {
        let (erin, max) = Self::rows(app);
        assert!(erin == 0 || erin == OF_ERIN, "{context}: {erin} of {OF_ERIN} rows are left");
        assert_eq!(max, OF_MAX, "{context}");
        let text = self.log_of(app, log);
        let (intended, ended) = (text.contains("foreign.revoking"), text.contains("foreign.revoked"));
        assert!(erin == OF_ERIN || intended, "{context}: changed before the intent was recorded");
        assert_eq!(text.contains("interrupted"), intended && !ended, "{context}: {text}");
        erin == 0
    }
}

#[test]
fn killed_foreign_revocation_is_complete_or_absent_and_its_intent_is_logged() {
    let (mut killed, mut out) = (0, 0);
    for mode in ["delete", "wal"] {
        let site = Site::new(mode);
        for call in WRITES {
            for at in (1..).step_by(trials(2, 1)) {
                let (app, log) = site.copies();
                let mark = site.env.path("mark");
                let _ = fs::remove_file(&mark);
                let fault = Fault { call, at, effect: Effect::Kill };
                let output = fault.into(site.revoke(&app, &log), &mark).spawn().wait_with_output().unwrap();
                if !mark.exists() {
                    assert!(output.status.success(), "{mode} {call} {at}: {output:?}");
                    break;
                }
                killed += 1;
                out += usize::from(site.assert_whole(&app, &log, &format!("{mode}: killed at {call} {at}")));
            }
        }
    }
    assert!(killed >= 20 && out > 0 && out < killed, "{killed} kills, {out} after the change");
    report(
        "revocations in another program's table, killed at each write",
        killed,
        format!("{out} after the change"),
    );
}

#[test]
fn failing_foreign_revocation_is_complete_or_absent_and_reported() {
    let mut failed = 0;
    for mode in ["delete", "wal"] {
        let site = Site::new(mode);
        for (error, call) in [("ENOSPC", "pwrite"), ("EIO", "pwrite"), ("EIO", "fdatasync"), ("EIO", "fsync")]
        {
            for at in (1..).step_by(trials(2, 1)) {
                let (app, log) = site.copies();
                let mark = site.env.path("mark");
                let _ = fs::remove_file(&mark);
                let fault = Fault { call, at, effect: Effect::ErrorFromThenOn(error) };
                let output = fault.into(site.revoke(&app, &log), &mark).run();
                if !mark.exists() {
                    output.ok();
                    break;
                }
                failed += 1;
                let context = format!("{mode}: {error} from {call} {at} on: {output:?}");
                assert!(matches!(output.exit_code(), 0 | 1), "{context}");
                let out = site.assert_whole(&app, &log, &context);
                assert!(out || output.exit_code() == 1, "{context}: reported as done");
            }
        }
    }
    assert!(failed >= 20, "{failed}");
    report(
        "revocations in another program's table on a disk that fails",
        failed,
        "all or nothing, and reported",
    );
}

#[test]
fn many_processes_revoke_the_same_foreign_sessions_once() {
    let site = Site::new("wal");
    let processes = trials(16, 64);
    thread::scope(|scope| {
        for _ in 0..processes {
            scope.spawn(|| {
                // A file without a WAL is read as one that nobody writes; where somebody does, the command says so.
                while let output = site.revoke(&site.app, &site.log).run()
                    && !matches!(output.exit_code(), 0 | 3)
                {
                    assert!(output.stderr().contains("while it was read"), "{output:?}");
                }
            });
        }
    });
    assert_eq!(Site::rows(&site.app), (0, OF_MAX));
    let text = site.log_of(&site.app, &site.log);
    assert!(!text.contains("interrupted"), "{text}");
    let ended = text.lines().filter_map(|line| {
        let detail = serde_json::from_str::<serde_json::Value>(line).unwrap()["detail"].as_str()?.to_owned();
        let (before, _) = detail.split_once(" ended, ")?;
        before.rsplit(' ').next()?.parse::<usize>().ok()
    });
    assert_eq!(ended.sum::<usize>(), OF_ERIN, "{text}");
    report(
        "processes that revoke the same sessions of another program's table",
        processes,
        "each ended once",
    );
}
