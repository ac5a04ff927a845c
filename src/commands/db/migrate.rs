//! `db migrate`: updates the schema of the database.

use clap::Args;

use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, ResultWords, View};

/// The schema version before and now.
pub(in crate::commands) const MIGRATED: View = View {
    noun: "databases",
    singular: "database",
    fields: &["path", "result", "schema_version_before", "schema_version"],
    columns: &["path", "result", "schema_version_before", "schema_version"],
};

/// Update the schema of the database
///
/// On a server this is the only command that changes tables: run it as the owner of the schema before the first program
/// of a new version is used. Programs of the previous version go on working until they are replaced, unless the new
/// schema version excludes them. The first command that opens a file updates its schema, so there is nothing left to
/// do.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl db migrate
  SESSIONCTL_DB=postgres://owner@db.example/sessions sessionctl db migrate")]
pub(super) struct MigrateArgs {}

/// What became of the schema.
pub(super) const WORDS: ResultWords = ResultWords::new(&[
    ("migrated", "its version is a newer one"),
    ("unchanged", "it was the newest already"),
]);

pub(super) fn run(_args: &MigrateArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&MIGRATED)?;
    context.ui.explain("apply each missing step in a transaction of its own, behind a lock, and record it");
    let (before, now) = context.host.factory()?.migrate(&context.actor)?;
    let path = context.host.database().display().to_string();
    let result = match before == now {
        true => const { WORDS.word("unchanged") },
        false => const { WORDS.word("migrated") },
    };
    let record = Record::new()
        .with("path", path.clone())
        .with("result", result)
        .with("schema_version_before", before)
        .with("schema_version", now);
    context.print_result(&MIGRATED, record)?;
    context.ui.status(&match before == now {
        true => format!("{path} has schema version {now}; nothing was changed"),
        false => format!("{path} has schema version {now}, and had {before}"),
    });
    Ok(Outcome::Done)
}
