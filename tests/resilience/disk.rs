//! A disk that fails or is full: nothing is torn, nothing that was not written is acknowledged, and no session
//! that is dead is let in.

use std::path::{Path, PathBuf};

use crate::inject::{Does, Fault, WRITES};
use crate::report::{is_long, tell, times};
use crate::template::{Known, Template, changes, number, starts, state};

#[test]
fn a_failing_write_is_told_of_and_tears_nothing() {
    let template = Template::new();
    let starts: Vec<PathBuf> = starts().iter().map(|changes| template.start(*changes)).collect();
    let mut struck = 0;
    for number in 0..changes().len() {
        // The long form begins each command with some of the starts, the short one with one of them.
        let some: Vec<&PathBuf> = match is_long() {
            true => starts.iter().step_by(4).collect(),
            false => vec![&starts[number % starts.len()]],
        };
        struck += some.iter().map(|start| failed_everywhere(&template, start, number)).sum::<usize>();
    }
    assert!(struck >= times(100, 3_000), "only {struck} places were struck");
    tell("EIO and ENOSPC at the Nth write, sync, truncation or removal", struck, "once, and from then on");
}

/// Gives how often it failed.
fn failed_everywhere(template: &Template, start: &Path, number: usize) -> usize {
    let known = Known::of(template, start, number);
    let Known { arguments, before, after, .. } = &known;
    let step = times(6, 1);
    let errors = [
        Does::Error("EIO"),
        Does::ErrorFromThenOn("EIO"),
        Does::Error("ENOSPC"),
        Does::ErrorFromThenOn("ENOSPC"),
    ];
    let mut struck = 0;
    for (call, does) in WRITES.iter().flat_map(|call| errors.map(|does| (*call, does))) {
        for at in (1 + number % step..).step_by(step) {
            let db = template.copy_of(start, "failing.db");
            let mark = template.place.path("mark");
            let _ = std::fs::remove_file(&mark);
            let ran = Fault { call, at, does }.into(known.call(template, &db), &mark).run();
            if !mark.exists() {
                break;
            }
            struck += 1;
            let now = state(&db);
            let place =
                format!("{arguments:?} from {} with {does:?} at {call} {at}: {ran:?}", start.display());
            assert!(now == *before || now == *after, "torn: {place}\n{now}");
            match ran.code_of() {
                0 => assert_eq!(now, *after, "a false success: {place}"),
                1 => assert!(ran.err().contains("error:"), "nothing is said: {place}"),
                _ => panic!("a wrong end: {place}"),
            }
            assert!(!ran.err().contains("panicked"), "{place}");
            let check = template.place.call(&["db", "check"]).env("SESSIONCTL_DB", &db).run();
            assert_eq!(check.code_of(), 0, "{place}: {check:?}");
        }
    }
    struck
}

#[test]
fn no_dead_session_is_let_in_because_a_read_failed() {
    let template = Template::new();
    let db = template.copy("reading.db");
    let mut struck = 0;
    for (token, dead) in [(&template.revoked, true), (&template.web, false)] {
        for does in [Does::Error("EIO"), Does::ErrorFromThenOn("EIO")] {
            for at in 1.. {
                let mark = template.place.path("mark");
                let _ = std::fs::remove_file(&mark);
                let call = template.place.call(&["verify", "-"]).env("SESSIONCTL_DB", &db).stdin(token);
                let ran = Fault { call: "pread", at, does }.into(call, &mark).run();
                if !mark.exists() {
                    break;
                }
                struck += 1;
                let (code, word) = (ran.code_of(), ran.out());
                let fits = match code {
                    0 => !dead && word == "active",
                    1 => word.is_empty(),
                    5 => dead && word == "revoked",
                    _ => false,
                };
                assert!(fits, "{does:?} at read {at}: {ran:?}");
            }
        }
    }
    assert!(struck > 10, "only {struck} reads were struck");
    tell("EIO at the Nth read of a look-up", struck, "verify is never wrongly 0");
}

#[test]
fn a_file_limit_stops_a_command_and_nothing_else() {
    let template = Template::new();
    let size = std::fs::metadata(template.place.db()).unwrap().len() / 1_024;
    let tried = times(8, 200);
    for blocks in (0..tried).map(|number| size * number as u64 / tried as u64) {
        let db = template.copy("limited.db");
        let script = format!("ulimit -f {blocks}; sessionctl generate --kind anonymous -n 3000");
        let ran = template.place.bash(&script).env("SESSIONCTL_DB", &db).run();
        let made = number(&db, "SELECT count(*) FROM session WHERE kind = 0");
        let told = ran.out().lines().count();
        assert!(!ran.err().contains("panicked"), "{ran:?}");
        assert!(made >= told, "a token of a session that is not there, at {blocks} blocks");
        let check = template.place.call(&["db", "check"]).env("SESSIONCTL_DB", &db).run();
        assert_eq!(check.code_of(), 0, "{check:?}");
    }
    tell(
        "a limit on the size of files (ulimit -f)",
        tried,
        "every token that was printed is in the database",
    );
}
