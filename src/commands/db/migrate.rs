//! `db migrate`: brings the layout of the database up to date.

use clap::Args;

use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, Value, View};

/// The layout before and now.
pub(in crate::commands) const MIGRATED: View = View {
    noun: "databases",
    singular: "database",
    fields: &["path", "result", "layout_before", "layout"],
    columns: &["path", "result", "layout_before", "layout"],
};

/// Bring the layout of the database up to date
///
/// On a server this is the only command that changes tables: run it as the owner of the schema before the first program of
/// a new version is used. Programs of the previous version go on working until they are replaced, unless the new layout
/// excludes them. A file is brought up to date by the first command that opens it, so there is nothing left to do.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl db migrate
  SESSIONCTL_DB=postgres://owner@db.example/sessions sessionctl db migrate")]
pub(super) struct MigrateArgs {}

pub(super) fn run(_args: &MigrateArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&MIGRATED)?;
    context.ui.explain("apply each missing step in a transaction of its own, behind a lock, and record it");
    let (before, now) = context.host.factory()?.migrate(&context.actor)?;
    let path = context.host.database().display().to_string();
    let result = if before == now { "unchanged" } else { "migrated" };
    let record = Record::new()
        .with("path", path.clone())
        .with("result", Value::Word(result))
        .with("layout_before", before)
        .with("layout", now);
    context.print_result(&MIGRATED, record)?;
    context.ui.status(&match before == now {
        true => format!("{path} has layout {now}; nothing was changed"),
        false => format!("{path} has layout {now}, and had {before}"),
    });
    Ok(Outcome::Done)
}
