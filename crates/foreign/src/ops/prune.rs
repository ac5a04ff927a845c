//! Deletes rows that have been expired for long, as the framework itself would, in batches that let the program
//! write in between.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use sessionctl_core::store::LockTimes;

use super::journal::{Action, Journal};
use super::locate::{Finder, locate};
use super::revoke::{
    Backup, Options, Preview, Target, TargetOutcome, Users, begin, conclude, outcome, outcome_entry,
};
use super::scan::{Wanted, scan};
use super::{Context, OpsError, Step};
use crate::filter::Filter;
use crate::plan::Plan;
use crate::record::State;
use crate::source::{Decision, Target as Writer};
use crate::time::Moment;
use crate::value::Value;

/// Rows of the first batch, when nothing is known yet.
const FIRST_BATCH_ROWS: usize = 500;
/// The fewest rows of a batch: with fewer, beginning and committing would cost more than the work.
const MIN_BATCH_ROWS: usize = 100;
/// The times for which a batch holds the lock: a program that writes waits as long.
const LOCK_TIMES: LockTimes =
    LockTimes { target: Duration::from_millis(60), max: Duration::from_millis(250) };
/// The most time between two batches in which others can write.
const MAX_PAUSE: Duration = Duration::from_millis(5);

/// What is pruned.
#[derive(Clone, Debug)]
pub struct PruneRequest {
    /// Which sessions.
    pub filter: Filter,
    /// For how long they have been expired at least.
    pub older_than: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Pruned {
    /// What became of each row, in the order of the preview; one that changed since was used again.
    pub outcomes: Vec<TargetOutcome>,
    /// Triggers on the table, where rows are there again.
    pub triggers: Vec<String>,
    /// Why the act ended before its end, after it had deleted rows.
    pub stopped: Option<OpsError>,
}

impl Pruned {
    /// How many rows had this outcome.
    #[must_use]
    pub fn count(&self, outcome: TargetOutcome) -> u64 {
        outcome::count(&self.outcomes, outcome)
    }

    /// How many rows were deleted.
    #[must_use]
    pub fn deleted(&self) -> u64 {
        self.count(TargetOutcome::Ended)
    }

    /// How many rows were gone or were used again meanwhile.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.count(TargetOutcome::AlreadyGone) + self.count(TargetOutcome::ChangedSince)
    }

    /// Whether every row is deleted, gone or in use.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.stopped.is_none()
            && self.count(TargetOutcome::CameBack) == 0
            && self.count(TargetOutcome::NotReached) == 0
    }
}

