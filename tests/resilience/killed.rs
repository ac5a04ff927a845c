//! Killed at every write, sync, truncation and removal of a file in turn, in every command that changes
//! something: afterwards all of the change is there or nothing, what was acknowledged is there, the log tells
//! the same, and the database is sound.

use std::path::{Path, PathBuf};

use crate::inject::{Does, Fault, WRITES};
use crate::report::{is_long, tell, times};
use crate::template::{Known, Template, changes, starts, state};

#[test]
fn a_change_is_whole_or_has_not_happened() {
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
            let mark = template.place.path("mark");
            let _ = std::fs::remove_file(&mark);
            let child = Fault { call, at, does: Does::Kill }.into(known.call(template, &db), &mark).start();
            let output = child.wait_with_output().unwrap();
            if !mark.exists() {
                assert!(output.status.success(), "{arguments:?}");
                break;
            }
            killed += 1;
            let now = state(&db);
            let place = format!("{arguments:?} from {} killed at {call} {at}", start.display());
            assert!(now == *before || now == *after, "{place}: torn\n{now}");
            assert!(output.stdout.is_empty() || now == *after, "{place}: acknowledged and lost");
            for check in [["db", "check"], ["log", "verify"]] {
                let ran = template.place.call(&check).env("SESSIONCTL_DB", &db).run();
                assert_eq!(ran.code_of(), 0, "{place}: {ran:?}");
            }
        }
    }
    killed
}
