//! A cookie to be written: its attributes, and the refusal of those that contradict each other. Every [`Cookie`] can
//! be written in every form. Cookies are read in `parse`.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::limits::{MAX_AGE, MAX_ATTRIBUTE, MAX_PAIR};
use super::octets::{is_attribute_value, is_cookie_value, is_host_name, is_token};
use super::prefix::Prefix;
use crate::UnixSeconds;

/// The cross-site requests that carry the cookie (RFC 6265bis §4.1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SameSite {
    /// None.
    Strict,
    /// Navigations of the whole page by a safe method: links, and forms that use GET.
    Lax,
    /// All. Requires Secure.
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

    /// Reads the keyword in upper or lower case, as user agents do (RFC 6265bis §5.6.7).
    fn from_str(text: &str) -> Result<Self, CookieError> {
        [SameSite::Strict, SameSite::Lax, SameSite::None]
            .into_iter()
            .find(|known| known.to_string().eq_ignore_ascii_case(text))
            .ok_or(CookieError::SameSite)
    }
}

/// The attributes of a cookie. The defaults are those of a session cookie: Path=/, Secure, HttpOnly, SameSite=Lax, kept
/// until the browser is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attributes {
    /// The host whose subdomains get the cookie too. `None` limits it to the host that set it.
    pub domain: Option<String>,
    /// The path under which the cookie is sent.
    pub path: String,
    /// Whether it is sent over secure channels only.
    pub secure: bool,
    /// Whether scripts cannot read it.
    pub http_only: bool,
    /// The cross-site requests that carry it.
    pub same_site: SameSite,
    /// How long the user agent keeps it, in whole seconds, at most 400 days. Zero removes it.
    pub max_age: Option<Duration>,
    /// Until when the user agent keeps it. Max-Age takes precedence (RFC 6265bis §4.1.2.2).
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

/// A cookie that user agents accept as intended. Its value is a secret.
#[derive(Clone)]
pub struct Cookie {
    pub(super) name: String,
    pub(super) value: SecretString,
    pub(super) attributes: Attributes,
}

/// Why a cookie cannot be written. No message repeats the value.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CookieError {
    /// RFC 6265bis §4.1.1 with RFC 9110 §5.6.2.
    #[error("not a cookie name: use letters, digits and !#$%&'*+-.^_`|~")]
    Name,
    /// RFC 6265bis §4.1.1.
    #[error("not a cookie value: use printable ASCII without space, quote, comma, semicolon and backslash")]
    Value,
    /// Only a line that removes the cookie has an empty value.
    #[error("the cookie value is empty: give a token, or Max-Age 0 to remove the cookie")]
    EmptyValue,
    /// RFC 6265bis §5.6.
    #[error("the cookie is too long: name and value may have 4096 bytes together")]
    TooLong,
    /// RFC 6265bis §5.6.
    #[error("the {0} of the cookie is too long: at most 1024 bytes")]
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
        "a cookie named {0}… must not have a Domain: omit it, or choose a name that begins with __Secure-"
    )]
    PrefixForbidsDomain(&'static str),
    /// RFC 6265bis §4.1.3.2.
    #[error("a cookie named {0}… must have the path /: omit the path, or choose another name")]
    PrefixNeedsRootPath(&'static str),
    /// RFC 6265bis §5.6.7.
    #[error("not a SameSite value: write Strict, Lax or None")]
    SameSite,
    /// RFC 6265bis §5.7.
    #[error("a cookie with SameSite=None must be Secure")]
    NoneNeedsSecure,
    /// Neither a host name nor an address, or outside the cookie's Domain.
    #[error(
        "not a host for this cookie: write the host name of the site, within the cookie's Domain if it has one"
    )]
    Host,
}

impl Cookie {
    /// A cookie of this name and value with these attributes.
    ///
    /// # Errors
    /// [`CookieError`] for the first thing that user agents would refuse or misread.
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

    /// A cookie that removes the one of this name, domain and path: without a value, and with Max-Age 0.
    ///
    /// # Errors
    /// As [`Cookie::new`].
    pub fn removing(name: &str, attributes: Attributes) -> Result<Self, CookieError> {
        let attributes = Attributes { max_age: Some(Duration::ZERO), expires: None, ..attributes };
        Cookie::new(name, SecretString::default(), attributes)
    }

    /// The cookie's name, which is no secret.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The cookie's attributes.
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
        // User agents remove white space at the end, which would be another path.
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
