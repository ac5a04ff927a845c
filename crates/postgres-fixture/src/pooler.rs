//! PgBouncer before a server. In transaction mode, each transaction of a client may use another connection to the server.

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::geteuid;
use tempfile::TempDir;

use crate::PostgresServer;
use crate::server::{SUPERUSER, UNPRIVILEGED_ID, WATCHDOG, unprivileged};

/// Where Debian installs it, which is not in everybody's PATH.
const PROGRAM: &str = "/usr/sbin/pgbouncer";
const PORT: u16 = 6432;
/// Fewer connections than a test has clients, so that they meet each other's.
const CONNECTIONS: u32 = 2;
const MAX_CLIENTS: u32 = 100;
/// The flag of a socket that accepts connections, as `/proc/net/unix` shows it.
const ACCEPTS: &str = " 00010000 ";
const START_TIMEOUT: Duration = Duration::from_secs(180);

/// A running PgBouncer.
#[derive(Debug)]
pub struct Pooler {
    watchdog: Child,
    folder: TempDir,
}

impl Pooler {
    /// Starts one in transaction mode before a server; none where it is not installed, which is reported.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start(server: &PostgresServer) -> Option<Self> {
        Self::start_in(server, "transaction")
    }

    /// As [`Pooler::start`], in a mode: `session`, `transaction` or `statement`.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start_in(server: &PostgresServer, mode: &str) -> Option<Self> {
        Self::start_with(server, mode, MAX_CLIENTS)
    }

    /// As [`Pooler::start_in`], for a number of clients.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start_with(server: &PostgresServer, mode: &str, clients: u32) -> Option<Self> {
        Self::run(server, &format!("pool_mode = {mode}\nmax_client_conn = {clients}\n"))
    }

    /// As [`Pooler::start`], which takes these parameters from a client and passes them to no server.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn ignoring(server: &PostgresServer, parameters: &str) -> Option<Self> {
        let ignored = format!("pool_mode = transaction\nignore_startup_parameters = {parameters}\n");
        Self::run(server, &ignored)
    }

    #[expect(clippy::expect_used, reason = "a test that has no pooler fails")]
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn run(server: &PostgresServer, more: &str) -> Option<Self> {
        if !Path::new(PROGRAM).exists() {
            eprintln!("skipped: PgBouncer is not installed");
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host={} user={SUPERUSER}\n[pgbouncer]\nlisten_port = {PORT}\nunix_socket_dir = {}\n\
             auth_type = any\ndefault_pool_size = {CONNECTIONS}\n{more}",
            server.socket_folder().display(),
            folder.path().display(),
        );
        fs::write(&settings, text).expect("its settings can be written");
        if geteuid().is_root() {
            chown(folder.path(), Some(UNPRIVILEGED_ID), Some(UNPRIVILEGED_ID)).expect("its owner can be set");
            chown(&settings, Some(UNPRIVILEGED_ID), Some(UNPRIVILEGED_ID)).expect("its owner can be set");
        }
        let mut command = unprivileged(Path::new("/bin/sh"));
        command.arg("-c").arg(WATCHDOG).arg("sh").arg(PROGRAM).arg(&settings);
        command
            .env("LOG", folder.path().join("log"))
            .env("FOLDER", folder.path())
            .env("SIGNAL", "TERM")
            .stdin(Stdio::piped());
        let pooler = Pooler { watchdog: command.spawn().expect("a shell can be started"), folder };
        let begun = Instant::now();
        while !pooler.listens() {
            let log = fs::read_to_string(pooler.folder.path().join("log")).unwrap_or_default();
            assert!(begun.elapsed() < START_TIMEOUT, "PgBouncer did not start: {log}");
            thread::sleep(Duration::from_millis(20));
        }
        Some(pooler)
    }

    /// Whether its socket accepts connections: it has its name a moment before. A connection would be one of its clients.
    fn listens(&self) -> bool {
        let socket = self.folder.path().join(format!(".s.PGSQL.{PORT}")).display().to_string();
        let sockets = fs::read_to_string("/proc/net/unix").unwrap_or_default();
        sockets.lines().any(|line| line.contains(ACCEPTS) && line.ends_with(&socket))
    }

    /// The URL of a database of the server, by way of the pooler.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@/{database}?host={}&port={PORT}", self.folder.path().display())
    }
}

/// The watchdog sees its pipe close.
impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // Where it is gone already, so is the pooler.
        let _ = self.watchdog.wait();
    }
}
