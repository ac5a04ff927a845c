//! Ctrl-C in bulk work.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sessionctl_postgres_fixture::{Holder, shared};

use super::database;
use crate::program::{Program, stderr, stdout};

const TIMEOUT: Duration = Duration::from_secs(180);

#[test]
fn interrupt_in_bulk_work_ends_it_after_the_batch_and_what_was_reported_is_done() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let name = database(&program);
    program.ok(&["generate", "-n", "7000"]);
    // The second batch waits for this one.
    let holder = Holder::hold(server, name, "SELECT 1 FROM sessionctl.session WHERE id = 3000 FOR UPDATE");
    let revoke = program.command(&["revoke", "--all", "--yes", "-q"]).spawn().expect("it can be started");
    let waits = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
                 AND application_name = 'sessionctl' AND wait_event_type = 'Lock')";
    let begun = Instant::now();
    while server.sql(name, waits) != "t" {
        assert!(begun.elapsed() < TIMEOUT, "it never waited");
        thread::sleep(Duration::from_millis(20));
    }
    let id = Pid::from_raw(i32::try_from(revoke.id()).expect("a process")).expect("a process");
    kill_process(id, Signal::INT).expect("it runs");
    // It is only recorded: the batch is made, whole.
    thread::sleep(Duration::from_millis(300));
    assert_eq!(server.sql(name, waits), "t", "the batch was cancelled");
    drop(holder);
    let output = revoke.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(stdout(&output).contains("4000 revoked in"), "{}", stdout(&output));
    let revoked = || program.ok(&["list", "--state", "revoked", "--format", "count"]);
    assert_eq!(revoked(), "4000", "what was reported is what was done");
    program.ok(&["revoke", "--all", "--yes"]);
    assert_eq!(revoked(), "7000");
    program.ok(&["log", "verify"]);
}
