//! A task of the tour: the reader types commands, and each is judged by what it did. A command that was not right is undone,
//! so that it cannot spoil a later step; what a right one changed stays, as the reader saw it. The tasks are in `story`.

use super::folder::Snapshot;
use super::pause::command_in;
use super::repeatable::is_repeatable;
use super::shell::Ran;
use super::stage::Stage;
use super::story::{Check, Task};
use crate::commands::{CommandError, CommandResult};
use crate::host::process::interrupt;
use sessionctl_core::counted;

/// What is said where a command could not do what it does on the sandbox that the story has.
const TYPE_AGAIN: &str = "Type the command again: the arrow up brings it back.";
/// What is said where a command is written for another shell.
const OTHER_SHELL: &str = "The tour runs commands with sh, which does not know all that bash does: write echo … | … in place of <<<.";
/// How a shell such as bash is written and sh is not.
const OF_BASH: [&str; 5] = ["<<<", "<(", ">(", "[[", "source "];
/// The exit codes of a shell for a line that it cannot read, and for a command that it does not find.
const NOT_RUN: [i32; 2] = [2, 127];
/// How often a task is tried before the tour shows one way to do it.
const MAX_TRIES: usize = 3;

/// How a task ended at a terminal.
enum Tried {
    Done,
    /// One way is to be shown.
    Unsolved,
    /// The reader left the tour.
    Left,
}

/// What the reader typed.
enum Typed {
    Command(String),
    /// Enter alone, twice, which asks for a solution.
    Nothing,
    Leave,
}

/// How a command of the reader was judged.
enum Attempt {
    Right,
    Wrong,
    /// It costs no try.
    Free,
    /// The reader left while its output was shown.
    Left,
}

