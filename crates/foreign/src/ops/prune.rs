//! Deletes rows that have been expired for long, as the framework itself would, in batches that let the program
//! write in between.

use std::ops::ControlFlow;
use std::time::Duration;

use super::journal::{Action, Journal};
use super::revoke::{Backup, Options, Preview, Target, entry, record_intent};
use super::scan::scan;
use super::{Context, OpsError, Step};
use crate::filter::{Filter, Verdict};
use crate::record::State;
use crate::source::Decision;
use crate::time::Moment;

/// Rows of one batch: a program waits for the lock as long as one takes.
const BATCH_ROWS: usize = 500;

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
        scan(source, cx.plan(), &mut reading, &mut |_, record| {
            match filter.verdict(&record) {
                Verdict::Yes if record.ended_at.is_some_and(|at| at <= limit) => {
                    let (key, id, owner) = (record.key, record.id, record.owner);
                    found.targets.push(Target { key, id, owner, expires_at: record.expires_at });
                }
                Verdict::Unreadable => found.unreadable += 1,
                _ => {}
            }
            Ok(ControlFlow::Continue(()))
        })?;
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
    let mut result = delete(cx, preview, limit, &mut backup, &mut pruned);
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
) -> Result<(), OpsError> {
    for targets in preview.targets.chunks(BATCH_ROWS) {
        let mut writer = cx.factory.writer(false)?;
        let (mut deleted, mut backup_error) = (0, None);
        let plan = cx.plan();
        writer.transaction(&mut |transaction| {
            deleted = 0;
            for target in targets {
                // A session that was used again meanwhile has another expiry and stays.
                let row = super::revoke::row_in(plan, transaction, &target.key)?;
                let Some(row) = row.filter(|row| plan.timed(row, limit).state == State::Expired) else {
                    continue;
                };
                if let Some(backup) = backup.as_mut()
                    && let Err(error) = backup.session(plan, preview, transaction, &row)
                {
                    backup_error = Some(error);
                    return Ok(Decision::RollBack);
                }
                deleted += transaction.delete(&plan.query.table, &plan.equalities(&target.key))? as u64;
            }
            if let Some(Err(error)) = backup.as_mut().map(Backup::sync) {
                backup_error = Some(error);
                return Ok(Decision::RollBack);
            }
            Ok(Decision::Commit)
        })?;
        if let Some(error) = backup_error {
            return Err(error);
        }
        pruned.deleted += deleted;
        pruned.skipped += targets.len() as u64 - deleted;
        (cx.trace)(&Step::Committed { rows: deleted });
    }
    Ok(())
}
