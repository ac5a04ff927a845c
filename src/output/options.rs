//! How to print. The command line, the environment and the terminal are read elsewhere.

use std::borrow::Cow;

use super::cells::Present;
use super::format::Format;
use super::local_time::replace_times;
use super::suggested_commands::on_database;
use sessionctl_core::model::time::{Timestamp, Zone};

/// How to print, as the command line and the terminal decide.
#[derive(Clone, Debug)]
pub struct UiOptions {
    /// How results are printed.
    pub format: Format,
    /// Whether the environment set the format, and not the command line: it does not change what a variable of a script
    /// gets from a command that prints a token.
    pub format_is_preset: bool,
    /// Which fields, in which order; by default all, or the usual columns.
    pub fields: Option<Vec<String>>,
    /// Whether standard output takes colours.
    pub color: bool,
    /// Whether standard error takes colours.
    pub stderr_color: bool,
    /// Nothing but results and errors.
    pub quiet: bool,
    /// More messages.
    pub verbose: bool,
    /// Whether each step is printed as it is taken.
    pub explain: bool,
    /// Whether standard output is a terminal.
    pub stdout_is_terminal: bool,
    /// Whether standard error is a terminal.
    pub stderr_is_terminal: bool,
    /// Columns for tables and drawings, of a terminal or as the environment sets them; without limit if unknown.
    pub width: Option<u16>,
    /// Lines of the terminal, if standard output is one that obeys escape sequences.
    pub rows: Option<u16>,
    /// Whether both streams go to one place, so that their order shows.
    pub shared_streams: bool,
    /// Columns for messages, of a terminal or as the environment sets them.
    pub stderr_width: Option<u16>,
    /// Whether characters beyond ASCII may be printed.
    pub unicode: bool,
    /// The database that the command line named, as a word of a shell: the commands that a message suggests name it too.
    pub named_database: Option<String>,
    /// The present, to which ages are relative.
    pub now: Timestamp,
    /// The time zone of the times in tables.
    pub zone: Zone,
}

impl UiOptions {
    /// A local time as tables show it, for text that a command lays out itself. The zone is shown elsewhere in the answer.
    #[must_use]
    pub fn local_time(&self, moment: Timestamp) -> String {
        self.present().clock(moment)
    }

    /// The same with its zone.
    #[must_use]
    pub fn local_time_with_zone(&self, moment: Timestamp) -> String {
        self.present().clock_with_zone(moment)
    }

    /// A text in which each time in RFC 3339 and UTC is a local one, for text that a person reads. The zone is shown
    /// elsewhere in the answer.
    #[must_use]
    pub fn in_local_time<'a>(&self, text: &'a str) -> Cow<'a, str> {
        replace_times(text, |moment| self.present().clock(moment))
    }

    /// A text in which each command that it suggests names the database that the command line named.
    #[must_use]
    pub(super) fn with_database<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match &self.named_database {
            Some(database) => on_database(text, database),
            None => text.into(),
        }
    }

    /// A value that suggests commands: with the database in a table, which a person reads, and as it is elsewhere.
    #[must_use]
    pub fn suggestion<'a>(&self, value: &'a str) -> Cow<'a, str> {
        if self.format == Format::Table { self.with_database(value) } else { value.into() }
    }

    pub(super) fn present(&self) -> Present {
        Present { now: self.now, zone: self.zone, unicode: self.unicode }
    }
}

impl Default for UiOptions {
    fn default() -> Self {
        UiOptions {
            format: Format::Table,
            format_is_preset: false,
            fields: None,
            color: false,
            stderr_color: false,
            quiet: false,
            verbose: false,
            explain: false,
            stdout_is_terminal: false,
            stderr_is_terminal: false,
            width: None,
            rows: None,
            shared_streams: false,
            stderr_width: None,
            unicode: false,
            named_database: None,
            now: Timestamp::from_unix(0),
            zone: Zone::UTC,
        }
    }
}
