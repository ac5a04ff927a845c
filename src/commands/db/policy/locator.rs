//! `db policy rotate-locator-key`: another key for the locators of new tokens.

use super::PolicyArgs;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use crate::output::{Record, View};
use sessionctl_core::counted;
use sessionctl_core::ops::policy;

/// The keys after the change.
pub(in crate::commands) const ROTATED: View = View {
    noun: "keys",
    singular: "key",
    fields: &["version", "keys_in_use", "keys_retired"],
    columns: &["version", "keys_in_use", "keys_retired"],
};

pub(super) fn run(args: &PolicyArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&ROTATED)?;
    if args.value.is_some() || args.apply || args.dry_run {
        return Err(Failure::usage("rotate-locator-key takes no value, no --apply and no --dry-run").into());
    }
    let mut store = context.host.open_to_write_existing()?;
    let keys = context.act(store.as_mut(), policy::rotate_locator_key)?;
    let record = Record::new()
        .with("version", keys.version)
        .with("keys_in_use", keys.in_use)
        .with("keys_retired", keys.retired);
    context.print_result(&ROTATED, record)?;
    let older = match keys.in_use.saturating_sub(1) {
        0 => "no older key is in use".to_owned(),
        keys => counted(
            keys,
            "older key is in use until its last session has ended",
            "older keys are in use until their last sessions have ended",
        ),
    };
    context.ui.status(&format!("new tokens get locators under key {}; {older}", keys.version));
    Ok(Outcome::Done)
}
