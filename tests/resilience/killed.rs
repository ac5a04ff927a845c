//! Killed at every write, sync, truncation and removal of a file in turn, in every command that changes
//! something: afterwards all of the change is there or nothing, what was acknowledged is there, the log tells
//! the same, and the database is sound.

use std::path::{Path, PathBuf};

use crate::inject::{Does, Fault, WRITES};
use crate::report::{is_long, tell, times};
use crate::template::{Known, Template, changes, starts, state};

#[test]
fn killed_change_is_complete_or_absent() {
    let template = Template::new();
    let starts: Vec<PathBuf> = starts().iter().map(|changes| template.start(*changes)).collect();
    let mut killed = 0;
    for number in 0..changes().len() {
        // The long form begins each command with every start, the short one with one of them.
        let some = if is_long() { &starts[..] } else { &starts[number % starts.len()..][..1] };
        killed += some.iter().map(|start| killed_everywhere(&template, start, number)).sum::<usize>();
    }
    assert!(killed >= times(100, 3_000), "only {killed} places were struck");
    tell(
        "killed at the Nth write, sync, truncation or removal",
        killed,
        "every command that changes something, with and without a log beside the database",
    );
}

/// Gives how often it was killed.
fn killed_everywhere(template: &Template, start: &Path, number: usize) -> usize {
    let known = Known::of(template, start, number);
    let Known { arguments, before, after, .. } = &known;
    assert_ne!(before, after, "{arguments:?} changes nothing");
    let step = times(3, 1);
    let mut killed = 0;
    for call in WRITES {
        for at in (1 + number % step..).step_by(step) {
            let db = template.copy_of(start, "killed.db");
            let mark = template.env.path("mark");
            let _ = std::fs::remove_file(&mark);
            let child = Fault { call, at, does: Does::Kill }.into(known.cmd(template, &db), &mark).spawn();
            let output = child.wait_with_output().unwrap();
            if !mark.exists() {
                assert!(output.status.success(), "{arguments:?}");
                break;
            }
            killed += 1;
            let now = state(&db);
            let context = format!("{arguments:?} from {} killed at {call} {at}", start.display());
            assert!(now == *before || now == *after, "{context}: torn\n{now}");
            assert!(output.stdout.is_empty() || now == *after, "{context}: acknowledged and lost");
            for check in [["db", "check"], ["log", "verify"]] {
                let output = template.env.cmd(&check).env("SESSIONCTL_DB", &db).run();
                assert_eq!(output.exit_code(), 0, "{context}: {output:?}");
            }
        }
    }
    killed
}
