//! Commands killed at every write, sync, truncation and removal of a file in turn. Afterwards a change is
//! complete or absent, acknowledged work is kept, the audit log agrees, and the database is sound.

use std::path::{Path, PathBuf};

use crate::inject::{Effect, Fault, WRITES};
use crate::report::{is_long, report, trials};
use crate::template::{Known, Template, changes, starts, state};

#[test]
fn killed_change_is_complete_or_absent() {
    let template = Template::new();
    let starts: Vec<PathBuf> = starts().iter().map(|changes| template.start(*changes)).collect();
    let mut killed = 0;
    for number in 0..changes().len() {
        // The long form starts each command from every database, the short form from one.
        let some = if is_long() { &starts[..] } else { &starts[number % starts.len()..][..1] };
        killed += some.iter().map(|start| kill_everywhere(&template, start, number)).sum::<usize>();
    }
    assert!(killed >= trials(100, 3_000), "only {killed} kills struck");
    report(
        "killed at the Nth write, sync, truncation or removal",
        killed,
        "every command that changes something, with and without a log beside the database",
    );
}

/// Returns the number of kills.
fn kill_everywhere(template: &Template, start: &Path, number: usize) -> usize {
    let known = Known::of(template, start, number);
    let Known { arguments, before, after, .. } = &known;
    assert_ne!(before, after, "{arguments:?} changes nothing");
    let step = trials(3, 1);
    let mut killed = 0;
    for call in WRITES {
        for at in (1 + number % step..).step_by(step) {
            let db = template.copy_of(start, "killed.db");
            let mark = template.env.path("mark");
            let _ = std::fs::remove_file(&mark);
            let child =
                Fault { call, at, effect: Effect::Kill }.into(known.cmd(template, &db), &mark).spawn();
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
