//! Revokes sessions in the program's table: the intent is recorded first, then all is one transaction, then the
//! rows are looked for again. What another program does in between is reported and not undone.

mod act;
mod also;
mod backup;
mod preview;
mod recheck;

use std::path::PathBuf;
use std::time::Duration;

pub(super) use also::row_in;
pub(super) use backup::Backup;
pub use preview::{Preview, Target, preview};
pub(super) use preview::{allowed, empty};

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
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Revoked {
    /// Sessions that were ended and stayed out.
    pub ended: u64,
    /// Sessions whose rows were gone already.
    pub already_gone: u64,
    /// Ids of sessions that belong to another user than when they were listed; they were not touched.
    pub changed_since: Vec<String>,
    /// Sessions that replaced a revoked one, and were ended with it.
    pub chained: u64,
    /// Rows of other tables that were changed: the table, how many, why.
    pub also: Vec<(String, u64, String)>,
    /// Ids of sessions whose rows are there again.
    pub came_back: Vec<String>,
    /// Sessions whose id exists again, as an anonymous session.
    pub anonymous_again: u64,
    /// Triggers on the table, where rows are there again.
    pub triggers: Vec<String>,
}

impl Revoked {
    /// Whether every session that was named is out.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.came_back.is_empty() && self.changed_since.is_empty()
    }
}

/// For how long rows that can come back are looked for, unless the user sets it.
const DEFAULT_RECHECK: Duration = Duration::from_secs(5);

/// Revokes the sessions of a preview.
///
/// # Errors
/// [`OpsError`]; nothing was changed then, except where [`OpsError::Source`] follows a batch of more than
/// [`MAX_TRANSACTION_ROWS`] rows, which the log records.
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
    record_intent(cx, Action::Revoking, &preview.targets, options, journal)?;
    let mut backup = match &options.backup {
        Some(path) => Some(Backup::create(path, cx.plan(), &preview.targets)?),
        None => None,
    };
    let mut revoked = Revoked::default();
    let ended = end_in_batches(cx, preview, &mut backup, &mut revoked);
    let ended = ended.and_then(|()| backup.take().map_or(Ok(()), Backup::finish));
    let ended = ended.and_then(|()| {
        let wait = match options.recheck {
            Some(wait) => wait,
            None if cx.plan().layout.revoke.resurrects => DEFAULT_RECHECK,
            None => Duration::ZERO,
        };
        recheck::recheck(cx, preview, wait, options.pause, &mut revoked)
    });
    let outcome = match &ended {
        Ok(()) => outcome(&revoked),
        Err(error) => format!("failed: {error}"),
    };
    let entry = entry(cx, Action::Revoked, Vec::new(), revoked.ended, Some(outcome), options);
    let recorded = journal.record(&entry).map_err(OpsError::Log);
    ended?;
    recorded?;
    Ok(revoked)
}

fn end_in_batches(
    cx: &mut Context<'_>,
    preview: &Preview,
    backup: &mut Option<Backup>,
    revoked: &mut Revoked,
) -> Result<(), OpsError> {
    let foreign_keys = preview.also.iter().any(also::BoundAlso::deletes);
    for targets in preview.targets.chunks(MAX_TRANSACTION_ROWS) {
        let mut writer = cx.factory.writer(foreign_keys)?;
        let changed = end_rows(cx.plan(), writer.as_mut(), targets, preview, backup)?;
        (cx.trace)(&Step::Committed { rows: changed.ended });
        revoked.ended += changed.ended;
        revoked.already_gone += changed.already_gone;
        revoked.chained += changed.chained;
        revoked.changed_since.extend(changed.changed_since);
        for (table, rows, because) in changed.also {
            match revoked.also.iter_mut().find(|(known, _, _)| *known == table) {
                Some((_, sum, _)) => *sum += rows,
                None => revoked.also.push((table, rows, because)),
            }
        }
    }
    Ok(())
}

fn outcome(revoked: &Revoked) -> String {
    let mut text = format!("{} ended, {} already gone", revoked.ended, revoked.already_gone);
    if !revoked.changed_since.is_empty() {
        text.push_str(&format!(", {} changed since", revoked.changed_since.len()));
    }
    if !revoked.came_back.is_empty() {
        text.push_str(&format!(", {} came back", revoked.came_back.len()));
    }
    text
}

/// Records what is about to be done, in as many entries as the ids need.
pub(super) fn record_intent(
    cx: &mut Context<'_>,
    action: Action,
    targets: &[Target],
    options: &Options<'_>,
    journal: &mut dyn Journal,
) -> Result<(), OpsError> {
    for part in targets.chunks(MAX_ENTRY_IDS) {
        let ids = part.iter().map(|target| target.id.clone()).collect();
        let entry = entry(cx, action, ids, targets.len() as u64, None, options);
        journal.record(&entry).map_err(OpsError::Log)?;
    }
    (cx.trace)(&Step::Recorded { action: action.as_str() });
    Ok(())
}

pub(super) fn entry(
    cx: &Context<'_>,
    action: Action,
    ids: Vec<String>,
    count: u64,
    outcome: Option<String>,
    options: &Options<'_>,
) -> Entry {
    Entry {
        action,
        file: cx.factory.identity(),
        layout: cx.plan().layout.name.clone(),
        selection: options.selection.clone(),
        reason: options.reason.clone(),
        ids,
        count,
        outcome,
        act: options.act.clone(),
    }
}
