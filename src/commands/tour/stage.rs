//! The stage of the tour: plays the beats of the story in the shell and on the screen. What the reader does with a task or a
//! question is in `task` and `question`, the stops are in `pause`; the story itself does not belong here.

use super::screen::{INDENT, Screen};
use super::shell::{Ran, Shell};
use super::story::{Beat, CHAPTERS, Chapter};
use crate::commands::{CommandError, CommandResult, Context, Failure, Outcome};
use crate::output::wrap::wrap;
use sessionctl_core::counted;

/// The bytes of the password that is drawn for the tour.
const PASSWORD_BYTES: usize = 12;
/// The file with the password, in a folder that is kept.
pub(super) const PASSWORD_FILE: &str = "pw";
/// Lines of a command's output that are shown: nobody reads more of a file in a tour.
const MAX_OUTPUT_LINES: usize = 100;
/// What is said where a step or a task does not work that must work.
const SET_UP_AGAIN: &str = "The sandbox is not as the next step needs it: a command has changed too much, or a session has \
     expired while you read. It is now set up again as the story has it up to here, which takes some seconds; its tokens are \
     new ones.";

/// Where the story is played.
pub(super) struct Stage<'a> {
    pub(super) context: &'a mut Context,
    pub(super) shell: Shell,
    pub(super) screen: Screen,
    /// Questions that were answered, and rightly answered.
    pub(super) score: Score,
    /// The chapter and the beat that are played.
    at: (usize, usize),
    /// Whether what was played before is played again, unseen.
    repeats: bool,
}

/// How many questions were answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Score {
    pub(super) asked: u32,
    pub(super) right: u32,
}

impl<'a> Stage<'a> {
    /// Prepares the shell with a password, which is drawn for this tour.
    pub(super) fn prepare(context: &'a mut Context, mut shell: Shell, screen: Screen) -> CommandResult<Self> {
        let mut random = [0; PASSWORD_BYTES];
        context.random.fill(&mut random)?;
        let password = format!("made-up-{}", hex::encode(random));
        if shell.folder.kept().is_some() {
            std::fs::write(shell.folder.path().join(PASSWORD_FILE), format!("{password}\n"))
                .map_err(CommandError::io("cannot write the password of the tour"))?;
        }
        shell.set("PASSWORD", password);
        Ok(Stage { context, shell, screen, score: Score::default(), at: (0, 0), repeats: false })
    }

    /// Creates the sandbox database, on which the chapters are played.
    pub(super) fn create_database(&mut self) -> CommandResult<()> {
        self.run("sessionctl db init --sandbox -q", 0).map(drop)
    }

    /// Plays a chapter.
    pub(super) fn play_chapter(&mut self, index: usize, chapter: &'static Chapter) -> CommandResult<()> {
        self.title(index + 1, CHAPTERS.len(), chapter.title)?;
        for (place, beat) in chapter.beats.iter().enumerate() {
            self.at = (index, place);
            self.play(beat)?;
            if self.interrupted() {
                break;
            }
        }
        Ok(())
    }

    /// Prints the heading of a chapter.
    fn title(&mut self, number: usize, of: usize, title: &str) -> CommandResult<()> {
        let rule = if self.context.ui.options().unicode { "─" } else { "-" };
        let heading = format!("{number}/{of}  {title}");
        let line = rule.repeat(heading.chars().count());
        self.line("")?;
        self.line(&heading)?;
        self.line(&line)
    }

