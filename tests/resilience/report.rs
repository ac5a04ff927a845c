//! The number of trials, and the line that reports them.

use std::fmt::Display;
use std::io::Write as _;

/// A number for the short form, or for the long one.
pub(crate) fn trials(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}

pub(crate) fn is_long() -> bool {
    std::env::var_os("SESSIONCTL_LONG").is_some()
}

/// Reports what was tried, in the long form. A loss fails its test, so a reported line means that nothing was
/// lost.
pub(crate) fn report(what: &str, tried: usize, more: impl Display) {
    if is_long() {
        // Written directly, because the test harness captures the output of a passing test.
        let _ = writeln!(std::io::stderr(), "| {what} | {tried} | 0 | {more} |");
    }
}
