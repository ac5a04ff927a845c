//! The name of a file lasts only once its folder is on disk: a database, a backup or a log that nobody finds after a
//! power cut was never written. So whoever acknowledges something has synced the folder before.

use crate::harness::{Cmd, TestEnv};
use crate::inject::{Does, Fault};
use crate::report::tell;
use crate::template::hold_open;

/// Runs a call in which the folder cannot be synced; whether it was tried.
fn without_the_folder(env: &TestEnv, call: Cmd) -> bool {
    let mark = env.path("mark");
    let _ = std::fs::remove_file(&mark);
    let fault = Fault { call: "fsyncdir", at: 1, does: Does::ErrorFromThenOn("EIO") };
    let output = fault.into(call, &mark).run();
    let tried = mark.exists();
    assert_eq!(output.exit_code(), i32::from(tried), "{output:?}");
    assert!(
        !tried || (output.stdout().is_empty() && output.stderr().contains("error:")),
        "a false success: {output:?}"
    );
    tried
}

#[test]
fn unsynced_folder_fails_the_command() {
    let make = ["generate", "--kind", "anonymous"];
    let env = TestEnv::empty();
    assert!(without_the_folder(&env, env.cmd(&["db", "init"])), "a new database");
    let env = TestEnv::empty();
    assert!(without_the_folder(&env, env.cmd(&make)), "a database made along the way");
    let env = TestEnv::empty();
    env.run(&["db", "init"]).ok();
    assert!(!env.path("sessions.db-wal").exists(), "a new database comes without a log");
    assert!(without_the_folder(&env, env.cmd(&make)), "a new log");
    // It failed, and left the log behind, empty: that is still no name on disk.
    assert!(without_the_folder(&env, env.cmd(&make)), "a log of one who failed");
    // Another process that has the database open keeps the WAL there.
    let other = hold_open(&env.db());
    env.run(&make).ok();
    assert!(!without_the_folder(&env, env.cmd(&make)), "each write syncs the folder again");
    drop(other);
    assert!(without_the_folder(&env, env.cmd(&["db", "backup", "copy.db"])), "a backup");
    let env = TestEnv::empty();
    env.run(&["db", "init"]).ok();
    env.run(&["list"]).ok();
    assert!(without_the_folder(&env, env.cmd(&make)), "a log that a reader made");
    tell("the folder cannot be synced", 6, "nothing whose name may be lost is acknowledged");
}
