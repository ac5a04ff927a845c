//! One batch of bulk work. Its sessions are searched without the write lock, because that can take long; then, under
//! the lock, each is checked again, and all that still match are changed at once: a statement for a thousand sessions
//! takes a third of the time of a thousand statements.

use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, Transaction, params_from_iter};
use sessionctl_core::counted;
use sessionctl_core::model::event::{Event, Subjects};
use sessionctl_core::model::session::{SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult, Change, JudgedBy, StoreError};

use super::batch_size::BatchCost;
use super::target::{COLUMNS, Names, TABLES, Target};
use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::filter::Filter;
use crate::read::row::json_ids;
use crate::store::{SqliteStore, WriteTx};

/// The ids that are searched for one batch, so that a search for few sessions among many reports its progress and can
/// be interrupted.
const IDS_PER_SEARCH: i64 = 500_000;

/// The pause between two batches, in which other writers get the lock.
const PAUSE_BETWEEN_BATCHES: Duration = Duration::from_millis(2);

/// The size of the WAL above which it is truncated between two batches: while others always read, SQLite never
/// restarts it by itself, and it grew to gigabytes.
const LARGE_WAL_BYTES: u64 = 48 << 20;

/// Runs `act` on the sessions of a batch, and appends the event about those that it changed. `act` returns a change
/// for each session, in their order, each followed by the children that it changed with it.
pub(crate) fn run_batch(
    store: &mut SqliteStore,
    batch: &Batch<'_>,
    by: JudgedBy,
    event: Event,
    act: impl FnOnce(&WriteTx<'_>, &[Target]) -> Result<Vec<Change>, SqliteError>,
) -> Result<BatchResult, SqliteError> {
    let searched_at = store.search_time(by)?;
    let filter = Filter::of_all(store.conn(), batch.selector, searched_at)?;
    if let Some(expected) = batch.expect {
        check_count(expected, filter.count(store.conn(), Some(batch.up_to))?)?;
    }
    let (ids, next) = search(store, &filter, batch)?;
    if ids.is_empty() {
        if next.is_none() {
            store.write_back();
        }
        return Ok(BatchResult { at: searched_at, changes: Vec::new(), next });
    }
    store.hint_bulk_write(ids.len())?;
    let (mut begun, mut worked, wal_bytes) = (Instant::now(), Duration::ZERO, store.wal_size());
    let (at, changes) = store.write(|tx| {
        begun = Instant::now();
        // By the time under the lock, which may be later than that of the search.
        let judged_at = tx.time.judged_at(by);
        let current =
            (judged_at != searched_at).then(|| Filter::of_all(tx, batch.selector, judged_at)).transpose()?;
        let targets = still_matching(tx, current.as_ref().unwrap_or(&filter), &ids, judged_at)?;
        if let Some(expected) = batch.expect.filter(|_| next.is_none()) {
            check_count(expected, targets.len() as u64)?;
        }
        let changes = act(tx, &targets)?;
        let mut changed: Vec<SessionId> = changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
        if !changed.is_empty() {
            changed.sort_unstable();
            let user = event.user.clone().or_else(|| user_of_all(tx, &targets, &changes));
            append(tx, &Event { user, ..event }.about(Subjects::of(&changed)))?;
        }
        worked = begun.elapsed();
        Ok((judged_at, changes))
    })?;
    let wal_bytes_now = store.wal_size();
    store.batch_size = store.batch_size.after(BatchCost {
        rows: ids.len(),
        work: worked,
        commit: begun.elapsed().saturating_sub(worked),
        wal_bytes: wal_bytes_now.saturating_sub(wal_bytes),
    });
    if next.is_none() {
        store.write_back();
    } else if wal_bytes_now > LARGE_WAL_BYTES {
        store.checkpoint_soon()?;
    }
    if next.is_some() {
        // The next writer in the queue wakes up and finds the lock free.
        std::thread::sleep(PAUSE_BETWEEN_BATCHES);
    }
    Ok(BatchResult { at, changes, next })
}

/// Refuses another number of sessions than the one that was expected.
fn check_count(expected: u64, found: u64) -> Result<(), SqliteError> {
    if found == expected {
        return Ok(());
    }
    Err(StoreError::CountMismatch { expected, found, active: None }.into())
}

/// The one user of all changed sessions, if there is one: the audit log names the user after the sessions are deleted.
/// Children have the user of their parent. A name that cannot be read prevents no change.
fn user_of_all(tx: &Transaction<'_>, targets: &[Target], changes: &[Change]) -> Option<String> {
    let own = changes.iter().filter(|change| change.cascaded_from.is_none());
    let mut users =
        std::iter::zip(targets, own).filter(|(_, own)| own.changed).map(|(target, _)| target.user);
    let first = users.next()??;
    if users.any(|user| user != Some(first)) {
        return None;
    }
    let mut name = tx.prepare_cached("SELECT name FROM user WHERE id = ?1").ok()?;
    name.query_row([first], |row| row.get(0)).ok()
}

/// The ids of a batch, and the id after which the next one begins.
fn search(
    store: &SqliteStore,
    filter: &Filter,
    batch: &Batch<'_>,
) -> Result<(Vec<SessionId>, Option<SessionId>), SqliteError> {
    let after = batch.after.map_or(0, SessionId::get);
    let end = match batch.selector.ids.is_empty() {
        true => after.saturating_add(IDS_PER_SEARCH).min(batch.up_to.get()),
        false => batch.up_to.get(),
    };
    let limit = store.batch_size.within(batch.limit);
    let ids = filter.ids(store.conn(), (after, end), limit)?;
    let reached = if ids.len() == limit { ids.last().map_or(end, |id| id.get()) } else { end };
    let next = SessionId::new(reached).filter(|reached| *reached < batch.up_to);
    Ok((ids, next))
}

fn still_matching(
    tx: &Transaction<'_>,
    filter: &Filter,
    ids: &[SessionId],
    now: Timestamp,
) -> Result<Vec<Target>, SqliteError> {
    let (condition, values) = filter.still();
    let sql = format!(
        "SELECT {COLUMNS} FROM {TABLES} WHERE {condition} AND s.id IN (SELECT value FROM json_each(?)) ORDER BY s.id"
    );
    let numbers = Value::Text(json_ids(ids));
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values.iter().chain([&numbers])))?;
    let (mut targets, mut names) = (Vec::with_capacity(ids.len()), Names::new(tx));
    while let Some(row) = rows.next()? {
        targets.push(Target::read(row, now, &mut names)?);
    }
    Ok(targets)
}

