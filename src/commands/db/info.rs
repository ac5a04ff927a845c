//! `db info`: describes the database.

use clap::Args;

use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Format, Record, Value, View};
use sessionctl_core::counted;
use sessionctl_core::model::time::format_duration;
use sessionctl_core::store::{MAX_COUNTED_ROWS, ServerInfo};

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
        "role",
        "tls",
        "pooled",
        "clock_offset",
        "durability",
        "rows_estimated",
        "tables",
        "hot_updates",
        "oldest_transaction",
        "unsealed",
    ],
    columns: &["path", "schema_version", "sandbox", "created_at", "sessions", "users", "events", "bytes"],
};

/// Describe the database: where it is, its schema version, and how much it holds
///
/// More than 200,000 sessions, users or events are estimated, so that the answer comes at once: a table shows ~N, and
/// `rows_estimated` is true. `sessionctl list --all --format count` counts sessions. The bytes are those on disk, including
/// the write-ahead log (WAL) of a file. A server also has a role (primary or replica), and a durability: where a change
/// is when it is acknowledged. What only a server has is null for a file.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct InfoArgs {}

pub(super) fn run(_args: &InfoArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&VIEW)?;
    context.ui.explain(
        "count rows, or estimate them from some of many, and read the sizes of the database and its write-ahead log (WAL)",
    );
    let info = context.host.open_to_read()?.info()?;
    let is_table = context.ui.options().format == Format::Table && context.ui.options().fields.is_none();
    let rows = |number: u64| match info.rows_are_estimates && is_table && number > MAX_COUNTED_ROWS {
        true => Value::Text(format!("~{number}")),
        false => number.into(),
    };
    let record = Record::new()
        .with("path", context.host.database().display().to_string())
        .with("schema_version", info.schema_version)
        .with("sandbox", info.sandbox)
        .with("created_at", info.created_at)
        .with("sessions", rows(info.sessions))
        .with("users", rows(info.users))
        .with("events", rows(info.events))
        .with("bytes", info.bytes)
        .with("engine", info.engine)
        .with("rows_estimated", info.rows_are_estimates);
    let record = with_server(record, info.server.as_ref());
    if is_table {
        context.ui.results.present_fields(&VIEW, record, &[])?;
    } else {
        context.ui.record(&VIEW, record)?;
    }
    if let Some(server) = info.server.filter(|_| is_table) {
        context.ui.status(&sentence(&server));
    }
    Ok(Outcome::Done)
}

/// Adds what only a server has; a file has none of it.
fn with_server(record: Record, server: Option<&ServerInfo>) -> Record {
    let Some(server) = server else { return record };
    let tables = server.tables.iter().map(|(name, bytes)| (name.clone(), (*bytes).into()));
    record
        .with("role", Value::Word(if server.is_replica { "replica" } else { "primary" }))
        .with("tls", server.tls.clone())
        .with("pooled", server.is_pooled)
        .with("clock_offset", server.clock_offset)
        .with("durability", Value::Word(server.durability))
        .with("tables", Value::Json(serde_json::Value::Object(tables.collect())))
        .with("hot_updates", server.hot_updates)
        .with("oldest_transaction", server.oldest_transaction)
        .with("unsealed", server.unsealed)
}

/// The same in words, beside the table.
fn sentence(server: &ServerInfo) -> String {
    let mut parts = vec![
        if server.is_replica { "a replica".to_owned() } else { "a primary".to_owned() },
        server.tls.clone().unwrap_or_else(|| "no TLS".to_owned()),
    ];
    if server.is_pooled {
        parts.push("behind a pooler".to_owned());
    }
    parts.push(match server.clock_offset {
        0 => "its clock agrees with this machine's".to_owned(),
        ahead if ahead > 0 => format!("its clock is {ahead} s ahead"),
        behind => format!("its clock is {} s behind", behind.unsigned_abs()),
    });
    parts.push(format!("durability: {}", server.durability));
    if let Some(share) = server.hot_updates {
        parts.push(format!("{share} % of updates HOT"));
    }
    if let Some(age) = server.oldest_transaction {
        parts.push(format!("oldest transaction {}", format_duration(age)));
    }
    parts.push(format!("{} not sealed", counted(server.unsealed, "event", "events")));
    parts.join("; ")
}
