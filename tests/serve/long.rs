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

/// Says in the long form what was done, past the test runner, which shows nothing that a passing test prints.
pub(crate) fn report(what: &str, times: usize, result: &str) {
    if is_long() {
        let _ = std::io::stderr().write_all(format!("{what}: {times} times, {result}\n").as_bytes());
    }
}
