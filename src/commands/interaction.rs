//! What a command asks of the terminal: answers to questions, and reports of long work. `cli` implements both; no command
//! knows how.

use std::time::Duration;

use crate::commands::CommandResult;

/// Asks the person at the terminal. Without a terminal, or with `--no-input`, every question is a usage error.
pub trait Prompt {
    /// Whether there is a terminal to ask on.
    fn is_interactive(&self) -> bool;
    /// Asks for a password without echo; never returns an empty one.
    ///
    /// # Errors
    /// Where there is no terminal, or the question is interrupted.
    fn password(&mut self, prompt: &str) -> CommandResult<zeroize::Zeroizing<String>>;
    /// Asks yes or no; `yes` is never the default.
    ///
    /// # Errors
    /// As above.
    fn confirm(&mut self, question: &str) -> CommandResult<bool>;
    /// Asks for a word that confirms a change.
    ///
    /// # Errors
    /// As above.
    fn type_word(&mut self, question: &str) -> CommandResult<String>;
    /// Asks for a command line, which can be edited as in a shell.
    ///
    /// # Errors
    /// As above.
    fn type_command(&mut self, prompt: &str) -> CommandResult<String> {
        self.type_word(prompt)
    }
    /// Offers several items to select one; `None` where none was selected.
    ///
    /// # Errors
    /// As above.
    fn select(&mut self, question: &str, items: &[String]) -> CommandResult<Option<usize>>;
    /// Offers the few answers to a question, which have letters; `None` where none was given.
    ///
    /// # Errors
    /// As above.
    fn choose(&mut self, question: &str, answers: &[String]) -> CommandResult<Option<usize>> {
        self.select(question, answers)
    }
    /// Forgets keys that were pressed before the next question: they are no answer to it.
    fn discard_typed(&mut self) {}
    /// Offers several items to select some.
    ///
    /// # Errors
    /// As above.
    fn multi_select(&mut self, question: &str, items: &[String]) -> CommandResult<Vec<usize>>;
}

/// Reports long work while it goes on: a bar on a terminal, a line now and then with `-v` elsewhere.
pub trait Progress {
    /// Reports how many parts are done.
    fn reached(&mut self, done: u64);
    /// Removes what was shown, and returns how long the work took.
    fn finish(&mut self) -> Duration;
}

/// Starts to report long work.
pub trait StartProgress {
    /// Reports work of which `total` parts are known to be done, or an unknown number.
    fn start(&self, what: &str, total: Option<u64>) -> Box<dyn Progress>;
}
