//! A task of the tour: the reader types commands, and each is judged by what it did. A command that was not right is undone,
//! and so is what a right one changed besides, so that no command can spoil a later step. The tasks are in `story`.

use super::folder::Snapshot;
use super::repeatable::is_repeatable;
use super::shell::Ran;
use super::stage::Stage;
use super::story::{Check, Task};
use crate::commands::{CommandError, CommandResult};
use crate::host::process::interrupt;

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
    /// Enter alone, which asks for a solution.
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
        self.screen.room(self.screen.height(&ask) + 2, self.context)?;
        self.screen.paragraph(&ask, self.context)?;
        if self.screen.is_interactive() {
            self.line("Type a command. Enter alone shows one, ? gives a hint, q leaves the tour.")?;
            match self.tries(task)? {
                Tried::Left => return Ok(()),
                Tried::Done => self.screen.paragraph("That is it.", self.context)?,
                Tried::Unsolved => {
                    self.screen.paragraph("One way to do it:", self.context)?;
                    self.show(task.example, task.code)?;
                }
            }
        } else if !self.screen.has_quit() {
            self.show(task.example, task.code)?;
        }
        if task.meaning.is_empty() { Ok(()) } else { self.screen.paragraph(task.meaning, self.context) }
    }

    fn tries(&mut self, task: &'static Task) -> CommandResult<Tried> {
        let mut before = self.snapshot()?;
        let mut tries = 0;
        while tries < MAX_TRIES {
            let typed = match self.type_command(task)? {
                Typed::Command(typed) => typed,
                Typed::Nothing => return Ok(Tried::Unsolved),
                Typed::Leave => return Ok(Tried::Left),
            };
            let tried = self.try_command(task, &typed, &mut before)?;
            // It was meant for the command that has ended.
            interrupt().forget();
            match tried {
                Attempt::Right => return Ok(Tried::Done),
                Attempt::Left => return Ok(Tried::Left),
                Attempt::Wrong => tries += 1,
                Attempt::Free => {}
            }
        }
        Ok(Tried::Unsolved)
    }

    /// Lets the reader type until it is a command, or the end of his tries.
    fn type_command(&mut self, task: &Task) -> CommandResult<Typed> {
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
            // Copied from the screen, a command has the prompt before it.
            let typed = typed.trim().trim_start_matches("$ ").trim_start();
            if self.screen.leaves(typed) {
                return Ok(Typed::Leave);
            }
            match typed {
                "" => return Ok(Typed::Nothing),
                "?" | "help" | "hint" => {
                    self.screen.paragraph(&format!("Hint: {}", task.hint), self.context)?;
                }
                "clear" | "reset" => self.screen.paragraph("Ctrl-L clears the screen.", self.context)?,
                typed => return Ok(Typed::Command(typed.to_owned())),
            }
        }
    }

    /// Runs and judges a command. What it changed stays only where it is right.
    fn try_command(&mut self, task: &Task, typed: &str, before: &mut Snapshot) -> CommandResult<Attempt> {
        let (ran, stopped) = self.attempt(typed)?;
        self.lines(&self.output_lines(&ran))?;
        // To judge it takes longer than to run it.
        self.context.ui.flush()?;
        if self.screen.has_quit() {
            return Ok(Attempt::Left);
        }
        if !stopped && self.meets(task.done, typed, &ran)? {
            self.keep_changes(task, before)?;
            return Ok(Attempt::Right);
        }
        if !stopped && !self.is_still_possible(task, before)? {
            self.set_up_again()?;
            *before = self.snapshot()?;
            // The tour does not run it once more: what it did elsewhere would be done twice.
            self.screen.paragraph(TYPE_AGAIN, self.context)?;
            return Ok(Attempt::Free);
        }
        if reads_help(typed) {
            self.restore(before)?;
            return Ok(Attempt::Free);
        }
        self.object(task, (typed, &ran), before)?;
        Ok(Attempt::Wrong)
    }

    /// Keeps what a right command changed, or undoes it where the story does not need it.
    fn keep_changes(&mut self, task: &Task, before: &Snapshot) -> CommandResult<()> {
        if task.keeps {
            let tidied = self.shell.folder.tidy();
            return tidied.map_err(CommandError::io("cannot write to the folder of the tour"));
        }
        self.restore(before).map(drop)
    }

    /// Runs what was typed, and returns whether Ctrl-C ended it. It ends the command only, as in a shell.
    fn attempt(&mut self, typed: &str) -> CommandResult<(Ran, bool)> {
        self.fit();
        let ran = self.shell.run(typed)?;
        let stopped = interrupt().forget();
        if stopped {
            // Behind the ^C that the terminal shows.
            self.line("")?;
        }
        Ok((ran, stopped))
    }

    /// Says why this was not it, and undoes it.
    fn object(&mut self, task: &Task, (typed, ran): (&str, &Ran), before: &Snapshot) -> CommandResult<()> {
        let mut said = None;
        for mistake in task.mistakes {
            if said.is_none() && self.meets(mistake.when, typed, ran)? {
                said = Some(mistake.say);
            }
        }
        let undone = if self.restore(before)? { " What it changed is undone." } else { "" };
        let text = match said {
            Some(said) => format!("{said}{undone}"),
            None if is_of_bash(typed, ran) => format!("{OTHER_SHELL}{undone}"),
            None => format!("Not yet.{undone} Hint: {}", task.hint),
        };
        self.screen.paragraph(&text, self.context)
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

    fn snapshot(&self) -> CommandResult<Snapshot> {
        self.shell.folder.snapshot().map_err(CommandError::io("cannot read the folder of the tour"))
    }

    fn restore(&self, before: &Snapshot) -> CommandResult<bool> {
        self.shell.folder.restore(before).map_err(CommandError::io("cannot write to the folder of the tour"))
    }
}

/// Whether a command shows how a command is used: the way to an answer, and no answer.
fn reads_help(typed: &str) -> bool {
    let words: Vec<&str> = typed.split_whitespace().collect();
    matches!(words[..], ["man", ..] | ["sessionctl"] | ["sessionctl", "help" | "man", ..])
        || words.iter().any(|word| matches!(*word, "--help" | "-h"))
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
