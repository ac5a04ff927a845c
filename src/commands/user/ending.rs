//! What the end of a user's sessions takes away: shown before a confirmation, by a dry run, and before a new password. How
//! they end belongs to the commands.

use clap::Args;

use super::{CHANGED, changed};
use crate::commands::bulk::confirm::{look, report_summary};
use crate::commands::unknown_user::{Use, unknown_user};
use crate::commands::{CommandResult, Context, Outcome};
use crate::output::ResultWord;
use sessionctl_core::counted;
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::BulkRequest;
use sessionctl_core::ops::preview::PlannedAct;
use sessionctl_core::store::Store;

/// The word of `result` where the command only looks, and what it means.
pub(super) const PLANNED: (&str, &str) = ("planned", "nothing was changed (--dry-run)");

/// Whether the command only looks.
#[derive(Debug, Args)]
pub(super) struct DryRunArg {
    /// Show which sessions would end, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl DryRunArg {
    /// Prints what the command would end where it only looks; `None` where it acts.
    ///
    /// # Errors
    /// That nobody has the name, or the store's.
    pub(super) fn outcome(
        &self,
        name: &UserName,
        planned: ResultWord,
        context: &mut Context,
    ) -> CommandResult<Option<Outcome>> {
        if !self.dry_run {
            return Ok(None);
        }
        context.ui.check_fields(&CHANGED)?;
        let mut store = context.host.open_to_read()?;
        let Some(user) = store.user(name)? else {
            return Err(unknown_user(store.as_ref(), name, Use::Act(None))?.into());
        };
        let name = &user.name;
        let ending = report(name, store.as_mut(), context)?;
        let number = usize::try_from(ending).unwrap_or(usize::MAX);
        context.print_result(&CHANGED, changed(name, planned, number))?;
        let sessions = counted(ending, "session", "sessions");
        context.ui.status(&format!("dry run: {sessions} of {name} would end; nothing was changed"));
        Ok(Some(Outcome::Done))
    }
}

/// Reports the user's active sessions by kind, address and, for API tokens, by name; how many there are.
pub(super) fn report(name: &UserName, store: &mut dyn Store, context: &mut Context) -> CommandResult<u64> {
    let active = Selector { user: name.clone().into(), ..Selector::default() };
    let (found, shown) = look(store, &BulkRequest::of(active), PlannedAct::Revoke, context)?;
    if found.changing > 0 {
        report_summary(&found, &shown, context);
    }
    Ok(found.changing)
}

/// The same before an act, which a row that cannot be read must not keep from ending the others.
pub(super) fn report_if_readable(
    name: &UserName,
    store: &mut dyn Store,
    context: &mut Context,
) -> Option<u64> {
    match report(name, store, context) {
        Ok(number) => Some(number),
        Err(error) => {
            context.ui.warn(&format!("what ends cannot be shown: {error}"));
            None
        }
    }
}
