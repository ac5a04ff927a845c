//! Judges a cookie line as that of a session: what user agents will drop or misread, and what lets a session
//! be stolen or planted. A finding never repeats the value, nor any text that could be one.

use crate::UnixSeconds;
mod attributes;
mod header;
mod lifetime;
mod name;
mod scope;

use std::fmt;

use super::parse::ParsedSetCookie;

pub use header::lint_cookie_header;

/// How much a finding weighs; the gravest is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works, but weaker or otherwise than it seems.
    Warning,
    /// User agents drop the cookie, or the session can be stolen.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// One thing to say about a cookie line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Which rule it breaks, with the section: `RFC 6265bis §4.1.3.2`.
    pub rule: &'static str,
    /// What is the matter.
    pub message: String,
    /// What to do about it.
    pub advice: &'static str,
}

/// Collects findings; one short call for each.
#[derive(Default)]
struct Report(Vec<Finding>);

impl Report {
    fn error(&mut self, rule: &'static str, message: impl Into<String>, advice: &'static str) {
        self.0.push(Finding { severity: Severity::Error, rule, message: message.into(), advice });
    }

    fn warning(&mut self, rule: &'static str, message: impl Into<String>, advice: &'static str) {
        self.0.push(Finding { severity: Severity::Warning, rule, message: message.into(), advice });
    }

    fn note(&mut self, rule: &'static str, message: impl Into<String>, advice: &'static str) {
        self.0.push(Finding { severity: Severity::Note, rule, message: message.into(), advice });
    }

    /// The gravest first; within a weight in the order they were found.
    fn finish(mut self) -> Vec<Finding> {
        self.0.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        self.0
    }
}

/// Judges a `Set-Cookie` line as that of a session; `now` is the present that Expires is measured against.
/// The gravest findings come first, and a line as this program writes it has none.
#[must_use]
pub fn lint(cookie: &ParsedSetCookie, now: UnixSeconds) -> Vec<Finding> {
    let mut report = Report::default();
    let removes = lifetime::removes(cookie, now);
    name::check_line(cookie, &mut report);
    name::check_name(cookie, &mut report);
    if !removes {
        name::check_value(cookie, &mut report);
    }
    name::check_prefix(cookie, &mut report);
    scope::check(cookie, &mut report);
    lifetime::check(cookie, now, &mut report);
    attributes::check(cookie, &mut report);
    report.finish()
}

#[cfg(test)]
mod tests;
