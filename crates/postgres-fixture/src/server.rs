//! One server: its folder, its process and its databases.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use crate::Programs;

/// The account as which a server runs where the tests run as root, which PostgreSQL refuses.
pub(crate) const UNPRIVILEGED_ID: u32 = 65_534;
/// The superuser of each server.
pub(crate) const SUPERUSER: &str = "postgres";
/// How long a server may take to accept connections.
const START_TIMEOUT: Duration = Duration::from_secs(180);
/// A server must not outlive its test, even one that is killed: then the pipe closes, and this script ends the server
/// and removes its folder.
pub(crate) const WATCHDOG: &str = "\"$@\" >\"$LOG\" 2>&1 & server=$!; cat >/dev/null; \
     kill -$SIGNAL $server 2>/dev/null; wait $server; [ -e \"$FOLDER/kept\" ] || rm -rf \"$FOLDER\"";

/// How a server runs.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Options of `postgres`, as `name=value`.
    pub options: Vec<String>,
    /// Variables of its environment.
    pub environment: Vec<(String, String)>,
}

impl Settings {
    /// Without flushing anything to disk.
    #[must_use]
    pub fn fast() -> Self {
        let options = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200"];
        Settings { options: options.map(str::to_owned).to_vec(), ..Settings::default() }
    }
}

/// A running server.
#[derive(Debug)]
pub struct PostgresServer {
    programs: Programs,
    folder: PathBuf,
    watchdog: Child,
    databases: AtomicU32,
    /// Removed by the watchdog as well, because a static is not dropped.
    root: Option<TempDir>,
}

impl PostgresServer {
    /// Creates a cluster and starts it.
    ///
    /// # Panics
    /// Where the server does not start.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that has no server fails")]
    pub fn start(programs: &Programs, settings: &Settings) -> Self {
        let (root, folder) = server_folder();
        let data = folder.join("data");
        let initdb = unprivileged(&programs.path("initdb"))
            .arg("--pgdata")
            .arg(&data)
            .args(["--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"])
            .args(["--no-sync", "--no-instructions"])
            .output()
            .expect("initdb can be started");
        assert!(initdb.status.success(), "initdb: {}", String::from_utf8_lossy(&initdb.stderr));
        Self::run(programs, settings, root, folder)
    }

    fn run(programs: &Programs, settings: &Settings, root: TempDir, folder: PathBuf) -> Self {
        let watchdog = spawn(programs, settings, &folder);
        let server = PostgresServer {
            programs: programs.clone(),
            folder,
            watchdog,
            databases: AtomicU32::new(0),
            root: Some(root),
        };
        server.wait_until_ready();
        server
    }

    /// Starts a replica of it, which follows it over its socket.
    ///
    /// # Panics
    /// Where the replica does not start.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that has no replica fails")]
    pub fn replica(&self, settings: &Settings) -> Self {
        let (root, folder) = server_folder();
        let copied = unprivileged(&self.programs.path("pg_basebackup"))
            .arg("--host")
            .arg(&self.folder)
            .args([
                "--username",
                SUPERUSER,
                "--write-recovery-conf",
                "--checkpoint",
                "fast",
                "--no-sync",
                "--pgdata",
            ])
            .arg(folder.join("data"))
            .output()
            .expect("pg_basebackup can be started");
        assert!(copied.status.success(), "pg_basebackup: {}", String::from_utf8_lossy(&copied.stderr));
        Self::run(&self.programs, settings, root, folder)
    }

    /// Ends the server at once, without a checkpoint, and keeps its files until what is returned is dropped.
    ///
    /// # Panics
    /// Where its folder cannot be written.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that cannot kill its server fails")]
    pub fn kill(mut self) -> Option<TempDir> {
        fs::write(self.folder.join("kept"), "").expect("its folder can be written");
        self.root.take()
    }

    /// Starts a server again whose files were kept, as it was or as a replica.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that has no server fails")]
    pub fn start_again(programs: &Programs, settings: &Settings, files: TempDir, as_replica: bool) -> Self {
        let folder = files.path().to_owned();
        // What the killed one left; its socket may be there as well.
        for left in ["kept", "data/postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"] {
            // Not each of them is there.
            let _ = fs::remove_file(folder.join(left));
        }
        let signal = folder.join("data/standby.signal");
        if as_replica {
            fs::write(&signal, "").expect("its folder can be written");
        }
        Self::run(programs, settings, files, folder)
    }

