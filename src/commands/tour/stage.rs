//! The stage of the tour: plays the beats of the story in the shell and on the screen, lets the reader type, and counts
//! the answers. The story itself does not belong here.

use super::screen::{INDENT, Next, Screen};
use super::shell::{Ran, Shell};
use super::story::{Beat, Question, Task};
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::wrap::wrap;

/// How often a task is tried before the tour shows one way to do it.
const MAX_TRIES: usize = 3;
/// The bytes of the password that is drawn for the tour.
const PASSWORD_BYTES: usize = 12;

/// Where the story is played.
pub(super) struct Stage<'a> {
    pub(super) context: &'a mut Context,
    pub(super) shell: Shell,
    pub(super) screen: Screen,
    /// Questions that were answered, and rightly answered.
    pub(super) score: Score,
}

/// How many questions were answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Score {
    pub(super) asked: u32,
    pub(super) right: u32,
}

impl<'a> Stage<'a> {
    /// Prepares the sandbox and a password, which is drawn for this tour.
    pub(super) fn prepare(context: &'a mut Context, mut shell: Shell, screen: Screen) -> CommandResult<Self> {
        let mut random = [0; PASSWORD_BYTES];
        context.random.fill(&mut random)?;
        shell.set("PASSWORD", format!("made-up-{}", hex::encode(random)));
        let stage = Stage { context, shell, screen, score: Score::default() };
        stage.run("sessionctl db init --sandbox -q", 0)?;
        Ok(stage)
    }

    /// Prints the heading of a chapter.
    pub(super) fn title(&mut self, number: usize, of: usize, title: &str) -> CommandResult<()> {
        let rule = if self.context.ui.options().unicode { "─" } else { "-" };
        let heading = format!("{number}/{of}  {title}");
        let line = rule.repeat(heading.chars().count());
        self.line("")?;
        self.line(&heading)?;
        self.line(&line)
    }

    /// Plays one beat.
    pub(super) fn play(&mut self, beat: &Beat) -> CommandResult<()> {
        if self.screen.has_quit() {
            return Ok(());
        }
        match beat {
            Beat::Tell(text) => self.screen.paragraph(text, self.context),
            Beat::Run(line) => self.show(line, 0),
            Beat::Fail(line, code) => self.show(line, *code),
            Beat::Keep(name, line) => self.keep(name, line),
            Beat::Try(task) => self.let_try(task),
            Beat::Ask(question) => self.ask(question),
        }
    }

    /// Whether Ctrl-C was pressed.
    pub(super) fn interrupted(&self) -> bool {
        self.context.host.interrupted()
    }

    fn line(&mut self, text: &str) -> CommandResult<()> {
        self.screen.line(text, self.context)
    }

    fn show(&mut self, line: &str, code: i32) -> CommandResult<()> {
        let ran = self.run(line, code)?;
        self.print(line, &ran)
    }

    fn lines(&mut self, lines: &[String]) -> CommandResult<()> {
        lines.iter().try_for_each(|line| self.line(line))
    }

    /// Prints a command line, what it printed, and how it ended, on one screen where they fit.
    fn print(&mut self, line: &str, ran: &Ran) -> CommandResult<()> {
        let (command, output) = (self.command_lines(line), self.output_lines(ran));
        self.screen.room(1 + command.len() + output.len(), self.context)?;
        self.line("")?;
        self.lines(&command)?;
        self.lines(&output)
    }

    /// A command line, continued between words where it is long, as a shell accepts it.
    fn command_lines(&self, line: &str) -> Vec<String> {
        // Two columns each for the prompt and the sign of continuation.
        let columns = usize::from(self.screen.command_columns()).saturating_sub(4);
        let parts = wrap(line, columns);
        let line = |(index, part): (usize, &String)| {
            let prompt = if index == 0 { "$" } else { " " };
            let continued = if index + 1 < parts.len() { " \\" } else { "" };
            format!("{INDENT}{prompt} {part}{continued}")
        };
        parts.iter().enumerate().map(line).collect()
    }

    fn output_lines(&self, ran: &Ran) -> Vec<String> {
        let columns = usize::from(self.screen.command_columns());
        let mut lines = Vec::new();
        for line in ran.output.lines() {
            // A token behind the name of its cookie fits a screen of 80 columns, but not with an indent.
            let is_wide = line.split(' ').any(|word| word.chars().count() > columns);
            let (indent, columns) =
                if is_wide { ("", columns + 2 * INDENT.len()) } else { (INDENT, columns) };
            lines.extend(wrap(line, columns).iter().map(|part| format!("{indent}{part}")));
        }
        match ran.code {
            Some(0) => {}
            Some(code) => lines.push(format!("{INDENT}(exit code {code})")),
            None => lines.push(format!("{INDENT}(ended by a signal)")),
        }
        lines
    }

