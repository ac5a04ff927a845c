//! [`RecordDoc`]: what the documentation of a command says about the records that it prints.

use super::View;

/// A kind of record that a command prints.
#[derive(Clone, Copy, Debug)]
pub struct RecordDoc {
    /// The words of the command: `user add`.
    pub command: &'static str,
    /// With which arguments, where it depends on them.
    pub when: &'static str,
    /// The fields.
    pub view: &'static View,
    /// Whether it prints any number of them; in JSON, an object with their array.
    pub is_list: bool,
}

impl RecordDoc {
    /// One record.
    pub(crate) const fn one(command: &'static str, view: &'static View) -> Self {
        RecordDoc { command, when: "", view, is_list: false }
    }

    /// Any number of records.
    pub(crate) const fn list(command: &'static str, view: &'static View) -> Self {
        RecordDoc { command, when: "", view, is_list: true }
    }

    /// The same with these arguments only.
    pub(crate) const fn when(self, when: &'static str) -> Self {
        RecordDoc { when, ..self }
    }
}
