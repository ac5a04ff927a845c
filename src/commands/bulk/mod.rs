//! What expire, revoke and prune share besides their arguments: the preview, the confirmation, the selection on a
//! terminal, and the report. What happens to the sessions is decided by the commands and by `ops`.

pub mod confirm;
mod preview;
pub mod report;
pub mod selection;

use super::args::BulkArgs;
use super::{Context, Failure};
use crate::output::{SESSION, UnknownField, View};
use sessionctl_core::store::StoreError;

/// The words with which a bulk command reports its work.
#[derive(Clone, Copy, Debug)]
pub struct Verb {
    /// The command: `revoke`.
    pub name: &'static str,
    /// What a changed session is: `revoked`.
    pub done: &'static str,
    /// Whether it ends active sessions and their children; otherwise it works on ended ones.
    pub ends_live: bool,
}

impl BulkArgs {
    /// Refuses fields that the output does not have, before anything is read or changed.
    ///
    /// # Errors
    /// [`UnknownField`].
    pub fn begin(&self, report: &View, context: &Context) -> Result<(), UnknownField> {
        context.ui.check_fields(if self.dry_run { &SESSION } else { report })
    }

    /// Refuses to act without a selector, unless a person can select on a terminal: all sessions need `--all`.
    ///
    /// # Errors
    /// A usage [`Failure`].
    pub fn refuse_empty(&self, context: &Context) -> Result<(), Failure> {
        if !self.selector.is_empty() || context.prompt.is_interactive() && !self.dry_run {
            return Ok(());
        }
        Err(Failure::usage("no session is selected")
            .hint("name ids, add a selector such as --user, or use --all"))
    }

    fn check(&self, found: u64) -> Result<(), StoreError> {
        match self.expect {
            Some(expected) if expected != found => Err(StoreError::CountMismatch { expected, found }),
            _ => Ok(()),
        }
    }
}

fn sessions(number: u64) -> String {
    if number == 1 { "1 session".to_owned() } else { format!("{number} sessions") }
}
