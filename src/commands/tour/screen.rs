//! The screen of the tour: text wrapped between words, and a stop before a screenful scrolls away. What is shown does
//! not belong here.

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

    /// Prints a line as it is, after a stop where the screen is full. After the reader has left, nothing is printed.
    pub(super) fn line(&mut self, text: &str, context: &mut Context) -> CommandResult<()> {
        if self.hidden || self.quit {
            return Ok(());
        }
        let rows = 1 + text.chars().count().saturating_sub(1) / usize::from(self.columns.max(1));
        if self.rows.is_some_and(|available| self.used + rows > available)
            && self.stop("Enter goes on, q leaves the tour", context)? == Next::Quit
        {
            return Ok(());
        }
        self.used += rows;
        Ok(context.ui.bare(text)?)
    }

    fn wrapped(&self, text: &str) -> Vec<String> {
        wrap(text, usize::from(self.columns.min(MAX_TEXT_COLUMNS)))
    }

    /// The lines that a paragraph takes.
    pub(super) fn height(&self, text: &str) -> usize {
        self.wrapped(text).len() + 1
    }

    /// Prints an empty line and a paragraph, which is kept on one screen.
    pub(super) fn paragraph(&mut self, text: &str, context: &mut Context) -> CommandResult<()> {
        self.measure();
        let lines = self.wrapped(text);
        self.room(lines.len() + 1, context)?;
        self.line("", context)?;
        lines.iter().try_for_each(|line| self.line(line, context))
    }

    /// Stops here if this number of lines would not fit what is left of the screen.
    pub(super) fn room(&mut self, lines: usize, context: &mut Context) -> CommandResult<()> {
        let full = |available: usize| lines <= available && self.used + lines > available;
        if !self.hidden && !self.quit && self.rows.is_some_and(full) {
            self.stop("Enter goes on, q leaves the tour", context)?;
        }
        Ok(())
    }

    /// Waits for the reader, if there is one, and begins a new screen.
    pub(super) fn stop(&mut self, question: &str, context: &mut Context) -> CommandResult<Next> {
        if self.hidden || self.quit || self.rows.is_none() {
            return Ok(if self.quit { Next::Quit } else { Next::Continue });
        }
        loop {
            context.ui.flush()?;
            context.prompt.discard_typed();
            let answer = context.prompt.type_word(question)?;
            self.begin_new();
            match answer.trim() {
                "" => return Ok(Next::Continue),
                answer if self.leaves(answer) => return Ok(Next::Quit),
                _ => context.ui.status("Enter goes on; commands can be typed at the next \"Your turn\""),
            }
        }
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
