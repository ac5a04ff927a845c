//! A limit on the size of files (`ulimit -f`) that certainly strikes: the system sends SIGXFSZ, which would
//! kill the program in the middle of a write without a message.

use std::fs;
use std::path::Path;

use crate::harness::{CommandOutput, TestEnv};
use crate::report::report;
use crate::template::{Template, changes, hold_open, state};

/// Runs a command whose files may not exceed this size.
fn limited(env: &TestEnv, db: &Path, kibibytes: u64, arguments: &[&str], stdin: &str) -> CommandOutput {
    let script = format!("ulimit -f {kibibytes}; exec sessionctl {}", arguments.join(" "));
    env.bash(&script).env("SESSIONCTL_DB", db).stdin(stdin).run()
}

/// Asserts that the command exited by itself and reported an error.
fn assert_reported(output: &CommandOutput) {
    assert_eq!(output.exit_code(), 1, "{output:?}");
    assert!(output.stderr().contains("error:") && !output.stderr().contains("panicked"), "{output:?}");
    assert_eq!(output.stdout(), "", "{output:?}");
}

#[test]
fn file_size_limit_is_an_error_not_a_signal() {
    let template = Template::new();
    let env = &template.env;
    // The WAL exists already, so that its size is a limit behind which nothing can be written.
    let seed = template.copy("seed.db");
    let other = hold_open(&seed);
    env.cmd(&["generate", "--kind", "anonymous", "-n", "99"]).env("SESSIONCTL_DB", &seed).run().ok();
    drop(other);
    let full = fs::metadata(format!("{}-wal", seed.display())).unwrap().len() / 1_024;
    assert!(full > 32, "the index beside the log, which takes as much, would be struck: {full}");
    let copy = || template.copy_of(&seed, "limited.db");
    let before = state(&copy());
    let changes = changes();
    for (arguments, stdin) in &changes {
        let db = copy();
        assert_reported(&limited(env, &db, full, arguments, stdin));
        let check = env.cmd(&["db", "check"]).env("SESSIONCTL_DB", &db).run();
        assert_eq!(check.exit_code(), 0, "{arguments:?}: {check:?}");
        assert_eq!(state(&db), before, "{arguments:?}: torn");
    }
    report(
        "a limit on the size of files, at the WAL's size",
        changes.len(),
        "an error each time, and no change",
    );
}

#[test]
fn file_size_limit_leaves_no_partial_file() {
    let template = Template::new();
    let env = &template.env;
    let backup = env.path("copy.db");
    assert_reported(&limited(env, &env.db(), 8, &["db", "backup", "copy.db"], ""));
    let none = env.path("none.db");
    assert_reported(&limited(env, &none, 8, &["generate", "--kind", "anonymous"], ""));
    assert!(!backup.exists() && !none.exists());
    let left = fs::read_dir(env.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains(".new-")).collect();
    assert!(left.is_empty(), "a file was left behind: {left:?}");
}
