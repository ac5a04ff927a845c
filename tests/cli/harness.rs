//! A place to run the program from outside: a folder of its own with a database, a home and nothing else of the
//! environment. What a command should print is not known here.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use tempfile::TempDir;

/// A password that the policy accepts.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_sessionctl");

/// A folder, a database in it, and nothing of the environment outside.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    /// An empty one: no database yet.
    pub(crate) fn empty() -> Self {
        Place { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// One with a database whose password hashes are as cheap as the policy allows.
    pub(crate) fn new() -> Self {
        Self::made(&["db", "init"])
    }

    /// The same, whose time can be set with `--now`.
    pub(crate) fn sandbox() -> Self {
        Self::made(&["db", "init", "--sandbox"])
    }

    fn made(init: &[&str]) -> Self {
        let place = Self::empty();
        place.run(init).ok();
        for (setting, value) in
            [("password.memory", "19456"), ("password.passes", "2"), ("password.lanes", "1")]
        {
            place.run(&["db", "policy", setting, value]).ok();
        }
        place
    }

    /// One with these users, all with [`PASSWORD`].
    pub(crate) fn with_users(names: &[&str]) -> Self {
        let place = Self::new();
        names.iter().for_each(|name| place.add(name));
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.path("sessions.db")
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path(name);
        fs::write(&path, content).expect("a file in the place");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its permissions");
        path
    }

    /// A call that is yet to be made.
    pub(crate) fn call<S: AsRef<OsStr>>(&self, args: &[S]) -> Call {
        let mut command = self.command(PROGRAM);
        command.args(args);
        let line = args.iter().map(|arg| arg.as_ref().to_owned()).collect();
        Call { command, line, stdin: Vec::new() }
    }

    /// A script of bash, with the program in its path.
    pub(crate) fn bash(&self, script: &str) -> Call {
        let mut command = self.command("bash");
        command.args(["-euo", "pipefail", "-c", script]);
        Call { command, line: vec![OsString::from(script)], stdin: Vec::new() }
    }

    fn command(&self, program: &str) -> Command {
        let bin = Path::new(PROGRAM).parent().expect("the program lies in a folder");
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("HOME", self.folder.path())
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("SESSIONCTL_DB", self.db())
            .current_dir(self.folder.path());
        command
    }

    /// Runs the program with nothing on its standard input.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        self.call(args).run()
    }

    /// Runs the program with a token, a password or some other text on its standard input.
    pub(crate) fn feed<S: AsRef<OsStr>>(&self, args: &[S], stdin: &str) -> Ran {
        self.call(args).stdin(stdin).run()
    }

    /// Adds a user with [`PASSWORD`].
    pub(crate) fn add(&self, name: &str) {
        self.feed(&["user", "add", "--password-stdin", "--", name], PASSWORD).ok();
    }

    /// Logs a user in and gives the token.
    pub(crate) fn login(&self, name: &str) -> String {
        self.login_with(name, &[])
    }

    /// The same with more arguments.
    pub(crate) fn login_with(&self, name: &str, more: &[&str]) -> String {
        let mut args = vec!["login", "--password-stdin"];
        args.extend(more);
        args.extend(["--", name]);
        token(self.feed(&args, PASSWORD).ok().out())
    }

    /// Makes one session without a password and gives its token.
    pub(crate) fn generate(&self, args: &[&str]) -> String {
        token(self.run(&[&["generate"], args].concat()).ok().out())
    }

    /// Makes many sessions of nobody and gives their tokens.
    pub(crate) fn generate_many(&self, number: usize) -> Vec<String> {
        let ran = self.run(&["generate", "--kind", "anonymous", "-n", &number.to_string()]).ok();
        let tokens: Vec<String> = ran.out().lines().map(|line| token(line.to_owned())).collect();
        assert_eq!(tokens.len(), number);
        tokens
    }

    /// The id of a token's session.
    pub(crate) fn id_of(&self, token: &str) -> String {
        let id = self.feed(&["inspect", "-", "--fields", "id"], token).any_code(&[0, 4, 5]).out();
        assert!(id.bytes().all(|b| b.is_ascii_digit()) && !id.is_empty(), "no id: {id}");
        id
    }

    /// What `verify` says of a token: the word and the exit code, which must agree.
    pub(crate) fn verdict(&self, token: &str) -> String {
        self.verdict_with(token, &[])
    }

    /// The same with more arguments.
    pub(crate) fn verdict_with(&self, token: &str, more: &[&str]) -> String {
        let ran = self.feed(&[&["verify", "-"], more].concat(), token);
        let word = ran.out();
        let code = match word.as_str() {
            "active" => 0,
            "unknown" => 3,
            "expired" => 4,
            "revoked" => 5,
            "insufficient" => 7,
            _ => panic!("verify said neither of its words: {ran:?}"),
        };
        ran.code(code);
        word
    }

    /// The ids that `list` shows with a selector, newest first.
    pub(crate) fn ids(&self, selector: &[&str]) -> Vec<String> {
        let ran = self.run(&[&["list", "--format", "ids"], selector].concat()).ok();
        ran.out().lines().map(str::to_owned).collect()
    }

    /// One field of a session.
    pub(crate) fn field(&self, id: &str, name: &str) -> String {
        self.run(&["inspect", id, "--fields", name]).any_code(&[0, 4, 5]).out()
    }
}

