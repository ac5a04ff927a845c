//! `tour`: the life of a session as a guided walk. The text is in `story`, its files in `folder`, its commands in `shell`,
//! the terminal in `screen`, and `stage` brings them together. Nothing is recorded: every command runs, and its output is
//! shown as it is.

mod folder;
mod pause;
mod progress;
mod question;
mod repeatable;
mod screen;
mod shell;
mod stage;
mod story;
mod task;

use std::ops::RangeInclusive;
use std::path::PathBuf;

use sessionctl_core::counted;

use super::{CommandError, Context, Failure, Outcome};
use crate::commands::CommandResult;
use crate::commands::input::refuse_token_name;
use crate::commands::shell_word::{NAME, program, word};
use crate::host::process;
use crate::output::shorten::shortened_value;
use folder::{DATABASE, Folder, other_folder};
use progress::Progress;
use screen::{Next, Screen};
use shell::Shell;
use stage::{PASSWORD_FILE, Stage};
use story::{CHAPTERS, Chapter};

/// Said of a kept folder in which every session has ended.
const NONE_ACTIVE: &str = "No session there is active; to see those that ended: sessionctl list --state any";

const EXAMPLES: &str = "\
Examples:
  The whole tour
    sessionctl tour
  To read it like a book
    sessionctl tour | less
  One chapter of it
    sessionctl tour --only theft
  From a chapter on, with a folder to experiment in afterwards
    sessionctl tour --from theft --keep play";

/// The examples, and the chapters by number and name.
fn after_long_help() -> String {
    let chapter = |(index, chapter): (usize, &Chapter)| {
        format!("\n  {:2}  {:<16}{}", index + 1, chapter.name, chapter.title)
    };
    let chapters: String = CHAPTERS.iter().enumerate().map(chapter).collect();
    format!("{EXAMPLES}\n\nChapters:{chapters}")
}

/// Walk through the whole life of a session
///
/// A visitor with a laptop in the cart, the login and the new token, single sign-on, API tokens, a stolen token,
/// revocation, expiry by time travel, the same with a JWT, and what a thief gets from the database. Each step runs real
/// commands on a scratch database. On a terminal the tour stops where the screen is full, lets you type commands of your
/// own, and asks questions; elsewhere it runs straight through.
#[derive(Debug, clap::Args)]
#[command(after_long_help = after_long_help())]
pub struct TourArgs {
    /// Show this chapter alone; what it needs from the earlier ones runs unseen
    #[arg(long, value_name = "CHAPTER", value_parser = chapter, conflicts_with = "from")]
    only: Option<usize>,

    /// Begin with this chapter, by number or name; the earlier ones run unseen
    // The same flag names a layout of another program's table elsewhere, so its value is text here too.
    #[arg(long, value_name = "CHAPTER")]
    from: Option<String>,

