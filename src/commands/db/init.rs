//! `db init`: makes the database.

use clap::Args;

use crate::commands::{CommandResult, Context, Failure, Outcome};

const EXAMPLES: &str = "\
Examples:
  sessionctl db init
  sessionctl --db play.db db init --sandbox
  sessionctl --db play.db --now +2h list      # what would be left in two hours";

/// Make the session database
///
/// The first command that writes makes it too; this one says where. A sandbox is a database whose time can be
/// set: with it, commands that write take --now, so that one can see sessions grow old.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct InitArgs {
    /// Make one whose time can be set with --now
    #[arg(long)]
    sandbox: bool,
}

pub(super) fn run(args: &InitArgs, context: &mut Context) -> CommandResult<Outcome> {
    let made = context.host.create(args.sandbox)?;
    let path = context.host.database().display().to_string();
    if made {
        let what = if args.sandbox { "the sandbox" } else { "the session database" };
        context.ui.status(&format!("made {what} {path}"));
        return Ok(Outcome::Done);
    }
    // Asked for again, it is there, and that is all that was wanted; but no database turns into a sandbox.
    let is_sandbox = context.host.open_to_read()?.is_sandbox()?;
    if is_sandbox != args.sandbox {
        let which = if is_sandbox { "is a sandbox already" } else { "is there already, and no sandbox" };
        return Err(Failure::of(Outcome::Failed, format!("{path} {which}; nothing was changed"))
            .hint("choose another place with --db")
            .into());
    }
    context.ui.status(&format!("{path} is there already; nothing was changed"));
    Ok(Outcome::Done)
}
