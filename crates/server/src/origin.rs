//! The origin of a site (RFC 6454): where browsers reach it. Which site a request belongs to is decided by it.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The origin of a site: a scheme, a host, and a port where it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    /// In lower case, without the scheme's own port.
    authority: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn prefix(self) -> &'static str {
        match self {
            Scheme::Http => "http://",
            Scheme::Https => "https://",
        }
    }

    fn default_port(self) -> &'static str {
        match self {
            Scheme::Http => "80",
            Scheme::Https => "443",
        }
    }

    /// A host without the scheme's own port.
    fn without_default_port(self, host: &str) -> &str {
        host.strip_suffix(self.default_port()).and_then(|host| host.strip_suffix(':')).unwrap_or(host)
    }
}

/// Why a text is not the origin of a site.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum OriginError {
    /// It is no origin.
    #[error("not an origin: write https://HOST or https://HOST:PORT, without a path")]
    NotAnOrigin,
    /// Browsers keep no `__Host-` cookie on a plain connection, except on the machine itself.
    #[error("plain http:// is for localhost and *.localhost only: browsers keep no session cookie elsewhere")]
    NeedsTls,
}

impl Origin {
    /// The host, and the port where it is not the scheme's own, as in `shop.example:8443`.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether browsers reach it with TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// The port of the scheme.
    pub(crate) fn default_port(&self) -> &'static str {
        self.scheme.default_port()
    }

    /// Whether the value of a `Host` field names this origin.
    #[must_use]
    pub fn is_host(&self, host: &str) -> bool {
        let host = self.scheme.without_default_port(host);
        host.eq_ignore_ascii_case(&self.authority)
    }

    /// Whether the value of an `Origin` field is this origin.
    #[must_use]
    pub fn is_origin(&self, text: &str) -> bool {
        text.strip_prefix(self.scheme.prefix()).is_some_and(|host| self.is_host(host))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.scheme.prefix(), self.authority)
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
        let scheme =
            [Scheme::Https, Scheme::Http].into_iter().find(|scheme| text.starts_with(scheme.prefix()));
        let scheme = scheme.ok_or(OriginError::NotAnOrigin)?;
        let authority = &text[scheme.prefix().len()..];
        let authority = scheme.without_default_port(authority);
        let host = host_of(authority).ok_or(OriginError::NotAnOrigin)?;
        if scheme == Scheme::Http && host != "localhost" && !host.ends_with(".localhost") {
            return Err(OriginError::NeedsTls);
        }
        Ok(Origin { scheme, authority: authority.to_owned() })
    }
}

/// The host of an authority without a user, where it is one.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            (&authority[..address.len() + 2], rest.strip_prefix(':'))
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    let legal_host = host.starts_with('[') || !host.is_empty() && host.bytes().all(is_name);
    let legal_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    (legal_host && legal_port).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_is_read_without_its_default_port() {
        for (text, shown) in [
            ("https://Shop.example", "https://shop.example"),
            ("https://shop.example:443/", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("http://localhost:80", "http://localhost"),
            ("http://shop.localhost:7667", "http://shop.localhost:7667"),
            ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "shop.example",
            "ftp://shop.example",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://a:0",
            "https://a:99999",
            "https://a b",
            "https://[::1",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError::NotAnOrigin), "{text}");
        }
        for text in ["http://shop.example", "http://notlocalhost", "http://127.0.0.1:80"] {
            assert_eq!(text.parse::<Origin>(), Err(OriginError::NeedsTls), "{text}");
        }
    }

    #[test]
    fn host_is_compared_without_case_and_default_port() {
        let origin: Origin = "https://shop.example".parse().unwrap();
        for host in ["shop.example", "SHOP.example", "shop.example:443"] {
            assert!(origin.is_host(host), "{host}");
        }
        for host in ["shop.example:80", "shop.example.", "evil.example", "", "xshop.example"] {
            assert!(!origin.is_host(host), "{host}");
        }
        assert!(origin.is_origin("https://shop.example") && !origin.is_origin("http://shop.example"));
        assert!(!origin.is_origin("null"));
    }
}
