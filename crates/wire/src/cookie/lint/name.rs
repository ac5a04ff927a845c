//! What is judged of a cookie's line as a whole, its name and its value.

use secrecy::ExposeSecret as _;

use super::Report;
use crate::cookie::octets::{is_cookie_value, is_token};
use crate::cookie::{MAX_PAIR, ParsedSetCookie, Prefix};
use crate::jwt::looks_like_jwt;

/// Characters of a value of 128 random bits in base64, the fewest that are safe (OWASP session management asks
/// for 64 bits of entropy, ASVS 5.0 §7.2.3 for 128).
const SHORTEST: usize = 22;
/// UserCache that tell which software made the cookie.
const TELLING: [&str; 7] = [
    "phpsessid",
    "jsessionid",
    "asp.net_sessionid",
    "connect.sid",
    "laravel_session",
    "_session_id",
    "sessionid",
];

pub(super) fn check_line(cookie: &ParsedSetCookie, report: &mut Report) {
    if cookie.has_control {
        report.error(
            "RFC 6265bis §5.6",
            "a control character stands in the line: user agents ignore all of it",
            "remove it; a line end inside a header may also be an injected header",
        );
    }
    if cookie.length() > MAX_PAIR {
        report.error(
            "RFC 6265bis §5.6",
            format!("name and value have {} bytes: user agents ignore over {MAX_PAIR}", cookie.length()),
            "put a token in the cookie and keep the data on the server",
        );
    }
}

pub(super) fn check_name(cookie: &ParsedSetCookie, report: &mut Report) {
    if cookie.name.is_empty() {
        report.error(
            "RFC 6265bis §4.1.1",
            "the cookie has no name",
            "write name=value; a cookie without a name can imitate another when it is sent back",
        );
    } else if !is_token(&cookie.name) {
        report.warning(
            "RFC 6265bis §4.1.1",
            "the name is not a token: servers and proxies may read it differently",
            "use letters, digits, hyphen and underscore",
        );
    } else if TELLING.contains(&cookie.name.to_ascii_lowercase().as_str()) {
        report.note(
            "OWASP Session Management",
            "the name tells which software made the cookie",
            "choose a neutral name such as __Host-session",
        );
    }
}

pub(super) fn check_value(cookie: &ParsedSetCookie, report: &mut Report) {
    let value = cookie.value.expose_secret();
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = inner.filter(|inner| is_cookie_value(inner)) {
        report.note(
            "RFC 6265bis §4.1.1",
            format!("the value stands in quotes: they belong to it, {} bytes in all", inner.len() + 2),
            "leave the quotes out",
        );
    } else if !is_cookie_value(value) {
        report.warning(
            "RFC 6265bis §4.1.1",
            "the value holds a character that is not allowed: space, quote, comma, backslash or not ASCII",
            "encode it, as hexadecimal or base64url",
        );
    }
    if value.is_empty() {
        report.warning(
            "RFC 6265bis §8.4",
            "the value is empty, yet the cookie is kept",
            "set a token, or take the cookie away with Max-Age=0",
        );
    } else if looks_like_jwt(value) {
        report.note(
            "RFC 8725",
            "the value looks like a JWT: it stays good until it expires, whatever the server revokes",
            "keep it short-lived, or put a random token in the cookie",
        );
    } else if value.bytes().all(|b| b.is_ascii_digit()) {
        report.error(
            "RFC 6265bis §8.4",
            "the value is a number: who counts can guess the next one",
            "use at least 128 random bits, as this program's tokens do",
        );
    } else if value.len() < SHORTEST {
        report.warning(
            "RFC 6265bis §8.4",
            format!("the value has {} characters: too few for 128 random bits", value.len()),
            "use at least 128 random bits, as this program's tokens do",
        );
    }
}

pub(super) fn check_prefix(cookie: &ParsedSetCookie, report: &mut Report) {
    let Some(prefix) = Prefix::of(&cookie.name) else {
        report.warning(
            "RFC 6265bis §8.6",
            "the name has no prefix: a sibling subdomain or an open network can plant a cookie of this name (session fixation)",
            "name it __Host-…, or __Secure-… where subdomains must share it",
        );
        return;
    };
    let (name, rule) = (prefix.as_str(), prefix.rule());
    if !cookie.name.starts_with(name) {
        report.warning(
            "RFC 6265bis §5.4",
            format!("the prefix is not written {name}: older user agents do not enforce it"),
            "write the prefix in its exact case",
        );
    }
    if !cookie.is_secure() {
        report.error(rule, format!("{name} needs Secure: user agents drop the cookie"), "add Secure");
    }
    if prefix.needs_http_only() && !cookie.is_http_only() {
        report.error(rule, format!("{name} needs HttpOnly: user agents drop the cookie"), "add HttpOnly");
    }
    if prefix.needs_host_only() && cookie.domain().is_some() {
        report.error(
            rule,
            format!("{name} forbids Domain: user agents drop the cookie"),
            "leave Domain out, or name the cookie __Secure-…",
        );
    }
    if prefix.needs_host_only() && cookie.path() != Some("/") {
        report.error(rule, format!("{name} needs Path=/: user agents drop the cookie"), "write Path=/");
    }
}