    /// Plays one beat.
    fn play(&mut self, beat: &'static Beat) -> CommandResult<()> {
        if self.screen.has_quit() {
            return Ok(());
        }
        match beat {
            Beat::TellUnkept(_) if self.shell.folder.kept().is_some() => Ok(()),
            Beat::Tell(text) | Beat::TellUnkept(text) => self.paragraph(text),
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

    /// How a beat ends at which Ctrl-C was pressed.
    pub(super) fn interruption() -> CommandError {
        Failure::of(Outcome::Interrupted, "the tour was interrupted").into()
    }

    /// Lets commands print for the terminal as it is now.
    pub(super) fn fit(&mut self) {
        self.screen.measure();
        self.shell.set_columns(self.screen.command_columns());
    }

    /// Runs a command line of the story, and prints it, what it printed, and how it ended, on one screen where they fit.
    pub(super) fn show(&mut self, line: &str, code: i32) -> CommandResult<()> {
        let command = self.command_lines(line);
        let height = 1 + command.len();
        let ran = self.run_on_screen(line, code, |stage, ran| height + stage.output_lines(ran).len())?;
        let output = self.output_lines(&ran);
        self.line("")?;
        self.lines(&command)?;
        self.lines(&output)
    }

    /// Runs a command line for the screen on which this number of lines of it is shown. One that does not fit the rest of
    /// a screen runs behind the stop: the reader may stay there for long, and what it prints must be so then.
    fn run_on_screen(
        &mut self,
        line: &str,
        code: i32,
        height: impl Fn(&Self, &Ran) -> usize,
    ) -> CommandResult<Ran> {
        if !self.screen.is_interactive() {
            return self.run(line, code);
        }
        let before = self.snapshot()?;
        let ran = self.run(line, code)?;
        let lines = height(self, &ran);
        if !self.screen.lacks_room(lines) {
            return Ok(ran);
        }
        self.restore(&before)?;
        self.room(lines)?;
        if self.screen.has_quit() { Ok(ran) } else { self.run(line, code) }
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

    pub(super) fn output_lines(&self, ran: &Ran) -> Vec<String> {
        let columns = usize::from(self.screen.command_columns());
        let mut lines = Vec::new();
        for line in ran.output.lines() {
            // A token behind the name of its cookie fits a screen of 80 columns, but not with an indent.
            let is_wide = line.split(' ').any(|word| word.chars().count() > columns);
            let (indent, columns) =
                if is_wide { ("", columns + 2 * INDENT.len()) } else { (INDENT, columns) };
            lines.extend(wrap(line, columns).iter().map(|part| format!("{indent}{part}")));
        }
        let more = lines.len().saturating_sub(MAX_OUTPUT_LINES);
        if more > 0 {
            lines.truncate(MAX_OUTPUT_LINES);
            lines.push(format!("{INDENT}({} not shown)", counted(more as u64, "more line", "more lines")));
        }
        match ran.code {
            Some(0) => {}
            Some(code) => lines.push(format!("{INDENT}(exit code {code})")),
            None => lines.push(format!("{INDENT}(ended by a signal)")),
        }
        lines
    }

    fn keep(&mut self, name: &'static str, line: &str) -> CommandResult<()> {
        let command = self.command_lines(&format!("{name}=$({line})"));
        let height = 3 + command.len();
        let ran = self.run_on_screen(line, 0, |_, _| height)?;
        let value = ran.output.lines().next().unwrap_or_default().to_owned();
        self.line("")?;
        self.lines(&command)?;
        self.line(&format!("{INDENT}$ echo \"${name}\""))?;
        self.line(&format!("{INDENT}{value}"))?;
        self.shell.set(name, value);
        Ok(())
    }

    /// Runs a command line of the story, which ends with this code. Where it does not, the sandbox is set up again.
    pub(super) fn run(&mut self, line: &str, code: i32) -> CommandResult<Ran> {
        self.fit();
        let mut ran = self.shell.run(line)?;
        if ran.code != Some(code) && !self.interrupted() && !self.repeats {
            self.set_up_again()?;
            ran = self.shell.run(line)?;
        }
        if ran.code == Some(code) {
            return Ok(ran);
        }
        if self.interrupted() {
            return Err(Self::interruption());
        }
        let ended = ran.code.map_or("was ended by a signal".to_owned(), |code| format!("exited with {code}"));
        let printed: Vec<&str> =
            ran.output.lines().map(str::trim).filter(|line| !line.is_empty()).take(3).collect();
        let message = format!(
            "the tour cannot go on: its command `{line}` {ended}, where {code} was expected; it printed: {}",
            printed.join("; ")
        );
        Err(Failure::of(Outcome::Failed, message).into())
    }

    /// Plays everything before this beat again, unseen, on a new database, and says so before.
    pub(super) fn set_up_again(&mut self) -> CommandResult<()> {
        self.paragraph(SET_UP_AGAIN)?;
        self.context.ui.flush()?;
        let (at, hidden) = (self.at, self.screen.hidden);
        self.shell.folder.empty().map_err(CommandError::io("cannot empty the folder of the tour"))?;
        (self.repeats, self.screen.hidden) = (true, true);
        let played = self.play_until(at);
        (self.repeats, self.screen.hidden, self.at) = (false, hidden, at);
        played
    }

    fn play_until(&mut self, (last, end): (usize, usize)) -> CommandResult<()> {
        self.create_database()?;
        for (index, chapter) in CHAPTERS.iter().enumerate().take(last + 1) {
            let beats = if index == last { &chapter.beats[..end] } else { chapter.beats };
            for beat in beats {
                if self.interrupted() {
                    return Err(Self::interruption());
                }
                self.play(beat)?;
            }
        }
        Ok(())
    }
}
