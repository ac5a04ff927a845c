//! A cookie about to be written: its attributes, and the refusal of what contradicts itself. A [`Cookie`] that
//! exists can be written in every form; reading one is `parse`.

use crate::UnixSeconds;
use std::fmt;
use std::time::Duration;

use thiserror::Error;

use super::octets::{is_attribute_value, is_cookie_value, is_host_name, is_token};
use super::{MAX_AGE, MAX_ATTRIBUTE, MAX_PAIR, Prefix};
use secrecy::{ExposeSecret as _, SecretString};

/// With which cross-site requests the cookie is sent (RFC 6265bis §4.1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// With none.
    Strict,
    /// With navigations of the whole page by a safe method.
    Lax,
    /// With all; asks for Secure.
    None,
}

impl fmt::Display for SameSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SameSite::Strict => "Strict",
            SameSite::Lax => "Lax",
            SameSite::None => "None",
        })
    }
}

impl std::str::FromStr for SameSite {
    type Err = CookieError;

    /// Reads the keyword in any case, as user agents do (RFC 6265bis §5.6.7).
    fn from_str(text: &str) -> Result<Self, CookieError> {
        [SameSite::Strict, SameSite::Lax, SameSite::None]
            .into_iter()
            .find(|known| known.to_string().eq_ignore_ascii_case(text))
            .ok_or(CookieError::SameSite)
    }
}

/// What a cookie says besides its name and value. The default is that of a session cookie: Path=/, Secure,
/// HttpOnly, SameSite=Lax, gone when the browser ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// The host whose subdomains get the cookie too; `None` keeps it to the host that set it.
    pub domain: Option<String>,
    /// The path under which the cookie is sent.
    pub path: String,
    /// Sent over secure channels only.
    pub secure: bool,
    /// Out of reach of scripts.
    pub http_only: bool,
    /// With which cross-site requests it is sent.
    pub same_site: SameSite,
    /// How long the user agent keeps it, whole seconds, at most 400 days; zero takes it away.
    pub max_age: Option<Duration>,
    /// Until when the user agent keeps it; Max-Age goes before it (RFC 6265bis §4.1.2.2).
    pub expires: Option<UnixSeconds>,
}

impl Default for Attributes {
    fn default() -> Self {
        Attributes {
            domain: None,
            path: "/".to_owned(),
            secure: true,
            http_only: true,
            same_site: SameSite::Lax,
            max_age: None,
            expires: None,
        }
    }
}

/// A cookie that user agents will take as it is meant. Its value is a secret.
#[derive(Clone)]
pub struct Cookie {
    pub(super) name: String,
    pub(super) value: SecretString,
    pub(super) attributes: Attributes,
}

