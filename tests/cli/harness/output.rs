//! The result of a command, and assertions about it. A failed assertion prints all of it.

use std::ffi::OsString;
use std::process::Output;

/// The result of a command.
pub(crate) struct CommandOutput {
    line: Vec<OsString>,
    output: Output,
}

impl CommandOutput {
    pub(super) fn new(line: Vec<OsString>, output: Output) -> Self {
        CommandOutput { line, output }
    }

    /// Standard output without its last line break.
    pub(crate) fn stdout(&self) -> String {
        let text = String::from_utf8(self.output.stdout.clone()).expect("standard output is UTF-8");
        text.strip_suffix('\n').map(str::to_owned).unwrap_or(text)
    }

    /// Standard error.
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).expect("standard error is UTF-8")
    }

    /// Both streams, to search in.
    pub(crate) fn stdout_and_stderr(&self) -> String {
        format!("{}\n{}", self.stdout(), self.stderr())
    }

    /// Standard output as one JSON document.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.output.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Standard output as JSON lines.
    pub(crate) fn jsonl(&self) -> Vec<serde_json::Value> {
        let text = self.stdout();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:?}")))
            .collect()
    }

    /// The exit code.
    pub(crate) fn exit_code(&self) -> i32 {
        self.output.status.code().unwrap_or_else(|| panic!("it was killed by a signal: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.code(0)
    }

    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        self.code_in(&[code])
    }

    #[track_caller]
    pub(crate) fn code_in(self, codes: &[i32]) -> Self {
        let ended = self.output.status.code();
        assert!(ended.is_some_and(|code| codes.contains(&code)), "expected exit code {codes:?}: {self:?}");
        self
    }

    /// Asserts this exit code, an empty standard output, and one error line on standard error, which hints
    /// may follow.
    #[track_caller]
    pub(crate) fn fails_with(self, code: i32) -> Self {
        let output = self.code(code);
        assert_eq!(output.stdout(), "", "standard output of a failed command: {output:?}");
        let err = output.stderr();
        let errors = err.lines().filter(|line| line.starts_with("error:")).count();
        assert_eq!(errors, 1, "not exactly one line that begins with error: {output:?}");
        assert!(!err.contains("panicked") && !err.contains("RUST_BACKTRACE"), "{output:?}");
        output
    }

    /// Asserts that standard error contains this text.
    #[track_caller]
    pub(crate) fn stderr_contains(self, text: &str) -> Self {
        assert!(self.stderr().contains(text), "standard error does not contain '{text}': {self:?}");
        self
    }
}

impl std::fmt::Debug for CommandOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:?} ended with {}", self.line, self.output.status)?;
        writeln!(f, "--- stdout\n{}", String::from_utf8_lossy(&self.output.stdout))?;
        writeln!(f, "--- stderr\n{}", String::from_utf8_lossy(&self.output.stderr))
    }
}
