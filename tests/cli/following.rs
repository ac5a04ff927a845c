//! A command that goes on until Ctrl-C, such as `log --follow`: its lines as they come. A test waits for a line, never for
//! a time.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Child;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::Cmd;

const PATIENCE: Duration = Duration::from_secs(300);

/// A command that goes on.
pub(crate) struct Following {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Following {
    pub(crate) fn start(command: Cmd) -> Self {
        let mut child = command.spawn();
        let stdout = child.stdout.take().expect("a pipe");
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            // The receiver is gone where a test has ended.
            let _ =
                BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line));
        });
        Following { child, lines, seen: Vec::new() }
    }

    /// Waits until the lines so far are as they are expected, and returns them.
    pub(crate) fn until(&mut self, what: &str, is_so: impl Fn(&[String]) -> bool) -> &[String] {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(&self.seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.seen.push(line),
                Err(_) => {
                    let errors = self.errors();
                    panic!("{what}: not within {PATIENCE:?}: {:#?} {errors}", self.seen);
                }
            }
        }
        &self.seen
    }

    /// The lines that have come so far.
    pub(crate) fn seen(&mut self) -> &[String] {
        self.seen.extend(self.lines.try_iter());
        &self.seen
    }

    /// Presses Ctrl-C. Returns the exit code, all lines, and what standard error shows.
    pub(crate) fn interrupt(mut self) -> (Option<i32>, Vec<String>, String) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it runs");
        let code = self.child.wait().expect("it ends").code();
        let mut seen = std::mem::take(&mut self.seen);
        seen.extend(self.lines.iter());
        let errors = self.errors();
        (code, seen, errors)
    }

    /// What standard error shows, once the command has ended.
    fn errors(&mut self) -> String {
        let _ = self.child.kill();
        let mut text = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let _ = stderr.read_to_string(&mut text);
        }
        text
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
