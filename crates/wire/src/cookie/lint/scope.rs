//! Checks where a cookie is sent, and who can read it.

use secrecy::ExposeSecret as _;

use super::report::Report;
use crate::cookie::build::SameSite;
use crate::cookie::octets::is_host_name;
use crate::cookie::parse::{Attribute, ParsedSetCookie};
use crate::cookie::prefix::Prefix;

pub(super) fn check(cookie: &ParsedSetCookie, report: &mut Report) {
    check_secrecy(cookie, report);
    check_domain(cookie, report);
    check_path(cookie, report);
    check_partition(cookie, report);
}

fn check_secrecy(cookie: &ParsedSetCookie, report: &mut Report) {
    // A prefix without Secure is reported with the prefix.
    if !cookie.is_secure() && Prefix::of(&cookie.name).is_none() {
        report.error(
            "RFC 6265bis §4.1.2.5",
            "Secure is missing: plain HTTP carries the session in clear text, and can plant one",
            "add Secure",
        );
    }
    if !cookie.is_http_only() && !Prefix::of(&cookie.name).is_some_and(Prefix::needs_http_only) {
        report.error(
            "RFC 6265bis §4.1.2.6",
            "HttpOnly is missing: any script on the page can read the session and send it elsewhere",
            "add HttpOnly",
        );
    }
}

pub(super) fn check_same_site(cookie: &ParsedSetCookie, report: &mut Report) {
    let rule = "RFC 6265bis §4.1.2.7";
    let is_present = cookie.meanings().any(|meaning| matches!(meaning, Attribute::SameSite(_)));
    match cookie.same_site() {
        Some(SameSite::Strict | SameSite::Lax) => {}
        Some(SameSite::None) if !cookie.is_secure() => report.error(
            "RFC 6265bis §5.7",
            "SameSite=None without Secure: user agents drop the cookie",
            "add Secure, or write SameSite=Lax",
        ),
        Some(SameSite::None) => report.warning(
            rule,
            "SameSite=None: requests of other sites carry the session (cross-site request forgery)",
            "write SameSite=Lax or Strict unless other sites must embed this one",
        ),
        None if is_present => report.warning(
            rule,
            "the SameSite value is unknown: user agents use their default",
            "write Strict, Lax or None",
        ),
        None => report.warning(
            rule,
            "SameSite is missing: whether requests of other sites carry the session depends on the user agent",
            "write SameSite=Lax or Strict",
        ),
    }
}

fn check_domain(cookie: &ParsedSetCookie, report: &mut Report) {
    let rule = "RFC 6265bis §4.1.2.3";
    let mut domains = cookie.attributes.iter().filter(|a| matches!(a.meaning, Attribute::Domain(_)));
    let Some(domain) = cookie.domain() else {
        if domains.next().is_some() {
            report.note(rule, "Domain is empty, which has no effect", "omit Domain");
        }
        return;
    };
    if !is_host_name(domain) {
        report.error(
            rule,
            "Domain is not a host name: user agents drop the cookie or never send it",
            "write a host name such as site.example, or omit Domain",
        );
    } else if !domain.contains('.') {
        report.warning(
            "RFC 6265bis §5.7",
            "Domain is a single label: user agents drop a cookie for a public suffix",
            "omit Domain",
        );
    } else if !Prefix::of(&cookie.name).is_some_and(Prefix::needs_host_only) {
        report.warning(
            rule,
            "Domain is set: every subdomain gets the session and can replace it (session fixation)",
            "omit Domain and name the cookie __Host-…",
        );
    }
    if domains.any(|attribute| attribute.value.expose_secret().starts_with('.')) {
        report.note("RFC 6265bis §5.6.3", "Domain begins with a dot, which is ignored", "omit the dot");
    }
}

fn check_path(cookie: &ParsedSetCookie, report: &mut Report) {
    if Prefix::of(&cookie.name).is_some_and(Prefix::needs_host_only) {
        return;
    }
    let rule = "RFC 6265bis §4.1.2.4";
    let is_present = cookie.meanings().any(|meaning| matches!(meaning, Attribute::Path(_)));
    match cookie.path() {
        Some("/") => {}
        Some(_) => report.note(
            rule,
            "Path limits where the cookie is sent, but protects nothing: the whole host can reach it",
            "write Path=/ and the prefix __Host-",
        ),
        None if is_present => report.warning(
            "RFC 6265bis §5.6.4",
            "Path does not begin with /: user agents use the folder of the request instead",
            "write Path=/",
        ),
        None => report.warning(
            rule,
            "Path is missing: user agents use the folder of the request, so one name can have several cookies",
            "write Path=/",
        ),
    }
}

fn check_partition(cookie: &ParsedSetCookie, report: &mut Report) {
    if !cookie.meanings().any(|meaning| *meaning == Attribute::Partitioned) {
        return;
    }
    let rule = "partitioned-cookies §2.1";
    if cookie.is_secure() {
        report.note(
            rule,
            "Partitioned: the session is separate for each site that embeds this one",
            "omit it unless other sites embed this one",
        );
    } else {
        report.error(rule, "Partitioned without Secure: user agents drop the cookie", "add Secure");
    }
}
