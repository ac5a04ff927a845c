//! One batch of bulk work. Its sessions are searched without locks, because that can take long; then they are locked,
//! checked again by the time under the lock, and all that still match are changed at once.

use sessionctl_core::model::event::{Event, Subjects};
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult, Change, ChangeTime, JudgedBy, StoreError};

use super::lock;
use super::target::Target;
use crate::audit::append::append_as;
use crate::error::PostgresError;
use crate::read::filter::Filter;
use crate::read::latest;
use crate::read::row::{self, numbers};
use crate::store::PostgresStore;
use crate::transaction::{Commit, WriteTx};
use crate::value::values;

/// The sessions of one batch: with 1,000 to 5,000, a logout beside bulk work waited at most 0.8 s, and the work took no
/// longer than with one statement.
const MAX_BATCH_ROWS: usize = 2_000;

/// The ids that are searched for one batch, so that a search for few sessions among many reports its progress and can
/// be interrupted.
const IDS_PER_SEARCH: i64 = 500_000;

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
    store.ensure_writable()?;
    let searched_at = search_time(store, by)?;
    let filter = Filter::of(store, batch.selector, searched_at)?;
    if let Some(expected) = batch.expect {
        let found = filter.clone().count(store, Some(batch.up_to))?;
        if found != expected {
            return Err(StoreError::CountMismatch { expected, found }.into());
        }
    }
    let (ids, next) = search(store, filter, batch)?;
    if ids.is_empty() {
        return Ok(BatchResult { at: searched_at, changes: Vec::new(), next });
    }
    let (at, changes) = store.write_as(Commit::Bulk, |tx| {
        lock::families(tx, &ids)?;
        let judged_at = tx.judged_at(by)?;
        let targets = still_matching(tx, Filter::of(tx, batch.selector, judged_at)?, &ids, judged_at)?;
        let matched = targets.len() as u64;
        if let Some(expected) = batch.expect.filter(|expected| next.is_none() && *expected != matched) {
            return Err(StoreError::CountMismatch { expected, found: matched }.into());
        }
        let number = EventNumber(tx, std::cell::OnceCell::new());
        let changes = act(tx, &targets, &number)?;
        let mut changed: Vec<SessionId> = changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
        if !changed.is_empty() {
            changed.sort_unstable();
            let user = event.user.clone().or_else(|| user_of_all(tx, &targets, &changes));
            let about = Event { user, ..event.clone() }.about(Subjects::of(&changed));
            append_as(tx, number.get()?, &about)?;
        }
        Ok((judged_at, changes))
    })?;
    Ok(BatchResult { at, changes, next })
}

/// The number of a batch's event, drawn when it is first needed: a batch that changes nothing draws none.
pub(crate) struct EventNumber<'a>(&'a WriteTx<'a>, std::cell::OnceCell<i64>);

impl EventNumber<'_> {
    /// The number.
    pub(crate) fn get(&self) -> Result<i64, PostgresError> {
        match self.1.get() {
            Some(number) => Ok(*number),
            None => {
                let drawn = self.0.draw_event()?;
                Ok(*self.1.get_or_init(|| drawn))
            }
        }
    }
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

/// The ids of a batch, and the id after which the next one begins.
fn search(
    store: &PostgresStore,
    filter: Filter,
    batch: &Batch<'_>,
) -> Result<(Vec<SessionId>, Option<SessionId>), PostgresError> {
    let after = batch.after.map_or(0, SessionId::get);
    let end = match batch.selector.ids.is_empty() {
        true => after.saturating_add(IDS_PER_SEARCH).min(batch.up_to.get()),
        false => batch.up_to.get(),
    };
    let limit = batch.limit.min(MAX_BATCH_ROWS);
    let ids = if batch.selector.ids.is_empty() {
        // Among many rows, that can take long.
        let connection = store.connection();
        connection.patient_snapshot(|| filter.clone().ids(connection, (after, end), limit), || true)?
    } else {
        filter.ids(store, (after, end), limit)?
    };
    let reached = if ids.len() == limit { ids.last().map_or(end, |id| id.get()) } else { end };
    let next = SessionId::new(reached).filter(|reached| *reached < batch.up_to);
    Ok((ids, next))
}

fn still_matching(
    tx: &WriteTx<'_>,
    mut filter: Filter,
    ids: &[SessionId],
    now: Timestamp,
) -> Result<Vec<Target>, PostgresError> {
    filter.add("s.id = ANY(?)", [numbers(ids).into()]);
    let (condition, values) = filter.finish();
    let sql = format!(
        "SELECT s.id, s.kind, s.deadline, s.ended_at, s.user_id FROM sessionctl.session s WHERE {condition} ORDER BY s.id"
    );
    let rows = tx.query(&sql, &values)?;
    rows.iter()
        .map(|found| {
            // A revoked session stays revoked, even if its time is ahead of this clock.
            let before = match (row::timestamp(found, 2)? > now, row::optional_timestamp(found, 3)?) {
                (_, Some(_)) => State::Revoked,
                (true, None) => State::Active,
                (false, None) => State::Expired,
            };
            let is_parent = row::kind(found.try_get(1)?)? == Kind::Sso;
            Ok(Target { id: row::id(found.try_get(0)?)?, is_parent, before, user: found.try_get(4)? })
        })
        .collect()
}
