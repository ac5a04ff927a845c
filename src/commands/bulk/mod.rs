//! What expire, revoke and prune share beside their arguments: the preview, the confirmation, the selection by a
//! person, and the report. What is done to the sessions is decided by the commands and by `ops`.

pub mod confirm;
mod preview;
pub mod report;
pub mod selection;

use super::args::BulkArgs;
use super::{Context, Failure};
use crate::output::{SESSION, UnknownField, View};
use sessionctl_core::store::StoreError;

/// What a bulk command calls what it does.
#[derive(Clone, Copy, Debug)]
pub struct Verb {
    /// The command: `revoke`.
    pub name: &'static str,
    /// What a changed session is: `revoked`.
    pub done: &'static str,
    /// Whether it ends live sessions, and the families under them; else it is for dead ones.
    pub ends_live: bool,
}

impl BulkArgs {
    /// Refuses fields that what will be printed does not have, before anything is read or done.
    ///
    /// # Errors
    /// [`UnknownField`].
    pub fn begin(&self, report: &View, context: &Context) -> Result<(), UnknownField> {
        context.ui.check_fields(if self.dry_run { &SESSION } else { report })
    }

    /// Refuses to act where nothing is selected, unless a person can pick: for all sessions it must be said.
    ///
    /// # Errors
    /// A usage [`Failure`].
    pub fn refuse_empty(&self, context: &Context) -> Result<(), Failure> {
        if !self.selector.is_empty() || context.prompt.is_interactive() && !self.dry_run {
            return Ok(());
        }
        Err(Failure::usage("no session is selected").hint("name ids, filter them, or say --all"))
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
