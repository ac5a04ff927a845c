//! What is judged of a `Cookie` line, the one a client sends.

use std::collections::{HashMap, HashSet};

use secrecy::ExposeSecret as _;

use super::{Finding, Report};
use crate::cookie::octets::{is_cookie_value, is_token};
use crate::cookie::{ParsedCookieHeader, Prefix};

/// Bytes of a header field that many servers refuse to go beyond.
const SERVER_LIMIT: usize = 8192;
/// Attributes are not sent back; one in this line means that it is a `Set-Cookie` line.
const ATTRIBUTES: [&str; 5] = ["path", "domain", "expires", "max-age", "samesite"];

/// Judges a `Cookie` line. The gravest findings come first. Cookies are named by their place in the line,
/// because a name may be a secret that stands in the wrong place.
#[must_use]
pub fn lint_cookie_header(header: &ParsedCookieHeader) -> Vec<Finding> {
    let mut report = Report::default();
    if header.has_control {
        report.error(
            "RFC 6265bis §4.2.1",
            "a control character stands in the line",
            "remove it; a line end inside a header may also be an injected header",
        );
    }
    if header.pairs.is_empty() {
        report.error("RFC 6265bis §4.2.1", "the line holds no cookie", "write name=value");
    }
    if header.length > SERVER_LIMIT {
        report.warning(
            "RFC 6265bis §4.2.1",
            format!("the line has {} bytes: many servers refuse over {SERVER_LIMIT}", header.length),
            "set fewer and smaller cookies",
        );
    }
    check_pairs(header, &mut report);
    check_names(header, &mut report);
    report.finish()
}

fn check_pairs(header: &ParsedCookieHeader, report: &mut Report) {
    for (number, pair) in (1..).zip(&header.pairs) {
        if pair.name.is_empty() {
            report.warning(
                "RFC 6265bis §4.1.1",
                format!("cookie {number} has no name"),
                "write name=value; flags such as Secure belong in a Set-Cookie line",
            );
        } else if ATTRIBUTES.contains(&pair.name.to_ascii_lowercase().as_str()) {
            report.warning(
                "RFC 6265bis §4.2.2",
                format!("cookie {number} is named like an attribute, and attributes are not sent back"),
                "if this is what the server sent, read it as a Set-Cookie line",
            );
        } else if !is_token(&pair.name) {
            report.warning(
                "RFC 6265bis §4.1.1",
                format!("the name of cookie {number} is not a token"),
                "use letters, digits, hyphen and underscore",
            );
        }
        let value = pair.value.expose_secret();
        let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
        if !is_cookie_value(inner) {
            report.warning(
                "RFC 6265bis §4.1.1",
                format!("the value of cookie {number} holds a character that is not allowed"),
                "encode it, as hexadecimal or base64url",
            );
        }
    }
}

fn check_names(header: &ParsedCookieHeader, report: &mut Report) {
    let mut exact = HashSet::new();
    let mut folded: HashMap<String, usize> = HashMap::new();
    for (number, pair) in (1..).zip(&header.pairs).filter(|(_, pair)| !pair.name.is_empty()) {
        let first = *folded.entry(pair.name.to_ascii_lowercase()).or_insert(number);
        if !exact.insert(pair.name.as_str()) {
            report.error(
                "RFC 6265bis §4.2.2",
                format!("cookie {number} has the name of an earlier one: their order means nothing, and one may be planted (session fixation)"),
                "refuse the request, and use the prefix __Host- so that there can be only one",
            );
        } else if first != number && Prefix::of(&pair.name).is_some() {
            report.warning(
                "RFC 6265bis §5.4",
                format!(
                    "cookies {first} and {number} differ only in the case of their names, and have a prefix"
                ),
                "compare cookie names exactly",
            );
        }
    }
}
