//! The programs of others that the tests drive: where they are, and which of them are missing.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Once;

/// A program that the tests need, and where it comes from.
#[derive(Clone, Copy)]
pub(crate) enum Program {
    /// A command of the distribution.
    Debian(&'static str),
    /// A command from PyPI, in the virtual environment that `.ci/run` makes.
    PyPi(&'static str),
    /// A library of the distribution: one of these files.
    Library(&'static str, &'static [&'static str]),
}

pub(crate) const NGINX: Program = Program::Debian("nginx");
pub(crate) const CADDY: Program = Program::Debian("caddy");
pub(crate) const HAPROXY: Program = Program::Debian("haproxy");
pub(crate) const APACHE: Program = Program::Debian("apache2");
pub(crate) const LUA_SOCKET: Program = Program::Library(
    "lua-socket",
    &["/usr/share/lua/5.3/socket.lua", "/usr/share/lua/5.4/socket.lua", "/usr/share/lua/5.1/socket.lua"],
);
pub(crate) const ENVOY: Program = Program::PyPi("envoy");
pub(crate) const NEWER_CADDY: Program = Program::PyPi("caddy");
pub(crate) const TRAEFIK: Program = Program::PyPi("traefik");
pub(crate) const CURL: Program = Program::Debian("curl");
pub(crate) const OPENSSL: Program = Program::Debian("openssl");
pub(crate) const CHROMIUM: Program = Program::Debian("chromium");
pub(crate) const CHROMEDRIVER: Program = Program::Debian("chromedriver");
pub(crate) const SOCKET_ACTIVATE: Program = Program::Debian("systemd-socket-activate");
pub(crate) const SYSTEMD_ANALYZE: Program = Program::Debian("systemd-analyze");
pub(crate) const STRACE: Program = Program::Debian("strace");
pub(crate) const SQLITE3: Program = Program::Debian("sqlite3");

const ALL: [Program; 16] = [
    NGINX,
    CADDY,
    HAPROXY,
    APACHE,
    LUA_SOCKET,
    ENVOY,
    NEWER_CADDY,
    TRAEFIK,
    CURL,
    OPENSSL,
    CHROMIUM,
    CHROMEDRIVER,
    SOCKET_ACTIVATE,
    SYSTEMD_ANALYZE,
    STRACE,
    SQLITE3,
];

/// Where `.ci/run` puts the programs of PyPI.
fn virtual_environment() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || Path::new(&std::env::var_os("HOME").unwrap_or_default()).join(".cache");
    cache.unwrap_or_else(home).join("sessionctl-checks/venv/bin")
}

impl Program {
    /// Its path, where it is installed.
    pub(crate) fn find(self) -> Option<PathBuf> {
        match self {
            // Where Debian installs servers.
            Program::Debian(name) => ["/usr/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/sbin"]
                .iter()
                .map(|place| Path::new(place).join(name))
                .find(|path| path.exists()),
            Program::PyPi(name) => Some(virtual_environment().join(name)).filter(|path| path.exists()),
            Program::Library(_, files) => files.iter().map(PathBuf::from).find(|path| path.exists()),
        }
    }

    fn shown(self) -> String {
        match self {
            Program::Debian(name) | Program::Library(name, _) => name.to_owned(),
            Program::PyPi(name) => format!("{name} of PyPI"),
        }
    }

    /// Its path; `None`, and a line about everything that is missing, where it is not installed.
    ///
    /// # Panics
    /// Where the environment states that everything is installed.
    pub(crate) fn find_or_leave_out(self) -> Option<PathBuf> {
        let found = self.find();
        if found.is_none() {
            assert!(
                std::env::var_os("SESSIONCTL_ALL_PROGRAMS").is_none(),
                "{} is not installed",
                self.shown()
            );
            name_what_is_missing();
        }
        found
    }
}

/// Past the test runner, which shows nothing that a passing test prints; once, whatever the number of tests.
fn name_what_is_missing() {
    static NAMED: Once = Once::new();
    NAMED.call_once(|| {
        let missing = ALL.into_iter().filter(|program| program.find().is_none()).map(Program::shown);
        let names: Vec<String> = missing.collect();
        let line = format!("left out of the tests, because not installed: {}\n", names.join(", "));
        let _ = std::io::stderr().write_all(line.as_bytes());
    });
}
