//! `--now` in the past: only in a sandbox, whatever the command. `--active-at` answers what was so at a time in the
//! past; to pretend that now is then shows revoked sessions as active.

use crate::commands::{Command, CommandResult, Context};
use crate::host::HostError;
use sessionctl_core::store::StoreError;

/// Refuses a time in the past outside of a sandbox.
///
/// # Errors
/// [`HostError::PastOutsideSandbox`], or why the database could not be opened.
pub(super) fn admit(command: &Command, context: &Context) -> CommandResult<()> {
    if !context.host.clock_in_the_past() {
        return Ok(());
    }
    match context.host.open_to_read().and_then(|store| Ok(store.is_sandbox()?)) {
        Ok(true) => Ok(()),
        Ok(false) => Err(HostError::PastOutsideSandbox.into()),
        // The command reports it, or creates a sandbox.
        Err(_) if needs_database(command) => Ok(()),
        Err(HostError::Store(StoreError::Missing)) => Err(HostError::PastOutsideSandbox.into()),
        Err(error) => Err(error.into()),
    }
}

/// Whether a command cannot do anything without a database.
fn needs_database(command: &Command) -> bool {
    !matches!(command, Command::Cookie(_) | Command::Jwt(_) | Command::Layout(_) | Command::Generate(_))
}
