//! The URL of a database on a server: `postgres://user@host1,host2:5433/name?sslmode=verify-full`. It is read here and
//! not by the client, which accepts fewer values; no message repeats it, because it may hold a password.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use thiserror::Error;
use zeroize::Zeroizing;

/// Where Debian's server and most others put their socket.
const DEFAULT_SOCKET_FOLDER: &str = "/var/run/postgresql";
const DEFAULT_PORT: u16 = 5432;
/// How long each host may take to answer.
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How old what a replica shows may be by default: two heartbeats.
const DEFAULT_STALENESS: Duration = Duration::from_secs(2);
const MAX_STALENESS_SECONDS: u64 = 300;

/// Whether a location is the URL of a server.
#[must_use]
pub fn is_server_url(scheme: &str) -> bool {
    matches!(scheme, "postgres" | "postgresql")
}

/// Why a URL cannot be read. It names the part, and repeats no value that could be a password.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum UrlError {
    /// The text has no scheme, or another one.
    #[error("the URL does not begin with postgres:// or postgresql://")]
    Scheme,
    /// A part holds `%` without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("the {0} of the URL is not percent-encoded UTF-8")]
    Encoding(&'static str),
    /// A host is neither a name nor an address: an IPv6 address is written in brackets.
    #[error("a host of the URL is neither a name nor an address; an IPv6 address is written in brackets")]
    Host,
    /// A port is no number from 1 to 65535.
    #[error("the port of the URL is not a number from 1 to 65535")]
    Port,
    /// There are ports, but not one for each host.
    #[error("the URL names {hosts} hosts and {ports} ports")]
    Ports {
        /// The number of hosts.
        hosts: usize,
        /// The number of ports.
        ports: usize,
    },
    /// A parameter is not known.
    #[error("the URL has the unknown parameter {0}")]
    Parameter(String),
    /// A parameter has a value that it cannot have.
    #[error("the parameter {name} of the URL must be {expected}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// What it may be.
        expected: &'static str,
    },
}

/// How a connection over TCP is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TlsMode {
    /// Encrypted, and the server's certificate is checked with its name.
    VerifyFull,
    /// Encrypted, and nothing is checked.
    Require,
    /// Not encrypted.
    Disable,
}

/// A host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostName {
    Tcp(String),
    /// The folder of a Unix socket.
    Socket(PathBuf),
}

/// The database that a URL names.
#[derive(Clone)]
pub struct Target {
    pub(crate) hosts: Vec<(HostName, u16)>,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Zeroizing<String>>,
    pub(crate) database: Option<String>,
    pub(crate) tls: Option<TlsMode>,
    pub(crate) root_certificates: Option<PathBuf>,
    pub(crate) connect_timeout: Duration,
    /// How old what a replica shows may be, where look-ups and lists may use one.
    pub(crate) staleness: Option<Duration>,
    /// Whether statements get names on the server.
    pub(crate) named_statements: bool,
}

/// Without the password.
impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target")
            .field("hosts", &self.hosts)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

impl Target {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`UrlError`].
    pub fn parse(url: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = url.split_once("://").ok_or(UrlError::Scheme)?;
        if !is_server_url(scheme) {
            return Err(UrlError::Scheme);
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let mut target = Target {
            hosts: Vec::new(),
            user: None,
            password: None,
            database: optional(decode(database, "database name")?),
            tls: None,
            root_certificates: None,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            staleness: None,
            named_statements: false,
        };
        let mut bound = None;
        let (user, password) =
            login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password)));
        target.user = optional(decode(user, "user")?);
        target.password = password.map(|text| decode(text, "password")).transpose()?.map(Zeroizing::new);
        let (mut names, mut ports) = split_hosts(hosts)?;
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = decode(value, "query")?;
            match name {
                "read" => target.staleness = reads_from_replica(&value)?.then_some(DEFAULT_STALENESS),
                "staleness" => bound = Some(staleness(&value)?),
                "host" => names = value.split(',').map(str::to_owned).collect(),
                "port" => ports = value.split(',').map(port).collect::<Result<_, _>>()?,
                _ => target.set(name, value)?,
            }
        }
        target.staleness = match (target.staleness, bound) {
            (Some(default), bound) => Some(bound.unwrap_or(default)),
            (None, None) => None,
            (None, Some(_)) => {
                return Err(UrlError::Value { name: "staleness", expected: "beside read=replica" });
            }
        };
        target.hosts = join_hosts(names, &ports)?;
        Ok(target)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), UrlError> {
        match name {
            "user" => self.user = optional(value),
            "password" => self.password = Some(Zeroizing::new(value)),
            "dbname" => self.database = optional(value),
            "statements" => {
                let expected = "named or unnamed";
                let error = UrlError::Value { name: "statements", expected };
                self.named_statements = match value.as_str() {
                    "named" => true,
                    "unnamed" => false,
                    _ => return Err(error),
                };
            }
            "sslrootcert" => self.root_certificates = Some(value.into()),
            "sslmode" => {
                self.tls = Some(match value.as_str() {
                    "verify-full" => TlsMode::VerifyFull,
                    "require" => TlsMode::Require,
                    "disable" => TlsMode::Disable,
                    _ => {
                        let expected = "verify-full, require or disable";
                        return Err(UrlError::Value { name: "sslmode", expected });
                    }
                });
            }
            "connect_timeout" => {
                let seconds = value.parse().ok().filter(|seconds| (1..=600).contains(seconds));
                let expected = "a number of seconds from 1 to 600";
                let error = UrlError::Value { name: "connect_timeout", expected };
                self.connect_timeout = Duration::from_secs(seconds.ok_or(error)?);
            }
            // A name is no secret, but a value in its place could be.
            unknown
                if unknown.len() <= 32 && unknown.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') =>
            {
                return Err(UrlError::Parameter(unknown.to_owned()));
            }
            _ => return Err(UrlError::Parameter("(not a name)".to_owned())),
        }
        Ok(())
    }

    /// Whether the URL asks for a connection that is encrypted to whoever answers: the server is not verified.
    #[must_use]
    pub fn is_unverified(&self) -> bool {
        self.tls == Some(TlsMode::Require)
    }

    /// How the connection to a host is protected: by default, only what does not leave this machine is plain. Through a
    /// Unix socket, the server offers no encryption.
    pub(crate) fn tls_mode(&self, host: &HostName) -> TlsMode {
        let is_local = |host: &HostName| match host {
            HostName::Socket(_) => true,
            // A name that only looks like an address can lead anywhere.
            HostName::Tcp(name) => {
                name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
            }
        };
        let is_plain = self.root_certificates.is_none() && self.hosts.iter().all(|(host, _)| is_local(host));
        match host {
            HostName::Socket(_) => TlsMode::Disable,
            HostName::Tcp(_) if is_plain => self.tls.unwrap_or(TlsMode::Disable),
            HostName::Tcp(_) => self.tls.unwrap_or(TlsMode::VerifyFull),
        }
    }
}

