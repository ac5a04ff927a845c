//! A standard output that the caller closed (`>&-`): a command whose result is printed there does nothing, because the
//! result would be lost, and a token cannot be shown again. What takes access away acts all the same, as into a pipe whose
//! reader has gone: an incident does not wait for a reader. It exits with 1.

use sessionctl_startup::stdout_was_closed;

use super::error::{STDOUT_CLOSED, STDOUT_CLOSED_HINT};
use crate::commands::foreign::ForeignCommand;
use crate::commands::{Command, CommandResult, Context, Failure, Outcome};
use crate::output::Format;

/// Refuses a command that would print a result where nobody can read it, before it changes anything.
///
/// # Errors
/// A [`Failure`].
pub(super) fn admit(command: &Command, context: &Context) -> CommandResult<()> {
    let is_lost = !reports_on_stderr(command) || asks_for_record(context);
    if stdout_was_closed() && is_lost && !takes_access_away(command) {
        return Err(refusal());
    }
    Ok(())
}

/// As [`admit`], for the commands on another program's database, all of which print their result.
///
/// # Errors
/// A [`Failure`].
pub(super) fn admit_foreign(command: &ForeignCommand) -> CommandResult<()> {
    let ends_sessions = matches!(command, ForeignCommand::Revoke(_));
    if stdout_was_closed() && !ends_sessions { Err(refusal()) } else { Ok(()) }
}

/// Whether a command takes access away: that works always.
fn takes_access_away(command: &Command) -> bool {
    match command {
        Command::Revoke(_) | Command::Expire(_) | Command::Logout(_) => true,
        Command::User(args) => args.takes_access_away(),
        Command::Jwt(args) => args.takes_access_away(),
        _ => false,
    }
}

fn refusal() -> crate::commands::CommandError {
    Failure::of(Outcome::Failed, STDOUT_CLOSED).hint(format!("nothing was done: {STDOUT_CLOSED_HINT}")).into()
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
    match command {
        // It would wait for an event before it finds out.
        Command::Log(args) => !args.follows(),
        Command::User(_) | Command::Data(_) | Command::Db(_) | Command::Man(_) => true,
        _ => false,
    }
}
