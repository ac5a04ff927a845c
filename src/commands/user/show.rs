//! `user list` and `user show`. Neither shows the hash of a password.

use std::ops::ControlFlow;

use clap::Args;

use super::unknown;
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, View};
use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::{User, UserName};

const USER: View = View {
    noun: "users",
    singular: "user",
    fields: &["name", "created_at", "password_changed_at", "disabled_at", "failed_logins", "throttled_until"],
    columns: &["name", "created_at", "password_changed_at", "disabled_at", "failed_logins"],
};

const DETAILS: View = View {
    noun: "users",
    singular: "user",
    fields: &[
        "name",
        "created_at",
        "password_changed_at",
        "disabled_at",
        "failed_logins",
        "throttled_until",
        "active_sessions",
        "sessions",
    ],
    columns: &[
        "name",
        "created_at",
        "password_changed_at",
        "disabled_at",
        "failed_logins",
        "throttled_until",
        "active_sessions",
        "sessions",
    ],
};

/// List users, by name
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl user list
  sessionctl user list --format jsonl | jq -r 'select(.disabled_at) | .name'")]
pub(super) struct ListArgs {}

/// Show a user: the account, failed logins, and the number of sessions
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sessionctl user show alice
  sessionctl user show alice --fields active_sessions")]
pub(super) struct ShowArgs {
    /// The user
    #[arg(value_name = "NAME")]
    name: UserName,
}

pub(super) fn list(_args: &ListArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&USER)?;
    let store = context.host.open_to_read()?;
    context.ui.explain("read the users; only the argon2id hash of a password is stored, and it is not shown");
    let now = context.now;
    let mut list = context.ui.list(&USER)?;
    let mut written = Ok(());
    store.users(&mut |user| {
        written = list.push(record(user, now));
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    written?;
    list.finish(None)?;
    Ok(Outcome::Done)
}

pub(super) fn show(args: &ShowArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&DETAILS)?;
    let store = context.host.open_to_read()?;
    context.ui.explain(
        "failed logins are counted under a keyed digest of the name, also for names that no user has",
    );
    let Some(user) = store.user(&args.name)? else { return Err(unknown(&args.name).into()) };
    let active = Selector { user: args.name.clone().into(), ..Selector::default() };
    let all = Selector { state: Some(StateFilter::Any), ..active.clone() };
    let record = record(user, context.now)
        .with("active_sessions", store.count(&active, context.now)?)
        .with("sessions", store.count(&all, context.now)?);
    context.ui.record(&DETAILS, record)?;
    Ok(Outcome::Done)
}

fn record(user: User, now: Timestamp) -> Record {
    Record::new()
        .with("name", user.name.as_str())
        .with("created_at", user.created_at)
        .with("password_changed_at", user.password_changed_at)
        .with("disabled_at", user.disabled_at)
        .with("failed_logins", user.failed_logins)
        .with("throttled_until", user.throttled_until.filter(|until| *until > now))
}
