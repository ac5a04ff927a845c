//! The stage of the tour: a scratch folder with a sandbox database, in which the story's command lines run as a
//! person would type them, in a shell.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::story::Beat;
use crate::commands::{CommandError, CommandResult, Context, Failure, Outcome};

/// Where the story is played.
pub(super) struct Stage<'a> {
    context: &'a mut Context,
    // Removed with everything in it when the stage is struck.
    folder: tempfile::TempDir,
    path: String,
    variables: BTreeMap<&'static str, String>,
    /// Whether what happens is kept from the audience.
    pub(super) unseen: bool,
}

impl<'a> Stage<'a> {
    /// Makes the scratch folder, and this program the `sessionctl` of its shell.
    pub(super) fn build(context: &'a mut Context) -> CommandResult<Self> {
        let folder = tempfile::Builder::new()
            .prefix("sessionctl-tour-")
            .tempdir()
            .map_err(CommandError::io("no scratch folder"))?;
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).map_err(CommandError::io("no folder for the program"))?;
        let program: PathBuf =
            std::env::current_exe().map_err(CommandError::io("cannot tell where this program is"))?;
        std::os::unix::fs::symlink(program, bin.join("sessionctl"))
            .map_err(CommandError::io("cannot put the program on stage"))?;
        let rest = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
        let path = format!("{}:{rest}", bin.display());
        let mut stage = Stage { context, folder, path, variables: BTreeMap::new(), unseen: true };
        stage.run("sessionctl db init --sandbox -q", 0)?;
        // The shop wants a password of its own; it is made up on the spot, like everything here.
        let mut random = [0; 12];
        stage.context.random.fill(&mut random)?;
        stage.variables.insert("PASSWORD", format!("made-up-{}", hex::encode(random)));
        stage.unseen = false;
        Ok(stage)
    }

    /// The heading of a chapter.
    pub(super) fn title(&mut self, number: usize, of: usize, title: &str) -> CommandResult<()> {
        let rule = if self.context.ui.options().unicode { "─" } else { "-" };
        let heading = format!("{number}/{of}  {title}");
        let line = rule.repeat(heading.chars().count());
        self.say("")?;
        self.say(&heading)?;
        self.say(&line)
    }

    /// One beat of the story.
    pub(super) fn play(&mut self, beat: &Beat) -> CommandResult<()> {
        match beat {
            Beat::Tell(text) => self.tell(text),
            Beat::Run(line) => self.show(line, 0),
            Beat::Fail(line, code) => self.show(line, *code),
            Beat::Keep(name, line) => self.keep(name, line),
            Beat::Ask { question, answers, right, because } => self.ask(question, answers, *right, because),
        }
    }

    /// Waits for the audience; `false` where it wants to leave.
    pub(super) fn pause(&mut self) -> CommandResult<bool> {
        if self.unseen || !self.context.prompt.is_interactive() {
            return Ok(true);
        }
        self.say("")?;
        self.context.ui.flush()?;
        let choice =
            self.context.prompt.select("Go on?", &["go on".to_owned(), "leave the tour".to_owned()])?;
        Ok(choice == Some(0))
    }

    /// Whether Ctrl-C was pressed.
    pub(super) fn interrupted(&self) -> bool {
        self.context.host.interrupted()
    }

    fn say(&mut self, text: &str) -> CommandResult<()> {
        if !self.unseen {
            self.context.ui.bare(text)?;
        }
        Ok(())
    }

    fn tell(&mut self, text: &str) -> CommandResult<()> {
        self.say("")?;
        let width = usize::from(self.context.ui.options().width.unwrap_or(80)).clamp(40, 100);
        for line in wrap(text, width) {
            self.say(&line)?;
        }
        Ok(())
    }

    fn show(&mut self, line: &str, code: i32) -> CommandResult<()> {
        self.say("")?;
        self.say(&format!("  $ {line}"))?;
        let output = self.run(line, code)?;
        for line in output.lines() {
            self.say(&format!("  {line}"))?;
        }
        if code != 0 {
            self.say(&format!("  (exit code {code})"))?;
        }
        Ok(())
    }

    fn keep(&mut self, name: &'static str, line: &str) -> CommandResult<()> {
        self.say("")?;
        self.say(&format!("  $ {name}=$({line})"))?;
        let output = self.run(line, 0)?;
        let value = output.lines().next().unwrap_or_default().to_owned();
        self.say(&format!("  $ echo \"${name}\""))?;
        self.say(&format!("  {value}"))?;
        self.variables.insert(name, value);
        Ok(())
    }

    fn run(&self, line: &str, code: i32) -> CommandResult<String> {
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(self.folder.path())
            .envs(&self.variables)
            .env("PATH", &self.path)
            .env("SESSIONCTL_DB", self.folder.path().join("shop.db"))
            .env_remove("SESSIONCTL_TOKEN")
            .env_remove("SESSIONCTL_FORMAT")
            .env("COLUMNS", self.context.ui.options().width.unwrap_or(80).to_string())
            .stdin(Stdio::null())
            .output()
            .map_err(CommandError::io("cannot run a shell"))?;
        let words = String::from_utf8_lossy(&output.stderr);
        if output.status.code() != Some(code) {
            if self.interrupted() {
                return Err(Failure::of(Outcome::Interrupted, "the tour was broken off").into());
            }
            return Err(Failure::of(
                Outcome::Failed,
                format!("the tour's command `{line}` ended with {}: {}", output.status, words.trim()),
            )
            .into());
        }
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&words);
        Ok(text)
    }

    fn ask(&mut self, question: &str, answers: &[&str], right: usize, because: &str) -> CommandResult<()> {
        self.say("")?;
        if self.unseen || !self.context.prompt.is_interactive() {
            self.say(&format!("Question: {question}"))?;
            return self.tell(because);
        }
        self.context.ui.flush()?;
        let items: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let choice = self.context.prompt.select(question, &items)?;
        // The choices are gone from the screen by now.
        let verdict = if choice == Some(right) { "Right" } else { "Not quite" };
        self.tell(&format!("{question} {verdict}: {}", answers[right]))?;
        self.tell(because)
    }
}

/// Breaks a text into lines of at most `width` columns, between words.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn text_breaks_between_words() {
        assert_eq!(wrap("one two  three\n four", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("", 9), [""]);
        assert_eq!(wrap("incomprehensible words", 9), ["incomprehensible", "words"]);
    }
}
