//! How much is tried, and the line that tells of it.

use std::fmt::Display;
use std::io::Write as _;

/// So many in the short form, or in the long one.
pub(crate) fn times(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}

pub(crate) fn is_long() -> bool {
    std::env::var_os("SESSIONCTL_LONG").is_some()
}

/// Tells what was tried, in the long form. What was lost fails its test, so that a line only stands here where
/// nothing was.
pub(crate) fn tell(what: &str, tried: usize, more: impl Display) {
    if is_long() {
        // Past the capture of the test harness, which shows nothing of a test that holds.
        let _ = writeln!(std::io::stderr(), "| {what} | {tried} | 0 | {more} |");
    }
}
