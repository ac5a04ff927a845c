//! Revokes sessions in the program's table: the intent is recorded first, then all is one transaction, then the
//! rows are looked for again. What another program does in between is reported and not undone.

mod act;
mod also;
mod backup;
pub(super) mod outcome;
mod preview;
mod recheck;

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

pub(super) use backup::Backup;
pub use outcome::{Revoked, TargetOutcome};
pub use preview::{Preview, Target, preview};
pub(super) use preview::{Users, allowed, empty};

use act::end_rows;

use super::journal::{Action, Entry, Journal, MAX_ENTRY_IDS};
use super::{Context, OpsError, Step};

/// The most rows of one transaction.
pub const MAX_TRANSACTION_ROWS: usize = 10_000;

/// How a revocation is done.
pub struct Options<'a> {
    /// Another number of sessions is refused.
    pub expect: Option<u64>,
    /// How the sessions were selected, for the log.
    pub selection: String,
    /// Why, for the log.
    pub reason: Option<String>,
    /// A number for the act, by which the log joins its intent and its outcome.
    pub act: String,
    /// Where the deleted rows are written first.
    pub backup: Option<PathBuf>,
    /// For how long rows are looked for again; none for the layout's default.
    pub recheck: Option<Duration>,
    /// Waits.
    pub pause: &'a mut dyn FnMut(Duration),
    /// Whether the user wants the act to stop; asked between two transactions.
    pub stop: &'a mut dyn FnMut() -> bool,
}

/// For how long rows that can come back are looked for, unless the user sets it.
const DEFAULT_RECHECK: Duration = Duration::from_secs(5);

/// Revokes the sessions of a preview.
///
/// # Errors
/// [`OpsError`]; nothing was changed then. What stops the act later is in [`Revoked::stopped`].
pub fn revoke(
    cx: &mut Context<'_>,
    preview: &Preview,
    options: &mut Options<'_>,
    journal: &mut dyn Journal,
) -> Result<Revoked, OpsError> {
    let count = preview.targets.len() as u64;
    if let Some(expected) = options.expect.filter(|expected| *expected != count) {
        return Err(OpsError::Count { matched: count, expected });
    }
    if preview.targets.is_empty() {
        return Ok(Revoked::default());
    }
    let mut backup = begin(cx, Action::Revoking, preview, options, journal)?;
    let outcomes = vec![TargetOutcome::NotReached; preview.targets.len()];
    let mut revoked = Revoked { outcomes, ..Revoked::default() };
    let ended = end_in_batches(cx, preview, &mut backup, options, &mut revoked);
    revoked.stopped = match ended {
        Err(error) => Some(error),
        Ok(()) => {
            let wait = match options.recheck {
                Some(wait) => wait,
                None if cx.plan().layout.revoke.resurrects => DEFAULT_RECHECK,
                None => Duration::ZERO,
            };
            recheck::recheck(cx, preview, wait, options, &mut revoked).err()
        }
    };
    let is_unchanged = revoked.outcomes.iter().all(|one| *one == TargetOutcome::NotReached);
    let text = match &revoked.stopped {
        Some(error) if is_unchanged => format!("failed: {error}"),
        _ => revoked.summary(),
    };
    let entry = outcome_entry(cx, Action::Revoked, (preview, &revoked.outcomes), text, options);
    let recorded = journal.record(&entry).map_err(OpsError::Unrecorded);
    revoked.stopped = conclude(revoked.stopped.take(), is_unchanged, recorded, backup)?;
    Ok(revoked)
}

/// Ends an act. One that stopped before it changed anything fails, and its backup is removed; of another, what stopped
/// it is returned, or what kept it from being recorded.
pub(super) fn conclude(
    stopped: Option<OpsError>,
    is_unchanged: bool,
    recorded: Result<(), OpsError>,
    backup: Option<Backup>,
) -> Result<Option<OpsError>, OpsError> {
    match stopped {
        Some(error) if is_unchanged => {
            backup.map_or(Ok(()), Backup::discard)?;
            Err(error)
        }
        stopped => Ok(stopped.or(recorded.err())),
    }
}

