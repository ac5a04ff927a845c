//! `db`: makes, describes, checks and copies the database, and sets its policy.

mod info;
mod init;

use clap::{Args, Subcommand};

use super::{Context, Outcome};

/// Make, describe, check and copy the database; show and set the policy
#[derive(Debug, Args)]
pub struct DbArgs {
    #[command(subcommand)]
    command: DbCommand,
}

#[derive(Debug, Subcommand)]
enum DbCommand {
    Init(init::InitArgs),
    Info(info::InfoArgs),
}

/// Runs the command.
///
/// # Errors
/// Those of its subcommands.
pub fn run(args: DbArgs, context: &mut Context) -> anyhow::Result<Outcome> {
    match args.command {
        DbCommand::Init(args) => init::run(&args, context),
        DbCommand::Info(args) => info::run(&args, context),
    }
}
