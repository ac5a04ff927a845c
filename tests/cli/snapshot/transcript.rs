//! A transcript of calls: the command line, both streams and the exit code of each, with everything replaced that
//! differs from run to run.

use std::fmt::Write as _;

use crate::harness::{CommandOutput, TestEnv};

use super::fixture::{self, NOW};

/// What differs from run to run, and its replacement in a snapshot.
const REDACTIONS: &[(&str, &str)] = &[
    (r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", "[jwt]"),
    (r"\b[0-9a-f]{64}\b", "[64 hex digits]"),
    (r"sctl_[0-9a-f]{64}\b", "sctl_[64 hex digits]"),
    // No word boundary: a digit may be a hyphen.
    (r"[A-Za-z0-9_-]{43}", "[43 base64url digits]"),
    (r"\b[0-9a-f]{32}\b", "[32 hex digits]"),
    // On a server as in a file.
    (r"postgres://postgres@%2F[^\s\x22',:]*/test_\d+", "[folder]/sessions.db"),
    (r"/[^\s\x22']*/\.tmp[A-Za-z0-9]{6}", "[folder]"),
    (r"\bSQLite \d+\.\d+\.\d+", "SQLite [version]"),
    (r"\bsessionctl \d+\.\d+\.\d+", "sessionctl [version]"),
];

/// Calls of one command on a copy of the fixed database, in order.
pub(super) struct Transcript {
    env: TestEnv,
    text: String,
}

impl Transcript {
    pub(super) fn new() -> Self {
        Transcript { env: fixture::copy(), text: String::new() }
    }

    /// Runs a command line, words separated by spaces, at [`NOW`].
    pub(super) fn run(self, line: &str) -> Self {
        self.run_with_stdin(line, "")
    }

    /// The same with a text on standard input.
    pub(super) fn run_with_stdin(mut self, line: &str, stdin: &str) -> Self {
        let output = self.output(line, stdin);
        self.record(line, stdin, &output);
        self
    }

    /// The same with the content of one of the fixture's files on standard input.
    pub(super) fn run_with_file(mut self, line: &str, name: &str) -> Self {
        let content = std::fs::read_to_string(self.env.path(name)).expect("a file of the fixture");
        let output = self.output(line, &content);
        self.record(&format!("{line} < {name}"), "", &output);
        self
    }

    fn output(&self, line: &str, stdin: &str) -> CommandOutput {
        let args: Vec<&str> = line.split(' ').chain(["--now", NOW]).collect();
        self.env.cmd(&args).env("COLUMNS", "80").stdin(stdin).run()
    }

    fn record(&mut self, line: &str, stdin: &str, output: &CommandOutput) {
        let text = &mut self.text;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "$ sessionctl {line}");
        for line in stdin.lines() {
            let _ = writeln!(text, "< {line}");
        }
        for line in output.stdout().lines() {
            let _ = writeln!(text, "{line}");
        }
        for line in output.stderr().lines() {
            let _ = writeln!(text, "! {line}");
        }
        let _ = writeln!(text, "[exit code {}]\n", output.exit_code());
    }

    /// Compares the transcript with the accepted one.
    pub(super) fn assert_matches(self, name: &str) {
        assert_snapshot(name, &self.text);
    }
}

/// Compares a text with the accepted snapshot of this name.
pub(super) fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description("accept with: INSTA_UPDATE=always cargo test --test cli snapshot");
    for (pattern, replacement) in REDACTIONS {
        settings.add_filter(pattern, *replacement);
    }
    let actor = account();
    settings.add_filter(&format!(r"\bby {actor}\b"), "by [actor]");
    settings.add_filter(&format!(r#""actor":"{actor}""#), r#""actor":"[actor]""#);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The account that runs the tests, which the audit log names as the actor.
fn account() -> String {
    let output = std::process::Command::new("id").arg("-un").output().expect("id runs");
    String::from_utf8(output.stdout).expect("a name").trim().to_owned()
}