fn reads_from_replica(value: &str) -> Result<bool, UrlError> {
    match value {
        "replica" => Ok(true),
        "primary" => Ok(false),
        _ => Err(UrlError::Value { name: "read", expected: "primary or replica" }),
    }
}

/// Whole seconds, because the heartbeat is one a second.
fn staleness(value: &str) -> Result<Duration, UrlError> {
    let seconds = value
        .strip_suffix('s')
        .unwrap_or(value)
        .parse()
        .ok()
        .filter(|s| (1..=MAX_STALENESS_SECONDS).contains(s));
    let expected = "a length of time from 1s to 300s";
    seconds.map(Duration::from_secs).ok_or(UrlError::Value { name: "staleness", expected })
}

/// Splits `host1:5432,[::1]:5433` into names and ports.
fn split_hosts(text: &str) -> Result<(Vec<String>, Vec<u16>), UrlError> {
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    if text.is_empty() {
        return Ok((names, ports));
    }
    for host in text.split(',') {
        let (name, port_text) = match host.strip_prefix('[') {
            Some(rest) => match rest.split_once(']').ok_or(UrlError::Host)? {
                (address, "") => (address, None),
                (address, rest) => (address, Some(rest.strip_prefix(':').ok_or(UrlError::Host)?)),
            },
            None => host.rsplit_once(':').map_or((host, None), |(name, port)| (name, Some(port))),
        };
        if name.contains([':', '[', ']']) != host.starts_with('[') {
            return Err(UrlError::Host);
        }
        names.push(decode(name, "host")?);
        ports.push(port_text.filter(|text| !text.is_empty()).map_or(Ok(DEFAULT_PORT), port)?);
    }
    Ok((names, ports))
}

fn port(text: &str) -> Result<u16, UrlError> {
    text.parse().ok().filter(|port| *port > 0).ok_or(UrlError::Port)
}

/// Each host with its port; one port is that of all hosts.
fn join_hosts(names: Vec<String>, ports: &[u16]) -> Result<Vec<(HostName, u16)>, UrlError> {
    let names = if names.is_empty() { vec![String::new()] } else { names };
    let hosts = names.len();
    if ports.len() > 1 && ports.len() != hosts {
        return Err(UrlError::Ports { hosts, ports: ports.len() });
    }
    let port_of = |index: usize| *ports.get(index).or(ports.first()).unwrap_or(&DEFAULT_PORT);
    let host = |name: String| match name.as_str() {
        "" => HostName::Socket(DEFAULT_SOCKET_FOLDER.into()),
        path if path.starts_with('/') => HostName::Socket(path.into()),
        _ => HostName::Tcp(name),
    };
    Ok(names.into_iter().enumerate().map(|(index, name)| (host(name), port_of(index))).collect())
}

fn decode(text: &str, part: &'static str) -> Result<String, UrlError> {
    let bytes = text.as_bytes();
    let is_encoded =
        |at: usize| bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if (0..bytes.len()).any(|at| bytes[at] == b'%' && !is_encoded(at)) {
        return Err(UrlError::Encoding(part));
    }
    let text = percent_decode_str(text).decode_utf8().map_err(|_| UrlError::Encoding(part))?;
    // No value of the protocol can hold one.
    if text.contains('\0') { Err(UrlError::Encoding(part)) } else { Ok(text.into_owned()) }
}

fn optional(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
