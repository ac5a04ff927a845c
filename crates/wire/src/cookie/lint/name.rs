//! Checks the line as a whole, the cookie's name and its value.

use secrecy::ExposeSecret as _;

use super::report::Report;
use crate::cookie::limits::MAX_PAIR;
use crate::cookie::octets::{is_cookie_value, is_token};
use crate::cookie::parse::ParsedSetCookie;
use crate::cookie::prefix::Prefix;
use crate::counted;
use crate::jwt::looks_like_jwt;

/// Characters of 128 random bits in base64, the minimum of ASVS 5.0 §7.2.3. The OWASP session management sheet requires
/// 64.
const MIN_VALUE_CHARS: usize = 22;
/// Names that reveal the server's software.
const REVEALING_NAMES: [&str; 7] = [
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
            "the line has a control character, and user agents ignore all of it",
            "remove it; a line end inside a header may also be an injected header",
        );
    }
    if cookie.is_folded {
        report.error(
            "RFC 6265bis §3",
            "`, name=` looks like a second Set-Cookie line: joined with commas, user agents read only the first",
            "send one Set-Cookie line for each cookie",
        );
    }
    if cookie.length() > MAX_PAIR {
        report.error(
            "RFC 6265bis §5.6",
            format!(
                "name and value have {} bytes, and user agents ignore more than {MAX_PAIR}",
                cookie.length()
            ),
            "put a token in the cookie and keep the data on the server",
        );
    }
}

pub(super) fn check_name(cookie: &ParsedSetCookie, report: &mut Report) {
    if cookie.name.is_empty() && Prefix::of(cookie.value.expose_secret()).is_some() {
        report.error(
            "RFC 6265bis §5.7",
            "the cookie has no name, and its value begins with a name prefix: user agents drop the cookie",
            "write name=value",
        );
    } else if cookie.name.is_empty() {
        report.error(
            "RFC 6265bis §4.1.1",
            "the cookie has no name",
            "write name=value; without a name the cookie can imitate another one when it is sent back",
        );
    } else if !is_token(&cookie.name) {
        report.warning(
            "RFC 6265bis §4.1.1",
            "the name is not a token: servers and proxies may read it differently",
            "use letters, digits, hyphen and underscore",
        );
    } else {
        check_neutrality("the name", &cookie.name, report);
    }
}

/// Checks whether a name reveals the server's software. `what` names the name.
pub(super) fn check_neutrality(what: &str, name: &str, report: &mut Report) {
    if REVEALING_NAMES.contains(&name.to_ascii_lowercase().as_str()) {
        report.note(
            "OWASP Session Management",
            format!("{what} reveals the server's software"),
            "choose a neutral name such as __Host-session",
        );
    }
}

/// Whether the name of a cookie suggests that it carries a session or another proof of who sends it.
#[must_use]
pub fn suggests_session(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // By word, because a `sidebar` and an `author` are none.
    let is_one = |word: &str| {
        word.contains("sess")
            || word.contains("token")
            || word.ends_with("sid")
            || word.contains("auth") && !matches!(word, "author" | "authors")
    };
    Prefix::of(&name).is_some() || name.split(|c: char| !c.is_ascii_alphabetic()).any(is_one)
}

pub(super) fn check_value(cookie: &ParsedSetCookie, report: &mut Report) {
    let value = cookie.value.expose_secret();
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = inner.filter(|inner| is_cookie_value(inner)) {
        report.note(
            "RFC 6265bis §4.1.1",
            format!("the value is in quotes, which belong to it: {} bytes in all", inner.len() + 2),
            "omit the quotes",
        );
    } else if !is_cookie_value(value) {
        report.warning(
            "RFC 6265bis §4.1.1",
            "the value has a character that is not allowed: space, quote, comma, backslash or not ASCII",
            "encode it, as hexadecimal or base64url",
        );
    }
    check_strength("the value", value, report);
}

/// Checks whether a value can be guessed. `what` names it.
pub(super) fn check_strength(what: &str, value: &str, report: &mut Report) {
    let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    let characters = value.chars().count();
    if value.is_empty() {
        report.warning(
            "RFC 6265bis §8.4",
            format!("{what} is empty, yet the cookie is kept"),
            "set a token, or remove the cookie with Max-Age=0",
        );
    } else if looks_like_jwt(value) {
        report.note(
            "RFC 8725",
            format!(
                "{what} looks like a JWT, which remains valid until it expires, even if the server revokes the session"
            ),
            "give it a short lifetime, or put a random token in the cookie",
        );
    } else if value.bytes().all(|b| b.is_ascii_digit()) {
        report.error(
            "RFC 6265bis §8.4",
            format!("{what} is a number, and counting up or down guesses others"),
            "use at least 128 random bits, as in the tokens of this program",
        );
    } else if characters < MIN_VALUE_CHARS {
        let characters = counted(characters, "character", "characters");
        report.warning(
            "OWASP ASVS 5.0 7.2.3",
            format!("{what} has {characters}, too few for 128 random bits"),
            "use at least 128 random bits, as in the tokens of this program",
        );
    }
}

/// Checks how a name begins, and returns its prefix. `what` names the name.
pub(super) fn check_spelling(what: &str, name: &str, report: &mut Report) -> Option<Prefix> {
    let Some(prefix) = Prefix::of(name) else {
        report.warning(
            "RFC 6265bis §8.6",
            format!(
                "{what} has no prefix: a sibling subdomain or an open network can plant a cookie of this name (session \
                 fixation)"
            ),
            "name it __Host-…, or __Secure-… where subdomains must share it",
        );
        return None;
    };
    let exact = prefix.as_str();
    if !name.starts_with(exact) {
        report.warning(
            prefix.case_rule(),
            format!("the prefix is not spelled {exact}, and older user agents do not enforce it"),
            "write the prefix in its exact case",
        );
    }
    Some(prefix)
}

pub(super) fn check_prefix(cookie: &ParsedSetCookie, report: &mut Report) {
    let Some(prefix) = check_spelling("the name", &cookie.name, report) else { return };
    let (name, rule) = (prefix.as_str(), prefix.rule());
    if !cookie.is_secure() {
        report.error(rule, format!("{name} requires Secure: user agents drop the cookie"), "add Secure");
    }
    if prefix.needs_http_only() && !cookie.is_http_only() {
        report.error(
            rule,
            format!("{name} requires HttpOnly: user agents that know the prefix drop the cookie"),
            "add HttpOnly",
        );
    }
    if prefix.needs_host_only() && cookie.domain().is_some() {
        report.error(
            rule,
            format!("{name} forbids Domain: user agents drop the cookie"),
            "omit Domain, or name the cookie __Secure-…",
        );
    }
    if prefix.needs_host_only() && cookie.path() != Some("/") {
        report.error(rule, format!("{name} requires Path=/: user agents drop the cookie"), "write Path=/");
    }
}