    /// Keep the folder with the sandbox database here, to continue experimenting
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// The index of a chapter that was given by number or name.
fn chapter(text: &str) -> Result<usize, String> {
    let by_number = text.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let by_name = || CHAPTERS.iter().position(|chapter| chapter.name == text);
    by_number.filter(|index| *index < CHAPTERS.len()).or_else(by_name).ok_or_else(|| {
        let names: Vec<&str> = CHAPTERS.iter().map(|chapter| chapter.name).collect();
        format!("no such chapter: write a number from 1 to {}, or one of {}", names.len(), names.join(", "))
    })
}

/// The chapter of `--from`, refused in the words in which the parser refuses that of `--only`.
fn first_chapter(text: &str) -> Result<usize, Failure> {
    chapter(text).map_err(|message| {
        Failure::usage(format!("invalid value '{}' for '--from <CHAPTER>': {message}", shortened_value(text)))
    })
}

/// How the reader ended the walk.
enum End {
    Finished,
    /// He left here.
    Left(&'static Chapter),
    /// Ctrl-C or Ctrl-D was pressed here.
    Interrupted(&'static Chapter),
}

/// Runs `tour`.
///
/// # Errors
/// Where the scratch database cannot be created, a command of the story does not end as it must, or the output
/// cannot be written.
pub fn run(args: &TourArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.require_text("tour")?;
    // The tour stops by itself where the screen is full: a flush before the first line keeps a pager away.
    context.ui.flush()?;
    let from = args.from.as_deref().map(first_chapter).transpose()?;
    let screen = Screen::new(context);
    args.keep.as_deref().map_or(Ok(()), refuse_token_name)?;
    let progress = Progress::find();
    let (first, last) = match (args.only, from) {
        (Some(only), _) => (only, only),
        (None, Some(from)) => (from, CHAPTERS.len() - 1),
        (None, None) => match resume(&progress, &screen, context)? {
            Some(index) => (index, CHAPTERS.len() - 1),
            None => return Ok(Outcome::Done),
        },
    };
    // Its commands write tokens into files.
    process::create_files_private();
    // From here on Ctrl-C ends the tour as `q` does: the folder is removed, and the way back is named.
    context.host.interrupted();
    let shell = Shell::new(Folder::create(args.keep.as_deref())?, screen.command_columns());
    let progress = (screen.is_interactive() && args.only.is_none()).then_some(progress);
    let mut stage = Stage::prepare(context, shell, screen)?;
    if first > 0 && stage.screen.is_interactive() {
        stage.context.ui.status("running the earlier chapters first, unseen ...");
    }
    let (left, outcome) = match walk(&mut stage, first..=last, progress.as_ref()) {
        Ok(End::Finished) => return finish(&mut stage).map(|()| Outcome::Done),
        Ok(End::Left(chapter)) => (chapter, Ok(Outcome::Done)),
        Ok(End::Interrupted(chapter)) => (chapter, Ok(Outcome::Interrupted)),
        Err((chapter, error)) => (chapter, Err(error)),
    };
    leave(&mut stage, left, args)?;
    outcome
}

/// The chapter to begin with: the one at which the reader left, or another that he names. `None` if he leaves again.
fn resume(progress: &Progress, screen: &Screen, context: &mut Context) -> CommandResult<Option<usize>> {
    let kept = progress.chapter().and_then(|name| chapter(&name).ok()).filter(|index| *index > 0);
    let Some(index) = kept.filter(|_| screen.is_interactive()) else { return Ok(Some(0)) };
    let title = CHAPTERS[index].title;
    context.ui.status(&format!("You left the tour at chapter {}, \"{title}\".", index + 1));
    loop {
        let answer = context.prompt.type_word("Enter continues there, 1 begins again, q leaves the tour")?;
        match answer.as_str() {
            "" | "y" | "yes" => return Ok(Some(index)),
            "n" | "no" => return Ok(Some(0)),
            "q" | "quit" | "exit" => return Ok(None),
            other => match chapter(other) {
                Ok(index) => return Ok(Some(index)),
                Err(message) => context.ui.status(&message),
            },
        }
    }
}

/// Creates the database and plays the chapters up to the last one; those before the first are not shown.
fn walk(
    stage: &mut Stage<'_>,
    chapters: RangeInclusive<usize>,
    progress: Option<&Progress>,
) -> Result<End, (&'static Chapter, CommandError)> {
    let keep = |index: usize| {
        if let Some(progress) = progress.filter(|_| chapters.contains(&index)) {
            progress.keep(CHAPTERS[index].name);
        }
    };
    let end = |here: &'static Chapter, error: CommandError| {
        if is_interruption(&error) { Ok(End::Interrupted(here)) } else { Err((here, error)) }
    };
    if let Err(error) = stage.create_database() {
        return end(&CHAPTERS[*chapters.start()], error);
    }
    for (index, chapter) in CHAPTERS.iter().enumerate().take(chapters.end() + 1) {
        stage.screen.hidden = index < *chapters.start();
        keep(index);
        // The reader has not seen those that run before.
        let here = &CHAPTERS[index.max(*chapters.start())];
        // The database was created before the first one.
        if stage.interrupted() {
            return Ok(End::Interrupted(here));
        }
        if let Err(error) = stage.play_chapter(index, chapter) {
            return end(here, error);
        }
        if stage.interrupted() {
            return Ok(End::Interrupted(here));
        }
        if stage.screen.has_quit() {
            return Ok(End::Left(here));
        }
        if let Some(next) = CHAPTERS.get(index + 1).filter(|_| index < *chapters.end()) {
            keep(index + 1);
            match stage.end_chapter() {
                Ok(Next::Continue) => {}
                Ok(Next::Quit) => return Ok(End::Left(next)),
                Err(error) => return end(next, error),
            }
        }
    }
    if let Some(progress) = progress {
        progress.forget();
    }
    Ok(End::Finished)
}

fn is_interruption(error: &CommandError) -> bool {
    error.failure().is_some_and(|failure| failure.code == Outcome::Interrupted.code())
}

/// Names what is kept and the way back, for a reader who leaves.
fn leave(stage: &mut Stage<'_>, chapter: &Chapter, args: &TourArgs) -> CommandResult<()> {
    // It ended the tour, and not the commands that look at what is kept.
    process::interrupt().forget();
    for text in kept(stage)? {
        stage.context.ui.status(&text);
    }
    // The chapters before are played again, in a folder of their own.
    let keep = args.keep.as_deref().map(other_folder);
    let keep =
        keep.map_or(String::new(), |folder| format!(" --keep {}", word(&folder.display().to_string())));
    let (program, flag) = (program(), if args.only.is_some() { "--only" } else { "--from" });
    stage.context.ui.status(&format!("to continue here: {program} tour {flag} {}{keep}", chapter.name));
    Ok(())
}

/// The score, and where to play on.
fn finish(stage: &mut Stage<'_>) -> CommandResult<()> {
    if stage.score.asked > 0 {
        let asked = counted(stage.score.asked, "question", "questions");
        let score = format!("You answered {} of {asked} right.", stage.score.right);
        stage.paragraph(&score)?;
    }
    kept(stage)?.iter().try_for_each(|text| stage.paragraph(text))
}

/// How to play on in a folder that is kept. Each text ends with a command, so that it can be copied.
fn kept(stage: &Stage<'_>) -> CommandResult<Vec<String>> {
    let Some(folder) = stage.shell.folder.kept() else { return Ok(Vec::new()) };
    let database = word(&folder.join(DATABASE).display().to_string());
    let folder = word(&folder.display().to_string());
    // The folder has the program, for a shell that would not find it.
    let path = if program() == NAME { "" } else { "export PATH=\"$PWD/bin:$PATH\"; " };
    let mut texts = vec![format!(
        "Everything is kept. To continue experimenting: cd {folder}; {path}export SESSIONCTL_DB={database}"
    )];
    if stage.shell.run("sessionctl list --format count -q")?.output.trim() == "0" {
        texts.push(NONE_ACTIVE.to_owned());
    }
    if stage.shell.run("sessionctl user show alice")?.code == Some(0) {
        texts.push(format!(
            "Alice's password is in the file {PASSWORD_FILE} there, and a login starts a session: sessionctl login alice --password-stdin < {PASSWORD_FILE}"
        ));
    }
    Ok(texts)
}
