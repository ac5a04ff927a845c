//! Checks each attribute: whether it is repeated, unknown, too long, or has a value without meaning.

use std::collections::HashSet;

use secrecy::ExposeSecret as _;

use super::report::Report;
use crate::cookie::limits::MAX_ATTRIBUTE;
use crate::cookie::parse::{Attribute, ParsedAttribute, ParsedSetCookie};

pub(super) fn check(cookie: &ParsedSetCookie, report: &mut Report) {
    let mut seen = HashSet::new();
    for (number, attribute) in (1..).zip(&cookie.attributes) {
        let shown = shown(attribute, number);
        if attribute.is_too_long() {
            report.warning(
                "RFC 6265bis §5.6",
                format!("{shown} is longer than {MAX_ATTRIBUTE} bytes, and user agents ignore it"),
                "shorten it",
            );
        }
        if attribute.meaning == Attribute::Unknown {
            report.note(
                "RFC 6265bis §4.1.2",
                format!("{shown} is in no standard, and most user agents ignore it"),
                "omit it, or check its spelling",
            );
        }
        let is_flag =
            matches!(attribute.meaning, Attribute::Secure | Attribute::HttpOnly | Attribute::Partitioned);
        if is_flag && !attribute.value.expose_secret().is_empty() {
            report.warning(
                "RFC 6265bis §4.1.1",
                format!("{shown} has a value, which has no effect: the attribute is on, even with =false"),
                "write it without a value, or omit it to turn it off",
            );
        }
        if !seen.insert(attribute.name.expose_secret().to_ascii_lowercase()) {
            report.warning(
                "RFC 6265bis §4.1.1",
                format!("{shown} occurs more than once: the last one counts"),
                "write it once",
            );
        }
    }
}

/// The standard name of the attribute, or its position: any text between two semicolons may be a secret.
fn shown(attribute: &ParsedAttribute, number: usize) -> String {
    match attribute.meaning {
        Attribute::Expires(_) => "Expires".to_owned(),
        Attribute::MaxAge(_) => "Max-Age".to_owned(),
        Attribute::Domain(_) => "Domain".to_owned(),
        Attribute::Path(_) => "Path".to_owned(),
        Attribute::Secure => "Secure".to_owned(),
        Attribute::HttpOnly => "HttpOnly".to_owned(),
        Attribute::SameSite(_) => "SameSite".to_owned(),
        Attribute::Partitioned => "Partitioned".to_owned(),
        Attribute::Unknown => format!("attribute {number}"),
    }
}
