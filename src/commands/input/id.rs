//! Reads the id of a session. What is no id is looked at as a token elsewhere.

use sessionctl_core::model::session::SessionId;

/// A token of digits is longer than any id.
pub(super) fn id(bytes: &[u8]) -> Option<SessionId> {
    let text = std::str::from_utf8(bytes.trim_ascii()).ok()?;
    SessionId::read(text)
}
