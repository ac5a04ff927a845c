//! Looks for ended rows again: a request that was in flight, or a trigger, can put one back.

use std::time::Duration;

use super::super::{Context, OpsError, Step};
use super::Revoked;
use super::act::end_rows;
use super::also::row_by_key;
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
    pause: &mut dyn FnMut(Duration),
    revoked: &mut Revoked,
) -> Result<(), OpsError> {
    let skipped = std::mem::take(&mut revoked.changed_since);
    let targets: Vec<&Target> =
        preview.targets.iter().filter(|target| !skipped.contains(&target.id)).collect();
    revoked.changed_since = skipped;
    let (mut waited, mut repeats) = (Duration::ZERO, 0);
    loop {
        let seen = look(cx, &targets)?;
        revoked.anonymous_again = seen.anonymous;
        (cx.trace)(&Step::LookedAgain { back: seen.back.len() as u64 });
        if !seen.back.is_empty() {
            if repeats == MAX_REPEATS {
                give_up(cx, &seen.back, revoked);
                return Ok(());
            }
            repeats += 1;
            let mut writer = cx.factory.writer(false)?;
            end_rows(cx.plan(), writer.as_mut(), &seen.back, preview, &mut None)?;
            // What a trigger puts back is there at once: it is looked for without waiting.
            continue;
        }
        if waited >= wait {
            return Ok(());
        }
        let step = INTERVAL.min(wait - waited);
        pause(step);
        waited += step;
    }
}

fn give_up(cx: &Context<'_>, back: &[Target], revoked: &mut Revoked) {
    revoked.came_back = back.iter().map(|target| target.id.clone()).collect();
    revoked.ended = revoked.ended.saturating_sub(back.len() as u64);
    revoked.triggers = cx.plan().triggers.clone();
}

struct Seen {
    back: Vec<Target>,
    anonymous: u64,
}

fn look(cx: &Context<'_>, targets: &[&Target]) -> Result<Seen, OpsError> {
    cx.read(&mut |source| {
        let mut seen = Seen { back: Vec::new(), anonymous: 0 };
        for target in targets {
            let Some(row) = row_by_key(cx.plan(), source, &target.key)? else { continue };
            if has_been_set(cx, &row) {
                continue;
            }
            let owner = cx.plan().owner(&row);
            if owner == Owner::Nobody && cx.plan().layout.revoke.set.is_empty() {
                seen.anonymous += 1;
            } else {
                // It is ended again as what it is now.
                seen.back.push(Target { owner, ..(*target).clone() });
            }
        }
        Ok(seen)
    })
}

/// Whether the row has the values that a revocation sets instead of deleting it.
fn has_been_set(cx: &Context<'_>, row: &Row) -> bool {
    let set = &cx.plan().layout.revoke.set;
    !set.is_empty() && set.iter().all(|(name, value)| cx.plan().extra(row, name) == Some(value))
}
