//! The program with a database on a server, or in a file.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use sessionctl_postgres_fixture::PostgresServer;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// The program with one database.
pub(crate) struct Program {
    pub(crate) url: String,
}

impl Program {
    /// With a database whose password hashes are as cheap as the policy allows.
    pub(crate) fn new(server: &PostgresServer) -> Self {
        let program = Program { url: server.url(&server.create_database()) };
        program.ok(&["db", "init"]);
        for (setting, value) in
            [("password.memory", "19456"), ("password.passes", "2"), ("password.lanes", "1")]
        {
            program.ok(&["db", "policy", setting, value]);
        }
        program
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sessionctl"));
        command.args(args).env_clear().env("SESSIONCTL_DB", &self.url).env("TZ", "UTC");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program can be started")
    }

    /// Runs a command with standard input.
    pub(crate) fn feed(&self, args: &[&str], input: &str) -> Output {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().expect("the program can be started");
        let mut stdin = child.stdin.take().expect("it has a pipe");
        // A command that ends without reading is no failure.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("the program ends")
    }

    /// Runs a command that succeeds, and returns what it printed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", stderr(&output));
        stdout(&output)
    }

    pub(crate) fn code(&self, args: &[&str]) -> Option<i32> {
        self.run(args).status.code()
    }

    pub(crate) fn add_user(&self, name: &str) {
        let output = self.feed(&["user", "add", name, "--password-stdin"], PASSWORD);
        assert!(output.status.success(), "{}", stderr(&output));
    }

    /// Logs a user in, and returns the token.
    pub(crate) fn login(&self, name: &str) -> String {
        let output = self.feed(&["login", name, "--password-stdin"], PASSWORD);
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    }
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
