//! `db info`: describes the database.

use clap::Args;

use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, View};

const EXAMPLES: &str = "\
Examples:
  sessionctl db info
  sessionctl db info --fields bytes
  sessionctl db info --format json";

pub(in crate::commands) const VIEW: View = View {
    noun: "databases",
    singular: "database",
    fields: &[
        "path",
        "schema_version",
        "sandbox",
        "created_at",
        "sessions",
        "users",
        "events",
        "bytes",
        "engine",
    ],
    columns: &["path", "schema_version", "sandbox", "created_at", "sessions", "users", "events", "bytes"],
};

/// Describe the database: where it is, its layout, and how much it holds
///
/// The bytes are those on disk, including the write-ahead log (WAL).
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct InfoArgs {}

pub(super) fn run(_args: &InfoArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&VIEW)?;
    context.ui.explain("count rows, and read the sizes of the database and its write-ahead log (WAL)");
    let info = context.host.open_to_read()?.info()?;
    let record = Record::new()
        .with("path", context.host.database().display().to_string())
        .with("schema_version", info.schema_version)
        .with("sandbox", info.sandbox)
        .with("created_at", info.created_at)
        .with("sessions", info.sessions)
        .with("users", info.users)
        .with("events", info.events)
        .with("bytes", info.bytes)
        .with("engine", info.engine);
    context.ui.record(&VIEW, record)?;
    Ok(Outcome::Done)
}
