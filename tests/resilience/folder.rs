//! A file's name is durable only after its folder was synced. A command that acknowledges something has
//! therefore synced the folder of a new database, backup or WAL.

use crate::harness::{Cmd, TestEnv};
use crate::inject::{Effect, Fault};
use crate::report::report;
use crate::template::hold_open;

/// Runs a command for which syncing the folder fails; returns whether it tried.
fn without_the_folder(env: &TestEnv, call: Cmd) -> bool {
    let mark = env.path("mark");
    let _ = std::fs::remove_file(&mark);
    let fault = Fault { call: "fsyncdir", at: 1, effect: Effect::ErrorFromThenOn("EIO") };
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
    assert!(without_the_folder(&env, env.cmd(&make)), "a database created by generate");
    let env = TestEnv::empty();
    env.run(&["db", "init"]).ok();
    assert!(!env.path("sessions.db-wal").exists(), "a new database has no WAL");
    assert!(without_the_folder(&env, env.cmd(&make)), "a new WAL");
    // The failed command left an empty WAL, whose name is still not on disk.
    assert!(without_the_folder(&env, env.cmd(&make)), "a WAL that a failed command left");
    // Another process that has the database open keeps the WAL there.
    let other = hold_open(&env.db());
    env.run(&make).ok();
    assert!(!without_the_folder(&env, env.cmd(&make)), "each write syncs the folder again");
    drop(other);
    assert!(without_the_folder(&env, env.cmd(&["db", "backup", "copy.db"])), "a backup");
    let env = TestEnv::empty();
    env.run(&["db", "init"]).ok();
    env.run(&["list"]).ok();
    assert!(without_the_folder(&env, env.cmd(&make)), "a WAL that a reader created");
    report("the folder cannot be synced", 6, "nothing is acknowledged whose name may be lost");
}
