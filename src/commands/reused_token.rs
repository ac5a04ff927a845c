//! What follows when a token that was rotated away is shown again: the session falls, and that is said loudly.
//! Shared by the commands that let a token's holder in.

use crate::commands::Context;
use crate::commands::{CommandError, CommandResult};
use sessionctl_core::model::session::Session;
use sessionctl_core::ops::verify;

/// Whether what happened may be written: not at a made-up time, save in a sandbox.
///
/// # Errors
/// Where the database cannot be read.
pub fn may_write(context: &Context, store: &dyn sessionctl_core::store::Store) -> CommandResult<bool> {
    Ok(!context.clock_overridden || store.is_sandbox()?)
}

/// Reports it and ends the session with its family. That it could not be ended is an error that is said, because
/// the session lives on; the answer about the token stands either way.
pub fn report(context: &mut Context, session: &Session) {
    let written = context.host.open_to_write_existing().map_err(CommandError::from).and_then(|mut store| {
        context.act(store.as_mut(), |cx| verify::report_reuse(cx, session)).map_err(CommandError::from)
    });
    match written {
        Ok(fallen) if fallen.is_empty() => {
            context
                .ui
                .warn(&format!("a token of session {} that was rotated away was shown again", session.id));
        }
        Ok(fallen) => context.ui.warn(&format!(
            "a token that was rotated away was shown again, a sign of theft: {} revoked",
            fallen.iter().map(|id| format!("session {id}")).collect::<Vec<_>>().join(", ")
        )),
        Err(error) => context.ui.error(&format!(
            "a token that was rotated away was shown again, and session {} could not be revoked: {error:#}",
            session.id
        )),
    }
}
