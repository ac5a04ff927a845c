//! Too little memory: the program may abort, and the database is as before or as after the change.

use std::path::{Path, PathBuf};

use crate::report::{is_long, report, trials};
use crate::template::{Known, Template, changes, starts, state};

/// Kibibytes: too few to start, and enough for anything.
const MIN_KIBIBYTES: usize = 2_000;
const MAX_KIBIBYTES: usize = 400_000;

#[test]
fn memory_limit_does_not_damage_the_database() {
    let template = Template::new();
    let starts: Vec<PathBuf> = starts().iter().take(2).map(|changes| template.start(*changes)).collect();
    let (mut tried, mut failed) = (0, 0);
    for number in (0..changes().len()).step_by(trials(5, 1)) {
        let start = &starts[number % starts.len()];
        let Known { arguments, stdin, before, after } = Known::of(&template, start, number);
        let mut succeeds = |kibibytes: usize| {
            let db = template.copy_of(start, "tight.db");
            let done = within(&template, &db, kibibytes, (&arguments, stdin), (&before, &after));
            tried += 1;
            failed += usize::from(!done);
            done
        };
        // Search for the smallest limit that suffices: limits near it strike during the work.
        let (mut too_few, mut enough) = (MIN_KIBIBYTES, MAX_KIBIBYTES);
        while enough - too_few > trials(2_000, 100) {
            let middle = usize::midpoint(too_few, enough);
            if succeeds(middle) { enough = middle } else { too_few = middle }
        }
        assert!(too_few > MIN_KIBIBYTES && enough < MAX_KIBIBYTES, "{arguments:?} is not stopped by a limit");
        if is_long() {
            for step in 1..=30 {
                succeeds(too_few.saturating_sub(step * 150));
            }
        }
    }
    assert!(tried >= trials(20, 500) && failed > 0, "{tried} limits, {failed} too tight");
    report(
        "a limit on memory (ulimit -v)",
        tried,
        format!("abort allowed, damage not; {failed} were too tight"),
    );
}

/// Runs a change within a limit; returns whether it succeeded.
fn within(
    template: &Template,
    db: &Path,
    kibibytes: usize,
    (arguments, stdin): (&[&str], &str),
    (before, after): (&str, &str),
) -> bool {
    let script = format!("ulimit -v {kibibytes}; exec sessionctl {}", arguments.join(" "));
    let output = template.env.bash(&script).env("SESSIONCTL_DB", db).stdin(stdin).spawn();
    let output = output.wait_with_output().unwrap();
    let now = state(db);
    let context = format!("{arguments:?} within {kibibytes} KiB");
    assert!(now == before || now == after, "{context}: torn");
    assert!(!output.status.success() || now == after, "{context}: a false success");
    assert!(output.stdout.is_empty() || now == after, "{context}: acknowledged and lost");
    for check in [["db", "check"], ["log", "verify"]] {
        let output = template.env.cmd(&check).env("SESSIONCTL_DB", db).run();
        assert_eq!(output.exit_code(), 0, "{context}: {output:?}");
    }
    output.status.success()
}
