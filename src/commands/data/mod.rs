//! `data`: values kept with a session, such as a cart.

mod read;
mod words;
mod write;

use clap::{Args, Subcommand};

use super::{Context, Outcome};
use crate::commands::CommandResult;
use crate::output::RecordDoc;

/// The records that these commands print.
pub(super) const RECORDS: &[RecordDoc] = &[
    RecordDoc::one("data get", &read::VALUE),
    RecordDoc::list("data list", &read::VALUE),
    RecordDoc::one("data set", &write::RESULT),
    RecordDoc::one("data unset", &write::RESULT),
];

/// Keep values with a session: a cart, a preference
///
/// A value is JSON. It is deleted with its session; at a login, --upgrade moves a visitor's values to the new
/// session. A session has at most 64 values and 64 KiB in total.
#[derive(Debug, Args)]
pub struct DataArgs {
    #[command(subcommand)]
    command: DataCommand,
}

#[derive(Debug, Subcommand)]
enum DataCommand {
    Get(read::GetArgs),
    Set(write::SetArgs),
    Unset(write::UnsetArgs),
    List(read::ListArgs),
}

/// Runs the command.
///
/// # Errors
/// The errors of the subcommand.
pub fn run(args: DataArgs, context: &mut Context) -> CommandResult<Outcome> {
    match args.command {
        DataCommand::Get(args) => read::get(&args, context),
        DataCommand::Set(args) => write::set(&args, context),
        DataCommand::Unset(args) => write::unset(&args, context),
        DataCommand::List(args) => read::list(&args, context),
    }
}
