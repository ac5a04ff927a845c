//! `jwt`: signed statements about sessions that are verified without a look-up, and the cost of that.

mod decode;
mod issue;
mod keys;
mod presented;
mod verify;

use crate::output::RecordDoc;
use clap::{Args, Subcommand};

use super::{CommandResult, Context, Outcome};

/// The records that these commands print.
pub(super) const RECORDS: &[RecordDoc] = &[
    RecordDoc::one("jwt issue", &issue::ISSUED),
    RecordDoc::one("jwt decode", &decode::DECODED),
    RecordDoc::one("jwt verify", &verify::ANSWER).results(verify::WORDS),
    RecordDoc::list("jwt keys", &keys::KEY),
    RecordDoc::list("jwt keys list", &keys::KEY),
    RecordDoc::one("jwt keys new", &keys::KEY),
    RecordDoc::one("jwt keys retire", &keys::KEY),
    RecordDoc::one("jwt keys revoke", &keys::KEY),
    RecordDoc::list("jwt keys export", &keys::JWK),
];

/// Issue, read and verify JWTs for sessions
///
/// A JWT states what the session's record states, and is signed. It is accepted without a look-up in the database, so
/// a revocation does not end it before it expires. Each key has one algorithm; none, jku and similar are refused
/// (RFC 8725).
#[derive(Debug, Args)]
pub struct JwtArgs {
    #[command(subcommand)]
    command: JwtCommand,
}

impl JwtArgs {
    /// Whether a key is used less after the command.
    #[must_use]
    pub fn takes_access_away(&self) -> bool {
        matches!(&self.command, JwtCommand::Keys(args) if args.takes_access_away())
    }
}

#[derive(Debug, Subcommand)]
enum JwtCommand {
    Issue(issue::IssueArgs),
    Decode(decode::DecodeArgs),
    Verify(verify::VerifyArgs),
    Keys(keys::KeysArgs),
}

const DEFAULT_ISSUER: &str = "sessionctl";

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
