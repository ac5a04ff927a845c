//! `man`: prints the manual's main page, or writes all pages into a folder.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::{CommandError, CommandResult, Context, Failure, Outcome, Printed};

const EXAMPLES: &str = "\
Examples:
  sessionctl man | man -l -                      # read the main page
  sessionctl man ~/.local/share/man/man1         # then: man sessionctl-login";

/// Print the manual, or write its pages into a folder
///
/// Without a folder, the command prints the main page. With a folder, it writes all pages there, one for each command;
/// it creates the folder if needed, and replaces pages of the same name.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct ManArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Where writing the folder or standard output fails.
pub fn run(args: &ManArgs, printed: &Printed, context: &mut Context) -> CommandResult<Outcome> {
    let pages = (printed.man_pages)();
    let Some(folder) = &args.folder else {
        let (_, main) =
            pages.first().ok_or_else(|| Failure::of(Outcome::Failed, "no manual page was generated"))?;
        context.ui.write_raw(main)?;
        return Ok(Outcome::Done);
    };
    fs::create_dir_all(folder)
        .map_err(CommandError::io(format!("cannot create the folder {}", folder.display())))?;
    for (name, text) in &pages {
        let path = folder.join(name);
        fs::write(&path, text).map_err(CommandError::io(format!("cannot write {}", path.display())))?;
    }
    context.ui.status(&format!("{} pages written to {}", pages.len(), folder.display()));
    Ok(Outcome::Done)
}
