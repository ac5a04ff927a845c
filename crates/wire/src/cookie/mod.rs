//! Session cookies: written as a server or a client would send them, read as a user agent would, and judged
//! against RFC 6265bis (draft-ietf-httpbis-rfc6265bis-22) and the name prefixes. Cookies only: what a token is,
//! and whether it is active, is told elsewhere.

mod build;
mod date;
mod find;
mod format;
mod jar;
mod lint;
mod octets;
mod parse;
mod prefix;

use std::time::Duration;

pub use build::{Attributes, Cookie, CookieError, SameSite};
pub use find::{Found, find_session_value};
pub use jar::{ParsedJarLine, parse_jar_line};
pub use lint::{Finding, Severity, lint, lint_cookie_header};
pub use parse::{
    Attribute, Header, ParsedAttribute, ParsedCookieHeader, ParsedPair, ParsedSetCookie, header_of,
    parse_cookie_header, parse_set_cookie,
};
pub use prefix::Prefix;

/// The cookie's name where none is chosen; the prefix binds it to one host over a secure channel
/// (RFC 6265bis §4.1.3.2).
pub const DEFAULT_NAME: &str = "__Host-session";
/// Bytes of name and value together; user agents ignore a longer cookie (RFC 6265bis §5.6).
pub const MAX_PAIR: usize = 4096;
/// Bytes of one attribute's value; user agents ignore a longer attribute (RFC 6265bis §5.6).
pub const MAX_ATTRIBUTE: usize = 1024;
/// The longest life a user agent grants a cookie, 400 days (RFC 6265bis §5.5).
pub const MAX_AGE: Duration = Duration::from_secs(400 * 86_400);
