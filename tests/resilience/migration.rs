//! The migration of a database of the first layout: raced by many processes, and killed at each write, sync, truncation
//! and removal. Each time the database is whole, in the old layout or the new one, and the next command goes on.

use std::fs;
use std::path::PathBuf;
use std::thread;

use crate::harness::TestEnv;
use crate::inject::{Effect, Fault, WRITES};
use crate::report::{report, trials};

const LAYOUT_1: &[u8] = include_bytes!("../../crates/store-sqlite/tests/fixtures/layout-1.db");

/// What it holds.
const SESSIONS: usize = 8;

/// The database as version 0.1.0 left it: with a WAL that holds the newest change, or without.
struct Old {
    file: Vec<u8>,
    wal: Option<Vec<u8>>,
}

impl Old {
    fn both() -> [Self; 2] {
        [Old { file: LAYOUT_1.to_vec(), wal: None }, Self::with_wal()]
    }

    /// Every label in the file is wrong, and right in the WAL.
    fn with_wal() -> Self {
        let env = TestEnv::empty();
        let (path, same) = (env.write_file("old.db", LAYOUT_1), env.write_file("same.db", LAYOUT_1));
        let open = rusqlite::Connection::open(&path).unwrap();
        open.execute("ATTACH ?1 AS same", [same.to_str().unwrap()]).unwrap();
        open.execute_batch(
            "UPDATE main.session SET label = 'lost'; PRAGMA main.wal_checkpoint(TRUNCATE); \
             UPDATE main.session SET label = (SELECT label FROM same.session o WHERE o.id = main.session.id)",
        )
        .unwrap();
        let wal = fs::read(env.path("old.db-wal")).unwrap();
        assert!(!wal.is_empty());
        Old { file: fs::read(path).unwrap(), wal: Some(wal) }
    }

    /// A fresh copy under this name.
    fn copy(&self, env: &TestEnv, name: &str) -> PathBuf {
        for suffix in ["-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(env.path(&format!("{name}{suffix}")));
        }
        if let Some(wal) = &self.wal {
            env.write_file(&format!("{name}-wal"), wal);
        }
        env.write_file(name, &self.file)
    }
}

/// Checks that the database has the new layout, one event about it, and everything it had.
fn assert_migrated(env: &TestEnv, db: &str, context: &str) {
    let run = |args: &[&str]| env.run(&[&["--db", db], args].concat());
    let events = run(&["log", "--format", "jsonl"]).ok().jsonl();
    let migrations = events.iter().filter(|event| event["action"] == "db.migrated").count();
    assert_eq!(
        (migrations, run(&["list", "--all", "--format", "ids"]).ok().stdout().lines().count()),
        (1, SESSIONS),
        "{context}"
    );
    let lost = run(&["list", "--all", "--label", "lost", "--format", "count"]).ok().stdout();
    assert_eq!(lost, "0", "{context}: the WAL was lost");
    run(&["log", "verify"]).ok();
}

#[test]
fn migration_raced_by_many_processes_succeeds_in_each() {
    let env = TestEnv::empty();
    let processes = trials(64, 256);
    for old in Old::both() {
        old.copy(&env, "raced.db");
        thread::scope(|scope| {
            for number in 0..processes {
                let env = &env;
                scope.spawn(move || {
                    let args: &[&str] = match number % 3 {
                        0 => &["list", "--all"],
                        1 => &["user", "show", "nobody"],
                        _ => &["user", "list"],
                    };
                    env.run(&[&["--db", "raced.db"], args].concat()).code_in(&[0, 3]);
                });
            }
        });
        assert_migrated(&env, "raced.db", "raced");
        old.copy(&env, "raced.db");
        thread::scope(|scope| {
            for _ in 0..processes {
                scope.spawn(|| env.run(&["--db", "raced.db", "generate", "--kind", "anonymous"]).ok());
            }
        });
        let sessions = env.run(&["--db", "raced.db", "list", "--all", "--format", "count"]).ok().stdout();
        assert_eq!(sessions, (SESSIONS + processes).to_string());
        env.run(&["--db", "raced.db", "log", "verify"]).ok();
    }
    report("processes that migrate at once", 4 * processes, "each succeeds, and one migrates");
}

#[test]
fn migration_killed_at_each_write_is_done_or_not_begun() {
    let env = TestEnv::empty();
    let step = trials(3, 1);
    let mut killed = 0;
    let olds = Old::both();
    for (old, call) in olds.iter().flat_map(|old| WRITES.map(|call| (old, call))) {
        for at in (1..).step_by(step) {
            let db = old.copy(&env, "killed.db");
            let mark = env.path("mark");
            let _ = fs::remove_file(&mark);
            let cmd = env.cmd(&["list", "--all"]).env("SESSIONCTL_DB", &db);
            let output = Fault { call, at, effect: Effect::Kill }.into(cmd, &mark).spawn().wait_with_output();
            if !mark.exists() {
                assert!(output.unwrap().status.success());
                break;
            }
            killed += 1;
            assert_migrated(&env, "killed.db", &format!("killed at {call} {at}"));
        }
    }
    assert!(killed >= 10, "only {killed} places were struck");
    report("killed while migrating", killed, "the next command migrates, once");
}
