//! Checks a cookie line as that of a session: what user agents drop or misread, and what lets a session be stolen or
//! planted. A finding never repeats the value, nor any text that could be one.

mod attributes;
mod header;
mod lifetime;
mod name;
mod report;
mod scope;

pub use header::lint_cookie_header;
pub use name::suggests_session;
pub use report::{Finding, Severity};

use super::jar::ParsedJarLine;
use super::parse::ParsedSetCookie;
use crate::UnixSeconds;
use report::Report;

/// Checks a `Set-Cookie` line as that of a session. `now` is the present that Expires is compared with. The most
/// serious findings come first. A line as this program writes it has none.
#[must_use]
pub fn lint(cookie: &ParsedSetCookie, now: UnixSeconds) -> Vec<Finding> {
    let mut report = Report::default();
    check(cookie, now, &mut report);
    scope::check_same_site(cookie, &mut report);
    report.finish()
}

/// Checks a line of a Netscape cookie jar as that of a session. A jar does not keep SameSite, so it is not checked.
#[must_use]
pub fn lint_jar_line(line: &ParsedJarLine, now: UnixSeconds) -> Vec<Finding> {
    let mut report = Report::default();
    check(&line.cookie, now, &mut report);
    report.finish()
}

fn check(cookie: &ParsedSetCookie, now: UnixSeconds, report: &mut Report) {
    name::check_line(cookie, report);
    name::check_name(cookie, report);
    if !lifetime::removes(cookie, now) {
        name::check_value(cookie, report);
    }
    name::check_prefix(cookie, report);
    scope::check(cookie, report);
    lifetime::check(cookie, now, report);
    // The attributes of a folded line belong to several cookies.
    if !cookie.is_folded {
        attributes::check(cookie, report);
    }
}

#[cfg(test)]
mod tests;
