//! The answer to a token that was rotated away and is presented again: the session is revoked, with a warning.
//! Shared by the commands that check a token.

use crate::commands::Context;
use crate::commands::{CommandError, CommandResult};
use sessionctl_core::model::session::Session;
use sessionctl_core::ops::verify;
use sessionctl_core::store::Store;

/// Whether the reuse may be written: with `--now`, only in a sandbox.
///
/// # Errors
/// Where reading the database fails.
pub fn may_write(context: &Context, store: &dyn Store) -> CommandResult<bool> {
    Ok(!context.host.clock_overridden() || store.is_sandbox()?)
}

/// Records the reuse, and revokes the session with its parent and siblings. If that fails, it prints an error, because
/// the session is still active; the answer about the token, which `reader` gave, stays the same.
pub fn report(context: &mut Context, reader: &dyn Store, session: &Session) {
    let written = context.open_to_change(reader).and_then(|mut store| {
        context.act(store.as_mut(), |cx| verify::report_reuse(cx, session)).map_err(CommandError::from)
    });
    match written {
        Ok(revoked) if revoked.is_empty() => {
            context.ui.warn(&format!(
                "a token of session {} that was rotated away was presented again",
                session.id
            ));
        }
        Ok(revoked) => context.ui.warn(&format!(
            "a token that was rotated away was presented again, a sign of theft: {} revoked",
            revoked.iter().map(|id| format!("session {id}")).collect::<Vec<_>>().join(", ")
        )),
        Err(error) => context.ui.error(&format!(
            "a token that was rotated away was presented again, and revoking session {} failed: {error:#}",
            session.id
        )),
    }
}
