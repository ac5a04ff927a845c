//! Where the tour stops for its reader: before a screenful scrolls away, and between chapters. A command that is typed there
//! runs, and what it changed is undone, so that the story goes on as it was. What is typed at a task is in `task`.

use super::screen::Next;
use super::stage::Stage;
use crate::commands::CommandResult;
use crate::host::process::interrupt;

/// The question where the screen is full.
const GOES_ON: &str = "Enter goes on, q leaves the tour";
/// What people answer in place of Enter; none of it is meant for a shell.
const ANSWERS: [&str; 12] =
    ["?", "help", "hint", "y", "yes", "n", "no", "next", "ok", "c", "continue", "enter"];

impl Stage<'_> {
    /// Prints a line as it is, after a stop where the screen is full.
    pub(super) fn line(&mut self, text: &str) -> CommandResult<()> {
        if !self.screen.shows() || self.screen.is_full(text) && self.stop(GOES_ON)? == Next::Quit {
            return Ok(());
        }
        self.screen.print(text, self.context)
    }

    pub(super) fn lines(&mut self, lines: &[String]) -> CommandResult<()> {
        lines.iter().try_for_each(|line| self.line(line))
    }

    /// Prints an empty line and a paragraph, which is kept on one screen.
    pub(super) fn paragraph(&mut self, text: &str) -> CommandResult<()> {
        self.screen.measure();
        let lines = self.screen.wrapped(text);
        self.room(lines.len() + 1)?;
        self.line("")?;
        self.lines(&lines)
    }

    /// Stops here if this number of lines would not fit what is left of the screen.
    pub(super) fn room(&mut self, lines: usize) -> CommandResult<()> {
        if self.screen.lacks_room(lines) {
            self.stop(GOES_ON)?;
        }
        Ok(())
    }

    /// Waits for the reader between two chapters.
    pub(super) fn end_chapter(&mut self) -> CommandResult<Next> {
        self.stop("Enter begins the next chapter, q leaves the tour")
    }

    /// Waits for the reader, if there is one, and begins a new screen.
    fn stop(&mut self, question: &str) -> CommandResult<Next> {
        while self.screen.is_interactive() {
            self.context.ui.flush()?;
            self.context.prompt.discard_typed();
            let answer = self.context.prompt.type_word(question)?;
            self.screen.begin_new();
            let typed = command_in(&answer);
            if typed.is_empty() {
                return Ok(Next::Continue);
            }
            if self.screen.leaves(typed) {
                return Ok(Next::Quit);
            }
            if is_command(typed) {
                self.run_aside(typed)?;
            } else {
                self.context.ui.status("Enter goes on, q leaves the tour; any other line runs as a command");
            }
        }
        Ok(if self.screen.has_quit() { Next::Quit } else { Next::Continue })
    }

    /// Runs a command that is no step of the story.
    fn run_aside(&mut self, typed: &str) -> CommandResult<()> {
        let before = self.snapshot()?;
        let (ran, _) = self.attempt(typed)?;
        // It was meant for the command that has ended.
        interrupt().forget();
        let output = self.output_lines(&ran);
        let is_changed = self.restore(&before)?;
        self.lines(&output)?;
        if is_changed {
            self.paragraph("What it changed is undone: the story goes on without it.")
        } else {
            Ok(())
        }
    }
}

/// The command in what was typed: copied from the screen, it has the prompt before it.
pub(super) fn command_in(typed: &str) -> &str {
    typed.trim().trim_start_matches("$ ").trim_start()
}

/// Whether a line is meant for a shell.
fn is_command(typed: &str) -> bool {
    !typed.contains(char::is_control) && !ANSWERS.contains(&typed.to_lowercase().as_str())
}
