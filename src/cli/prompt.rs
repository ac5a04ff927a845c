//! Questions to the person at the terminal, asked on standard error and answered on standard input. What an answer means
//! is the command's matter.

use std::io::{self, IsTerminal as _};

use rustix::termios::{QueueSelector, tcflush};
use zeroize::Zeroizing;

use super::command_line::CommandLine;
use super::picker::{self, Take};
use super::plain_prompt::{self, MAX_TRIES, cancelled, print};
use super::terminal_line::{self, Typed};
use crate::commands::{CommandError, CommandResult, Failure, Prompt};
use crate::host::process::interrupt;
use crate::output::escape::escape_sentence;

/// The terminal that both standard input and standard error are.
pub(super) struct TerminalPrompt {
    interactive: bool,
    /// Whether the terminal obeys escape sequences.
    escapes: bool,
    commands: CommandLine,
}

impl TerminalPrompt {
    /// A prompt that never asks with `no_input`, and without `escapes` asks line by line.
    pub(super) fn new(no_input: bool, escapes: bool) -> Self {
        let terminals = io::stdin().is_terminal() && io::stderr().is_terminal();
        TerminalPrompt { interactive: terminals && !no_input, escapes, commands: CommandLine::default() }
    }

    fn require(&self, what: &str, instead: &str) -> Result<(), Failure> {
        if self.interactive {
            return Ok(());
        }
        Err(Failure::usage(format!("{what}, and there is no terminal to ask on")).hint(instead))
    }
}

/// Asks while Ctrl-C is only recorded, and shows the cursor again.
fn ask<T, E>(question: impl FnOnce() -> Result<T, E>) -> CommandResult<T>
where
    io::Error: From<E>,
{
    let answer = interrupt().during(question);
    let _ = console::Term::stderr().show_cursor();
    answer.map_err(|error| match io::Error::from(error) {
        error if error.kind() == io::ErrorKind::Interrupted => cancelled().into(),
        error => CommandError::io("cannot ask at the terminal")(error),
    })
}

fn ask_hidden(prompt: &str) -> CommandResult<Zeroizing<String>> {
    print(&format!("{}: ", escape_sentence(prompt)))?;
    let typed = terminal_line::read_hidden();
    print("\n")?;
    match typed? {
        Typed::Cancelled => Err(cancelled().into()),
        Typed::Line(mut line) => match String::from_utf8(std::mem::take(&mut *line)) {
            Ok(text) => Ok(Zeroizing::new(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(Failure::usage("the password is not UTF-8").hint("use --password-stdin").into())
            }
        },
    }
}

/// The items that are picked; `None` where the person ended it.
fn pick(question: &str, items: &[String], take: Take) -> CommandResult<Option<Vec<usize>>> {
    ask(|| picker::pick(question, items, take))
}

fn escaped(items: &[String]) -> Vec<String> {
    items.iter().map(|item| escape_sentence(item).into_owned()).collect()
}

impl Prompt for TerminalPrompt {
    fn is_interactive(&self) -> bool {
        self.interactive
    }

    fn password(&mut self, prompt: &str) -> CommandResult<Zeroizing<String>> {
        self.require("a password is needed", "give it on standard input with --password-stdin")?;
        for _ in 0..MAX_TRIES {
            let typed = ask_hidden(prompt)?;
            if !typed.is_empty() {
                return Ok(typed);
            }
            print("no password was typed; try again, or press Ctrl-C\n")?;
        }
        Err(Failure::usage("no password was given").into())
    }

    fn confirm(&mut self, question: &str) -> CommandResult<bool> {
        self.require("this needs confirmation", "add --yes")?;
        let question = escape_sentence(question);
        // A line that is read, so that Ctrl-D ends the question as well.
        plain_prompt::confirm(&question)
    }

    fn type_word(&mut self, question: &str) -> CommandResult<String> {
        self.require("this needs confirmation", "add --yes")?;
        plain_prompt::line(&escape_sentence(question))
    }

    fn type_command(&mut self, prompt: &str) -> CommandResult<String> {
        self.require("a command is to be typed", "leave --no-input out")?;
        let prompt = format!("{} ", escape_sentence(prompt));
        if !self.escapes {
            return plain_prompt::read_behind(&prompt);
        }
        ask(|| self.commands.read(&prompt))
    }

    fn choose(&mut self, question: &str, answers: &[String]) -> CommandResult<Option<usize>> {
        self.require("a question must be answered", "leave --no-input out")?;
        let (question, answers) = (escape_sentence(question), escaped(answers));
        if !self.escapes {
            return plain_prompt::answer(&question, &answers);
        }
        Ok(pick(&question, &answers, Take::Lettered)?.and_then(|places| places.first().copied()))
    }

    fn discard_typed(&mut self) {
        if self.interactive {
            let _ = tcflush(io::stdin(), QueueSelector::IFlush);
        }
    }

    fn select(&mut self, question: &str, items: &[String]) -> CommandResult<Option<usize>> {
        self.require("one of several must be chosen", "name it on the command line")?;
        if items.is_empty() {
            return Ok(None);
        }
        let (question, items) = (escape_sentence(question), escaped(items));
        if !self.escapes {
            return plain_prompt::select(&question, &items);
        }
        Ok(pick(&question, &items, Take::One)?.and_then(|places| places.first().copied()))
    }

    fn multi_select(&mut self, question: &str, items: &[String]) -> CommandResult<Vec<usize>> {
        self.require("some of several must be chosen", "name them on the command line")?;
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let (question, items) = (escape_sentence(question), escaped(items));
        if !self.escapes {
            return plain_prompt::multi_select(&question, &items);
        }
        Ok(pick(&question, &items, Take::Some)?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompt_without_a_terminal_is_a_usage_error_with_a_hint() {
        let mut prompt = TerminalPrompt::new(true, true);
        assert!(!prompt.is_interactive());
        let failures = [
            prompt.password("Password").map(drop),
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
