//! A failing or full disk: no partial change, no acknowledgement of what was not written, and no ended
//! session is verified.

use std::path::{Path, PathBuf};

use crate::inject::{Effect, Fault, WRITES};
use crate::report::{is_long, report, trials};
use crate::template::{Known, Template, changes, number, starts, state};

#[test]
fn failing_write_is_reported_and_atomic() {
    let template = Template::new();
    let starts: Vec<PathBuf> = starts().iter().map(|changes| template.start(*changes)).collect();
    let mut struck = 0;
    for number in 0..changes().len() {
        // The long form starts each command from a quarter of the databases, the short form from one.
        let some: Vec<&PathBuf> = match is_long() {
            true => starts.iter().step_by(4).collect(),
            false => vec![&starts[number % starts.len()]],
        };
        struck += some.iter().map(|start| fail_everywhere(&template, start, number)).sum::<usize>();
    }
    assert!(struck >= trials(100, 3_000), "only {struck} faults struck");
    report("EIO and ENOSPC at the Nth write, sync, truncation or removal", struck, "once, and from then on");
}

/// Returns the number of injected failures.
fn fail_everywhere(template: &Template, start: &Path, number: usize) -> usize {
    let known = Known::of(template, start, number);
    let Known { arguments, before, after, .. } = &known;
    let step = trials(6, 1);
    let errors = [
        Effect::Error("EIO"),
        Effect::ErrorFromThenOn("EIO"),
        Effect::Error("ENOSPC"),
        Effect::ErrorFromThenOn("ENOSPC"),
    ];
    let mut struck = 0;
    for (call, effect) in WRITES.iter().flat_map(|call| errors.map(|effect| (*call, effect))) {
        for at in (1 + number % step..).step_by(step) {
            let db = template.copy_of(start, "failing.db");
            let mark = template.env.path("mark");
            let _ = std::fs::remove_file(&mark);
            let output = Fault { call, at, effect }.into(known.cmd(template, &db), &mark).run();
            if !mark.exists() {
                break;
            }
            struck += 1;
            let now = state(&db);
            let context =
                format!("{arguments:?} from {} with {effect:?} at {call} {at}: {output:?}", start.display());
            assert!(now == *before || now == *after, "torn: {context}\n{now}");
            match output.exit_code() {
                0 => assert_eq!(now, *after, "a false success: {context}"),
                1 => assert!(output.stderr().contains("error:"), "nothing is reported: {context}"),
                _ => panic!("a wrong exit: {context}"),
            }
            assert!(!output.stderr().contains("panicked"), "{context}");
            let check = template.env.cmd(&["db", "check"]).env("SESSIONCTL_DB", &db).run();
            assert_eq!(check.exit_code(), 0, "{context}: {check:?}");
        }
    }
    struck
}

#[test]
fn failing_read_never_yields_active_for_ended_sessions() {
    let template = Template::new();
    let db = template.copy("reading.db");
    let mut struck = 0;
    for (token, ended) in [(&template.revoked, true), (&template.web, false)] {
        for effect in [Effect::Error("EIO"), Effect::ErrorFromThenOn("EIO")] {
            for at in 1.. {
                let mark = template.env.path("mark");
                let _ = std::fs::remove_file(&mark);
                let call = template.env.cmd(&["verify", "-"]).env("SESSIONCTL_DB", &db).stdin(token);
                let output = Fault { call: "pread", at, effect }.into(call, &mark).run();
                if !mark.exists() {
                    break;
                }
                struck += 1;
                let (code, word) = (output.exit_code(), output.stdout());
                let fits = match code {
                    0 => !ended && word == "active",
                    1 => word.is_empty(),
                    5 => ended && word == "revoked",
                    _ => false,
                };
                assert!(fits, "{effect:?} at read {at}: {output:?}");
            }
        }
    }
    assert!(struck > 10, "only {struck} reads were struck");
    report("EIO at the Nth read of a look-up", struck, "verify is never wrongly 0");
}

#[test]
fn file_size_limit_keeps_printed_tokens() {
    let template = Template::new();
    let size = std::fs::metadata(template.env.db()).unwrap().len() / 1_024;
    let tried = trials(8, 200);
    for blocks in (0..tried).map(|number| size * number as u64 / tried as u64) {
        let db = template.copy("limited.db");
        let script = format!("ulimit -f {blocks}; sessionctl generate --kind anonymous -n 3000");
        let output = template.env.bash(&script).env("SESSIONCTL_DB", &db).run();
        let made = number(&db, "SELECT count(*) FROM session WHERE kind = 0");
        let printed = output.stdout().lines().count();
        assert!(!output.stderr().contains("panicked"), "{output:?}");
        assert!(made >= printed, "a token of a session that is not there, at {blocks} blocks");
        let check = template.env.cmd(&["db", "check"]).env("SESSIONCTL_DB", &db).run();
        assert_eq!(check.exit_code(), 0, "{check:?}");
    }
    report(
        "a limit on the size of files (ulimit -f)",
        tried,
        "every token that was printed is in the database",
    );
}
