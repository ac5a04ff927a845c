//! The name of a file lasts only once its folder is on disk: a database, a backup or a log that nobody finds after a
//! power cut was never written. So whoever acknowledges something has synced the folder before.

use crate::harness::{Cmd, TestEnv};
use crate::inject::{Does, Fault};
use crate::report::tell;

/// Runs a call in which the folder cannot be synced; whether it was tried.
fn without_the_folder(place: &TestEnv, call: Cmd) -> bool {
    let mark = place.path("mark");
    let _ = std::fs::remove_file(&mark);
    let fault = Fault { call: "fsyncdir", at: 1, does: Does::ErrorFromThenOn("EIO") };
    let ran = fault.into(call, &mark).run();
    let tried = mark.exists();
    assert_eq!(ran.code_of(), i32::from(tried), "{ran:?}");
    assert!(!tried || (ran.out().is_empty() && ran.err().contains("error:")), "a false success: {ran:?}");
    tried
}

#[test]
fn nothing_is_acknowledged_whose_name_is_not_on_disk() {
    let make = ["generate", "--kind", "anonymous"];
    let place = TestEnv::empty();
    assert!(without_the_folder(&place, place.call(&["db", "init"])), "a new database");
    let place = TestEnv::empty();
    assert!(without_the_folder(&place, place.call(&make)), "a database made along the way");
    let place = TestEnv::empty();
    place.run(&["db", "init"]).ok();
    assert!(!place.path("sessions.db-wal").exists(), "a new database comes without a log");
    assert!(without_the_folder(&place, place.call(&make)), "a new log");
    // It failed, and left the log behind, empty: that is still no name on disk.
    assert!(without_the_folder(&place, place.call(&make)), "a log of one who failed");
    place.run(&make).ok();
    assert!(!without_the_folder(&place, place.call(&make)), "each write syncs the folder anew");
    assert!(without_the_folder(&place, place.call(&["db", "backup", "copy.db"])), "a backup");
    let place = TestEnv::empty();
    place.run(&["db", "init"]).ok();
    place.run(&["list"]).ok();
    assert!(without_the_folder(&place, place.call(&make)), "a log that a reader made");
    tell("the folder cannot be synced", 6, "nothing whose name may be lost is acknowledged");
}
