//! Killed at every write, sync, truncation and removal of a file in turn, in every command that changes
//! something: afterwards all of the change is there or nothing, what was acknowledged is there, the log tells
//! the same, and the database is sound.

use crate::inject::{Does, Fault, WRITES};
use crate::report::{tell, times};
use crate::template::{Template, changes, state};

#[test]
fn a_change_is_whole_or_has_not_happened() {
    let template = Template::new();
    let before = state(&template.place.db());
    // The short form strikes at every third place, the long one at each, and again with warm files.
    let (step, rounds) = (times(3, 1), times(1, 4));
    let mut killed = 0;
    for (number, (arguments, stdin)) in changes().into_iter().enumerate() {
        let db = template.copy("after.db");
        let run =
            |db: &std::path::Path| template.place.call(&arguments).env("SESSIONCTL_DB", db).stdin(stdin);
        run(&db).run().ok();
        let after = state(&db);
        assert_ne!(before, after, "{arguments:?} changes nothing");
        for (call, round) in WRITES.iter().flat_map(|call| (0..rounds).map(move |round| (*call, round))) {
            for at in (1 + (number + round) % step..).step_by(step) {
                let db = template.copy("killed.db");
                let mark = template.place.path("mark");
                let _ = std::fs::remove_file(&mark);
                let child = Fault { call, at, does: Does::Kill }.into(run(&db), &mark).start();
                let output = child.wait_with_output().unwrap();
                if !mark.exists() {
                    assert!(output.status.success(), "{arguments:?}");
                    break;
                }
                killed += 1;
                let now = state(&db);
                let place = format!("{arguments:?} killed at {call} {at}");
                assert!(now == before || now == after, "{place}: torn\n{now}");
                assert!(output.stdout.is_empty() || now == after, "{place}: acknowledged and lost");
                let check = template.place.call(&["db", "check"]).env("SESSIONCTL_DB", &db).run();
                assert_eq!(check.code_of(), 0, "{place}: {check:?}");
            }
        }
    }
    assert!(killed >= 60, "only {killed} places were struck");
    tell(
        "killed at the Nth write, sync, truncation or removal",
        killed,
        "every command that changes something",
    );
}

/// Killed at any moment, in work that takes long: every batch that was told of is there.
#[test]
fn what_bulk_work_told_of_is_kept() {
    let place = crate::harness::Place::new();
    let mut tried = 0;
    for round in 0..times(6, 200) {
        place.generate_many(4_000);
        let delay = std::time::Duration::from_millis(20 + (round as u64 * 37) % 400);
        let mut child =
            place.call(&["revoke", "--all", "--state", "active", "--yes", "--format", "jsonl"]).start();
        std::thread::sleep(delay);
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let told: Vec<i64> = text
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter_map(|line| line["id"].as_i64())
            .collect();
        tried += 1;
        let alive = place.ids(&["--all", "--state", "active"]);
        let alive: std::collections::HashSet<i64> = alive.iter().map(|id| id.parse().unwrap()).collect();
        assert!(told.iter().all(|id| !alive.contains(id)), "a session that was told of lives");
        place.run(&["db", "check"]).ok();
        place
            .run(&["revoke", "--all", "--state", "active", "--yes", "-q", "--format", "count"])
            .any_code(&[0, 3]);
    }
    tell("killed at a random moment of a bulk revoke", tried, "every acknowledged id is revoked");
}
