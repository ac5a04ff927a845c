//! `data set` and `data unset`.

use std::ffi::OsString;

use clap::Args;

use super::words::words;
use crate::commands::args::SessionArg;
use crate::commands::outcome::usage;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, View};
use sessionctl_core::model::session::{SessionId, State};
use sessionctl_core::ops::data::{self, MAX_DATA_BYTES, MAX_KEYS};
use sessionctl_core::ops::{OpContext, OpsError};

/// Set a value of a session
///
/// With --if-version, the value is set only if it has that version (0: no value), so that one of two concurrent
/// changes is refused.
#[derive(Debug, Args)]
#[command(override_usage = "sessionctl data set [OPTIONS] [SESSION] <KEY> <JSON>")]
#[command(after_long_help = "\
Examples:
  sessionctl data set 42 cart '[\"laptop\"]'
  sessionctl data set @token theme '\"dark\"'
  sessionctl data set 42 cart '[]' --if-version 3
  jq -c . cart.json | sessionctl data set 42 cart -")]
pub(super) struct SetArgs {
    /// The session: an id, - for a token on standard input, @FILE; without it, that of SESSIONCTL_TOKEN
    #[arg(value_name = "SESSION")]
    session: SessionArg,

    /// The name of the value, at most 128 bytes
    #[arg(value_name = "KEY")]
    key: OsString,

    /// The value, as JSON; - for standard input
    #[arg(value_name = "JSON", allow_hyphen_values = true)]
    json: Option<OsString>,

    /// Set it only if it has this version; 0 for a new value
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    if_version: Option<i64>,
}

/// Remove a value of a session
#[derive(Debug, Args)]
#[command(override_usage = "sessionctl data unset [OPTIONS] [SESSION] <KEY>")]
#[command(after_long_help = "\
Examples:
  sessionctl data unset 42 cart
  sessionctl data unset 42 cart --if-version 3")]
pub(super) struct UnsetArgs {
    /// The session: an id, - for a token on standard input, @FILE; without it, that of SESSIONCTL_TOKEN
    #[arg(value_name = "SESSION")]
    session: SessionArg,

    /// The name of the value
    #[arg(value_name = "KEY")]
    key: Option<OsString>,

    /// Remove it only if it has this version
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    if_version: Option<i64>,
}

pub(super) fn set(args: &SetArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&RESULT)?;
    let behind = [Some(&args.key), args.json.as_ref()];
    let (session, [key, json]) = words(&args.session, behind, "JSON", context)?;
    let mut store = context.host.open_to_write_existing()?;
    let id = session.resolve_held(store.as_mut(), context)?;
    let json = match json.as_str() {
        "-" => {
            let bytes = context.read_stdin(MAX_DATA_BYTES as u64).map_err(usage)?;
            std::str::from_utf8(&bytes).map_err(|_| Failure::usage("the value is not UTF-8"))?.to_owned()
        }
        json => json.to_owned(),
    };
    let act = |cx: &mut OpContext<'_>| data::set(cx, id, &key, &json, args.if_version);
    let written = context.act(store.as_mut(), act);
    report((id, &key), written, context)
}

pub(super) fn unset(args: &UnsetArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&RESULT)?;
    let (session, [key]) = words(&args.session, [args.key.as_ref()], "KEY", context)?;
    let mut store = context.host.open_to_write_existing()?;
    let id = session.resolve_held(store.as_mut(), context)?;
    let had_value = store.data(id)?.iter().any(|entry| entry.key == key);
    let act = |cx: &mut OpContext<'_>| data::unset(cx, id, &key, args.if_version);
    let written = context.act(store.as_mut(), act);
    if let (Ok(data::Outcome::Done(_)), false) = (&written, had_value) {
        print(id, &key, 0, context)?;
        context.ui.status(&format!("session {id} has no such value; nothing was changed"));
        return Ok(Outcome::Done);
    }
    report((id, &key), written, context)
}

/// A value that was changed; version 0 for one that was removed.
pub(in crate::commands) const RESULT: View = View {
    noun: "values",
    singular: "value",
    fields: &["session", "key", "version"],
    columns: &["session", "key", "version"],
};

fn print(id: SessionId, key: &str, version: i64, context: &mut Context) -> CommandResult<()> {
    let record = Record::new().with("session", id.get()).with("key", key).with("version", version);
    Ok(context.print_result(&RESULT, record)?)
}

fn report(
    (id, key): (SessionId, &str),
    written: Result<data::Outcome, OpsError>,
    context: &mut Context,
) -> CommandResult<Outcome> {
    let refused = |outcome, message: String| Err(Failure::of(outcome, message).into());
    let written = written?;
    if let data::Outcome::Done(version) = written {
        print(id, key, version, context)?;
    }
    match written {
        data::Outcome::Done(0) => {
            context.ui.status("removed");
            Ok(Outcome::Done)
        }
        data::Outcome::Done(version) => {
            context.ui.status(&format!("set, version {version}"));
            Ok(Outcome::Done)
        }
        data::Outcome::Conflict(0) => {
            refused(Outcome::Refused, "the value does not exist (version 0); nothing was changed".to_owned())
        }
        data::Outcome::Conflict(version) => {
            let message = format!("the value has version {version}; nothing was changed");
            Err(Failure::of(Outcome::Refused, message).hint("read the value again, and retry").into())
        }
        data::Outcome::NoSuchSession => refused(Outcome::NotFound, format!("no session {id}")),
        data::Outcome::NotActive(state) => {
            let outcome = if state == State::Expired { Outcome::Expired } else { Outcome::Revoked };
            refused(
                outcome,
                format!("session {id} is {}: only an active session stores values", state.as_str()),
            )
        }
        data::Outcome::Full => refused(
            Outcome::Refused,
            format!("session {id} would hold more than {MAX_KEYS} values or {MAX_DATA_BYTES} bytes"),
        ),
    }
}
