//! `tour`: the life of a session as a guided walk. The story is in `story`, the stage it is played on in
//! `stage`; nothing is recorded, every command runs and its output is what it says.

mod stage;
mod story;

use clap::builder::PossibleValuesParser;

use super::{Context, Outcome};
use crate::commands::CommandResult;
use stage::Stage;

/// Walk through the whole life of a session
///
/// A visitor with a laptop in the cart, the login and the new token, single sign-on, a stolen token, revocation,
/// expiry by time travel, the same with a JWT, and what a thief gets from the database. OnBatch step runs real
/// commands on a scratch database that is removed afterwards. On a terminal the tour stops after each step and
/// asks a question now and then; elsewhere it runs straight through.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  The walk
    sessionctl tour
  To read it in peace
    sessionctl tour | less
  One chapter of it
    sessionctl tour --only theft")]
pub struct TourArgs {
    /// Show this chapter alone; what it needs from the earlier ones runs unseen
    #[arg(long, value_name = "CHAPTER", value_parser = PossibleValuesParser::new(story::names()))]
    only: Option<String>,
}

/// Runs `tour`.
///
/// # Errors
/// Where the scratch database cannot be made, a command of the story does not end as it must, or the output
/// cannot be written.
pub fn run(args: &TourArgs, context: &mut Context) -> CommandResult<Outcome> {
    let mut stage = Stage::build(context)?;
    let chapters = story::CHAPTERS;
    let last = args.only.as_ref().map_or(chapters.len(), |only| {
        chapters.iter().position(|chapter| chapter.name == only).map_or(chapters.len(), |index| index + 1)
    });
    for (index, chapter) in chapters[..last].iter().enumerate() {
        stage.unseen = args.only.as_ref().is_some_and(|only| only != chapter.name);
        stage.title(index + 1, chapters.len(), chapter.title)?;
        for beat in chapter.beats {
            stage.play(beat)?;
            if stage.interrupted() {
                return Ok(Outcome::Interrupted);
            }
        }
        if index + 1 < last && !stage.pause()? {
            return Ok(Outcome::Done);
        }
    }
    Ok(Outcome::Done)
}
