//! `cookie`: a token as a cookie, and the content and safety of cookie lines (RFC 6265bis). No database is read.

mod format;
mod lint;
mod parse;
mod source;

use super::{CommandResult, Context, Outcome};
use crate::output::RecordDoc;

/// The records that these commands print.
pub(super) const RECORDS: &[RecordDoc] = &[
    RecordDoc::one("cookie format", &format::COOKIE_TEXT),
    RecordDoc::list("cookie parse", &parse::COOKIE),
    RecordDoc::list("cookie lint", &lint::FINDING),
];

/// Write a token as a cookie; read and check cookies
#[derive(Debug, clap::Args)]
pub struct CookieArgs {
    #[command(subcommand)]
    command: CookieCommand,
}

#[derive(Debug, clap::Subcommand)]
enum CookieCommand {
    Format(format::FormatArgs),
    Parse(parse::ParseArgs),
    Lint(lint::LintArgs),
}

/// Runs `cookie`.
///
/// # Errors
/// Those of its subcommands.
pub fn run(args: &CookieArgs, context: &mut Context) -> CommandResult<Outcome> {
    match &args.command {
        CookieCommand::Format(args) => format::run(args, context),
        CookieCommand::Parse(args) => parse::run(args, context),
        CookieCommand::Lint(args) => lint::run(args, context),
    }
}

#[cfg(test)]
mod tests;
