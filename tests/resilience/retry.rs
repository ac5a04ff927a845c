//! `kill -9` again and again, at moments drawn over the time that the work takes.

use std::io::Read as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::corruption::Dice;
use crate::harness::{Cmd, TestEnv};
use crate::report::times;

/// How often each kind of work is killed.
fn kills() -> usize {
    times(17, 1_700)
}

/// What was told before the end.
pub(crate) struct Told {
    /// The whole lines on standard output.
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Kills a call after a time, and gives what it told; nothing where it ended before. What is not read meanwhile
/// stands in a pipe, and once that is full, the work stands still between two of its steps.
fn killed(call: Cmd, after: Duration, is_read: bool) -> Option<Told> {
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
    ended.code().is_none().then_some(Told { out, err })
}

/// Kills a call that tells more than a pipe holds, when its first words are read.
pub(crate) fn killed_once_it_tells(call: Cmd) -> Told {
    let mut child = call.spawn();
    let mut pipe = child.stdout.take().unwrap();
    let mut text = vec![0];
    pipe.read_exact(&mut text).unwrap();
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "it ended by itself");
    pipe.read_to_end(&mut text).unwrap();
    let mut out = String::from_utf8(text).unwrap();
    out.truncate(out.rfind('\n').map_or(0, |end| end + 1));
    Told { out, err: String::new() }
}

/// Kills the same work again and again, at moments drawn over the time that it takes, and then lets it finish.
/// `ready` makes sure that there is something to do; `look` judges what was left, given what was told, and tells
/// whether the work was met in all of the ways that it must be.
pub(crate) fn again_and_again(
    call: &dyn Fn() -> Cmd,
    ready: &dyn Fn(),
    mut look: impl FnMut(&Told) -> bool,
) -> usize {
    ready();
    let begun = Instant::now();
    call().run().ok();
    // As the machine gets busier or quieter, it takes longer or shorter: where it ends before a quarter of the kills,
    // this stays as it is.
    let mut takes = begun.elapsed();
    let mut dice = Dice(7);
    let (mut struck, mut missed, mut was_met) = (0, 0, false);
    while struck < kills() || !was_met {
        ready();
        let is_read = dice.roll(2) == 0;
        let share = dice.roll(1_000) as f64 / 1_000.0 + if is_read { 0.0 } else { 0.5 };
        let told = killed(call(), takes.mul_f64(share), is_read);
        takes = match (&told, is_read) {
            (None, _) => takes.mul_f64(0.94).max(Duration::from_millis(2)),
            (Some(_), true) => takes.mul_f64(1.02),
            (Some(_), false) => takes,
        };
        match told {
            Some(told) => {
                was_met = look(&told);
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

pub(crate) fn is_sound(env: &TestEnv, db: &Path) {
    for check in [["db", "check"], ["log", "verify"]] {
        env.cmd(&check).env("SESSIONCTL_DB", db).run().ok();
    }
}
