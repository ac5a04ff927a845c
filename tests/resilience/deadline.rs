//! A limit on how long something may take: what hangs fails its test, and does not hang the tests.

use std::process::Output;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::Cmd;

/// Far more than anything takes, on a machine that is busy.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs the program; it is killed when it takes too long.
pub(crate) fn run(call: Cmd, what: &str) -> Output {
    let child = call.spawn();
    let pid = Pid::from_child(&child);
    let give_up = || {
        let _ = kill_process(pid, Signal::KILL);
    };
    within(move || child.wait_with_output().unwrap(), give_up, what)
}

/// Runs `act` in a thread; `give_up` is called when it takes too long.
pub(crate) fn within<T: Send + 'static>(
    act: impl FnOnce() -> T + Send + 'static,
    give_up: impl FnOnce(),
    what: &str,
) -> T {
    let (done, waiting) = channel();
    let worker = thread::spawn(move || drop(done.send(act())));
    match waiting.recv_timeout(LONGEST) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => {
            give_up();
            panic!("it takes longer than {LONGEST:?}: {what}");
        }
        Err(RecvTimeoutError::Disconnected) => {
            let _ = worker.join();
            panic!("it panicked: {what}");
        }
    }
}

#[test]
fn deadline_stops_a_hanging_call() {
    let env = crate::harness::TestEnv::empty();
    let output = run(env.cmd(&["--version"]), "version");
    assert!(output.status.success());
    let failed = std::panic::catch_unwind(|| within(|| panic!("x"), || (), "a panic"));
    assert!(failed.is_err());
}
