//! `tour`: the life of a session as a guided walk. The text is in `story`, the folder with its commands in `shell`, the
//! terminal in `screen`, and `stage` brings them together. Nothing is recorded: every command runs, and its output is
//! shown as it is.

mod progress;
mod screen;
mod shell;
mod stage;
mod story;

use std::path::PathBuf;

use super::{Context, Failure, Outcome};
use crate::commands::CommandResult;
use crate::commands::input::refuse_token_name;
use progress::Progress;
use screen::{Next, Screen};
use shell::{DATABASE, Shell};
use stage::Stage;
use story::{CHAPTERS, Chapter};

/// Walk through the whole life of a session
///
/// A visitor with a laptop in the cart, the login and the new token, single sign-on, API tokens, a stolen token,
/// revocation, expiry by time travel, the same with a JWT, and what a thief gets from the database. Each step runs real
/// commands on a scratch database. On a terminal the tour stops where the screen is full, lets you type commands of your
/// own, and asks questions; elsewhere it runs straight through.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  The whole tour
    sessionctl tour
  To read it like a book
    sessionctl tour | less
  One chapter of it
    sessionctl tour --only theft
  From a chapter on, with a folder to play in afterwards
    sessionctl tour --from theft --keep play")]
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

/// Runs `tour`.
///
/// # Errors
/// Where the scratch database cannot be created, a command of the story does not end as it must, or the output
/// cannot be written.
pub fn run(args: &TourArgs, context: &mut Context) -> CommandResult<Outcome> {
    // The tour stops by itself where the screen is full: a flush before the first line keeps a pager away.
    context.ui.flush()?;
    let from = args.from.as_deref().map(chapter).transpose().map_err(Failure::usage)?;
    let screen = Screen::new(context);
    args.keep.as_deref().map_or(Ok(()), refuse_token_name)?;
    let shell = Shell::create(args.keep.as_deref(), screen.command_columns())?;
    let progress = Progress::find();
    let (first, last) = match (args.only, from) {
        (Some(only), _) => (only, only),
        (None, Some(from)) => (from, CHAPTERS.len() - 1),
        (None, None) => (resume(&progress, &screen, context)?, CHAPTERS.len() - 1),
    };
    let keeps_progress = screen.is_interactive() && args.only.is_none();
    let mut stage = Stage::prepare(context, shell, screen)?;
    if first > 0 && stage.screen.is_interactive() {
        stage.context.ui.status("running the earlier chapters first, unseen ...");
    }
    for (index, chapter) in CHAPTERS.iter().enumerate().take(last + 1) {
        stage.screen.hidden = index < first;
        if keeps_progress && index >= first {
            progress.keep(chapter.name);
        }
        match play(&mut stage, index, chapter) {
            Err(error)
                if error.failure().is_some_and(|failure| failure.code == Outcome::Interrupted.code()) =>
            {
                leave(&mut stage, chapter);
                return Ok(Outcome::Interrupted);
            }
            played => played?,
        }
        if stage.interrupted() {
            leave(&mut stage, chapter);
            return Ok(Outcome::Interrupted);
        }
        if stage.screen.has_quit() {
            leave(&mut stage, chapter);
            return Ok(Outcome::Done);
        }
        if let Some(next) = CHAPTERS.get(index + 1).filter(|_| index < last) {
            if keeps_progress && index >= first {
                progress.keep(next.name);
            }
            if stage.end_chapter()? == Next::Quit {
                leave(&mut stage, next);
                return Ok(Outcome::Done);
            }
        }
    }
    if keeps_progress {
        progress.forget();
    }
    finish(&mut stage)
}

/// The chapter to begin with: the one at which the reader left, if he wants to go on there.
fn resume(progress: &Progress, screen: &Screen, context: &mut Context) -> CommandResult<usize> {
    let kept = progress.chapter().and_then(|name| chapter(&name).ok()).filter(|index| *index > 0);
    match kept {
        Some(index) if screen.is_interactive() => {
            let title = CHAPTERS[index].title;
            let question = format!("Continue with chapter {}, \"{title}\"?", index + 1);
            Ok(if context.prompt.confirm(&question)? { index } else { 0 })
        }
        _ => Ok(0),
    }
}

fn play(stage: &mut Stage<'_>, index: usize, chapter: &Chapter) -> CommandResult<()> {
    stage.title(index + 1, CHAPTERS.len(), chapter.title)?;
    for beat in chapter.beats {
        stage.play(beat)?;
        if stage.interrupted() {
            break;
        }
    }
    Ok(())
}

/// Names the way back for a reader who leaves.
fn leave(stage: &mut Stage<'_>, chapter: &Chapter) {
    stage.context.ui.status(&format!("to go on here: sessionctl tour --from {}", chapter.name));
}

/// The score, and where to play on.
fn finish(stage: &mut Stage<'_>) -> CommandResult<Outcome> {
    if stage.score.asked > 0 {
        let score = format!("You answered {} of {} questions right.", stage.score.right, stage.score.asked);
        stage.screen.paragraph(&score, stage.context)?;
    }
    if let Some(folder) = stage.shell.kept() {
        let folder = folder.display().to_string();
        let play =
            format!("Everything is kept. To play on: cd {folder}; export SESSIONCTL_DB={folder}/{DATABASE}");
        stage.screen.paragraph(&play, stage.context)?;
    }
    Ok(Outcome::Done)
}
