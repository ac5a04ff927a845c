//! Deletes rows that have been expired for long, as the framework itself would, in batches that let the program
//! write in between.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use sessionctl_core::store::LockTimes;

use super::journal::{Action, Journal};
use super::revoke::{Backup, Options, Preview, Target, entry, record_intent};
use super::scan::{Wanted, scan};
use super::{Context, OpsError, Step};
use crate::filter::Filter;
use crate::plan::Plan;
use crate::record::{Record, State};
use crate::source::{Decision, Target as Writer};
use crate::time::Moment;

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
#[derive(Clone, Debug, Default)]
pub struct Pruned {
    /// Rows that were deleted.
    pub deleted: u64,
    /// Rows that were gone, or were used again, meanwhile.
    pub skipped: u64,
}

/// Collects the rows that are pruned.
///
/// # Errors
/// [`OpsError::Refused`] where the layout has no expiry, [`OpsError::NotProved`].
pub fn prunable(cx: &mut Context<'_>, request: &PruneRequest) -> Result<Preview, OpsError> {
    super::revoke::allowed(cx)?;
    let layout = &cx.plan().layout;
    if !layout.live.expires {
        let why = "its rows have no expiry".to_owned();
        return Err(OpsError::Refused { layout: layout.name.clone(), why });
    }
    let selectors = request.filter.unanswerable(cx.plan());
    if !selectors.is_empty() {
        return Err(OpsError::Unanswerable { layout: layout.name.clone(), selectors });
    }
    let mut filter = request.filter.clone();
    filter.states = vec![State::Expired];
    let limit = cx.now.minus(request.older_than);
    cx.read(&mut |source| {
        let mut found = super::revoke::empty(cx.plan(), source)?;
        let mut reading = cx.reading(source);
        let matcher = filter.matcher();
        let wanted = Wanted { matcher: &matcher, window: cx.plan().expired_by(Moment::of(limit)) };
        let scanned = scan(source, cx.plan(), &mut reading, &wanted, &mut |row, record| {
            if record.ended_at.is_some_and(|at| at <= limit) {
                let unused_if = cx.plan().expiry_value(&row);
                let Record { key, id, owner, expires_at, .. } = record;
                found.targets.push(Target { key, id, owner, expires_at, unused_if });
            }
            Ok(ControlFlow::Continue(()))
        })?;
        found.unreadable = scanned.unreadable;
        Ok(found)
    })
}

/// Deletes them.
///
/// # Errors
/// [`OpsError`]; the batches that were committed before stay deleted, and the log records how many rows.
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
    record_intent(cx, Action::Pruning, &preview.targets, options, journal)?;
    let mut backup = match &options.backup {
        Some(path) => Some(Backup::create(path, cx.plan(), &preview.targets)?),
        None => None,
    };
    let mut pruned = Pruned::default();
    let limit = Moment::of(cx.now.minus(request.older_than));
    let mut result = delete(cx, preview, limit, &mut backup, &mut pruned, options.pause);
    if let (Ok(()), Some(backup)) = (&result, backup.take()) {
        result = backup.finish();
    }
    let outcome = match &result {
        Ok(()) => format!("{} deleted, {} skipped", pruned.deleted, pruned.skipped),
        Err(error) => format!("failed after {} rows: {error}", pruned.deleted),
    };
    let entry = entry(cx, Action::Pruned, Vec::new(), pruned.deleted, Some(outcome), options);
    let recorded = journal.record(&entry).map_err(OpsError::Log);
    result?;
    recorded?;
    Ok(pruned)
}

fn delete(
    cx: &mut Context<'_>,
    preview: &Preview,
    limit: Moment,
    backup: &mut Option<Backup>,
    pruned: &mut Pruned,
    pause: &mut dyn FnMut(Duration),
) -> Result<(), OpsError> {
    let mut writer = cx.factory.writer(false)?;
    let (mut rest, mut size) = (preview.targets.as_slice(), FIRST_BATCH_ROWS);
    while !rest.is_empty() {
        let (targets, later) = rest.split_at(size.min(rest.len()));
        let started = Instant::now();
        let (deleted, work) = delete_batch(cx.plan(), writer.as_mut(), targets, preview, limit, backup)?;
        let taken = started.elapsed();
        pruned.deleted += deleted;
        pruned.skipped += targets.len() as u64 - deleted;
        (cx.trace)(&Step::Committed { rows: deleted });
        rest = later;
        size = next_size(targets.len(), work, taken.saturating_sub(work));
        if !rest.is_empty() {
            // SQLite's waiting is no queue: a program that waits gets the lock only where it finds it free.
            pause(taken.min(MAX_PAUSE));
        }
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
) -> Result<(u64, Duration), OpsError> {
    let (mut deleted, mut backup_error) = (0, None);
    let mut work = Duration::ZERO;
    writer.transaction(&mut |transaction| {
        deleted = 0;
        let locked = Instant::now();
        for target in targets {
            let mut equal = plan.equalities(&target.key);
            if let (Some(unused), None) = (&target.unused_if, &backup) {
                // A session that was used again meanwhile has another value and stays.
                equal.push(unused.clone());
                deleted += transaction.delete(&plan.query.table, &equal)? as u64;
                continue;
            }
            let row = super::revoke::row_in(plan, transaction, &target.key)?;
            let Some(row) = row.filter(|row| plan.state_of(row, limit) == State::Expired) else {
                continue;
            };
            if let Some(backup) = backup.as_mut()
                && let Err(error) = backup.session(plan, preview, transaction, &row)
            {
                backup_error = Some(error);
                return Ok(Decision::RollBack);
            }
            deleted += transaction.delete(&plan.query.table, &equal)? as u64;
        }
        if let Some(Err(error)) = backup.as_mut().map(Backup::sync) {
            backup_error = Some(error);
            return Ok(Decision::RollBack);
        }
        work = locked.elapsed();
        Ok(Decision::Commit)
    })?;
    backup_error.map_or(Ok((deleted, work)), Err)
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
