//! A place to run the program from outside: a folder of its own with a database, a home and nothing else of the
//! environment. What a command should print is not known here.

mod cmd;
mod output;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub(crate) use cmd::Cmd;
pub(crate) use output::CommandOutput;

/// A password that the policy accepts.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_sessionctl");

/// A folder, a database in it, and nothing of the environment outside.
pub(crate) struct TestEnv {
    folder: TempDir,
}

impl TestEnv {
    /// An empty one: no database yet.
    pub(crate) fn empty() -> Self {
        TestEnv { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// One with a database whose password hashes are as cheap as the policy allows.
    pub(crate) fn new() -> Self {
        Self::create(&["db", "init"])
    }

    /// The same, whose time can be set with `--now`.
    pub(crate) fn sandbox() -> Self {
        Self::create(&["db", "init", "--sandbox"])
    }

    fn create(init: &[&str]) -> Self {
        let env = Self::empty();
        env.run(init).ok();
        for (setting, value) in
            [("password.memory", "19456"), ("password.passes", "2"), ("password.lanes", "1")]
        {
            env.run(&["db", "policy", setting, value]).ok();
        }
        env
    }

    /// One with these users, all with [`PASSWORD`].
    pub(crate) fn with_users(names: &[&str]) -> Self {
        let env = Self::new();
        names.iter().for_each(|name| env.add_user(name));
        env
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.path("sessions.db")
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn write_file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path(name);
        fs::write(&path, content).expect("a file in the place");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its permissions");
        path
    }

    /// A call that is yet to be made.
    pub(crate) fn cmd<S: AsRef<OsStr>>(&self, args: &[S]) -> Cmd {
        let mut command = self.command(PROGRAM);
        command.args(args);
        Cmd::new(command, args.iter().map(|arg| arg.as_ref().to_owned()).collect())
    }

    /// A script of bash, with the program in its path.
    pub(crate) fn bash(&self, script: &str) -> Cmd {
        let mut command = self.command("bash");
        command.args(["-euo", "pipefail", "-c", script]);
        Cmd::new(command, vec![OsString::from(script)])
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
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> CommandOutput {
        self.cmd(args).run()
    }

    /// Runs the program with a token, a password or some other text on its standard input.
    pub(crate) fn run_with_stdin<S: AsRef<OsStr>>(&self, args: &[S], stdin: &str) -> CommandOutput {
        self.cmd(args).stdin(stdin).run()
    }

    /// Adds a user with [`PASSWORD`].
    pub(crate) fn add_user(&self, name: &str) {
        self.run_with_stdin(&["user", "add", "--password-stdin", "--", name], PASSWORD).ok();
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
        token(self.run_with_stdin(&args, PASSWORD).ok().stdout())
    }

    /// Makes one session without a password and gives its token.
    pub(crate) fn generate(&self, args: &[&str]) -> String {
        token(self.run(&[&["generate"], args].concat()).ok().stdout())
    }

    /// Makes many sessions of nobody and gives their tokens.
    pub(crate) fn generate_many(&self, number: usize) -> Vec<String> {
        let output = self.run(&["generate", "--kind", "anonymous", "-n", &number.to_string()]).ok();
        let tokens: Vec<String> = output.stdout().lines().map(|line| token(line.to_owned())).collect();
        assert_eq!(tokens.len(), number);
        tokens
    }

    /// The id of a token's session, dead or alive.
    pub(crate) fn id_of(&self, token: &str) -> String {
        let id =
            self.run_with_stdin(&["list", "-", "--state", "any", "--format", "ids"], token).ok().stdout();
        assert!(id.bytes().all(|b| b.is_ascii_digit()) && !id.is_empty(), "no id: {id}");
        id
    }

    /// What `verify` says of a token: the word and the exit code, which must agree.
    pub(crate) fn verdict(&self, token: &str) -> String {
        self.verdict_with(token, &[])
    }

    /// The same with more arguments.
    pub(crate) fn verdict_with(&self, token: &str, more: &[&str]) -> String {
        let output = self.run_with_stdin(&[&["verify", "-"], more].concat(), token);
        let word = output.stdout();
        let code = match word.as_str() {
            "active" => 0,
            "unknown" => 3,
            "expired" => 4,
            "revoked" => 5,
            "insufficient" => 7,
            _ => panic!("verify said neither of its words: {output:?}"),
        };
        output.code(code);
        word
    }

    /// The ids that `list` shows with a selector, newest first.
    pub(crate) fn ids(&self, selector: &[&str]) -> Vec<String> {
        let output = self.run(&[&["list", "--format", "ids"], selector].concat()).ok();
        output.stdout().lines().map(str::to_owned).collect()
    }

    /// One field of a session, dead or alive; nothing where it is null.
    pub(crate) fn field(&self, id: &str, name: &str) -> String {
        let list = self.run(&["list", id, "--state", "any", "--format", "json"]).ok().json();
        match &list["sessions"][0][name] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }
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
