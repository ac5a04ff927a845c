//! The long forms: `SESSIONCTL_LONG=1` runs the full counts and prints what was done and what was lost.

use std::io::Write as _;

/// Whether the full counts run.
pub(crate) fn is_long() -> bool {
    std::env::var_os("SESSIONCTL_LONG").is_some()
}

/// How often something is done: the full count, or the one that always runs.
pub(crate) fn count(full: usize, short: usize) -> usize {
    if is_long() { full } else { short }
}

/// Says in the long form what was tried, as the resilience suite does, past the test runner, which shows nothing that a
/// passing test prints. A loss fails its test, so that a reported line means that nothing was lost.
pub(crate) fn report(what: &str, tried: usize, more: &str) {
    if is_long() {
        let _ = std::io::stderr().write_all(format!("| {what} | {tried} | 0 | {more} |\n").as_bytes());
    }
}
