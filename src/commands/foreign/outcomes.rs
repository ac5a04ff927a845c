//! The result for each session of an act on another program's table. What is said of the act as a whole belongs to the
//! commands.

use crate::commands::{CommandResult, Context};
use crate::output::{Format, Record, Value, View};
use sessionctl_foreign::ops::{Preview, Target, TargetOutcome};

/// How a command names what becomes of a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    /// Before the act: `would be revoked`.
    pub(super) planned: &'static str,
    /// `revoked`.
    pub(super) ended: &'static str,
    /// `changed since`.
    pub(super) changed: &'static str,
}

impl Words {
    fn word(self, outcome: Option<TargetOutcome>) -> &'static str {
        match outcome {
            None => self.planned,
            Some(TargetOutcome::Ended) => self.ended,
            Some(TargetOutcome::AlreadyGone) => "already gone",
            Some(TargetOutcome::ChangedSince) => self.changed,
            Some(TargetOutcome::CameBack) => "came back",
            Some(TargetOutcome::NotReached) => "not reached",
        }
    }
}

/// Prints a result for each session; `last` is the value of the last field of `view`. Where a format shows ids or their
/// number only, those that were ended are meant.
pub(super) fn print(
    (view, words): (&View, Words),
    preview: &Preview,
    outcomes: Option<&[TargetOutcome]>,
    last: impl Fn(&Target) -> (&'static str, Value),
    context: &mut Context,
) -> CommandResult<()> {
    let only_ended = outcomes.is_some() && matches!(context.ui.options().format, Format::Ids | Format::Count);
    let mut list = context.ui.list(view)?;
    for (index, target) in preview.targets.iter().enumerate() {
        let outcome = outcomes.map(|outcomes| outcomes[index]);
        if only_ended && outcome != Some(TargetOutcome::Ended) {
            continue;
        }
        let (field, value) = last(target);
        list.push(
            Record::new()
                .with("id", target.id.as_str())
                .with("result", Value::Word(words.word(outcome)))
                .with(field, value),
        )?;
    }
    list.finish(None)?;
    Ok(())
}
