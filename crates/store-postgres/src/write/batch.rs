//! One batch of bulk work. Its sessions are searched without locks, because that can take long; then they are locked,
//! checked again by the time under the lock, and all that still match are changed at once.

use sessionctl_core::model::event::{Event, Subjects};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult, Change, ChangeTime, JudgedBy, StoreError};

use super::event_number::EventNumber;
use super::lock;
use super::target::{Target, columns};
use crate::audit::append::append_as;
use crate::error::PostgresError;
use crate::read::filter::Filter;
use crate::read::latest;
use crate::read::row::numbers;
use crate::store::PostgresStore;
use crate::transaction::{Commit, WriteTx};
use crate::value::values;

/// The sessions of one batch: with 1,000 to 5,000, a logout beside bulk work waited at most 0.8 s, and the work took no
/// longer than with one statement.
const MAX_BATCH_ROWS: usize = 2_000;

/// The ids that are searched for one batch, so that a search for few sessions among many reports its progress and can
/// be interrupted.
const IDS_PER_SEARCH: i64 = 500_000;

/// The sessions of a batch, as they were found without a lock.
struct Candidates {
    /// Each with whether it is a parent.
    sessions: Vec<(SessionId, bool)>,
    /// The id after which the next batch begins.
    next: Option<SessionId>,
}

/// Runs `act` on the sessions of a batch, with a function that draws the number of the event when the first change is
/// made, and appends the event about those that changed. `act` returns a change for each session, in their order, each
/// followed by the children that it changed with it.
pub(crate) fn run_batch(
    store: &mut PostgresStore,
    batch: &Batch<'_>,
    by: JudgedBy,
    event: &Event,
    act: impl Fn(&WriteTx<'_>, &[Target], &EventNumber<'_>) -> Result<Vec<Change>, PostgresError>,
) -> Result<BatchResult, PostgresError> {
    let (searched_at, filter) = begin(store, batch, by)?;
    let found = match only_one(batch, &filter) {
        // Whether it is a parent is seen under its lock.
        Some(id) => Candidates { sessions: vec![(id, false)], next: None },
        None => search(store, filter, batch)?,
    };
    let next = found.next;
    if found.sessions.is_empty() {
        return Ok(BatchResult { at: searched_at, changes: Vec::new(), next });
    }
    let (at, changes) = store.write_as(Commit::Bulk, |tx| {
        let (targets, judged_at) = lock_matching(tx, batch.selector, &found, by)?;
        let matched = targets.len() as u64;
        if let Some(expected) = batch.expect.filter(|expected| next.is_none() && *expected != matched) {
            return Err(StoreError::CountMismatch { expected, found: matched, active: None }.into());
        }
        let number = EventNumber::new(tx);
        let changes = act(tx, &targets, &number)?;
        report(tx, &targets, &changes, event, || number.get())?;
        Ok((judged_at, changes))
    })?;
    Ok(BatchResult { at, changes, next })
}

/// The time by which a batch is searched, and its conditions; all that match are counted where a number is expected.
pub(super) fn begin(
    store: &PostgresStore,
    batch: &Batch<'_>,
    by: JudgedBy,
) -> Result<(Timestamp, Filter), PostgresError> {
    store.ensure_writable()?;
    let at = search_time(store, by)?;
    let filter = Filter::of(store, batch.selector, at)?;
    if let Some(expected) = batch.expect {
        let found = filter.clone().count(store, Some(batch.up_to))?;
        if found != expected {
            return Err(StoreError::CountMismatch { expected, found, active: None }.into());
        }
    }
    Ok((at, filter))
}

/// The ids that are searched for a batch: behind the first and up to the second.
pub(super) fn span(batch: &Batch<'_>) -> (i64, i64) {
    let after = batch.after.map_or(0, SessionId::get);
    match batch.selector.ids.is_empty() {
        true => (after, after.saturating_add(IDS_PER_SEARCH).min(batch.up_to.get())),
        false => (after, batch.up_to.get()),
    }
}

/// The id after which the next batch begins, where one that reached this id is not the last.
pub(super) fn next(batch: &Batch<'_>, reached: i64) -> Option<SessionId> {
    SessionId::new(reached).filter(|reached| *reached < batch.up_to)
}

/// Appends the event about those sessions that changed, if any did.
pub(super) fn report(
    tx: &WriteTx<'_>,
    targets: &[Target],
    changes: &[Change],
    event: &Event,
    number: impl FnOnce() -> Result<i64, PostgresError>,
) -> Result<(), PostgresError> {
    let mut changed: Vec<SessionId> = changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
    if changed.is_empty() {
        return Ok(());
    }
    changed.sort_unstable();
    let user = event.user.clone().or_else(|| user_of_all(tx, targets, changes));
    let about = Event { user, ..event.clone() }.about(Subjects::of(&changed));
    append_as(tx, number()?, &about)
}

