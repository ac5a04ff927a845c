//! A command that has not run yet. Its result is in `output`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;

use super::CommandOutput;

/// A command that has not run yet.
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

    /// Sends standard output to a file or a device.
    pub(crate) fn stdout_to(mut self, path: &str) -> Self {
        self.command.stdout(fs::OpenOptions::new().write(true).open(path).expect("a place for the output"));
        self
    }

    /// Starts the command, writes its standard input and closes it. Standard output and error are pipes.
    pub(crate) fn spawn(mut self) -> Child {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let text = self.stdin;
        // In a thread, so that writing and reading do not wait for each other. A command that ends without
        // reading is no failure.
        thread::spawn(move || drop(stdin.write_all(&text)));
        child
    }

    /// Starts the command with its standard output going to `output`, such as a pipe that nobody reads.
    pub(crate) fn spawn_printing_to(mut self, output: impl Into<Stdio>) -> Child {
        self.command.stdin(Stdio::piped()).stdout(output).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let text = self.stdin;
        thread::spawn(move || drop(stdin.write_all(&text)));
        child
    }

    /// Starts the command and keeps its standard input open for later writes.
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

    /// Runs the command after its standard output was redirected.
    pub(crate) fn run_with_redirected_stdout(mut self) -> CommandOutput {
        self.command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A command that ends without reading is no failure.
        drop(stdin.write_all(&self.stdin));
        drop(stdin);
        CommandOutput::new(self.line, child.wait_with_output().expect("the program ends"))
    }
}
