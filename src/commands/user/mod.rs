//! `user`: the accounts that may log in and have sessions.

mod access;
mod add;
mod ending;
mod import;
mod passwd;
mod rename;
mod show;

use clap::{Args, Subcommand};

use super::{Context, Outcome};
use crate::commands::CommandResult;
use crate::output::RecordDoc;
use crate::output::{Record, ResultWord, View};
use sessionctl_core::counted;
use sessionctl_core::model::user::UserName;

/// The records that these commands print.
pub(super) const RECORDS: &[RecordDoc] = &[
    RecordDoc::one("user add", &CHANGED).results(add::WORDS),
    RecordDoc::list("user import", &import::LINE).results(import::WORDS),
    RecordDoc::list("user list", &show::USER),
    RecordDoc::one("user show", &show::DETAILS),
    RecordDoc::one("user passwd", &CHANGED).results(passwd::WORDS),
    RecordDoc::one("user rename", &CHANGED).results(rename::WORDS),
    RecordDoc::one("user unlock", &CHANGED).results(access::UNLOCKED),
    RecordDoc::one("user disable", &CHANGED).results(access::DISABLED),
    RecordDoc::one("user enable", &CHANGED).results(access::ENABLED),
    RecordDoc::one("user remove", &CHANGED).results(access::REMOVED),
];

/// Add, import, show, change, rename and remove users
#[derive(Debug, Args)]
pub struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    Add(add::AddArgs),
    Import(import::ImportArgs),
    List(show::ListArgs),
    Show(show::ShowArgs),
    Passwd(passwd::PasswdArgs),
    Rename(rename::RenameArgs),
    Unlock(access::UnlockArgs),
    Disable(access::DisableArgs),
    Enable(access::EnableArgs),
    Remove(access::RemoveArgs),
}

impl UserArgs {
    /// Whether sessions end with the command.
    #[must_use]
    pub fn takes_access_away(&self) -> bool {
        matches!(self.command, UserCommand::Passwd(_) | UserCommand::Disable(_) | UserCommand::Remove(_))
    }
}

/// Runs the command.
///
/// # Errors
/// The errors of the subcommand.
pub fn run(args: UserArgs, context: &mut Context) -> CommandResult<Outcome> {
    match args.command {
        UserCommand::Add(args) => add::run(&args, context),
        UserCommand::Import(args) => import::run(&args, context),
        UserCommand::List(args) => show::list(&args, context),
        UserCommand::Show(args) => show::show(&args, context),
        UserCommand::Passwd(args) => passwd::run(&args, context),
        UserCommand::Rename(args) => rename::run(&args, context),
        UserCommand::Unlock(args) => access::unlock(&args, context),
        UserCommand::Disable(args) => access::disable(&args, context),
        UserCommand::Enable(args) => access::enable(&args, context),
        UserCommand::Remove(args) => access::remove(&args, context),
    }
}

/// The result of a change to a user.
pub(in crate::commands) const CHANGED: View = View {
    noun: "users",
    singular: "user",
    fields: &["name", "result", "ended_sessions"],
    columns: &["name", "result", "ended_sessions"],
};

fn changed(name: &UserName, result: ResultWord, ended_sessions: usize) -> Record {
    Record::new()
        .with("name", name.as_str())
        .with("result", result)
        .with("ended_sessions", ended_sessions as u64)
}

/// Appends "…; 3 sessions ended".
fn ended(what: &str, sessions: usize) -> String {
    match sessions {
        0 => what.to_owned(),
        many => format!("{what}; {}", counted(many, "session ended", "sessions ended")),
    }
}
