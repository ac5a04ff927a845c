//! Too little memory: the program may give up, and the database is as it was or as it was to be.

use crate::report::{tell, times};
use crate::template::{Template, changes, state};

#[test]
fn too_little_memory_damages_nothing() {
    let template = Template::new();
    let before = state(&template.place.db());
    let steps = times(4, 60);
    let mut tried = 0;
    for (arguments, stdin) in changes().into_iter().step_by(times(3, 1)) {
        let db = template.copy("after.db");
        template.place.call(&arguments).env("SESSIONCTL_DB", &db).stdin(stdin).run().ok();
        let after = state(&db);
        for step in 0..steps {
            let db = template.copy("tight.db");
            let kibibytes = 4_000 + step * 120_000 / steps;
            let script = format!("ulimit -v {kibibytes}; exec sessionctl {}", arguments.join(" "));
            let ran = template.place.bash(&script).env("SESSIONCTL_DB", &db).stdin(stdin).start();
            let output = ran.wait_with_output().unwrap();
            tried += 1;
            let now = state(&db);
            let place = format!("{arguments:?} within {kibibytes} KiB");
            assert!(now == before || now == after, "{place}: torn");
            assert!(!output.status.success() || now == after, "{place}: a false success");
            let check = template.place.call(&["db", "check"]).env("SESSIONCTL_DB", &db).run();
            assert_eq!(check.code_of(), 0, "{place}: {check:?}");
        }
    }
    tell("a limit on memory (ulimit -v)", tried, "abort allowed, damage not");
}