/// Checks that a text is a token, bare.
fn token(text: String) -> String {
    let hex = text.strip_prefix("sctl_").unwrap_or(&text);
    assert!(
        hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)),
        "{text}"
    );
    text
}

/// A call of the program.
pub(crate) struct Call {
    command: Command,
    line: Vec<OsString>,
    stdin: Vec<u8>,
}

impl Call {
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
    pub(crate) fn start(mut self) -> Child {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let text = self.stdin;
        // Beside the reading, so that neither waits for the other; who does not read is no failure here.
        thread::spawn(move || drop(stdin.write_all(&text)));
        child
    }

    pub(crate) fn run(self) -> Ran {
        let line = self.line.clone();
        let output = self.start().wait_with_output().expect("the program ends");
        Ran { line, output }
    }

    /// Runs it where standard output was already sent elsewhere.
    pub(crate) fn run_unheard(mut self) -> Ran {
        self.command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // Who ends without reading is no failure here.
        drop(stdin.write_all(&self.stdin));
        drop(stdin);
        Ran { line: self.line, output: child.wait_with_output().expect("the program ends") }
    }
}

/// How a call ended.
pub(crate) struct Ran {
    line: Vec<OsString>,
    output: Output,
}

impl Ran {
    /// Standard output without the last line break.
    pub(crate) fn out(&self) -> String {
        let text = String::from_utf8(self.output.stdout.clone()).expect("standard output is UTF-8");
        text.strip_suffix('\n').map(str::to_owned).unwrap_or(text)
    }

    /// Standard error.
    pub(crate) fn err(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).expect("standard error is UTF-8")
    }

    /// Both, for a search.
    pub(crate) fn all(&self) -> String {
        format!("{}\n{}", self.out(), self.err())
    }

    /// Standard output as one JSON document.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.output.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Standard output as a JSON object a line.
    pub(crate) fn jsonl(&self) -> Vec<serde_json::Value> {
        let text = self.out();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {self:?}")))
            .collect()
    }

    /// The exit code.
    pub(crate) fn code_of(&self) -> i32 {
        self.output.status.code().unwrap_or_else(|| panic!("it was killed: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.code(0)
    }

    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        self.any_code(&[code])
    }

    #[track_caller]
    pub(crate) fn any_code(self, codes: &[i32]) -> Self {
        let ended = self.output.status.code();
        assert!(ended.is_some_and(|code| codes.contains(&code)), "expected exit code {codes:?}: {self:?}");
        self
    }

    /// It ended with this code, nothing on standard output and one clear line on standard error, perhaps with
    /// hints behind it.
    #[track_caller]
    pub(crate) fn refused(self, code: i32) -> Self {
        let ran = self.code(code);
        assert_eq!(ran.out(), "", "output of what failed: {ran:?}");
        let err = ran.err();
        let errors = err.lines().filter(|line| line.starts_with("error:")).count();
        assert_eq!(errors, 1, "not one line that begins with error: {ran:?}");
        assert!(!err.contains("panicked") && !err.contains("RUST_BACKTRACE"), "{ran:?}");
        ran
    }

    /// Standard error holds this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.err().contains(text), "standard error does not say '{text}': {self:?}");
        self
    }
}

impl std::fmt::Debug for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:?} ended with {}", self.line, self.output.status)?;
        writeln!(f, "--- stdout\n{}", String::from_utf8_lossy(&self.output.stdout))?;
        writeln!(f, "--- stderr\n{}", String::from_utf8_lossy(&self.output.stderr))
    }
}