    fn keep(&mut self, name: &'static str, line: &str) -> CommandResult<()> {
        let ran = self.run(line, 0)?;
        let value = ran.output.lines().next().unwrap_or_default().to_owned();
        let command = self.command_lines(&format!("{name}=$({line})"));
        self.screen.room(3 + command.len(), self.context)?;
        self.line("")?;
        self.lines(&command)?;
        self.line(&format!("{INDENT}$ echo \"${name}\""))?;
        self.line(&format!("{INDENT}{value}"))?;
        self.shell.set(name, value);
        Ok(())
    }

    /// Runs a command line that must end with this code.
    fn run(&self, line: &str, code: i32) -> CommandResult<Ran> {
        let ran = self.shell.run(line)?;
        if ran.code == Some(code) {
            return Ok(ran);
        }
        if self.interrupted() {
            return Err(Failure::of(Outcome::Interrupted, "the tour was interrupted").into());
        }
        let message = format!(
            "the tour's command `{line}` ended with {:?} in place of {code}: {}",
            ran.code,
            ran.output.trim()
        );
        Err(Failure::of(Outcome::Failed, message).into())
    }

    /// Lets the reader type a command of his own. Elsewhere than at a terminal, and after some tries, one way is shown.
    fn let_try(&mut self, task: &Task) -> CommandResult<()> {
        let ask = format!("Your turn: {}", task.ask);
        // The task stays on the screen on which its command is typed.
        self.screen.room(self.screen.height(&ask) + 2, self.context)?;
        self.screen.paragraph(&ask, self.context)?;
        if self.screen.is_interactive() {
            self.line("Type a command. Enter alone shows one, q leaves the tour.")?;
        }
        for _ in 0..MAX_TRIES {
            if !self.screen.is_interactive() {
                break;
            }
            self.context.ui.flush()?;
            let typed = self.context.prompt.type_command("$")?;
            if self.interrupted() {
                return Err(Failure::of(Outcome::Interrupted, "the tour was interrupted").into());
            }
            self.screen.begin_new();
            let typed = typed.trim();
            if typed.is_empty() {
                break;
            }
            if self.screen.leaves(typed) {
                return Ok(());
            }
            let ran = self.shell.run(typed)?;
            if self.interrupted() {
                // Behind the ^C that the terminal shows.
                self.line("")?;
                return Err(Failure::of(Outcome::Interrupted, "the tour was interrupted").into());
            }
            self.lines(&self.output_lines(&ran))?;
            if ran.code == Some(task.code) && ran.output.contains(task.prints) {
                return self.screen.paragraph("That is it.", self.context);
            }
            self.screen.paragraph(&format!("Not yet. Hint: {}", task.hint), self.context)?;
        }
        if self.screen.has_quit() {
            return Ok(());
        }
        if self.screen.is_interactive() {
            self.screen.paragraph("One way to do it:", self.context)?;
        }
        self.show(task.example, task.code)
    }

    fn ask(&mut self, question: &Question) -> CommandResult<()> {
        let right = question.options.get(question.right);
        if !self.screen.is_interactive() {
            self.screen.paragraph(&format!("Question: {}", question.text), self.context)?;
            for (letter, option) in ('a'..).zip(question.options) {
                self.line(&format!("{INDENT}{letter}) {}", option.text))?;
            }
            for (letter, option) in ('a'..).zip(question.options) {
                let verdict =
                    if right.is_some_and(|right| right.text == option.text) { "right" } else { "wrong" };
                self.screen.paragraph(&format!("{letter} is {verdict}. {}", option.reason), self.context)?;
            }
            return Ok(());
        }
        let lines = question.options.len() + 5;
        self.screen.room(lines, self.context)?;
        // The choices are gone from the screen once one is taken; the question stays.
        self.screen.paragraph(question.text, self.context)?;
        self.line("")?;
        self.context.ui.flush()?;
        let items: Vec<String> = question.options.iter().map(|option| option.text.to_owned()).collect();
        let choice = self.context.prompt.select("Your answer", &items)?;
        self.screen.begin_new();
        self.score.asked += 1;
        match (choice.and_then(|index| question.options.get(index)), right) {
            (Some(chosen), Some(right)) if chosen.text == right.text => {
                self.score.right += 1;
                self.screen
                    .paragraph(&format!("You said: {}. Right. {}", chosen.text, right.reason), self.context)
            }
            (chosen, Some(right)) => {
                let said = chosen.map_or_else(
                    || "You gave no answer.".to_owned(),
                    |chosen| format!("You said: {}. Not quite. {}", chosen.text, chosen.reason),
                );
                self.screen.paragraph(&said, self.context)?;
                self.screen.paragraph(&format!("The answer: {}. {}", right.text, right.reason), self.context)
            }
            (_, None) => Ok(()),
        }
    }

    /// Waits for the reader between two chapters.
    pub(super) fn end_chapter(&mut self) -> CommandResult<Next> {
        self.screen.stop("Enter begins the next chapter, q leaves the tour", self.context)
    }
}
