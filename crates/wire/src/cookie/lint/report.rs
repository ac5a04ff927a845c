//! Findings, and how the checks record them.

use std::fmt;

/// How serious a finding is. The most serious one is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works, but is weaker than it looks or differs from what is written.
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

/// A problem with a cookie line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// How serious it is.
    pub severity: Severity,
    /// The rule that the line breaks, with its section: `RFC 6265bis §4.1.3.2`.
    pub rule: &'static str,
    /// The problem.
    pub message: String,
    /// What to do about it.
    pub advice: &'static str,
}

/// Collects findings.
#[derive(Default)]
pub(super) struct Report(Vec<Finding>);

impl Report {
    pub(super) fn error(&mut self, rule: &'static str, message: impl Into<String>, advice: &'static str) {
        self.0.push(Finding { severity: Severity::Error, rule, message: message.into(), advice });
    }

    pub(super) fn warning(&mut self, rule: &'static str, message: impl Into<String>, advice: &'static str) {
        self.0.push(Finding { severity: Severity::Warning, rule, message: message.into(), advice });
    }

    pub(super) fn note(&mut self, rule: &'static str, message: impl Into<String>, advice: &'static str) {
        self.0.push(Finding { severity: Severity::Note, rule, message: message.into(), advice });
    }

    /// The most serious first, and among equals the one that was found first.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        self.0.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        self.0
    }
}
