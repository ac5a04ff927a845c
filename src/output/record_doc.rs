//! [`RecordDoc`]: what the documentation of a command says about the records that it prints.

use super::{ResultWords, View};

/// When a command prints the record of another program's table.
pub const ON_FOREIGN: &str = "on another program's database";
/// When a command prints what it would do to sessions in another program's table.
pub const DRY_RUN_ON_FOREIGN: &str = "with --dry-run on another program's database";

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
    /// With which arguments it prints one record instead, and one object; never where it is empty.
    pub alone: &'static str,
    /// The words that its field `result` can be; none without that field.
    pub results: Option<ResultWords>,
}

impl RecordDoc {
    /// One record.
    pub(crate) const fn one(command: &'static str, view: &'static View) -> Self {
        RecordDoc { command, when: "", view, is_list: false, alone: "", results: None }
    }

    /// Any number of records.
    pub(crate) const fn list(command: &'static str, view: &'static View) -> Self {
        RecordDoc { command, when: "", view, is_list: true, alone: "", results: None }
    }

    /// The same, and with these arguments a record alone.
    pub(crate) const fn alone(self, alone: &'static str) -> Self {
        RecordDoc { alone, ..self }
    }

    /// The same, whose field `result` is one of these words.
    pub(crate) const fn results(self, words: ResultWords) -> Self {
        RecordDoc { results: Some(words), ..self }
    }

    /// Whether it is printed on another program's database only.
    pub(crate) fn is_on_foreign(&self) -> bool {
        self.when.ends_with(ON_FOREIGN)
    }

    /// The same with these arguments only.
    pub(crate) const fn when(self, when: &'static str) -> Self {
        RecordDoc { when, ..self }
    }
}
