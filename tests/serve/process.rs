//! Processes that a test starts: each ends with its test, and where the test fails, what the process printed is shown.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// For a process to listen, to answer or to end, on a machine that has other work.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);
/// The end of a log that is shown, in bytes.
const SHOWN_BYTES: u64 = 4_000;
/// Ports below those that the system gives to clients: a client of another test could have one of them, or a connection to
/// one of them could meet itself.
const FIRST_PORT: u16 = 16_000;
const PORTS: u16 = 16_000;

/// A process that ends with its test.
pub(crate) struct Process {
    pub(crate) child: Child,
    /// What it prints, unless the test reads it.
    log: File,
    name: String,
    /// Whether it is asked to end, and ends what it started itself.
    ends_gently: bool,
}

impl Process {
    /// Starts a command, which reads nothing.
    pub(crate) fn start(command: &mut Command) -> Self {
        let log = tempfile::tempfile().expect("a file");
        Self::start_with_log(command, log)
    }

    /// The same, which prints to a file.
    pub(crate) fn start_with_log(command: &mut Command, log: File) -> Self {
        let both = || Stdio::from(log.try_clone().expect("a descriptor"));
        let name = command.get_program().to_string_lossy().into_owned();
        let started = command.stdin(Stdio::null()).stdout(both()).stderr(both()).spawn();
        let child = started.unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Process { child, log, name, ends_gently: false }
    }

    /// It has processes of its own, which stay where it is killed.
    pub(crate) fn ends_gently(mut self) -> Self {
        self.ends_gently = true;
        self
    }

    /// Asks it to end, and waits for that.
    fn end(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let started = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && started.elapsed() < PATIENCE {
            sleep(Duration::from_millis(10));
        }
    }

    /// Waits until it listens.
    pub(crate) fn wait_for(mut self, address: SocketAddr) -> Self {
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = self.child.try_wait().expect("a child");
            assert!(ended.is_none(), "{} ended before it listened: {ended:?}", self.name);
            assert!(started.elapsed() < PATIENCE, "{} does not listen on {address}", self.name);
            sleep(Duration::from_millis(20));
        }
        self
    }

    fn printed(&mut self) -> String {
        let mut text = Vec::new();
        let length = self.log.metadata().map_or(0, |meta| meta.len());
        if self.log.seek(SeekFrom::Start(length.saturating_sub(SHOWN_BYTES))).is_ok() {
            drop(self.log.read_to_end(&mut text));
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Drop for Process {
    #[expect(clippy::print_stderr, reason = "the test runner shows it with the failure")]
    fn drop(&mut self) {
        if self.ends_gently {
            self.end();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let printed = self.printed();
            eprintln!("{} printed:\n{printed}", self.name);
        }
    }
}

/// A port that nobody listens on now, and that no other test gets.
pub(crate) fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 251).unwrap_or(0) * 61;
    (0..PORTS)
        .map(|_| first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS)
        .map(|port| SocketAddr::from(([127, 0, 0, 1], FIRST_PORT + port)))
        .find(|address| TcpListener::bind(address).is_ok())
        .expect("a free port")
}

/// Waits until something is so.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "it never came: {what}");
        sleep(Duration::from_millis(5));
    }
}