    /// Stops every process of the server, as a machine that hangs does, until what is returned is dropped.
    ///
    /// # Panics
    /// Where the server does not run.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that cannot stop its server fails")]
    pub fn freeze(&self) -> Frozen {
        let file = fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("it runs");
        let main: i32 = file.lines().next().and_then(|line| line.parse().ok()).expect("its number");
        let mut processes = vec![main];
        signal(main, Signal::STOP);
        for entry in fs::read_dir("/proc").expect("the processes can be listed").flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
                continue;
            };
            // One may have ended meanwhile. Behind its name in parentheses are its state and its parent.
            let about = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let parent = about.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
            if parent == Some(main.to_string().as_str()) {
                signal(id, Signal::STOP);
                processes.push(id);
            }
        }
        Frozen(processes)
    }

    /// The programs of its release.
    #[must_use]
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// Makes a replica the primary.
    ///
    /// # Panics
    /// Where it does not become one.
    pub fn promote(&self) {
        assert_eq!(self.sql("postgres", "SELECT pg_promote(true, 180)"), "t");
    }

    /// The folder of the server's socket.
    #[must_use]
    pub fn socket_folder(&self) -> &Path {
        &self.folder
    }

    /// The URL of a database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://{SUPERUSER}@{folder}/{database}")
    }

    /// Creates an empty database, and returns its name.
    ///
    /// # Panics
    /// Where the server does not create it.
    pub fn create_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"));
        name
    }

    /// Creates a database with the contents of one that nobody uses, and returns its name.
    ///
    /// # Panics
    /// Where the server does not create it.
    pub fn copy_database(&self, template: &str) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        name
    }

    /// The contents of a database, as statements.
    ///
    /// # Panics
    /// Where they cannot be read.
    #[expect(clippy::expect_used, reason = "a test that cannot ask its server fails")]
    pub fn dump(&self, database: &str) -> String {
        let mut command = Command::new(self.programs.path("pg_dump"));
        let command = command.args(["-U", SUPERUSER, "-d", database, "-h"]).arg(&self.folder);
        let output = command.output().expect("pg_dump can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs statements as the superuser, and returns what they print, without headers.
    ///
    /// # Panics
    /// Where one of them fails.
    #[expect(clippy::expect_used, reason = "a test that cannot ask its server fails")]
    pub fn sql(&self, database: &str, statements: &str) -> String {
        let output = Command::new(self.programs.path("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", SUPERUSER, "-d", database, "-h"])
            .arg(&self.folder)
            .args(["-c", statements])
            .output()
            .expect("psql can be started");
        assert!(output.status.success(), "{statements}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Changes settings, and returns when new connections and the checkpointer have them, which decides whether a commit
    /// waits for a replica. A connection that is open has them before its next statement.
    ///
    /// # Panics
    /// Where the server refuses one.
    pub fn set(&self, settings: &[(&str, &str)]) {
        for (name, value) in settings {
            self.sql("postgres", &format!("ALTER SYSTEM SET {name} = '{value}'"));
        }
        self.reload();
    }

    /// Lets the server read its files again, and returns when it has.
    ///
    /// # Panics
    /// Where it does not.
    pub fn reload(&self) {
        let before = self.sql("postgres", "SELECT pg_conf_load_time()");
        self.sql("postgres", "SELECT pg_reload_conf()");
        let begun = Instant::now();
        while self.sql("postgres", "SELECT pg_conf_load_time()") == before {
            assert!(begun.elapsed() < START_TIMEOUT, "the settings are not read again: {}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
        // The checkpointer reads them before it answers.
        self.sql("postgres", "CHECKPOINT");
    }

    fn wait_until_ready(&self) {
        let begun = Instant::now();
        while !self.is_ready() {
            assert!(begun.elapsed() < START_TIMEOUT, "the server did not start: {}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn is_ready(&self) -> bool {
        let mut command = Command::new(self.programs.path("pg_isready"));
        let command = command.arg("-q").arg("-h").arg(&self.folder);
        command.status().is_ok_and(|status| status.success())
    }

    /// What the server logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

/// The processes of a server that was stopped.
#[derive(Debug)]
pub struct Frozen(Vec<i32>);

impl Drop for Frozen {
    fn drop(&mut self) {
        self.0.iter().for_each(|id| signal(*id, Signal::CONT));
    }
}

fn signal(id: i32, signal: Signal) {
    // One that has ended needs none.
    let _ = Pid::from_raw(id).map(|id| kill_process(id, signal));
}

/// The watchdog sees its pipe close.
impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // Where it is gone already, so is the server.
        let _ = self.watchdog.wait();
    }
}

/// A folder that the server's account owns.
#[expect(clippy::expect_used, reason = "a test that has no server fails")]
fn server_folder() -> (TempDir, PathBuf) {
    let root = tempfile::tempdir().expect("a temporary folder can be created");
    let folder = root.path().to_owned();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("its mode can be set");
    if geteuid().is_root() {
        chown(&folder, Some(UNPRIVILEGED_ID), Some(UNPRIVILEGED_ID)).expect("its owner can be set");
    }
    (root, folder)
}

fn spawn(programs: &Programs, settings: &Settings, folder: &Path) -> Child {
    let mut command = unprivileged(Path::new("/bin/sh"));
    command.arg("-c").arg(WATCHDOG).arg("sh").arg(programs.path("postgres"));
    command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-h", ""]);
    for option in &settings.options {
        command.args(["-c", option]);
    }
    command.envs(settings.environment.iter().map(|(name, value)| (name, value)));
    command.env("LOG", folder.join("log")).env("FOLDER", folder).env("SIGNAL", "QUIT").stdin(Stdio::piped());
    #[expect(clippy::expect_used, reason = "a test that has no server fails")]
    command.spawn().expect("a shell can be started")
}

/// A command that runs as an account that PostgreSQL accepts.
pub(crate) fn unprivileged(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    if geteuid().is_root() {
        command.uid(UNPRIVILEGED_ID).gid(UNPRIVILEGED_ID);
    }
    command
}
