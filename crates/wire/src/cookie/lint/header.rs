//! Checks a `Cookie` line, the one that a client sends.

use std::collections::{HashMap, HashSet};

use secrecy::ExposeSecret as _;

use super::name;
use super::report::{Finding, Report};
use crate::cookie::octets::{is_cookie_value, is_token};
use crate::cookie::parse::ParsedCookieHeader;
use crate::cookie::prefix::Prefix;

/// Bytes of a header field. Many servers refuse a longer one.
const MAX_FIELD_BYTES: usize = 8192;
/// Attributes are not sent back. One in this line means that it is a `Set-Cookie` line.
const ATTRIBUTE_NAMES: [&str; 5] = ["path", "domain", "expires", "max-age", "samesite"];

/// Checks a `Cookie` line. The most serious findings come first. A finding refers to a cookie by its position, because
/// a name may be a secret in the wrong place.
#[must_use]
pub fn lint_cookie_header(header: &ParsedCookieHeader) -> Vec<Finding> {
    let mut report = Report::default();
    if header.has_control {
        report.error(
            "RFC 6265bis §4.2.1",
            "the line has a control character",
            "remove it; a line end inside a header may also be an injected header",
        );
    }
    if header.is_folded {
        report.error(
            "RFC 6265bis §4.2.1",
            "`, name=` looks like a second cookie: joined with a comma, servers read both as one",
            "separate cookies by a semicolon and a space",
        );
    }
    if header.pairs.is_empty() {
        report.error("RFC 6265bis §4.2.1", "the line has no cookie", "write name=value");
    }
    if header.length > MAX_FIELD_BYTES {
        report.warning(
            "RFC 6265bis §4.2.1",
            format!(
                "the line has {} bytes, and many servers refuse more than {MAX_FIELD_BYTES}",
                header.length
            ),
            "set fewer and smaller cookies",
        );
    }
    check_pairs(header, &mut report);
    check_names(header, &mut report);
    // The pairs of a folded line are not those that a server reads.
    if !header.is_folded {
        check_session(header, &mut report);
    }
    report.note(
        "RFC 6265bis §4.2.2",
        "a Cookie line has no attributes, so Secure, HttpOnly, SameSite and the others were not checked",
        "check the Set-Cookie line of the server's answer",
    );
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
        } else if is_attribute(&pair.name) {
            report.warning(
                "RFC 6265bis §4.2.2",
                format!("cookie {number} has the name of an attribute, and attributes are not sent back"),
                "if the server sent this, check it as a Set-Cookie line",
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
                format!("the value of cookie {number} has a character that is not allowed"),
                "encode it, as hexadecimal or base64url",
            );
        }
    }
}

/// Checks those that may carry a session. Most cookies that a user agent sends keep a language or a consent, and their
/// values need not be random.
fn check_session(header: &ParsedCookieHeader, report: &mut Report) {
    let named: Vec<_> = (1..)
        .zip(&header.pairs)
        .filter(|(_, pair)| !pair.name.is_empty() && !is_attribute(&pair.name))
        .collect();
    let is_alone = named.len() == 1;
    let mut unchecked = 0;
    for (number, pair) in &named {
        let name = format!("the name of cookie {number}");
        name::check_neutrality(&name, &pair.name, report);
        if !is_alone && !name::suggests_session(&pair.name) {
            unchecked += 1;
            continue;
        }
        name::check_spelling(&name, &pair.name, report);
        name::check_strength(&format!("the value of cookie {number}"), pair.value.expose_secret(), report);
    }
    if unchecked > 0 {
        report.note(
            "OWASP ASVS 5.0 7.2.3",
            format!(
                "{unchecked} of {} names do not suggest a session, so it was not checked whether their values can be guessed",
                named.len()
            ),
            "if one is the session's cookie, check it alone: Cookie: name=value",
        );
    }
}

fn is_attribute(name: &str) -> bool {
    ATTRIBUTE_NAMES.contains(&name.to_ascii_lowercase().as_str())
}

fn check_names(header: &ParsedCookieHeader, report: &mut Report) {
    let mut exact = HashSet::new();
    let mut folded: HashMap<String, usize> = HashMap::new();
    for (number, pair) in (1..).zip(&header.pairs).filter(|(_, pair)| !pair.name.is_empty()) {
        let first = *folded.entry(pair.name.to_ascii_lowercase()).or_insert(number);
        if !exact.insert(pair.name.as_str()) {
            report.error(
                "RFC 6265bis §4.2.2",
                format!(
                    "cookie {number} has the name of an earlier one; their order means nothing, and one may have been \
                     planted (session fixation)"
                ),
                "refuse the request, and use the prefix __Host-, which allows only one",
            );
        } else if let Some(prefix) = Prefix::of(&pair.name).filter(|_| first != number) {
            report.warning(
                prefix.case_rule(),
                format!("the names of cookies {first} and {number} have a prefix and differ only in case"),
                "compare cookie names exactly",
            );
        }
    }
}