/// Collects the rows that are pruned.
///
/// # Errors
/// [`OpsError::Refused`] where the layout has no expiry, [`OpsError::NotProved`].
pub fn prunable(cx: &mut Context<'_>, request: &PruneRequest) -> Result<Preview, OpsError> {
    let layout = &cx.plan().layout;
    if let Some(why) = &layout.revoke.refuse {
        return Err(OpsError::Refused { layout: layout.name.clone(), why: why.clone() });
    }
    super::revoke::allowed(cx)?;
    if !layout.live.expires {
        let why = "its rows have no expiry".to_owned();
        return Err(OpsError::Refused { layout: layout.name.clone(), why });
    }
    cx.check_answerable(&request.filter)?;
    let mut filter = request.filter.clone();
    filter.states = vec![State::Expired];
    let limit = cx.now.minus(request.older_than);
    cx.read(&mut |source| {
        let mut found = super::revoke::empty(cx.plan(), source)?;
        let (mut reading, mut users) = (cx.reading(source), Users::new());
        let matcher = filter.matcher();
        let wanted =
            Wanted { matcher: &matcher, window: cx.plan().expired_by(Moment::of(limit)), passes_over: None };
        let scanned = scan(source, cx.plan(), &mut reading, &wanted, &mut |row, record| {
            if record.ended_at.is_some_and(|at| at <= limit) {
                let unused_if = cx.plan().expiry_value(&row);
                found.add(&mut users, record, row.rowid, unused_if);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        found.unreadable = scanned.unreadable;
        found.set_users(users);
        Ok(found)
    })
}

/// Deletes them.
///
/// # Errors
/// [`OpsError`]; nothing was deleted then. What stops the act later is in [`Pruned::stopped`].
pub fn prune(
    cx: &mut Context<'_>,
    preview: &Preview,
    request: &PruneRequest,
    options: &mut Options<'_>,
    journal: &mut dyn Journal,
) -> Result<Pruned, OpsError> {
    let matched = preview.targets.len() as u64;
    if let Some(expected) = options.expect.filter(|expected| *expected != matched) {
        return Err(OpsError::Count { matched, expected });
    }
    if preview.targets.is_empty() {
        return Ok(Pruned::default());
    }
    let mut backup = begin(cx, Action::Pruning, preview, options, journal)?;
    let mut pruned = Pruned::default();
    let limit = Moment::of(cx.now.minus(request.older_than));
    let deleted = delete(cx, preview, limit, &mut backup, &mut pruned, options);
    let is_unchanged = pruned.outcomes.is_empty();
    pruned.outcomes.resize(preview.targets.len(), TargetOutcome::NotReached);
    let looked = look_again(cx, preview, &mut pruned);
    pruned.stopped = deleted.and(looked).err();
    let named = [(TargetOutcome::CameBack, "came back"), (TargetOutcome::NotReached, "not reached")];
    let rest = outcome::rest(&pruned.outcomes, &named, pruned.stopped.as_ref());
    let text = format!("{} deleted, {} skipped{rest}", pruned.deleted(), pruned.skipped());
    let entry = outcome_entry(cx, Action::Pruned, (preview, &pruned.outcomes), text, options);
    let recorded = journal.record(&entry).map_err(OpsError::Unrecorded);
    pruned.stopped = conclude(pruned.stopped.take(), is_unchanged, recorded, backup)?;
    Ok(pruned)
}

fn delete(
    cx: &mut Context<'_>,
    preview: &Preview,
    limit: Moment,
    backup: &mut Option<Backup>,
    pruned: &mut Pruned,
    options: &mut Options<'_>,
) -> Result<(), OpsError> {
    let mut writer = cx.factory.writer(false)?;
    let (mut rest, mut size) = (preview.targets.as_slice(), FIRST_BATCH_ROWS);
    while !rest.is_empty() {
        if (options.stop)() {
            return Err(OpsError::Stopped);
        }
        let (targets, later) = rest.split_at(size.min(rest.len()));
        let started = Instant::now();
        let (outcomes, work) = delete_batch(cx.plan(), writer.as_mut(), targets, preview, limit, backup)?;
        let taken = started.elapsed();
        let deleted = outcomes.iter().filter(|one| **one == TargetOutcome::Ended).count();
        pruned.outcomes.extend(outcomes);
        (cx.trace)(&Step::Committed { rows: deleted as u64 });
        rest = later;
        size = next_size(targets.len(), work, taken.saturating_sub(work));
        if !rest.is_empty() {
            // SQLite's waiting is no queue: a program that waits gets the lock only where it finds it free.
            (options.pause)(taken.min(MAX_PAUSE));
        }
    }
    Ok(())
}

/// Finds the rows that a trigger has put back. Without one, a row that is there again was written by the program,
/// which is using it.
fn look_again(cx: &mut Context<'_>, preview: &Preview, pruned: &mut Pruned) -> Result<(), OpsError> {
    if cx.plan().triggers.is_empty() {
        return Ok(());
    }
    let before = pruned.outcomes.clone();
    pruned.outcomes = cx.read(&mut |source| {
        let mut outcomes = before.clone();
        let ended = outcomes.iter_mut().zip(&preview.targets);
        for (outcome, target) in ended.filter(|(outcome, _)| **outcome == TargetOutcome::Ended) {
            if locate(cx.plan(), &target.session.key, target.rowid, &Finder::Source(source))?.is_some() {
                *outcome = TargetOutcome::CameBack;
            }
        }
        Ok(outcomes)
    })?;
    let back = pruned.count(TargetOutcome::CameBack);
    (cx.trace)(&Step::LookedAgain { back });
    if back > 0 {
        pruned.triggers = cx.plan().triggers.clone();
    }
    Ok(())
}

/// As many rows as fit; at most four times as many as before, because one measurement can be wrong.
fn next_size(rows: usize, work: Duration, commit: Duration) -> usize {
    (LOCK_TIMES.fitting_rows(rows, work, commit) as usize)
        .clamp(MIN_BATCH_ROWS, rows.saturating_mul(4).max(MIN_BATCH_ROWS))
}

fn delete_batch(
    plan: &Plan,
    writer: &mut dyn Writer,
    targets: &[Target],
    preview: &Preview,
    limit: Moment,
    backup: &mut Option<Backup>,
) -> Result<(Vec<TargetOutcome>, Duration), OpsError> {
    let (mut outcomes, mut backup_error) = (Vec::new(), None);
    let mut work = Duration::ZERO;
    writer.transaction(&mut |transaction| {
        outcomes = Vec::with_capacity(targets.len());
        let locked = Instant::now();
        if let Some(Err(error)) = backup.as_mut().map(Backup::begin) {
            backup_error = Some(error);
            return Ok(Decision::RollBack);
        }
        for target in targets {
            if let (Some(unused), None) = (&target.unused_if, &backup)
                && !target.session.key.0.contains(&Value::Null)
            {
                // A session that was used again meanwhile has another value and stays.
                let mut equal = plan.equalities(&target.session.key);
                equal.push(unused.clone());
                if transaction.delete(&plan.query.table, &equal.into())? > 0 {
                    outcomes.push(TargetOutcome::Ended);
                    continue;
                }
            }
            let found = locate(plan, &target.session.key, target.rowid, &Finder::Transaction(transaction))?;
            let Some(located) = found else {
                outcomes.push(TargetOutcome::AlreadyGone);
                continue;
            };
            if plan.state_of(&located.row, limit) != State::Expired {
                outcomes.push(TargetOutcome::ChangedSince);
                continue;
            }
            if let Some(backup) = backup.as_mut()
                && let Err(error) = backup.session(plan, preview, transaction, &located)
            {
                backup_error = Some(error);
                return Ok(Decision::RollBack);
            }
            let count = transaction.delete(&plan.query.table, &located.which)?;
            // A trigger can decline a change without an error.
            outcomes.push(if count == 0 { TargetOutcome::CameBack } else { TargetOutcome::Ended });
        }
        if let Some(Err(error)) = backup.as_mut().map(Backup::commit) {
            backup_error = Some(error);
            return Ok(Decision::RollBack);
        }
        work = locked.elapsed();
        Ok(Decision::Commit)
    })?;
    backup_error.map_or(Ok((outcomes, work)), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_size_holds_the_lock_for_the_target_time() {
        let millis = Duration::from_millis;
        assert_eq!(next_size(1_000, millis(100), Duration::ZERO), 600);
        assert_eq!(next_size(1_000, millis(1), millis(1)), 4_000);
        assert_eq!(next_size(1_000, Duration::ZERO, Duration::ZERO), 4_000);
        assert_eq!(next_size(1_000, millis(60_000), Duration::ZERO), MIN_BATCH_ROWS);
        assert_eq!(next_size(1_000, millis(100), millis(100)), 1_000);
    }
}
