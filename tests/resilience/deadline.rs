//! A time limit: a hanging call fails its test instead of hanging the run.

use std::process::Output;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::Cmd;

/// Far more than any call takes on a busy machine.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// Runs the program and kills it after the time limit.
pub(crate) fn run(call: Cmd, what: &str) -> Output {
    let child = call.spawn();
    let pid = Pid::from_child(&child);
    let give_up = || {
        let _ = kill_process(pid, Signal::KILL);
    };
    within(move || child.wait_with_output().unwrap(), give_up, what)
}

/// Runs `act` in a thread; calls `give_up` after the time limit.
pub(crate) fn within<T: Send + 'static>(
    act: impl FnOnce() -> T + Send + 'static,
    give_up: impl FnOnce(),
    what: &str,
) -> T {
    let (done, waiting) = channel();
    let worker = thread::spawn(move || drop(done.send(act())));
    match waiting.recv_timeout(TIME_LIMIT) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => {
            give_up();
            panic!("it takes longer than {TIME_LIMIT:?}: {what}");
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
