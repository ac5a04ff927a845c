//! `jwt`: signed statements about sessions, which need no look-up; and what that costs.

mod decode;
mod issue;
mod keys;
mod verify;

use clap::{Args, Subcommand};

use super::{Context, Outcome};
use crate::commands::CommandResult;

/// Issue, read and verify JWTs for sessions
///
/// A JWT says what the session's record says, signed, and is believed without asking the database: no look-up,
/// and no revocation either, until it expires. Algorithms are pinned to their keys; none, jku and the like are
/// refused (RFC 8725).
#[derive(Debug, Args)]
pub struct JwtArgs {
    #[command(subcommand)]
    command: JwtCommand,
}

#[derive(Debug, Subcommand)]
enum JwtCommand {
    Issue(issue::IssueArgs),
    Decode(decode::DecodeArgs),
    Verify(verify::VerifyArgs),
    Keys(keys::KeysArgs),
}

/// Who issues where nothing else is said.
const ISSUER: &str = "sessionctl";
/// For whom, where nothing else is said.
const AUDIENCE: &str = "app";

/// Runs the command.
///
/// # Errors
/// Those of its subcommands.
pub fn run(args: JwtArgs, context: &mut Context) -> CommandResult<Outcome> {
    match args.command {
        JwtCommand::Issue(args) => issue::run(&args, context),
        JwtCommand::Decode(args) => decode::run(&args, context),
        JwtCommand::Verify(args) => verify::run(&args, context),
        JwtCommand::Keys(args) => keys::run(args, context),
    }
}

/// What was presented, as text; what is no UTF-8 is no JWT.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default().trim()
}
