//! The few colours used, as terminals take them (ECMA-48 SGR). What is coloured is decided where it is written.

/// Ends any colour.
pub(super) const PLAIN: &str = "\x1b[0m";
/// Headers and names.
pub(super) const BOLD: &str = "\x1b[1m";
/// Errors, and what was revoked.
pub(super) const RED: &str = "\x1b[31m";
/// What is active.
pub(super) const GREEN: &str = "\x1b[32m";
/// Warnings, and what has expired.
pub(super) const YELLOW: &str = "\x1b[33m";
/// Hints.
pub(super) const CYAN: &str = "\x1b[36m";

/// The colour of a field's text; only a state has one.
pub(super) fn of_state(field: &str, text: &str) -> Option<&'static str> {
    match (field, text) {
        ("state", "active") => Some(GREEN),
        ("state", "expired") => Some(YELLOW),
        ("state", "revoked") => Some(RED),
        _ => None,
    }
}