pub(crate) fn active(targets: &[Target]) -> Vec<SessionId> {
    targets.iter().filter(|target| target.before == State::Active).map(|target| target.id).collect()
}

/// Checks that as many rows were written as were read under the same lock; the transaction is rolled back if not.
pub(crate) fn ensure(written: usize, expected: usize) -> Result<(), SqliteError> {
    if written == expected {
        return Ok(());
    }
    let sessions = counted(expected, "session", "sessions");
    Err(StoreError::Corrupt(format!("{written} of {sessions} could be changed; nothing was")).into())
}

/// Reads back the deadlines that the changed sessions have now.
pub(crate) fn read_deadlines(tx: &Connection, changes: &mut [Change]) -> Result<(), SqliteError> {
    let mut statement = tx.prepare_cached("SELECT deadline FROM session WHERE id = ?1")?;
    for change in changes.iter_mut().filter(|change| change.changed) {
        let deadline: i64 = statement.query_row([change.id.get()], |row| row.get(0))?;
        change.deadline = Some(Timestamp::from_unix(deadline));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ensure_reports_corruption_for_another_row_count() {
        assert!(ensure(0, 0).is_ok() && ensure(7, 7).is_ok());
        for (written, expected) in [(0, 1), (6, 7), (8, 7)] {
            assert!(matches!(ensure(written, expected), Err(SqliteError(StoreError::Corrupt(_)))));
        }
    }
}
