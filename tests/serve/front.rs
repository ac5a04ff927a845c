//! A running `sessionctl serve` with a database of its own, and the command line beside it.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::http::{Answer, get};
use crate::process::PATIENCE;
pub(crate) use crate::process::{Process, free_address, wait_until};

pub(crate) const PASSWORD: &str = "correct horse battery staple";
const PROGRAM: &str = env!("CARGO_BIN_EXE_sessionctl");
/// A front, its database, and a folder for the files of a proxy.
pub(crate) struct Front {
    folder: TempDir,
    pub(crate) address: SocketAddr,
    /// Where browsers reach the site.
    pub(crate) site: SocketAddr,
    origin: String,
    more: Vec<String>,
    process: Option<Process>,
}

impl Front {
    /// A front with the user alice. Without a proxy, browsers reach it at its own address.
    pub(crate) fn start(more: &[&str]) -> Self {
        let address = free_address();
        Self::start_behind(address, address, more)
    }

    /// A front behind a proxy that will listen at `site`.
    pub(crate) fn start_behind(site: SocketAddr, address: SocketAddr, more: &[&str]) -> Self {
        Self::start_at(format!("http://localhost:{}", site.port()), site, address, more)
    }

    /// The same for a site with another origin.
    pub(crate) fn start_at(origin: String, site: SocketAddr, address: SocketAddr, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The account of a proxy's workers reads its configuration.
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(folder.path(), open).expect("an own folder");
        let more = more.iter().map(ToString::to_string).collect();
        let mut front = Front { folder, address, site, origin, more, process: None };
        front.run(&["db", "init"]);
        for (setting, value) in [
            ("password.memory", "19456"),
            ("password.passes", "2"),
            ("password.lanes", "1"),
            ("serve.logins_per_address", "100000"),
            ("user.sessions_max", "100000"),
        ] {
            front.run(&["db", "policy", setting, value]);
        }
        front.add_user("alice");
        front.restart();
        front
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.path("sessions.db")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .env_clear()
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("SESSIONCTL_DB", self.db())
            .args(words);
        command
    }

    fn words(&self) -> Vec<String> {
        let (origin, listen) = (format!("shop={}", self.origin), self.address.to_string());
        let mut words: Vec<String> =
            ["serve", "--app", &origin, "--listen", &listen].map(str::to_owned).to_vec();
        words.extend(self.more.iter().cloned());
        words
    }

    /// Runs a command to its end.
    pub(crate) fn try_run(&self, words: &[&str], stdin: &str) -> Output {
        let mut child = self
            .command(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        // A command that ends without reading is no failure.
        drop(pipe.write_all(stdin.as_bytes()));
        drop(pipe);
        child.wait_with_output().expect("the program ends")
    }

    /// Runs a command that succeeds, and returns what it prints.
    pub(crate) fn run(&self, words: &[&str]) -> String {
        let output = self.try_run(words, "");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    pub(crate) fn add_user(&self, name: &str) {
        let output = self.try_run(&["user", "add", name, "--password-stdin"], PASSWORD);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Starts the front, again where it runs already.
    pub(crate) fn restart(&mut self) {
        self.stop();
        let words = self.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let log = fs::OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(self.path("serve.log"))
            .expect("a log");
        let served = || self.log().lines().filter(|line| line.starts_with("serving ")).count();
        let before = served();
        let process = Process::start_with_log(&mut self.command(&words), log).wait_for(self.address);
        // It listens at its other addresses a moment later.
        wait_until("it serves", || served() > before);
        self.process = Some(process);
    }

    /// A second front on the same database, for the same site.
    pub(crate) fn second(&self) -> Second {
        let address = free_address();
        let (origin, listen) = (format!("shop={}", self.origin), address.to_string());
        let mut command = self.command(&["serve", "--app", &origin, "--listen", &listen, "--log", "off"]);
        let process = Process::start(&mut command).wait_for(address);
        Second { address, _process: process }
    }

    /// The recipe of a proxy for this site and application.
    pub(crate) fn recipe(&self, proxy: &str, app: SocketAddr) -> String {
        let mut words = self.words();
        words.extend(["--recipe".to_owned(), proxy.to_owned()]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let recipe = self.run(&words);
        let (host, port) = (app.ip().to_string(), app.port().to_string());
        // The files of the system are in the folder of the test.
        let folder = self.path("").display().to_string();
        let recipe = recipe.replace("127.0.0.1:8080", &app.to_string());
        let recipe =
            recipe.replace("/etc/ssl/", &folder).replace("/etc/haproxy/", &format!("{folder}haproxy/"));
        let recipe = recipe.replace("/etc/apache2/", &folder);
        recipe
            .replace("address: 127.0.0.1, port_value: 8080", &format!("address: {host}, port_value: {port}"))
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.process.as_ref().expect("it runs").child.id()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.process_id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()));
    }

    /// Stops it with SIGTERM, and returns its exit code; `None` where it does not run.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        self.process.as_ref()?;
        self.signal("-TERM");
        let started = Instant::now();
        let mut process = self.process.take()?;
        loop {
            if let Some(status) = process.child.try_wait().expect("a child") {
                return status.code();
            }
            assert!(started.elapsed() < PATIENCE, "it does not stop");
            sleep(Duration::from_millis(10));
        }
    }

    /// Kills it without a chance to write anything.
    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("serve.log")).unwrap_or_default()
    }

    /// Logs alice in through `to`, and returns her cookie.
    pub(crate) fn log_in_at(&self, to: SocketAddr) -> String {
        let answer = self.login_answer(to, "alice", PASSWORD);
        answer.cookie().unwrap_or_else(|| panic!("no cookie in {answer:?}"))
    }

    pub(crate) fn login_answer(&self, to: SocketAddr, name: &str, password: &str) -> Answer {
        let form = format!("name={name}&password={}", password.replace(' ', "+"));
        get(to, "/_session/login?rd=/cart").form(&form).send()
    }

    /// The same where the front may be gone.
    pub(crate) fn try_login(&self, to: SocketAddr) -> Option<Answer> {
        let form = format!("name=alice&password={}", PASSWORD.replace(' ', "+"));
        get(to, "/_session/login?rd=/cart").form(&form).try_send()
    }

    /// What the gate answers about a cookie.
    pub(crate) fn gate(&self, cookie: &str) -> u16 {
        get(self.address, "/_session/auth/shop").with("Cookie", cookie).send().status
    }
}

/// Another front on the database of a first one.
pub(crate) struct Second {
    pub(crate) address: SocketAddr,
    _process: Process,
}

impl Second {
    /// What its gate answers about a cookie.
    pub(crate) fn gate(&self, cookie: &str) -> u16 {
        get(self.address, "/_session/auth/shop").with("Cookie", cookie).send().status
    }
}
