//! Repeated `kill -9`, at random moments during the work.

use std::io::Read as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::corruption::Prng;
use crate::harness::{Cmd, TestEnv};
use crate::report::trials;

/// The number of kills for each kind of work.
fn kills() -> usize {
    trials(17, 1_700)
}

/// The output before the end.
pub(crate) struct PartialOutput {
    /// The complete lines on standard output.
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Kills a command after a time and returns its output; none where it ended before. Unread output stays in
/// the pipe, and a full pipe stops the work between two steps.
fn killed(call: Cmd, after: Duration, is_read: bool) -> Option<PartialOutput> {
    let mut child = call.spawn();
    let mut out = child.stdout.take().unwrap();
    let (kill, may_read) = std::sync::mpsc::channel::<()>();
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        if !is_read {
            let _ = may_read.recv();
        }
        out.read_to_end(&mut text).unwrap();
        text
    });
    thread::sleep(after);
    child.kill().unwrap();
    let ended = child.wait().unwrap();
    drop(kill);
    let (mut out, mut err) = (String::from_utf8(reader.join().unwrap()).unwrap(), String::new());
    out.truncate(out.rfind('\n').map_or(0, |end| end + 1));
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert!(ended.code().is_none_or(|code| code == 0), "it failed by itself: {err}");
    ended.code().is_none().then_some(PartialOutput { out, err })
}

/// Kills a command that prints more than a pipe holds, after its first bytes were read.
pub(crate) fn kill_after_first_output(call: Cmd) -> PartialOutput {
    let mut child = call.spawn();
    let mut pipe = child.stdout.take().unwrap();
    let mut text = vec![0];
    pipe.read_exact(&mut text).unwrap();
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "it ended by itself");
    pipe.read_to_end(&mut text).unwrap();
    let mut out = String::from_utf8(text).unwrap();
    out.truncate(out.rfind('\n').map_or(0, |end| end + 1));
    PartialOutput { out, err: String::new() }
}

/// Kills the same work repeatedly at random moments, and then lets it finish. `ready` prepares something to
/// do; `look` checks what is left against the output, and returns whether the kills met every case that they
/// must.
pub(crate) fn kill_repeatedly(
    call: &dyn Fn() -> Cmd,
    ready: &dyn Fn(),
    mut look: impl FnMut(&PartialOutput) -> bool,
) -> usize {
    ready();
    let started = Instant::now();
    call().run().ok();
    // The work takes longer or shorter as the load changes. The estimate stays while the work ends before
    // fewer than a quarter of the kills.
    let mut takes = started.elapsed();
    let mut prng = Prng(7);
    let (mut struck, mut missed, mut was_met) = (0, 0, false);
    while struck < kills() || !was_met {
        ready();
        let is_read = prng.below(2) == 0;
        let share = prng.below(1_000) as f64 / 1_000.0 + if is_read { 0.0 } else { 0.5 };
        let printed = killed(call(), takes.mul_f64(share), is_read);
        takes = match (&printed, is_read) {
            (None, _) => takes.mul_f64(0.94).max(Duration::from_millis(2)),
            (Some(_), true) => takes.mul_f64(1.02),
            (Some(_), false) => takes,
        };
        match printed {
            Some(printed) => {
                was_met = look(&printed);
                struck += 1;
            }
            None => missed += 1,
        }
        assert!(missed + struck < 20 * kills(), "{struck} kills, {missed} too late: not all of it was met");
    }
    ready();
    call().run().ok();
    struck
}

pub(crate) fn assert_sound(env: &TestEnv, db: &Path) {
    for check in [["db", "check"], ["log", "verify"]] {
        env.cmd(&check).env("SESSIONCTL_DB", db).run().ok();
    }
}