/// Why a cookie cannot be written. The value is never repeated.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CookieError {
    /// RFC 6265bis §4.1.1 with RFC 9110 §5.6.2.
    #[error("not a cookie name: use letters, digits and !#$%&'*+-.^_`|~")]
    Name,
    /// RFC 6265bis §4.1.1.
    #[error("not a cookie value: use printable ASCII without space, quote, comma, semicolon and backslash")]
    Value,
    /// An empty value is only good for taking a cookie away.
    #[error("the cookie value is empty: give a token, or Max-Age 0 to take the cookie away")]
    EmptyValue,
    /// RFC 6265bis §5.6.
    #[error("the cookie is too long: name and value have at most 4096 bytes together")]
    TooLong,
    /// RFC 6265bis §5.6.
    #[error("the cookie's {0} is too long: at most 1024 bytes")]
    AttributeTooLong(&'static str),
    /// RFC 6265bis §4.1.1.
    #[error("not a cookie domain: write a host name such as site.example, without a leading dot")]
    Domain,
    /// RFC 6265bis §5.1.4.
    #[error("not a cookie path: begin with / and use printable ASCII without semicolon")]
    Path,
    /// RFC 6265bis §5.5.
    #[error("Max-Age is too long: user agents keep a cookie for at most 400d")]
    MaxAge,
    /// RFC 6265bis §4.1.3.
    #[error("a cookie named {0}… must be Secure")]
    PrefixNeedsSecure(&'static str),
    /// draft-ietf-httpbis-layered-cookies §4.1.3.3.
    #[error("a cookie named {0}… must be HttpOnly")]
    PrefixNeedsHttpOnly(&'static str),
    /// RFC 6265bis §4.1.3.2.
    #[error(
        "a cookie named {0}… must have no Domain: leave it out, or choose a name that begins with __Secure-"
    )]
    PrefixForbidsDomain(&'static str),
    /// RFC 6265bis §4.1.3.2.
    #[error("a cookie named {0}… must have the path /: leave the path out, or choose another name")]
    PrefixNeedsRootPath(&'static str),
    /// RFC 6265bis §5.6.7.
    #[error("not a SameSite value: write Strict, Lax or None")]
    SameSite,
    /// RFC 6265bis §5.7.
    #[error("a cookie with SameSite=None must be Secure")]
    NoneNeedsSecure,
    /// Neither a host name nor an address, or not within the cookie's Domain.
    #[error(
        "not a host for this cookie: write the host name of the site, within the cookie's Domain if it has one"
    )]
    Host,
}

impl Cookie {
    /// A cookie of this name, value and these attributes.
    ///
    /// # Errors
    /// [`CookieError`] for what user agents would refuse or misread, the first that is found.
    pub fn new(name: &str, value: SecretString, attributes: Attributes) -> Result<Self, CookieError> {
        if !is_token(name) {
            return Err(CookieError::Name);
        }
        if !is_cookie_value(value.expose_secret()) {
            return Err(CookieError::Value);
        }
        if value.expose_secret().is_empty() && attributes.max_age != Some(Duration::ZERO) {
            return Err(CookieError::EmptyValue);
        }
        if name.len() + value.expose_secret().len() > MAX_PAIR {
            return Err(CookieError::TooLong);
        }
        attributes.check(Prefix::of(name))?;
        Ok(Cookie { name: name.to_owned(), value, attributes })
    }

    /// The cookie's name, which is no secret.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the cookie says besides its name and value.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }
}

impl Attributes {
    fn check(&self, prefix: Option<Prefix>) -> Result<(), CookieError> {
        if self.path.len() > MAX_ATTRIBUTE {
            return Err(CookieError::AttributeTooLong("path"));
        }
        // White space at the end would be taken off by user agents, and the path be another.
        if !self.path.starts_with('/') || !is_attribute_value(&self.path) || self.path.ends_with(' ') {
            return Err(CookieError::Path);
        }
        if self.domain.as_ref().is_some_and(|domain| domain.len() > MAX_ATTRIBUTE) {
            return Err(CookieError::AttributeTooLong("domain"));
        }
        if self.domain.as_ref().is_some_and(|domain| !is_host_name(domain)) {
            return Err(CookieError::Domain);
        }
        if self.max_age.is_some_and(|age| age > MAX_AGE) {
            return Err(CookieError::MaxAge);
        }
        if let Some(prefix) = prefix {
            let name = prefix.as_str();
            if !self.secure {
                return Err(CookieError::PrefixNeedsSecure(name));
            }
            if prefix.needs_http_only() && !self.http_only {
                return Err(CookieError::PrefixNeedsHttpOnly(name));
            }
            if prefix.needs_host_only() && self.domain.is_some() {
                return Err(CookieError::PrefixForbidsDomain(name));
            }
            if prefix.needs_host_only() && self.path != "/" {
                return Err(CookieError::PrefixNeedsRootPath(name));
            }
        }
        if self.same_site == SameSite::None && !self.secure {
            return Err(CookieError::NoneNeedsSecure);
        }
        Ok(())
    }
}
