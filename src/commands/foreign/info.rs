//! `db info` on another program's database.

use super::open::Database;
use crate::commands::{CommandResult, Context, Outcome};
use crate::host::actor::sudo_name;
use crate::output::{Record, View};
use sessionctl_core::model::time::format_duration;
use sessionctl_foreign::ops;

/// What `db info` prints of another program's database.
pub(in crate::commands) const FOREIGN_DATABASE: View = View {
    noun: "databases",
    singular: "database",
    fields: &[
        "path",
        "from",
        "title",
        "verified",
        "table",
        "users",
        "rows_proved",
        "rows_misfit",
        "key_is_unique",
        "settings",
        "indexes",
        "triggers",
        "journal_mode",
        "owner",
        "in_use",
        "revoke",
        "notes",
    ],
    columns: &["path", "from", "table", "verified"],
};

pub(super) fn run(database: &mut Database, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&FOREIGN_DATABASE)?;
    let info = database.act(context, ops::info)?;
    let settings = info.settings.iter().map(|(name, value)| format!("{name}={}", format_duration(*value)));
    let indexes = info.indexes.iter().map(|(name, columns)| format!("{name} ({})", columns.join(", ")));
    let record = Record::new()
        .with("path", context.host.database().display().to_string())
        .with("from", info.layout)
        .with("title", info.title)
        .with("verified", info.verified)
        .with("table", info.table)
        .with("users", info.users)
        .with("rows_proved", info.rows_proved)
        .with("rows_misfit", info.rows_misfit)
        .with("key_is_unique", info.key_is_unique)
        .with("settings", settings.collect::<Vec<_>>())
        .with("indexes", indexes.collect::<Vec<_>>())
        .with("triggers", info.triggers)
        .with("journal_mode", info.storage.journal_mode)
        .with("owner", info.storage.owner.map(sudo_name))
        .with("in_use", info.storage.in_use)
        .with("revoke", info.revoke)
        .with("notes", info.notes);
    context.ui.record(&FOREIGN_DATABASE, record)?;
    Ok(Outcome::Done)
}
