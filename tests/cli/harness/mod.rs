//! An environment in which tests run the program from outside: a temporary folder with a database and a home,
//! and nothing from the surrounding environment. What a command should print does not belong here.

mod cmd;
pub(crate) mod differences;
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

/// A temporary folder with a database and a clean environment.
pub(crate) struct TestEnv {
    folder: TempDir,
    /// The URL of the database, where it is on a server.
    url: Option<String>,
}

impl TestEnv {
    /// An environment without a database.
    pub(crate) fn empty() -> Self {
        TestEnv {
            folder: tempfile::tempdir().expect("a temporary folder"),
            url: differences::server_database(),
        }
    }

    /// An environment with a database whose password hashes are as cheap as the policy allows.
    pub(crate) fn new() -> Self {
        Self::create(&["db", "init"])
    }

    /// The same with a sandbox, in which `--now` sets the time.
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

    /// An environment with these users, all with [`PASSWORD`].
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

    /// Whether the database is on a server.
    pub(crate) fn is_on_server(&self) -> bool {
        self.url.is_some()
    }

    /// Takes a copy of a database of the server in place of its own.
    pub(crate) fn take_copy_of(&mut self, template: &str) {
        self.url = Some(differences::copy_of(template));
    }

    /// The contents of the database, as they are stored: of a file its bytes, of a server what it would write, with the
    /// bytes that it writes in hexadecimal as they are.
    pub(crate) fn stored(&self) -> Vec<u8> {
        if let Some(url) = &self.url {
            return differences::dump(url);
        }
        let copy = self.path("stored.db");
        self.run(&["db", "backup", "stored.db"]).ok();
        let bytes = fs::read(&copy).expect("the copy");
        fs::remove_file(&copy).expect("it can be removed");
        bytes
    }

    /// What names the database: a path, or a URL.
    pub(crate) fn place(&self) -> OsString {
        self.url.as_ref().map_or_else(|| self.db().into_os_string(), OsString::from)
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn write_file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path(name);
        fs::write(&path, content).expect("a file in the place");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its permissions");
        path
    }

    /// A command to configure and run.
    pub(crate) fn cmd<S: AsRef<OsStr>>(&self, args: &[S]) -> Cmd {
        let mut command = self.command(PROGRAM);
        command.args(args);
        Cmd::new(command, args.iter().map(|arg| arg.as_ref().to_owned()).collect())
    }

    /// A bash script, with the program in its `PATH`.
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
            .env("SESSIONCTL_DB", self.place())
            .current_dir(self.folder.path());
        command
    }

    /// Runs the program with an empty standard input.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> CommandOutput {
        self.cmd(args).run()
    }

    /// Runs the program with this text on standard input.
    pub(crate) fn run_with_stdin<S: AsRef<OsStr>>(&self, args: &[S], stdin: &str) -> CommandOutput {
        self.cmd(args).stdin(stdin).run()
    }

    /// Adds a user with [`PASSWORD`].
    pub(crate) fn add_user(&self, name: &str) {
        self.run_with_stdin(&["user", "add", "--password-stdin", "--", name], PASSWORD).ok();
    }

    /// Logs a user in and returns the token.
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

    /// Creates one session without a password and returns its token.
    pub(crate) fn generate(&self, args: &[&str]) -> String {
        token(self.run(&[&["generate"], args].concat()).ok().stdout())
    }

    /// Creates anonymous sessions and returns their tokens.
    pub(crate) fn generate_many(&self, number: usize) -> Vec<String> {
        let output = self.run(&["generate", "--kind", "anonymous", "-n", &number.to_string()]).ok();
        let tokens: Vec<String> = output.stdout().lines().map(|line| token(line.to_owned())).collect();
        assert_eq!(tokens.len(), number);
        tokens
    }

    /// The id of the token's session, in any state.
    pub(crate) fn id_of(&self, token: &str) -> String {
        let id =
            self.run_with_stdin(&["list", "-", "--state", "any", "--format", "ids"], token).ok().stdout();
        assert!(id.bytes().all(|b| b.is_ascii_digit()) && !id.is_empty(), "no id: {id}");
        id
    }

    /// The word that `verify` prints. Its exit code must agree.
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
            _ => panic!("verify printed none of its words: {output:?}"),
        };
        output.code(code);
        word
    }

    /// The ids that `list` prints for a selector, newest first.
    pub(crate) fn ids(&self, selector: &[&str]) -> Vec<String> {
        let output = self.run(&[&["list", "--format", "ids"], selector].concat()).ok();
        output.stdout().lines().map(str::to_owned).collect()
    }

    /// One field of a session in any state; an empty string where it is null.
    pub(crate) fn field(&self, id: &str, name: &str) -> String {
        let list = self.run(&["list", id, "--state", "any", "--format", "json"]).ok().json();
        match &list["sessions"][0][name] {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// Asserts that a text is a bare token, and returns it.
fn token(text: String) -> String {
    let hex = text.strip_prefix("sctl_").unwrap_or(&text);
    assert!(
        hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)),
        "{text}"
    );
    text
}
