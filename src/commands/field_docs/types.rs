//! The types of a field's values, as man pages name them, and the search of a list of meanings. Which field has which type
//! is in `meanings`.

pub(super) const INTEGER: &str = "integer";
pub(super) const TEXT: &str = "text";
pub(super) const TIME: &str = "time";
pub(super) const SECONDS: &str = "seconds";
pub(super) const BOOLEAN: &str = "boolean";
pub(super) const LIST: &str = "list of text";
pub(super) const JSON: &str = "JSON";

/// A field, the type of its value, and what it means.
pub(super) type Meaning = (&'static str, &'static str, &'static str);

/// The type and the meaning of a field in a list.
pub(super) fn find(meanings: &[Meaning], field: &str) -> Option<(&'static str, &'static str)> {
    meanings.iter().find(|(name, ..)| *name == field).map(|(_, kind, text)| (*kind, *text))
}
