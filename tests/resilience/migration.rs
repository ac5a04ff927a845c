//! The migration of a database of the first layout: raced by many processes, and killed at each write, sync, truncation
//! and removal. Each time the database is whole, in the old layout or the new one, and the next command goes on.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::thread;

use crate::harness::TestEnv;
use crate::inject::{Effect, Fault, WRITES};
use crate::report::{report, trials};

const LAYOUT_1: &[u8] = include_bytes!("../../crates/store-sqlite/tests/fixtures/layout-1.db");

/// A fresh copy of the database under this name.
fn layout_1(env: &TestEnv, name: &str) -> PathBuf {
    for suffix in ["-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(env.path(&format!("{name}{suffix}")));
    }
    let path = env.write_file(name, LAYOUT_1);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// Checks that the database has the new layout, one event about it, and everything it had.
fn assert_migrated(env: &TestEnv, db: &str, context: &str) {
    let run = |args: &[&str]| env.run(&[&["--db", db], args].concat());
    let events = run(&["log", "--format", "jsonl"]).ok().jsonl();
    let migrations = events.iter().filter(|event| event["action"] == "db.migrated").count();
    assert_eq!(
        (migrations, run(&["list", "--all", "--format", "ids"]).ok().stdout().lines().count()),
        (1, 8),
        "{context}"
    );
    run(&["log", "verify"]).ok();
}

#[test]
fn migration_raced_by_many_processes_succeeds_in_each() {
    let env = TestEnv::empty();
    let processes = trials(64, 256);
    layout_1(&env, "raced.db");
    thread::scope(|scope| {
        for number in 0..processes {
            let env = &env;
            scope.spawn(move || {
                let args: &[&str] = match number % 3 {
                    0 => &["list", "--all"],
                    1 => &["generate", "--kind", "anonymous"],
                    _ => &["user", "list"],
                };
                env.run(&[&["--db", "raced.db"], args].concat()).ok();
            });
        }
    });
    let events = env.run(&["--db", "raced.db", "log", "--format", "jsonl"]).ok().jsonl();
    assert_eq!(events.iter().filter(|event| event["action"] == "db.migrated").count(), 1);
    env.run(&["--db", "raced.db", "log", "verify"]).ok();
    report("processes that migrate at once", processes, "each succeeds, and one migrates");
}

#[test]
fn migration_killed_at_each_write_is_done_or_not_begun() {
    let env = TestEnv::empty();
    let step = trials(3, 1);
    let mut killed = 0;
    for call in WRITES {
        for at in (1..).step_by(step) {
            let db = layout_1(&env, "killed.db");
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