/// The session of a batch that names one and asks for nothing else: it is locked at once.
fn only_one(batch: &Batch<'_>, filter: &Filter) -> Option<SessionId> {
    let [id] = batch.selector.ids[..] else { return None };
    let is_within = batch.after < Some(id) && id <= batch.up_to && batch.limit > 0;
    (is_within && filter.is_one_condition()).then_some(id)
}

/// Locks the sessions that were found, with the children of parents, and returns those that match still, as they are by
/// the time under the locks.
fn lock_matching(
    tx: &WriteTx<'_>,
    selector: &Selector,
    found: &Candidates,
    by: JudgedBy,
) -> Result<(Vec<Target>, Timestamp), PostgresError> {
    let ids: Vec<SessionId> = found.sessions.iter().map(|(id, _)| *id).collect();
    let parents = found.sessions.iter().filter_map(|(id, is_parent)| is_parent.then_some(*id));
    let parents: Vec<SessionId> = parents.collect();
    if !parents.is_empty() {
        lock::known_families(tx, &ids, &parents);
        let judged_at = tx.judged_at(by)?;
        let targets = still_matching(tx, Filter::of(tx, selector, judged_at)?, &ids, judged_at)?;
        return Ok((targets, judged_at));
    }
    let sql = format!(
        "SELECT {} FROM sessionctl.session s WHERE s.id = ANY($1) ORDER BY s.id FOR NO KEY UPDATE",
        columns()
    );
    let locked = tx.lock(&sql, values![numbers(&ids)])?;
    // One that was not searched can be a parent.
    lock::children(tx, &locked)?;
    let judged_at = tx.judged_at(by)?;
    let filter = Filter::of(tx, selector, judged_at)?;
    let targets = if filter.can_change() {
        still_matching(tx, filter, &ids, judged_at)?
    } else {
        locked.iter().map(|row| Target::read(row, judged_at)).collect::<Result<_, _>>()?
    };
    Ok((targets, judged_at))
}

/// The time by which a change would judge now, for the search before it.
fn search_time(store: &PostgresStore, by: JudgedBy) -> Result<Timestamp, PostgresError> {
    let now = store.now();
    if by == JudgedBy::Clock {
        return Ok(now);
    }
    Ok(ChangeTime::read(now, latest::latest_event_at(store)?, || latest::is_sandbox(store))?.now)
}

/// The one user of all changed sessions, if there is one: the audit log names the user after the sessions are deleted.
/// Children have the user of their parent. A name that cannot be read prevents no change.
fn user_of_all(tx: &WriteTx<'_>, targets: &[Target], changes: &[Change]) -> Option<String> {
    let own = changes.iter().filter(|change| change.cascaded_from.is_none());
    let mut users =
        std::iter::zip(targets, own).filter(|(_, own)| own.changed).map(|(target, _)| target.user);
    let first = users.next()??;
    if users.any(|user| user != Some(first)) {
        return None;
    }
    let found = tx.query_opt("SELECT name FROM sessionctl.account WHERE id = $1", values![first]).ok()??;
    found.try_get(0).ok()
}

fn search(store: &PostgresStore, filter: Filter, batch: &Batch<'_>) -> Result<Candidates, PostgresError> {
    let (after, end) = span(batch);
    let limit = batch.limit.min(MAX_BATCH_ROWS);
    let sessions = if batch.selector.ids.is_empty() {
        // Among many rows, that can take long.
        let connection = store.connection();
        connection.patient_snapshot(|| filter.clone().ids(connection, (after, end), limit), || true)?
    } else {
        filter.ids(store, (after, end), limit)?
    };
    let reached = if sessions.len() == limit { sessions.last().map_or(end, |(id, _)| id.get()) } else { end };
    Ok(Candidates { sessions, next: next(batch, reached) })
}

/// Those sessions that match, as they are.
pub(super) fn matching(
    tx: &WriteTx<'_>,
    filter: Filter,
    now: Timestamp,
) -> Result<Vec<Target>, PostgresError> {
    let (condition, values) = filter.finish();
    let sql = format!("SELECT {} FROM sessionctl.session s WHERE {condition} ORDER BY s.id", columns());
    tx.query(&sql, &values)?.iter().map(|found| Target::read(found, now)).collect()
}

fn still_matching(
    tx: &WriteTx<'_>,
    mut filter: Filter,
    ids: &[SessionId],
    now: Timestamp,
) -> Result<Vec<Target>, PostgresError> {
    filter.add("s.id = ANY(?)", [numbers(ids).into()]);
    matching(tx, filter, now)
}
