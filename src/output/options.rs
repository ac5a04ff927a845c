//! How to print. Nothing here finds out: the command line, the environment and the terminal are asked elsewhere.

use super::format::Format;
use sessionctl_core::model::time::Timestamp;

/// How to print, decided by whoever read the command line and looked at the terminal.
#[derive(Clone, Debug)]
pub struct UiOptions {
    /// How results are printed.
    pub format: Format,
    /// Which fields, in which order; all or the usual ones if not said.
    pub fields: Option<Vec<String>>,
    /// Whether standard output takes colours.
    pub color: bool,
    /// Whether standard error takes colours.
    pub stderr_color: bool,
    /// Nothing but results and errors.
    pub quiet: bool,
    /// More status.
    pub verbose: bool,
    /// OnBatch step as it is taken.
    pub explain: bool,
    /// The width in columns, if standard output is a terminal.
    pub stdout_terminal: Option<u16>,
    /// Whether signs beyond ASCII may be drawn.
    pub unicode: bool,
    /// The present, from which ages are counted.
    pub now: Timestamp,
    /// Seconds east of UTC for the times in tables; the system's time zone if not said.
    pub utc_offset: Option<i32>,
}

impl Default for UiOptions {
    fn default() -> Self {
        UiOptions {
            format: Format::Table,
            fields: None,
            color: false,
            stderr_color: false,
            quiet: false,
            verbose: false,
            explain: false,
            stdout_terminal: None,
            unicode: false,
            now: Timestamp::from_unix(0),
            utc_offset: None,
        }
    }
}
