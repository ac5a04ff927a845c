//! The number of trials, and the line that reports them.

use std::fmt::Display;
use std::io::Write as _;

/// The part of the long form that `SESSIONCTL_LONG` asks for: `1` is all of it, `0.1` a tenth.
fn long_share() -> Option<f64> {
    let asked = std::env::var("SESSIONCTL_LONG").ok()?;
    Some(asked.parse().unwrap_or_else(|_| panic!("SESSIONCTL_LONG is no number: {asked}")))
}

/// A number for the short form, or for the long one; a part of the long form is never shorter than the short one.
pub(crate) fn trials(short: usize, long: usize) -> usize {
    long_share().map_or(short, |share| short.min(long).max((long as f64 * share).ceil() as usize))
}

pub(crate) fn is_long() -> bool {
    long_share().is_some()
}

/// Reports what was tried, in the long form. A loss fails its test, so a reported line means that nothing was
/// lost.
pub(crate) fn report(what: &str, tried: usize, more: impl Display) {
    if is_long() {
        // Written directly, because the test harness captures the output of a passing test.
        let _ = writeln!(std::io::stderr(), "| {what} | {tried} | 0 | {more} |");
    }
}
