//! `log seal`: binds the events into the chain that it does not contain yet.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::commands::{CommandResult, Context, Outcome};
use crate::output::{Record, View};
use sessionctl_core::counted;

/// What was sealed.
pub(in crate::commands) const SEALED: View =
    View { noun: "seals", singular: "seal", fields: &["events", "head"], columns: &["events", "head"] };

#[derive(Debug, Args)]
pub(super) struct SealArgs {
    /// Sign with the Ed25519 key in this file (PEM), which nobody else may read
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    seal_key: Option<PathBuf>,
}

pub(super) fn run(args: &SealArgs, context: &mut Context) -> CommandResult<Outcome> {
    context.ui.check_fields(&SEALED)?;
    if let Some(file) = &args.seal_key {
        context.host.use_seal_key(file)?;
    }
    context.ui.explain(
        "take all events that no seal contains, in the order of their numbers; hash them as a tree; link the seal to the one \
         before it",
    );
    let mut store = context.host.open_to_write_existing()?;
    let sealed = store.seal()?;
    let head = store.head()?;
    context.print_result(&SEALED, Record::new().with("events", sealed).with("head", head.to_string()))?;
    context.ui.status(&match sealed {
        0 => "every event is part of the chain".to_owned(),
        many => counted(many, "event sealed", "events sealed"),
    });
    Ok(Outcome::Done)
}
