//! What the fields of a session in another program's table mean, where that is not what they mean on our own database.

use super::types::{BOOLEAN, LIST, Meaning, TEXT, TIME, find};
use crate::output::RecordDoc;

/// The type of a field's value and what it means, where these are records of sessions in another program's table.
pub(super) fn meaning(record: &RecordDoc, field: &str) -> Option<(&'static str, &'static str)> {
    let has = |field: &str| record.view.fields.contains(&field);
    if !has("user_id") || !has("kind") {
        return None;
    }
    find(MEANINGS, field)
}

const MEANINGS: &[Meaning] = &[
    (
        "authenticates",
        BOOLEAN,
        "whether the program accepts the client as this user; null where it cannot be determined",
    ),
    ("before", TEXT, "the state of the session before"),
    (
        "created_at",
        TIME,
        "when the session was created; null where the table does not have it, as each of these fields",
    ),
    ("ended_at", TIME, "when the program ended it, or when it expired"),
    ("expires_at", TIME, "when the session expires"),
    ("id", TEXT, "the key of the row, or the beginning of the key's SHA-256 where the key is a secret"),
    ("ip", TEXT, "the address of the client; where the program replaces it, that of the last request"),
    ("last_ip", TEXT, "the address of the last request"),
    ("last_seen_at", TIME, "when the program last saved the session"),
    ("state", TEXT, "active, expired or revoked; unknown where the row does not show it"),
    (
        "user",
        TEXT,
        "the user's name in the program, or the id where the name is not known; null where there is none",
    ),
    ("why", LIST, "reasons for what is unknown or unusual; text where the format has no lists"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::foreign::{DONE, PLANNED};

    #[test]
    fn every_meaning_is_of_a_field_of_a_session_and_sorted() {
        for (name, ..) in MEANINGS {
            assert!(DONE.fields.contains(name) || PLANNED.fields.contains(name), "{name}");
        }
        assert!(MEANINGS.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, and each once");
    }
}
