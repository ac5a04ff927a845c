//! The screen of the tour: text wrapped between words, and how much of it fits before a screenful scrolls away. What is
//! shown does not belong here; the stops are in `pause`.

use std::io;

use rustix::termios::tcgetwinsize;

use crate::commands::{CommandResult, Context};
use crate::output::wrap::wrap;

/// Text is not wrapped wider, because long lines are hard to read.
const MAX_TEXT_COLUMNS: u16 = 100;
/// Where the width is unknown.
const DEFAULT_COLUMNS: u16 = 80;
/// Where the height is unknown.
const DEFAULT_ROWS: u16 = 24;
/// Lines for the question at the foot of a screen.
const PROMPT_ROWS: usize = 2;
/// How far commands and their output are indented.
pub(super) const INDENT: &str = "  ";

/// Whether the reader goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Continue,
    Quit,
}

/// What of the terminal the tour needs.
pub(super) struct Screen {
    columns: u16,
    /// Whether the width is that of the terminal, so that it changes with it.
    follows_width: bool,
    /// Lines for text, where somebody reads at a terminal.
    rows: Option<usize>,
    used: usize,
    /// Whether nothing is shown, because a chapter is only run for what follows it.
    pub(super) hidden: bool,
    quit: bool,
}

impl Screen {
    pub(super) fn new(context: &Context) -> Self {
        let options = context.ui.options();
        let interactive = context.prompt.is_interactive() && options.stdout_is_terminal;
        let size = size();
        let rows = size.map_or(DEFAULT_ROWS, |(rows, _)| rows);
        Screen {
            columns: options.width.unwrap_or(DEFAULT_COLUMNS),
            follows_width: size.is_some_and(|(_, columns)| options.width == Some(columns)),
            rows: interactive.then(|| text_rows(rows)),
            used: 0,
            hidden: false,
            quit: false,
        }
    }

    /// Adapts to the terminal, which may have been resized.
    pub(super) fn measure(&mut self) {
        if let (Some(text), Some((rows, columns))) = (self.rows.as_mut(), size()) {
            *text = text_rows(rows);
            if self.follows_width {
                self.columns = columns;
            }
        }
    }

    /// Columns for a command, whose output is indented.
    pub(super) fn command_columns(&self) -> u16 {
        self.columns.saturating_sub(2 * INDENT.len() as u16)
    }

    /// Whether the reader has left.
    pub(super) fn has_quit(&self) -> bool {
        self.quit
    }

    /// Whether what is printed is shown: not where a chapter only runs, nor after the reader has left.
    pub(super) fn shows(&self) -> bool {
        !self.hidden && !self.quit
    }

    /// Whether a line would scroll away what has not been read.
    pub(super) fn is_full(&self, text: &str) -> bool {
        self.rows.is_some_and(|available| self.used + self.rows_of(text) > available)
    }

    /// Whether this number of lines fits a screen, and not what is left of this one.
    pub(super) fn lacks_room(&self, lines: usize) -> bool {
        let full = |available: usize| lines <= available && self.used + lines > available;
        self.is_interactive() && self.rows.is_some_and(full)
    }

    fn rows_of(&self, text: &str) -> usize {
        1 + text.chars().count().saturating_sub(1) / usize::from(self.columns.max(1))
    }

    /// Prints a line as it is.
    pub(super) fn print(&mut self, text: &str, context: &mut Context) -> CommandResult<()> {
        self.used += self.rows_of(text);
        Ok(context.ui.bare(text)?)
    }

    /// The lines of a text.
    pub(super) fn wrapped(&self, text: &str) -> Vec<String> {
        wrap(text, usize::from(self.columns.min(MAX_TEXT_COLUMNS)))
    }

    /// The lines that a paragraph takes.
    pub(super) fn height(&self, text: &str) -> usize {
        self.wrapped(text).len() + 1
    }

    /// Whether the reader leaves with this answer; nothing is shown after it.
    pub(super) fn leaves(&mut self, answer: &str) -> bool {
        self.quit = matches!(answer, "q" | "quit" | "exit");
        self.quit
    }

    /// Begins to count again, after something that the reader has answered.
    pub(super) fn begin_new(&mut self) {
        self.measure();
        self.used = 0;
    }

    /// Whether somebody reads at a terminal.
    pub(super) fn is_interactive(&self) -> bool {
        self.rows.is_some() && !self.hidden && !self.quit
    }
}

/// The rows and columns of the terminal, if it reports them.
fn size() -> Option<(u16, u16)> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    (size.ws_row > 0 && size.ws_col > 0).then_some((size.ws_row, size.ws_col))
}

/// The rows for text on a terminal of `rows` rows.
fn text_rows(rows: u16) -> usize {
    usize::from(rows).saturating_sub(PROMPT_ROWS).max(1)
}
