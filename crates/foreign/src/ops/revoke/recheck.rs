//! Looks for ended rows again: a request that was in flight, or a trigger, can put one back.

use std::time::Duration;

use super::super::locate::{Finder, locate};
use super::super::{Context, OpsError, Step};
use super::Options;
use super::act::end_rows;
use super::outcome::{Revoked, TargetOutcome};
use super::preview::{Preview, Target};
use crate::record::Owner;
use crate::value::Row;

/// How often rows that came back are ended again.
const MAX_REPEATS: usize = 2;
/// The time between two looks.
const INTERVAL: Duration = Duration::from_millis(250);

/// Looks at once, and then until `wait` is over.
pub(super) fn recheck(
    cx: &mut Context<'_>,
    preview: &Preview,
    wait: Duration,
    options: &mut Options<'_>,
    revoked: &mut Revoked,
) -> Result<(), OpsError> {
    let (mut waited, mut repeats) = (Duration::ZERO, 0);
    loop {
        let back = look(cx, preview, revoked)?;
        (cx.trace)(&Step::LookedAgain { back: back.len() as u64 });
        if !back.is_empty() {
            if repeats == MAX_REPEATS {
                revoked.triggers = cx.plan().triggers.clone();
                return Ok(());
            }
            repeats += 1;
            end_again(cx, preview, &back, revoked)?;
            // What a trigger puts back is there at once: it is looked for without waiting.
            continue;
        }
        if waited >= wait {
            return Ok(());
        }
        let step = INTERVAL.min(wait - waited);
        (options.pause)(step);
        waited += step;
        if (options.stop)() {
            return Err(OpsError::Stopped);
        }
    }
}

/// The positions of the rows that are there again. A row that another user has taken is not touched.
fn look(cx: &Context<'_>, preview: &Preview, revoked: &mut Revoked) -> Result<Vec<usize>, OpsError> {
    let before = revoked.outcomes.clone();
    let (outcomes, anonymous) = cx.read(&mut |source| {
        let (mut outcomes, mut anonymous) = (before.clone(), 0);
        for (outcome, target) in outcomes.iter_mut().zip(&preview.targets) {
            if matches!(outcome, TargetOutcome::ChangedSince | TargetOutcome::NotReached) {
                continue;
            }
            let found = locate(cx.plan(), &target.session.key, target.rowid, &Finder::Source(source))?;
            let found = found.filter(|found| !has_been_set(cx, &found.row));
            let owner = found.map(|found| cx.plan().owner(&found.row));
            let is_deleted = cx.plan().layout.revoke.set.is_empty();
            *outcome = match owner {
                None if *outcome == TargetOutcome::CameBack => TargetOutcome::Ended,
                None => *outcome,
                Some(owner) if owner == target.session.owner => TargetOutcome::CameBack,
                Some(Owner::Nobody) if is_deleted => {
                    anonymous += 1;
                    *outcome
                }
                Some(_) => TargetOutcome::ChangedSince,
            };
        }
        Ok((outcomes, anonymous))
    })?;
    revoked.anonymous_again = anonymous;
    revoked.outcomes = outcomes;
    let back = revoked.outcomes.iter().enumerate();
    Ok(back.filter(|(_, outcome)| **outcome == TargetOutcome::CameBack).map(|(index, _)| index).collect())
}

fn end_again(
    cx: &mut Context<'_>,
    preview: &Preview,
    back: &[usize],
    revoked: &mut Revoked,
) -> Result<(), OpsError> {
    let targets: Vec<Target> = back.iter().map(|index| preview.targets[*index].clone()).collect();
    let mut writer = cx.factory.writer(preview.needs_foreign_keys())?;
    let changed = end_rows(cx.plan(), writer.as_mut(), &targets, preview, &mut None)?;
    for (index, outcome) in back.iter().zip(changed.outcomes) {
        // A row that went by itself meanwhile was ended before.
        let is_out = outcome == TargetOutcome::AlreadyGone;
        revoked.outcomes[*index] = if is_out { TargetOutcome::Ended } else { outcome };
    }
    Ok(())
}

/// Whether the row has the values that a revocation sets instead of deleting it.
fn has_been_set(cx: &Context<'_>, row: &Row) -> bool {
    let set = &cx.plan().layout.revoke.set;
    !set.is_empty() && set.iter().all(|(name, value)| cx.plan().extra(row, name) == Some(value))
}
