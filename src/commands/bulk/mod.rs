//! What expire, revoke and prune share besides their arguments: the preview, the confirmation, the selection on a
//! terminal, and the report. What happens to the sessions is decided by the commands and by `ops`.

pub mod confirm;
mod preview;
pub mod report;
pub mod selection;
mod summary;
mod words;

pub(in crate::commands) use summary::before_that_time;
pub use words::Verb;
pub(in crate::commands) use words::{DELETION, EXPIRED, REVOCATION, REVOCATION_BY_LINE};

use super::args::BulkArgs;
use super::{CommandResult, Context, Failure, Outcome};
use crate::output::View;
use sessionctl_core::counted;
use sessionctl_core::ops::check_expected;
use sessionctl_core::store::StoreError;

impl BulkArgs {
    /// Refuses fields that the output does not have, and local times where the zone is not known, before anything is read
    /// or changed. `planned` are the records of a dry run.
    ///
    /// # Errors
    /// A usage error.
    pub fn begin(&self, report: &View, planned: &View, context: &Context) -> CommandResult<()> {
        context.ui.check_fields(if self.dry_run { planned } else { report })?;
        Ok(context.refuse_unknown_zone(self.selector.times())?)
    }

    /// Refuses to read what must be confirmed where there is no terminal to ask on.
    ///
    /// # Errors
    /// A usage [`Failure`].
    pub fn require_confirmation(&self, context: &Context) -> Result<(), Failure> {
        if context.yes || context.prompt.is_interactive() {
            return Ok(());
        }
        Err(Failure::usage("this needs confirmation, and there is no terminal to ask on")
            .hint("add --yes; --dry-run shows what would change"))
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

    /// Refuses a number of sessions that is not expected.
    ///
    /// # Errors
    /// [`StoreError::CountMismatch`].
    pub fn check(&self, found: u64) -> Result<(), StoreError> {
        check_expected(self.expect, found)
    }
}

/// The outcome by the number of sessions that matched and of ids that name none. Where no session was expected, none is
/// what was asked for.
pub(in crate::commands) fn outcome(matched: u64, missing: usize, expect: Option<u64>) -> Outcome {
    match missing == 0 && (matched > 0 || expect == Some(0)) {
        true => Outcome::Done,
        false => Outcome::NotFound,
    }
}

fn sessions(number: u64) -> String {
    counted(number, "session", "sessions")
}
