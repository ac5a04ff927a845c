//! `user`: the accounts that may log in and have sessions.

mod access;
mod add;
mod passwd;
mod show;

use clap::{Args, Subcommand};

use super::{Context, Failure, Outcome};
use crate::commands::CommandResult;
use sessionctl_core::model::user::UserName;

/// Add, show, change and remove users
#[derive(Debug, Args)]
pub struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    Add(add::AddArgs),
    List(show::ListArgs),
    Show(show::ShowArgs),
    Passwd(passwd::PasswdArgs),
    Disable(access::DisableArgs),
    Enable(access::EnableArgs),
    Remove(access::RemoveArgs),
}

/// Runs the command.
///
/// # Errors
/// The errors of the subcommand.
pub fn run(args: UserArgs, context: &mut Context) -> CommandResult<Outcome> {
    match args.command {
        UserCommand::Add(args) => add::run(&args, context),
        UserCommand::List(args) => show::list(&args, context),
        UserCommand::Show(args) => show::show(&args, context),
        UserCommand::Passwd(args) => passwd::run(&args, context),
        UserCommand::Disable(args) => access::disable(&args, context),
        UserCommand::Enable(args) => access::enable(&args, context),
        UserCommand::Remove(args) => access::remove(&args, context),
    }
}

fn unknown(name: &UserName) -> Failure {
    Failure::of(Outcome::NotFound, format!("no user '{name}'")).hint("`sessionctl user list` shows all")
}

/// Appends "…, and 3 sessions ended".
fn ended(what: &str, sessions: usize) -> String {
    match sessions {
        0 => what.to_owned(),
        1 => format!("{what}, and 1 session ended"),
        many => format!("{what}, and {many} sessions ended"),
    }
}