impl Stage<'_> {
    /// Lets the reader type commands of his own. Elsewhere than at a terminal, and after some tries, one way is shown.
    pub(super) fn let_try(&mut self, task: &'static Task) -> CommandResult<()> {
        let ask = format!("Your turn: {}", task.ask);
        // The task stays on the screen on which its command is typed.
        self.room(self.screen.height(&ask) + 3)?;
        self.paragraph(&ask)?;
        if self.screen.is_interactive() {
            self.line(&format!(
                "You have {}, and may look around with other commands as long as you like.",
                counted(MAX_TRIES as u64, "try", "tries")
            ))?;
            self.line("Enter twice shows one way, ? gives a hint, q leaves the tour.")?;
            match self.tries(task)? {
                Tried::Left => return Ok(()),
                Tried::Done => self.paragraph("That is it.")?,
                Tried::Unsolved => {
                    self.paragraph("One way to do it:")?;
                    self.show(task.example, task.code)?;
                }
            }
        } else if !self.screen.has_quit() {
            self.show(task.example, task.code)?;
        }
        if task.meaning.is_empty() { Ok(()) } else { self.paragraph(task.meaning) }
    }

    fn tries(&mut self, task: &'static Task) -> CommandResult<Tried> {
        let mut before = self.snapshot()?;
        let mut left = MAX_TRIES;
        while left > 0 {
            let typed = match self.type_command(task)? {
                Typed::Command(typed) => typed,
                Typed::Nothing => return Ok(Tried::Unsolved),
                Typed::Leave => return Ok(Tried::Left),
            };
            let tried = self.try_command(task, (&typed, left), &mut before)?;
            // It was meant for the command that has ended.
            interrupt().forget();
            match tried {
                Attempt::Right => return Ok(Tried::Done),
                Attempt::Left => return Ok(Tried::Left),
                Attempt::Wrong => left -= 1,
                Attempt::Free => {}
            }
        }
        Ok(Tried::Unsolved)
    }

    /// Lets the reader type until it is a command, or the end of his tries.
    fn type_command(&mut self, task: &Task) -> CommandResult<Typed> {
        // Everywhere else Enter goes on: one that is typed out of habit does not give the task away.
        let mut has_entered = false;
        loop {
            self.context.ui.flush()?;
            self.context.prompt.discard_typed();
            if self.interrupted() {
                return Err(Self::interruption());
            }
            let typed = self.context.prompt.type_command("$")?;
            if self.interrupted() {
                return Err(Self::interruption());
            }
            self.screen.begin_new();
            let typed = command_in(&typed);
            if self.screen.leaves(typed) {
                return Ok(Typed::Leave);
            }
            match typed {
                "" if has_entered => return Ok(Typed::Nothing),
                "" => {
                    has_entered = true;
                    self.line("Enter once more shows one way to do it.")?;
                }
                "?" | "help" | "hint" => {
                    self.paragraph(&format!("Hint: {}", task.hint))?;
                }
                "clear" | "reset" => self.paragraph("Ctrl-L clears the screen.")?,
                typed => return Ok(Typed::Command(typed.to_owned())),
            }
        }
    }

    /// Runs and judges a command, which may be one of the tries that are left. What it changed stays only where it is right.
    fn try_command(
        &mut self,
        task: &Task,
        (typed, left): (&str, usize),
        before: &mut Snapshot,
    ) -> CommandResult<Attempt> {
        let (ran, stopped) = self.attempt(typed)?;
        self.lines(&self.output_lines(&ran))?;
        // To judge it takes longer than to run it.
        self.context.ui.flush()?;
        if self.screen.has_quit() {
            return Ok(Attempt::Left);
        }
        if !stopped && self.meets(task.done, typed, &ran)? {
            let tidied = self.shell.folder.tidy();
            tidied.map_err(CommandError::io("cannot write to the folder of the tour"))?;
            return Ok(Attempt::Right);
        }
        if !stopped && !self.is_still_possible(task, before)? {
            self.set_up_again()?;
            *before = self.snapshot()?;
            // The tour does not run it once more: what it did elsewhere would be done twice.
            self.paragraph(TYPE_AGAIN)?;
            return Ok(Attempt::Free);
        }
        let judged = !stopped && !only_looks(typed);
        let mistake = if judged { self.mistake(task, typed, &ran)? } else { None };
        let undone = if self.restore(before)? { " What it changed is undone." } else { "" };
        let is_try = mistake.is_some() || judged && is_about(typed, task.about);
        let said = match mistake {
            Some(said) => said,
            None if is_of_bash(typed, &ran) => OTHER_SHELL,
            None if is_try => "Not yet.",
            None => "",
        };
        let count = if is_try { tries_left(left - 1) } else { String::new() };
        // A hint may end with a command, which nothing must follow.
        let hint = match said {
            "Not yet." if left > 1 => format!(" Hint: {}", task.hint),
            _ => String::new(),
        };
        let text = format!("{said}{undone}{count}{hint}");
        if !text.is_empty() {
            self.paragraph(text.trim_start())?;
        }
        Ok(if is_try { Attempt::Wrong } else { Attempt::Free })
    }

    /// Runs what was typed, and returns whether Ctrl-C ended it. It ends the command only, as in a shell.
    pub(super) fn attempt(&mut self, typed: &str) -> CommandResult<(Ran, bool)> {
        self.fit();
        let ran = self.shell.run(typed)?;
        let stopped = interrupt().forget();
        if stopped {
            // Behind the ^C that the terminal shows.
            self.line("")?;
        }
        Ok((ran, stopped))
    }

    /// What is said to a wrong way that deserves an answer of its own.
    fn mistake(&mut self, task: &Task, typed: &str, ran: &Ran) -> CommandResult<Option<&'static str>> {
        for mistake in task.mistakes {
            if self.meets(mistake.when, typed, ran)? {
                return Ok(Some(mistake.say));
            }
        }
        Ok(None)
    }

    /// Whether the story's own command does it on what was there before: time passes while the reader thinks, and sessions
    /// expire. The folder is left as it is.
    fn is_still_possible(&mut self, task: &Task, before: &Snapshot) -> CommandResult<bool> {
        let now = self.snapshot()?;
        self.restore(before)?;
        let ran = self.shell.run(task.example)?;
        interrupt().forget();
        let is_possible = ran.code == Some(task.code) && self.meets(task.done, task.example, &ran)?;
        self.restore(&now)?;
        Ok(is_possible)
    }

    /// Whether a command that ran meets all checks. One that must not run once more is judged by the others alone.
    fn meets(&mut self, checks: &[Check], typed: &str, ran: &Ran) -> CommandResult<bool> {
        for check in checks {
            let is_met = match check {
                Check::Exits(code) => {
                    let shown = code.to_string();
                    ran.code == Some(*code)
                        || ran.code == Some(0) && ran.output.lines().any(|line| line.trim() == shown)
                }
                Check::Prints(text) => unwrapped(&ran.output).contains(text),
                Check::PrintsLine(text) => ran.output.lines().any(|line| line.trim() == *text),
                Check::PrintsNo(text) => !ran.output.contains(text),
                Check::Names(texts) => texts.iter().any(|text| typed.contains(text)),
                Check::Leaves(line, text) => self.unseen(line)?.output.trim() == *text,
                Check::Sees(..) | Check::Notices(_) if !is_repeatable(typed) => true,
                Check::Sees(prepare, text) => {
                    self.unseen(&format!("{prepare}\n{typed}"))?.output.contains(text)
                }
                Check::Notices(prepare) => {
                    let again = self.unseen(&format!("{prepare}\n{typed}"))?;
                    (again.output, again.code) != (ran.output.clone(), ran.code)
                }
            };
            if !is_met {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Runs a command line that leaves nothing behind.
    fn unseen(&mut self, line: &str) -> CommandResult<Ran> {
        let before = self.snapshot()?;
        let ran = self.shell.run(line)?;
        interrupt().forget();
        self.restore(&before)?;
        Ok(ran)
    }

    pub(super) fn snapshot(&self) -> CommandResult<Snapshot> {
        self.shell.folder.snapshot().map_err(CommandError::io("cannot read the folder of the tour"))
    }

    pub(super) fn restore(&self, before: &Snapshot) -> CommandResult<bool> {
        self.shell.folder.restore(before).map_err(CommandError::io("cannot write to the folder of the tour"))
    }
}

/// Whether one of the commands of a line is one of these: its words are among those of the command, in their order.
pub(super) fn is_about(line: &str, subjects: &[&str]) -> bool {
    line.split(['|', ';', '&', '(', ')', '`', '\n']).any(|command| {
        subjects.iter().any(|subject| {
            // A program may be named by its path.
            let mut words = command.split_whitespace().filter_map(|word| word.rsplit('/').next());
            subject.split(' ').all(|part| words.any(|word| word == part))
        })
    })
}

fn tries_left(left: usize) -> String {
    match left {
        0 => " That was the last try.".to_owned(),
        left => format!(" You have {} left.", counted(left as u64, "try", "tries")),
    }
}

/// Whether a command shows how a command is used, or what it would do: the way to an answer, and no answer.
fn only_looks(typed: &str) -> bool {
    let words: Vec<&str> = typed.split_whitespace().collect();
    matches!(words[..], ["man", ..] | ["sessionctl"] | ["sessionctl", "help" | "man", ..])
        || words.iter().any(|word| matches!(*word, "--help" | "-h" | "--dry-run"))
}

/// Whether the shell refused a command that bash would run.
fn is_of_bash(typed: &str, ran: &Ran) -> bool {
    ran.code.is_some_and(|code| NOT_RUN.contains(&code))
        && ran.output.starts_with("sh: ")
        && OF_BASH.iter().any(|part| typed.contains(part))
}

/// Output without the breaks of its lines, which depend on the width of the screen.
fn unwrapped(output: &str) -> String {
    output.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_is_about_a_task_by_its_words() {
        let is_one = |line: &str| is_about(line, &["sessionctl data set"]);
        for line in [
            "echo \"$CART\" | sessionctl data set - theme '\"dark\"'",
            "sessionctl --db shop.db data -q set 1 theme 1",
            "true; bin/sessionctl data set 1 theme 1",
            "x=$(sessionctl data set 1 theme 1)",
        ] {
            assert!(is_one(line), "{line}");
        }
        for line in ["sessionctl data list 1", "sessionctl data; set", "sessionctl list", "pwd", ""] {
            assert!(!is_one(line), "{line}");
        }
    }

    #[test]
    fn command_for_bash_is_told_from_another_mistake() {
        let refused = |typed: &str, code: i32, output: &str| {
            is_of_bash(typed, &Ran { output: output.to_owned(), code: Some(code) })
        };
        let (redirection, not_found) =
            ("sh: 1: Syntax error: redirection unexpected\n", "sh: 1: [[: not found\n");
        assert!(refused("sessionctl verify - <<< \"$TOKEN\"", 2, redirection));
        assert!(refused("[[ -n $TOKEN ]]", 127, not_found));
        assert!(!refused("echo 'x", 2, "sh: 1: Syntax error: Unterminated quoted string\n"));
        assert!(!refused("sessionctl verify @<(x", 2, "error: no such file\n"));
        assert!(!refused("sessionctl verify - <<< \"$TOKEN\"", 0, "active\n"));
    }
}
