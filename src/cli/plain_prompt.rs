//! Questions on a terminal that obeys no escape sequences (TERM=dumb): a line is printed, and a line is read.

use std::io::{self, Write as _};

use super::terminal_line::{Typed, read_shown};
use crate::commands::{CommandResult, Failure, Outcome};

/// How often a question is repeated after an answer that cannot be used.
pub(super) const MAX_TRIES: usize = 3;

/// What is said to an answer that is none of the numbers.
const NO_NUMBER: &str = "that is not one of the numbers\n";

/// How a command ends whose question was interrupted.
pub(super) fn cancelled() -> Failure {
    Failure::of(Outcome::Interrupted, "interrupted; nothing was changed")
}

/// Prints on standard error, where questions are.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}

/// Asks for a line.
pub(super) fn line(question: &str) -> CommandResult<String> {
    read_behind(&format!("{question}: "))
}

/// Reads a line behind a prompt.
pub(super) fn read_behind(prompt: &str) -> CommandResult<String> {
    print(prompt)?;
    match read_shown()? {
        Typed::Line(line) => Ok(String::from_utf8_lossy(&line).trim().to_owned()),
        Typed::Cancelled => {
            print("\n")?;
            Err(cancelled().into())
        }
    }
}

/// Asks for yes or no; anything but yes is no.
pub(super) fn confirm(question: &str) -> CommandResult<bool> {
    let answer = line(&format!("{question} [y/N]"))?;
    Ok(["y", "yes"].iter().any(|yes| answer.eq_ignore_ascii_case(yes)))
}

/// Asks for one of several; `None` for an empty line.
pub(super) fn select(question: &str, items: &[String]) -> CommandResult<Option<usize>> {
    print_items(question, items)?;
    let chosen = choose("Number, or an empty line for none", |answer| {
        if answer.is_empty() {
            Some(None)
        } else {
            position(answer, items.len().min(MAX_PRINTED_ITEMS)).map(Some)
        }
    })?;
    Ok(chosen)
}

/// Asks for the answer to a question; `None` for the question mark. An empty line, which is typed out of habit, is no answer.
pub(super) fn answer(question: &str, answers: &[String]) -> CommandResult<Option<usize>> {
    print_items(question, answers)?;
    loop {
        let typed = line("Number, or ? to see the answer")?;
        match position(&typed, answers.len()) {
            None if typed == "?" => return Ok(None),
            None => print(NO_NUMBER)?,
            chosen => return Ok(chosen),
        }
    }
}

/// Asks for some of several; none for an empty line.
pub(super) fn multi_select(question: &str, items: &[String]) -> CommandResult<Vec<usize>> {
    print_items(question, items)?;
    choose("Numbers with spaces between them, or an empty line for none", |answer| {
        let shown = items.len().min(MAX_PRINTED_ITEMS);
        answer.split_whitespace().map(|word| position(word, shown)).collect()
    })
}

/// Lines that are printed, at most: nothing filters them.
const MAX_PRINTED_ITEMS: usize = 50;

fn print_items(question: &str, items: &[String]) -> CommandResult<()> {
    let shown = items.iter().take(MAX_PRINTED_ITEMS).enumerate();
    let mut lines: String = shown.map(|(at, item)| format!("{:>4}  {item}\n", at + 1)).collect();
    let more = items.len().saturating_sub(MAX_PRINTED_ITEMS);
    if more > 0 {
        lines.push_str(&format!("and {more} more: name one of them on the command line\n"));
    }
    Ok(print(&format!("{question}\n{lines}"))?)
}

fn choose<T>(question: &str, read: impl Fn(&str) -> Option<T>) -> CommandResult<T> {
    for _ in 0..MAX_TRIES {
        match read(&line(question)?) {
            Some(chosen) => return Ok(chosen),
            None => print(NO_NUMBER)?,
        }
    }
    Err(Failure::usage("nothing was chosen").into())
}

/// The position of a number that counts from 1.
fn position(word: &str, number: usize) -> Option<usize> {
    word.parse::<usize>().ok()?.checked_sub(1).filter(|position| *position < number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn position_accepts_only_the_numbers_shown() {
        assert_eq!(
            ["1", "3", "0", "4", "-1", "x", ""].map(|word| position(word, 3)),
            [Some(0), Some(2), None, None, None, None, None]
        );
    }
}
