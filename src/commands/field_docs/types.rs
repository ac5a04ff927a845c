//! The types of a field's values, as man pages name them. Which field has which type is in `meanings`.

pub(super) const INTEGER: &str = "integer";
pub(super) const TEXT: &str = "text";
pub(super) const TIME: &str = "time";
pub(super) const SECONDS: &str = "seconds";
pub(super) const BOOLEAN: &str = "boolean";
pub(super) const LIST: &str = "list of text";
pub(super) const JSON: &str = "JSON";
