//! What a front is started with: its sites, where it listens, and its limits. Lifetimes and the cost of a password are
//! not here: they are in the policy of the store, and are read at each use.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use sessionctl_core::model::address::Cidr;
use sessionctl_core::model::user::UserName;
use thiserror::Error;

use crate::log::LogFormat;
use crate::origin::{Origin, OriginError};

/// The group may connect: the proxy's account is added to it.
const DEFAULT_SOCKET_MODE: u32 = 0o660;

/// Where a front listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A TCP address.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix {
        /// Where it is.
        path: PathBuf,
        /// Who may connect: the permissions of the file.
        mode: u32,
    },
}

/// A text that is no address to listen on.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("not an address: write 127.0.0.1:7666, [::1]:7666 or unix:PATH, or unix:PATH,mode=0660")]
pub struct AddressError;

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let Some(socket) = text.strip_prefix("unix:") else {
            return text.parse().map(Address::Tcp).map_err(|_| AddressError);
        };
        let (path, mode) = match socket.rsplit_once(",mode=") {
            Some((path, mode)) => (path, read_mode(mode).ok_or(AddressError)?),
            None => (socket, DEFAULT_SOCKET_MODE),
        };
        if path.is_empty() {
            return Err(AddressError);
        }
        Ok(Address::Unix { path: path.into(), mode })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp(address) => address.fmt(f),
            Address::Unix { path, mode: DEFAULT_SOCKET_MODE } => write!(f, "unix:{}", path.display()),
            Address::Unix { path, mode } => write!(f, "unix:{},mode={mode:04o}", path.display()),
        }
    }
}

/// The permissions of a socket: octal digits, of which its owner can read and write.
fn read_mode(text: &str) -> Option<u32> {
    let is_octal = matches!(text.len(), 3 | 4) && text.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    let mode = u32::from_str_radix(text, 8).ok().filter(|_| is_octal)?;
    (mode <= 0o777 && mode & 0o600 == 0o600).then_some(mode)
}

/// A site: a name, which is the `app` of its sessions, and an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The name, which is also a segment of the gate's path.
    pub name: String,
    /// Where browsers reach it.
    pub origin: Origin,
    /// Whether users log in at the site itself, although there is a login host.
    pub has_own_login: bool,
}

/// Why a text names no site.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SiteError {
    /// There is no `=` between a name and an origin, or the name cannot be one.
    #[error("not a site: write NAME=ORIGIN, with a name of letters, digits, - and _")]
    NotASite,
    /// What follows the name is no origin.
    #[error(transparent)]
    Origin(#[from] OriginError),
}

impl FromStr for Site {
    type Err = SiteError;

    fn from_str(text: &str) -> Result<Self, SiteError> {
        let (name, origin) = text.split_once('=').ok_or(SiteError::NotASite)?;
        let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        // A segment `-` ends the gate's path.
        if name.is_empty() || name == "-" || name.len() > 64 || !name.bytes().all(legal) {
            return Err(SiteError::NotASite);
        }
        Ok(Site { name: name.to_owned(), origin: origin.parse()?, has_own_login: false })
    }
}

/// What a front is started with.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Where the gate and the pages are.
    pub listen: Vec<Address>,
    /// Where the API is: Unix sockets and loopback addresses.
    pub api: Vec<Address>,
    /// The sites; no two have the same name or origin.
    pub sites: Vec<Site>,
    /// The login host, where single sign-on is on: a user logs in there once for all sites.
    pub login: Option<Site>,
    /// Who may use the administrators' page of the login host.
    pub admins: Vec<UserName>,
    /// The blocks whose `X-Forwarded-` fields count, besides loopback and Unix peers.
    pub trusted_proxies: Vec<Cidr>,
    /// Whether the login page offers to stay logged in.
    pub remember: bool,
    /// The name of the session's cookie.
    pub cookie: String,
    /// Where the gate and the pages are, without a `/` at the end.
    pub prefix: String,
    /// How many passwords are hashed at once.
    pub hashes: usize,
    /// How requests are logged.
    pub log: LogFormat,
}

/// The default name of the cookie. In Chromium no script can plant or replace such a cookie; every other browser treats
/// it as a `__Host-` cookie (RFC 6265bis §4.1.3.2, draft-ietf-httpbis-layered-cookies §4.1.3.4).
pub const DEFAULT_COOKIE: &str = "__Host-Http-session";
/// The cookie that binds a login to the browser that began it (RFC 6749 §10.12).
pub(crate) const STATE_COOKIE: &str = "__Host-session-start";
/// The cookie of the login host beside that of a session which the browser keeps when it is closed: a session that is
/// confirmed gets a new cookie, which must last as long.
pub(crate) const KEPT_COOKIE: &str = "__Host-session-kept";
/// The names that [`Config::cookie`] cannot have.
pub const OTHER_COOKIES: [&str; 2] = [STATE_COOKIE, KEPT_COOKIE];
/// The default of [`Config::prefix`].
pub const DEFAULT_PREFIX: &str = "/_session";
/// The default of [`Config::hashes`].
pub const DEFAULT_HASHES: usize = 2;

impl Config {
    /// A front for these sites, with the defaults of everything else.
    #[must_use]
    pub fn new(sites: Vec<Site>) -> Self {
        Config {
            listen: Vec::new(),
            api: Vec::new(),
            sites,
            login: None,
            admins: Vec::new(),
            trusted_proxies: Vec::new(),
            remember: false,
            cookie: DEFAULT_COOKIE.to_owned(),
            prefix: DEFAULT_PREFIX.to_owned(),
            hashes: DEFAULT_HASHES,
            log: LogFormat::Off,
        }
    }

    /// The login host at an origin: its pages are shown under the name `login`.
    #[must_use]
    pub fn login_host(origin: Origin) -> Site {
        Site { name: "login".to_owned(), origin, has_own_login: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_a_socket_address_or_a_unix_path() {
        assert_eq!("[::1]:80".parse::<Address>().unwrap().to_string(), "[::1]:80");
        for (text, path, mode) in [
            ("unix:/run/x", "/run/x", 0o660),
            ("unix:/run/x,mode=0600", "/run/x", 0o600),
            ("unix:/run/a,b,mode=666", "/run/a,b", 0o666),
        ] {
            assert_eq!(text.parse(), Ok(Address::Unix { path: path.into(), mode }), "{text}");
        }
        assert_eq!("unix:/run/x,mode=600".parse::<Address>().unwrap().to_string(), "unix:/run/x,mode=0600");
        for text in
            ["unix:,mode=0600", "unix:/x,mode=", "unix:/x,mode=1777", "unix:/x,mode=0066", "unix:/x,mode=abc"]
        {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        for text in ["", "unix:", "localhost", "127.0.0.1", ":80"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn site_is_a_name_and_an_origin() {
        let site: Site = "shop=https://shop.example".parse().unwrap();
        assert_eq!((site.name.as_str(), site.origin.authority()), ("shop", "shop.example"));
        for text in ["shop", "=https://a.example", "-=https://a.example", "a/b=https://a.example", "a=b"] {
            assert!(text.parse::<Site>().is_err(), "{text}");
        }
    }
}
