//! A standard output that the caller closed (`>&-`): a command whose result is printed there does nothing, because the
//! result would be lost, and a token cannot be shown again.

use sessionctl_startup::stdout_was_closed;

use super::error::STDOUT_CLOSED;
use crate::commands::{Command, CommandResult, Context, Failure, Outcome};
use crate::output::Format;

/// Refuses a command that would print a result where nobody can read it, before it changes anything.
///
/// # Errors
/// A [`Failure`].
pub(super) fn admit(command: &Command, context: &Context) -> CommandResult<()> {
    if stdout_was_closed() && (!reports_on_stderr(command) || asks_for_record(context)) {
        return Err(refusal());
    }
    Ok(())
}

/// As [`admit`], for the commands on another program's database, all of which print their result.
///
/// # Errors
/// A [`Failure`].
pub(super) fn admit_foreign() -> CommandResult<()> {
    if stdout_was_closed() { Err(refusal()) } else { Ok(()) }
}

fn refusal() -> crate::commands::CommandError {
    Failure::of(Outcome::Failed, STDOUT_CLOSED)
        .hint(
            "nothing was done: let the command write somewhere, `> /dev/null` where the result is not wanted",
        )
        .into()
}

/// Whether the format is one in which every command prints a record.
fn asks_for_record(context: &Context) -> bool {
    let options = context.ui.options();
    options.format != Format::Table || options.fields.is_some()
}

/// Whether all changes of a command are reported on standard error only, unless another format is asked for. What such a
/// command reads and prints fails when it is written.
fn reports_on_stderr(command: &Command) -> bool {
    #[cfg(feature = "serve")]
    if matches!(command, Command::Serve(_)) {
        return true;
    }
    matches!(
        command,
        Command::Logout(_)
            | Command::User(_)
            | Command::Data(_)
            | Command::Db(_)
            | Command::Log(_)
            | Command::Man(_)
    )
}
