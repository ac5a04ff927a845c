//! A limit on the size of files (`ulimit -f`) that strikes for certain: the system then sends SIGXFSZ, which would kill
//! the program in the middle of a write, and without a word.

use std::fs;
use std::path::Path;

use crate::harness::{CommandOutput, TestEnv};
use crate::report::tell;
use crate::template::{Template, changes, state};

/// Runs a command of which no file may grow past so many kibibytes.
fn limited(place: &TestEnv, db: &Path, kibibytes: u64, arguments: &[&str], stdin: &str) -> CommandOutput {
    let script = format!("ulimit -f {kibibytes}; exec sessionctl {}", arguments.join(" "));
    place.bash(&script).env("SESSIONCTL_DB", db).stdin(stdin).run()
}

/// It ended by itself, and said that it could not.
fn is_told(ran: &CommandOutput) {
    assert_eq!(ran.code_of(), 1, "{ran:?}");
    assert!(ran.err().contains("error:") && !ran.err().contains("panicked"), "{ran:?}");
    assert_eq!(ran.out(), "", "{ran:?}");
}

#[test]
fn a_limit_that_strikes_is_an_error_and_no_death() {
    let template = Template::new();
    let place = &template.place;
    // A log that is there already, and so a size at which nothing more can be written behind it.
    let seed = template.copy("seed.db");
    place.call(&["generate", "--kind", "anonymous", "-n", "99"]).env("SESSIONCTL_DB", &seed).run().ok();
    let full = fs::metadata(format!("{}-wal", seed.display())).unwrap().len() / 1_024;
    assert!(full > 32, "the index beside the log, which takes as much, would be struck: {full}");
    let copy = || template.copy_of(&seed, "limited.db");
    let before = state(&copy());
    let changes = changes();
    for (arguments, stdin) in &changes {
        let db = copy();
        is_told(&limited(place, &db, full, arguments, stdin));
        let check = place.call(&["db", "check"]).env("SESSIONCTL_DB", &db).run();
        assert_eq!(check.code_of(), 0, "{arguments:?}: {check:?}");
        assert_eq!(state(&db), before, "{arguments:?}: torn");
    }
    tell(
        "a limit on the size of files, at the log's size",
        changes.len(),
        "an error each time, and no change",
    );
}

#[test]
fn a_file_that_may_not_be_made_whole_is_not_made() {
    let template = Template::new();
    let place = &template.place;
    let backup = place.path("copy.db");
    is_told(&limited(place, &place.db(), 8, &["db", "backup", "copy.db"], ""));
    let none = place.path("none.db");
    is_told(&limited(place, &none, 8, &["generate", "--kind", "anonymous"], ""));
    assert!(!backup.exists() && !none.exists());
    let left = fs::read_dir(place.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains(".new-")).collect();
    assert!(left.is_empty(), "something was left behind: {left:?}");
}
