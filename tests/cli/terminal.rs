//! A person at a terminal: a pseudoterminal is standard input and standard error. What is asked there is tested elsewhere.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Termios, Winsize, tcgetattr, tcsetwinsize};

use crate::harness::{PROGRAM, TestEnv};
use crate::screen::Screen;

/// For what a program does, however slow the machine is: a chapter of the tour runs dozens of commands.
const PATIENCE: Duration = Duration::from_secs(600);

/// The program at a terminal.
pub(crate) struct Session {
    child: Child,
    /// The side of the person.
    keyboard: File,
    /// The program's side, kept open so that nothing it wrote is lost when it ends.
    line: OwnedFd,
    /// The terminal's modes before the program started.
    before: Termios,
    shown: String,
    /// The beginning of a character whose end was not read yet.
    rest: Vec<u8>,
}

/// A test that gives up leaves no program behind.
impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A new terminal: the person's side, the program's, and the modes that it begins with.
fn open_terminal() -> (OwnedFd, OwnedFd, Termios) {
    let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudoterminal");
    // A program that inherits it would keep the terminal of another one alive.
    fcntl_setfd(&keyboard, FdFlags::CLOEXEC).expect("its flags");
    grantpt(&keyboard).expect("its owner");
    unlockpt(&keyboard).expect("its lock");
    let name = ptsname(&keyboard, Vec::new()).expect("its name");
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let line = rustix::fs::open(name.as_c_str(), flags, Mode::empty()).expect("its other side");
    let before = tcgetattr(&line).expect("the terminal's modes");
    (keyboard, line, before)
}

impl Session {
    fn at(child: Child, keyboard: OwnedFd, line: OwnedFd, before: Termios) -> Self {
        Session { child, keyboard: keyboard.into(), line, before, shown: String::new(), rest: Vec::new() }
    }

    pub(crate) fn start(env: &TestEnv, args: &[&str], term: &str) -> Self {
        let (keyboard, line, before) = open_terminal();
        let end = || Stdio::from(line.try_clone().expect("a descriptor"));
        let child = Command::new(PROGRAM)
            .args(args)
            .env_clear()
            .env("SESSIONCTL_DB", env.place())
            .env("HOME", env.path(""))
            .env("TERM", term)
            .stdin(end())
            .stderr(end())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        Session::at(child, keyboard, line, before)
    }

