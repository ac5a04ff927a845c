//! `db restore` killed at every write, sync, truncation and removal of a file in turn: the old or the new database is in
//! place, each whole, and no revocation is lost.

use std::fs;

use crate::harness::TestEnv;
use crate::inject::{Effect, Fault, WRITES};
use crate::report::{is_long, report};

#[test]
fn killed_restore_leaves_the_old_or_the_new_database() {
    let env = TestEnv::with_users(&["alice"]);
    let (kept, revoked) = (env.login("alice"), env.login("alice"));
    env.run(&["db", "backup", "copy.db"]).ok();
    let later = env.login("alice");
    env.run_with_stdin(&["logout", "-"], &revoked).ok();
    let old = fs::read(env.db()).unwrap();
    let (mut killed, mut replaced) = (0, 0);
    for call in WRITES.into_iter().chain(["fsyncdir"]) {
        // Most are writes of the staged copy.
        let step = if call == "pwrite" && !is_long() { 5 } else { 1 };
        for at in (1..).step_by(step) {
            let db = env.write_file("trial.db", &old);
            let mark = env.path("mark");
            let _ = fs::remove_file(&mark);
            let run = |args: &[&str], stdin: &str| env.cmd(args).env("SESSIONCTL_DB", &db).stdin(stdin).run();
            let restore = env.cmd(&["db", "restore", "copy.db", "--yes"]).env("SESSIONCTL_DB", &db);
            let child = Fault { call, at, effect: Effect::Kill }.into(restore, &mark).spawn();
            let output = child.wait_with_output().unwrap();
            let struck = mark.exists();
            assert!(struck || output.status.success(), "{output:?}");
            let context = format!("killed at {call} {at}");
            assert_eq!(run(&["verify", "-", "--no-touch"], &kept).stdout(), "active", "{context}");
            assert_eq!(run(&["verify", "-", "--no-touch"], &revoked).stdout(), "revoked", "{context}");
            let word = run(&["verify", "-", "--no-touch"], &later).stdout();
            assert!(["active", "unknown"].contains(&word.as_str()), "{context}: {word}");
            for check in [["db", "check"], ["log", "verify"]] {
                run(&check, "").ok();
            }
            // Whoever tries again succeeds, and can go on.
            run(&["db", "restore", "copy.db", "--yes"], "").ok();
            run(&["generate", "--kind", "anonymous"], "").ok();
            remove_trial(&env);
            if !struck {
                break;
            }
            killed += 1;
            replaced += usize::from(word == "unknown");
        }
    }
    assert!(killed > 20 && replaced > 0, "{killed} kills struck, {replaced} after the exchange");
    report(
        "db restore killed at the Nth write, sync, truncation or removal",
        killed,
        "old or new, each whole",
    );
}

fn remove_trial(env: &TestEnv) {
    let names = fs::read_dir(env.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    for name in names.filter(|name| name.to_string_lossy().starts_with("trial.db")) {
        fs::remove_file(env.path("").join(name)).unwrap();
    }
}
