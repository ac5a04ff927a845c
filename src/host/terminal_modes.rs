//! The modes of the terminal, changed by one thread at a time, and by none once the process ends. Which modes a question
//! needs does not belong here.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::termios::{OptionalActions, Termios, tcsetattr};

static CHANGING: Mutex<()> = Mutex::new(());

/// Sets the modes of the terminal that is standard input.
///
/// # Errors
/// The operating system's.
pub fn set(modes: &Termios, when: OptionalActions) -> io::Result<()> {
    let _turn = turn();
    Ok(tcsetattr(io::stdin(), when, modes)?)
}

/// Sets the modes of the terminal before a signal ends the process. Nobody changes them afterwards: a thread that tries to
/// waits until the process has ended.
pub fn set_finally(modes: &Termios) {
    let turn = turn();
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, modes);
    std::mem::forget(turn);
}

fn turn() -> MutexGuard<'static, ()> {
    CHANGING.lock().unwrap_or_else(PoisonError::into_inner)
}
