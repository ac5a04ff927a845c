//! Session cookies: written as a server or a client sends them, read as a user agent reads them, and checked
//! against RFC 6265bis (draft-ietf-httpbis-rfc6265bis-22) and the name prefixes. Only cookies: what a token is, and
//! whether its session is active, does not belong here.

mod build;
mod curl;
mod date;
mod format;
mod jar;
mod limits;
mod lint;
mod octets;
mod parse;
mod prefix;
mod text;

pub use build::{Attributes, Cookie, CookieError, SameSite};
pub(crate) use curl::curl_value;
pub use jar::{ParsedJarLine, parse_jar_line};
pub use limits::{DEFAULT_NAME, MAX_AGE, MAX_ATTRIBUTE, MAX_PAIR};
pub use lint::{Finding, Severity, lint, lint_cookie_header, lint_jar_line, suggests_session};
pub use parse::{
    Attribute, Header, ParsedAttribute, ParsedCookieHeader, ParsedPair, ParsedSetCookie, cookie_values,
    header_of, parse_cookie_header, parse_set_cookie,
};
pub use prefix::Prefix;
pub use text::{CookieLine, CookieText, LineContent, read_cookie_text};
