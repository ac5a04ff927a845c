//! A call of the program that is yet to be made. What it came to is the file beside.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;

use super::CommandOutput;

/// A call of the program.
pub(crate) struct Cmd {
    command: Command,
    line: Vec<OsString>,
    stdin: Vec<u8>,
}

impl Cmd {
    pub(super) fn new(command: Command, line: Vec<OsString>) -> Self {
        Cmd { command, line, stdin: Vec::new() }
    }

    pub(crate) fn stdin(mut self, text: impl AsRef<[u8]>) -> Self {
        self.stdin = text.as_ref().to_vec();
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Sends standard output to a file, a device.
    pub(crate) fn stdout_to(mut self, path: &str) -> Self {
        self.command.stdout(fs::OpenOptions::new().write(true).open(path).expect("a place for the output"));
        self
    }

    /// Begins it, its standard input given and closed. Standard output and error are piped.
    pub(crate) fn spawn(mut self) -> Child {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let text = self.stdin;
        // Beside the reading, so that neither waits for the other; who does not read is no failure here.
        thread::spawn(move || drop(stdin.write_all(&text)));
        child
    }

    /// Begins it and keeps its standard input open, to be written to later.
    pub(crate) fn spawn_with_open_stdin(mut self) -> (Child, ChildStdin) {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let stdin = child.stdin.take().expect("a pipe");
        (child, stdin)
    }

    pub(crate) fn run(self) -> CommandOutput {
        let line = self.line.clone();
        let output = self.spawn().wait_with_output().expect("the program ends");
        CommandOutput::new(line, output)
    }

    /// Runs it where standard output was already sent elsewhere.
    pub(crate) fn run_with_redirected_stdout(mut self) -> CommandOutput {
        self.command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // Who ends without reading is no failure here.
        drop(stdin.write_all(&self.stdin));
        drop(stdin);
        CommandOutput::new(self.line, child.wait_with_output().expect("the program ends"))
    }
}
