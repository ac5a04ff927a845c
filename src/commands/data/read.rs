//! `data get` and `data list`.

use std::ffi::OsString;

use clap::Args;

use super::words::words;

use crate::commands::args::SessionArg;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Format, Record, Value, View};
use sessionctl_core::ops::OpsError;
use sessionctl_core::ops::data::check_key;
use sessionctl_core::store::DataEntry;

pub(in crate::commands) const VALUE: View = View {
    noun: "values",
    singular: "value",
    fields: &["key", "value", "version", "updated_at"],
    columns: &["key", "value", "version", "updated_at"],
};

/// Print a value of a session, as JSON
#[derive(Debug, Args)]
#[command(override_usage = "sessionctl data get [OPTIONS] [SESSION] <KEY>")]
#[command(after_long_help = "\
Examples:
  sessionctl data get 42 cart
  echo \"$TOKEN\" | sessionctl data get - cart | jq length
  sessionctl data get 42 cart --fields version")]
pub(super) struct GetArgs {
    /// The session: an id, - for a token on standard input, @FILE; without it, that of SESSIONCTL_TOKEN
    #[arg(value_name = "SESSION")]
    session: SessionArg,

    /// The name of the value
    #[arg(value_name = "KEY")]
    key: Option<OsString>,
}

/// List the values of a session
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl data list 42
  sessionctl data list 42 --format jsonl")]
pub(super) struct ListArgs {
    /// The session: an id, - for a token on standard input, @FILE; without it, that of SESSIONCTL_TOKEN
    #[arg(value_name = "SESSION")]
    session: Option<SessionArg>,
}

pub(super) fn get(args: &GetArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&VALUE)?;
    let (session, [key]) = words(&args.session, [args.key.as_ref()], "KEY", context)?;
    check_key(&key).map_err(OpsError::from)?;
    let mut store = context.host.open_to_read()?;
    context
        .ui
        .explain("a value belongs to the session: a token must be the current one of an active session");
    let id = session.resolve_held(store.as_mut(), context)?;
    let Some(entry) = store.data(id)?.into_iter().find(|entry| entry.key == key) else {
        return Err(Failure::of(Outcome::NotFound, format!("session {id} has no such value"))
            .hint("`sessionctl data list` shows its values")
            .into());
    };
    let options = context.ui.options();
    if options.format == Format::Table && options.fields.is_none() {
        context.ui.json_text(&entry.json)?;
    } else {
        context.ui.record(&VALUE, record(entry))?;
    }
    Ok(Outcome::Done)
}

pub(super) fn list(args: &ListArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&VALUE)?;
    let session = SessionArg::or_environment(args.session.clone(), context)?;
    let mut store = context.host.open_to_read()?;
    context
        .ui
        .explain("a value belongs to the session: a token must be the current one of an active session");
    let id = session.resolve_held(store.as_mut(), context)?;
    let entries = store.data(id)?;
    if entries.is_empty() {
        context.ui.status(&format!("session {id} has no values"));
    }
    let mut list = context.ui.list(&VALUE)?;
    for entry in entries {
        list.push(record(entry))?;
    }
    list.finish(None)?;
    Ok(Outcome::Done)
}

fn record(entry: DataEntry) -> Record {
    // A stored value was valid JSON when it was set; a damaged one is shown as text.
    let value = serde_json::from_str(&entry.json).map_or(Value::Text(entry.json), Value::Json);
    Record::new()
        .with("key", entry.key)
        .with("value", value)
        .with("version", entry.version)
        .with("updated_at", entry.updated_at)
}
