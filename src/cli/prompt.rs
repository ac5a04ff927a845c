//! Questions to the person at the terminal. Asked on standard error, answered on standard input; what an answer
//! means is the command's matter.

use std::io::{self, IsTerminal as _, Write as _};

use dialoguer::{Confirm, Input, MultiSelect, Select};
use zeroize::Zeroizing;

use super::hidden_line::{self, Typed};
use crate::commands::{CommandError, CommandResult, Failure, Outcome, Prompt};
use crate::host::process::interrupt;
use crate::output::escape::escape_text;

/// So often a password is asked for.
const TRIES: usize = 3;

/// The terminal that both standard input and standard error are.
pub(super) struct TerminalPrompt {
    interactive: bool,
}

impl TerminalPrompt {
    /// With `no_input`, nobody is asked.
    pub(super) fn new(no_input: bool) -> Self {
        let terminals = io::stdin().is_terminal() && io::stderr().is_terminal();
        TerminalPrompt { interactive: terminals && !no_input }
    }

    fn require(&self, what: &str, instead: &str) -> Result<(), Failure> {
        if self.interactive {
            return Ok(());
        }
        Err(Failure::usage(format!("{what}, and there is nobody to ask")).hint(instead))
    }
}

fn cancelled() -> Failure {
    Failure::of(Outcome::Interrupted, "broken off at the question; nothing was done")
}

fn say(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}

/// Asks with Ctrl-C held back, and leaves the cursor to be seen.
fn ask<T>(question: impl FnOnce() -> dialoguer::Result<T>) -> CommandResult<T> {
    let answer = interrupt().during(question);
    let _ = console::Term::stderr().show_cursor();
    answer.map_err(|error| match io::Error::from(error) {
        error if error.kind() == io::ErrorKind::Interrupted => cancelled().into(),
        error => CommandError::io("cannot ask at the terminal")(error),
    })
}

fn hidden(prompt: &str) -> CommandResult<Zeroizing<String>> {
    say(&format!("{}: ", escape_text(prompt)))?;
    let typed = hidden_line::read();
    say("\n")?;
    match typed? {
        Typed::Cancelled => Err(cancelled().into()),
        Typed::Line(mut line) => match String::from_utf8(std::mem::take(&mut *line)) {
            Ok(text) => Ok(Zeroizing::new(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(Failure::usage("what was typed is not UTF-8").hint("use --password-stdin").into())
            }
        },
    }
}

impl Prompt for TerminalPrompt {
    fn is_interactive(&self) -> bool {
        self.interactive
    }

    fn password(&mut self, prompt: &str, confirm: bool) -> CommandResult<Zeroizing<String>> {
        self.require("a password is needed", "give it on standard input with --password-stdin")?;
        for _ in 0..TRIES {
            let first = hidden(prompt)?;
            if first.is_empty() {
                say("nothing was typed; try again, or press Ctrl-C\n")?;
            } else if !confirm || hidden("The same again")? == first {
                return Ok(first);
            } else {
                say("the two differ; try again, or press Ctrl-C\n")?;
            }
        }
        Err(Failure::usage("no password was given").into())
    }

    fn confirm(&mut self, question: &str) -> CommandResult<bool> {
        self.require("this must be confirmed", "say --yes")?;
        let question =
            Confirm::new().with_prompt(escape_text(question)).default(false).wait_for_newline(true);
        ask(|| question.interact_opt())?.ok_or_else(|| cancelled().into())
    }

    fn type_word(&mut self, question: &str) -> CommandResult<String> {
        self.require("this must be confirmed", "say --yes")?;
        let question = Input::<String>::new().with_prompt(escape_text(question)).allow_empty(true);
        ask(|| question.interact_text())
    }

    fn select(&mut self, question: &str, items: &[String]) -> CommandResult<Option<usize>> {
        self.require("one of several must be chosen", "name it on the command line")?;
        if items.is_empty() {
            return Ok(None);
        }
        let items = items.iter().map(|item| escape_text(item));
        let question = Select::new().with_prompt(escape_text(question)).items(items).default(0).report(false);
        ask(|| question.interact_opt())
    }

    fn multi_select(&mut self, question: &str, items: &[String]) -> CommandResult<Vec<usize>> {
        self.require("some of several must be chosen", "name them on the command line")?;
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let items = items.iter().map(|item| escape_text(item));
        let prompt = format!("{} (Space marks, Enter ends)", escape_text(question));
        let question = MultiSelect::new().with_prompt(prompt).items(items).report(false);
        Ok(ask(|| question.interact_opt())?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_every_question_is_a_usage_error_with_the_way_out() {
        let mut prompt = TerminalPrompt::new(true);
        assert!(!prompt.is_interactive());
        let failures = [
            prompt.password("Password", false).map(drop),
            prompt.confirm("Sure?").map(drop),
            prompt.type_word("Type it").map(drop),
            prompt.select("Which?", &[]).map(drop),
            prompt.multi_select("Which?", &[]).map(drop),
        ];
        let hints = failures.map(|failure| {
            let error = failure.unwrap_err();
            let failure = error.failure().unwrap();
            assert_eq!(failure.code, 2);
            failure.hint.clone().unwrap()
        });
        assert!(hints[0].contains("--password-stdin") && hints[1].contains("--yes"));
    }
}