/// Creates the backup and records the intent: where one fails, nothing is left of the other.
pub(super) fn begin(
    cx: &mut Context<'_>,
    action: Action,
    preview: &Preview,
    options: &Options<'_>,
    journal: &mut dyn Journal,
) -> Result<Option<Backup>, OpsError> {
    let backup = match &options.backup {
        Some(path) => Some(Backup::create(path, cx.plan(), &preview.targets)?),
        None => None,
    };
    match record_intent(cx, action, preview, options, journal) {
        Ok(()) => Ok(backup),
        Err(error) => {
            backup.map_or(Ok(()), Backup::discard)?;
            Err(error)
        }
    }
}

fn end_in_batches(
    cx: &mut Context<'_>,
    preview: &Preview,
    backup: &mut Option<Backup>,
    options: &mut Options<'_>,
    revoked: &mut Revoked,
) -> Result<(), OpsError> {
    for (number, targets) in preview.targets.chunks(MAX_TRANSACTION_ROWS).enumerate() {
        if (options.stop)() {
            return Err(OpsError::Stopped);
        }
        let mut writer = cx.factory.writer(preview.needs_foreign_keys())?;
        let changed = end_rows(cx.plan(), writer.as_mut(), targets, preview, backup)?;
        let ended = changed.outcomes.iter().filter(|one| **one == TargetOutcome::Ended).count();
        (cx.trace)(&Step::Committed { rows: ended as u64 });
        let start = number * MAX_TRANSACTION_ROWS;
        revoked.outcomes[start..start + changed.outcomes.len()].copy_from_slice(&changed.outcomes);
        revoked.chained += changed.chained;
        for (table, rows, because) in changed.also {
            match revoked.also.iter_mut().find(|(known, _, why)| *known == table && *why == because) {
                Some((_, sum, _)) => *sum += rows,
                None => revoked.also.push((table, rows, because)),
            }
        }
        for missing in changed.without_user {
            if !revoked.without_user.contains(&missing) {
                revoked.without_user.push(missing);
            }
        }
    }
    Ok(())
}

/// Records what is about to be done, in as many entries as the ids need.
fn record_intent(
    cx: &mut Context<'_>,
    action: Action,
    preview: &Preview,
    options: &Options<'_>,
    journal: &mut dyn Journal,
) -> Result<(), OpsError> {
    let names = preview.user_names();
    for part in preview.targets.chunks(MAX_ENTRY_IDS) {
        let part: Vec<&Target> = part.iter().collect();
        let count = preview.targets.len() as u64;
        let entry = entry(cx, action, (&part, &names), (count, None), options);
        journal.record(&entry).map_err(OpsError::Log)?;
    }
    (cx.trace)(&Step::Recorded { action: action.as_str() });
    Ok(())
}

/// The outcome: with the ids of the sessions that ended, as far as one entry holds them.
pub(super) fn outcome_entry(
    cx: &Context<'_>,
    action: Action,
    (preview, outcomes): (&Preview, &[TargetOutcome]),
    text: String,
    options: &Options<'_>,
) -> Entry {
    let all = preview.targets.iter().zip(outcomes);
    let ended: Vec<&Target> =
        all.filter(|(_, one)| **one == TargetOutcome::Ended).map(|(target, _)| target).collect();
    let count = ended.len() as u64;
    let named = if ended.len() > MAX_ENTRY_IDS { Vec::new() } else { ended };
    let names = if named.is_empty() { HashMap::new() } else { preview.user_names() };
    entry(cx, action, (&named, &names), (count, Some(text)), options)
}

fn entry(
    cx: &Context<'_>,
    action: Action,
    (targets, names): (&[&Target], &HashMap<&str, &str>),
    (count, outcome): (u64, Option<String>),
    options: &Options<'_>,
) -> Entry {
    let users = targets.iter().flat_map(|target| target.users());
    Entry {
        action,
        file: cx.factory.identity(),
        layout: cx.plan().layout.name.clone(),
        selection: options.selection.clone(),
        reason: options.reason.clone(),
        users: users.map(|id| (id.to_owned(), names.get(id).map(|name| (*name).to_owned()))).collect(),
        ids: targets.iter().map(|target| target.session.id.clone()).collect(),
        count,
        outcome,
        act: options.act.clone(),
    }
}