    /// The program at a terminal of this size, which is standard output as well, with these variables.
    pub(crate) fn on_screen(
        env: &TestEnv,
        args: &[&str],
        (columns, rows): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let (keyboard, line, before) = open_terminal();
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&line, size).expect("its size");
        let end = || Stdio::from(line.try_clone().expect("a descriptor"));
        let child = Command::new(PROGRAM)
            .args(args)
            .env_clear()
            .env("SESSIONCTL_DB", env.place())
            .envs([
                ("HOME", env.path("").to_str().expect("UTF-8")),
                ("TERM", "xterm"),
                ("PATH", "/usr/bin:/bin"),
            ])
            .envs(variables.iter().copied())
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("the program starts");
        Session::at(child, keyboard, line, before)
    }

    /// An interactive shell at a terminal of its own, with the program in its path; none where it is not installed.
    pub(crate) fn shell(env: &TestEnv, shell: &[&str]) -> Option<Self> {
        let (keyboard, line, before) = open_terminal();
        let end = || Stdio::from(line.try_clone().expect("a descriptor"));
        let folder = std::path::Path::new(PROGRAM).parent().expect("the program's directory");
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
        // `setsid --ctty` makes the terminal the shell's own, as a shell that edits lines needs.
        let child = Command::new("setsid")
            .args(["--ctty", "--wait"])
            .args(shell)
            .env_clear()
            .envs([("PATH", path.as_str()), ("TERM", "xterm"), ("LC_ALL", "C.UTF-8"), ("PS1", "ready> ")])
            .env("SESSIONCTL_DB", env.place())
            .env("HOME", env.path(""))
            .current_dir(env.path(""))
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .ok()?;
        Some(Session::at(child, keyboard, line, before))
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&self, (columns, rows): (u16, u16)) {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&self.line, size).expect("its size");
    }

    /// What the terminal has shown since it was forgotten.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Types a line that a shell runs, and waits for what it prints.
    pub(crate) fn run_line(&mut self, line: &str) {
        self.shown.clear();
        // The words are put together by the shell: the line that is typed does not contain them.
        self.type_keys(format!("{line}; echo do''ne\r").as_bytes());
        self.wait_for("done");
    }

    /// What the terminal shows after the keys, once it shows a text.
    pub(crate) fn shows(&mut self, keys: &str, text: &str) {
        self.shown.clear();
        self.type_keys(keys.as_bytes());
        // The bell rings where several words are possible.
        let plain = |shown: &str| console::strip_ansi_codes(shown).replace('\u{7}', "");
        self.wait_until(text, |session| plain(&session.shown).contains(text));
        // Ctrl-U empties the line.
        self.type_keys(b"\x15");
    }

    pub(crate) fn kill(mut self) {
        self.type_keys(b"\x15exit\r");
        let _ = self.end();
    }

    /// Waits until the terminal shows a text.
    pub(crate) fn wait_for(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.shown.contains(text) {
            assert!(Instant::now() < deadline, "'{text}' was not shown: {:?}", self.shown);
            self.read_ready();
        }
    }

    /// Reads what the terminal shows by now, or soon; whether that was anything.
    fn read_ready(&mut self) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let wait = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        let ready = poll(&mut [PollFd::new(&self.keyboard, PollFlags::IN)], Some(&wait)).expect("a poll");
        if ready > 0 {
            let mut piece = [0; 4096];
            let length = self.keyboard.read(&mut piece).expect("a terminal");
            self.rest.extend_from_slice(&piece[..length]);
            self.show_whole_characters();
        }
        ready > 0
    }

    /// Shows what was read, except the beginning of a character at its end.
    fn show_whole_characters(&mut self) {
        let is_begun = |bytes: &[u8]| str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
        let last = self.rest.utf8_chunks().last().map_or(&[][..], |chunk| chunk.invalid());
        let whole = self.rest.len() - if is_begun(last) { last.len() } else { 0 };
        let shown: Vec<u8> = self.rest.drain(..whole).collect();
        self.shown.push_str(&String::from_utf8_lossy(&shown));
    }

    /// Waits until the terminal shows a text, however it is wrapped.
    pub(crate) fn wait_for_text(&mut self, text: &str) {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = words(text);
        self.wait_until(&text, |session| words(&console::strip_ansi_codes(&session.shown)).contains(&text));
    }

    /// Waits until the terminal shows a text, and another one behind its last place.
    pub(crate) fn wait_for_last(&mut self, text: &str, behind: &str) {
        let is_shown = |shown: &str| shown.rfind(text).is_some_and(|at| shown[at..].contains(behind));
        self.wait_until(text, |session| is_shown(&session.shown));
    }

    /// Forgets what was shown.
    pub(crate) fn forget_shown(&mut self) {
        self.shown.clear();
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("it runs");
    }

    /// Sends a signal again and again, until the terminal shows a text: the program may not have got to where it
    /// expects it.
    pub(crate) fn signal_until(&mut self, signal: rustix::process::Signal, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.shown.contains(text) {
            assert!(Instant::now() < deadline, "{text}: {:?}", self.shown);
            let pid = rustix::process::Pid::from_child(&self.child);
            // It may have ended just now.
            let _ = rustix::process::kill_process(pid, signal);
            self.read_ready();
        }
    }

    /// Waits until the terminal passes whole lines on, as it does while a command runs.
    pub(crate) fn wait_until_line_mode(&mut self) {
        self.wait_until("the terminal passes keys on", |session| session.echoes());
    }

    /// Whether the terminal has the modes that it began with.
    pub(crate) fn is_as_before(&self) -> bool {
        let after = tcgetattr(&self.line).expect("the terminal's modes");
        (after.local_modes, after.input_modes) == (self.before.local_modes, self.before.input_modes)
    }

    /// The lines on the screen, which obeys what the editing of a line needs of it.
    pub(crate) fn screen(&self, columns: u16) -> Vec<String> {
        Screen::showing(&self.shown, columns)
    }

    /// Waits until something is so, and reads what the terminal shows meanwhile.
    pub(crate) fn wait_for_so(&mut self, what: &str, is_so: impl Fn() -> bool) {
        self.wait_until(what, |_| is_so());
    }

    pub(crate) fn wait_until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "{what}: {:?}", self.shown);
            self.read_ready();
        }
    }

    pub(crate) fn type_keys(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).expect("the keyboard");
    }

    pub(crate) fn echoes(&self) -> bool {
        tcgetattr(&self.line).expect("the terminal's modes").local_modes.contains(LocalModes::ECHO)
    }

    /// What the program, which has ended, wrote to its standard output.
    pub(crate) fn results(&mut self) -> String {
        let mut results = String::new();
        self.child.stdout.take().expect("a pipe").read_to_string(&mut results).expect("UTF-8");
        results
    }

    /// The exit code, and all that the terminal has shown.
    pub(crate) fn end(&mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.read_ready();
            if let Some(status) = self.child.try_wait().expect("the program") {
                while self.read_ready() {
                    assert!(Instant::now() < deadline, "the terminal does not fall silent: {:?}", self.shown);
                }
                return (status.code(), self.shown.clone());
            }
            assert!(Instant::now() < deadline, "the program does not end: {:?}", self.shown);
        }
    }
}
