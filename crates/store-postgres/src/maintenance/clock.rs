//! Accepting the clock after a false future: what was issued or seen later than the clock shows ends.

use std::cell::RefCell;
use std::collections::BTreeSet;

use sessionctl_core::model::event::{Action, Event, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{ClockCorrection, FALSE_FUTURE, StoreError, grants_access};

use crate::audit::append::{append, append_as};
use crate::audit::event_row::{COLUMNS, logged};
use crate::dialect::EXCLUDE_WRITERS;
use crate::error::PostgresError;
use crate::read::row;
use crate::store::PostgresStore;
use crate::transaction::{Commit, WriteTx};
use crate::value::values;
use crate::write::cascade;

/// Ends what was issued or seen later than the clock shows; `None` where the clock is not behind. Without `commit`
/// everything is taken back.
pub(crate) fn accept(
    store: &mut PostgresStore,
    commit: bool,
    event: &Event,
) -> Result<Option<ClockCorrection>, PostgresError> {
    let planned = RefCell::new(None);
    let corrected = store.write_as(Commit::Bulk, |tx| {
        tx.batch(EXCLUDE_WRITERS)?;
        let Some((clock, latest)) = tx.go_back()? else { return Ok(None) };
        let corrected = correct(tx, clock, latest, event)?;
        if commit {
            return Ok(Some(corrected));
        }
        planned.replace(Some(corrected));
        // Any error takes the change back.
        Err(StoreError::ClockBehind { now: clock, latest }.into())
    });
    match (planned.into_inner(), corrected) {
        (Some(planned), Err(PostgresError { error: StoreError::ClockBehind { .. }, .. })) => {
            Ok(Some(planned))
        }
        (_, corrected) => corrected,
    }
}

fn correct(
    tx: &WriteTx<'_>,
    clock: Timestamp,
    latest: Timestamp,
    event: &Event,
) -> Result<ClockCorrection, PostgresError> {
    let issued: Vec<SessionId> = issued_after(tx, clock)?.into_iter().collect();
    // Event times begin again at the clock's: the events so far no longer count.
    let sql = "UPDATE sessionctl.meta SET time_floor = $1, floor_event = (SELECT last_value FROM sessionctl.event_id)";
    tx.execute(sql, values![clock.unix()])?;
    let mut ended = Vec::new();
    if !issued.is_empty() {
        let number = tx.draw_event()?;
        ended = cascade::end(tx, &issued, FALSE_FUTURE, number)?;
        let revoked = Event::new(Action::SessionRevoked, &event.actor).about(Subjects::of(&ended));
        append_as(tx, number, &revoked.detail(FALSE_FUTURE.to_owned()))?;
    }
    let retired_keys = retire_keys(tx, clock)?;
    for kid in &retired_keys {
        append(tx, &Event::new(Action::JwtKeyRetired, &event.actor).detail(kid.clone()))?;
    }
    bring_back_ends(tx, clock)?;
    append(tx, event)?;
    Ok(ClockCorrection { clock, latest, ended, retired_keys })
}

/// The sessions that are active by the clock, and were issued or seen after its time, or to which an event granted
/// something then.
fn issued_after(tx: &WriteTx<'_>, clock: Timestamp) -> Result<BTreeSet<SessionId>, PostgresError> {
    let sql = "SELECT id FROM sessionctl.session WHERE deadline > $1 AND ended_at IS NULL \
               AND greatest(created_at, last_seen_at, authenticated_at) > $1";
    let mut issued: BTreeSet<SessionId> =
        row::ids(&tx.query(sql, values![clock.unix()])?)?.into_iter().collect();
    let sql = format!("SELECT {COLUMNS} FROM sessionctl.event e WHERE e.at > $1");
    for found in tx.query(&sql, values![clock.unix()])? {
        let event = logged(&found)?;
        let Some((first, last)) = event.subjects.bounds().filter(|_| grants_access(&event.action)) else {
            continue;
        };
        let sql = "SELECT id FROM sessionctl.session WHERE id BETWEEN $1 AND $2 AND deadline > $3 AND ended_at IS NULL";
        let within = row::ids(&tx.query(sql, values![first.get(), last.get(), clock.unix()])?)?;
        issued.extend(within.into_iter().filter(|id| event.subjects.contains(*id)));
    }
    Ok(issued)
}

/// Retires the keys that were created, or may have signed, after a time. What they signed then is refused.
fn retire_keys(tx: &WriteTx<'_>, clock: Timestamp) -> Result<Vec<String>, PostgresError> {
    let sql = "UPDATE sessionctl.jwt_key SET retired_at = $1 WHERE retired_at IS NULL AND (created_at > $1 \
               OR EXISTS (SELECT 1 FROM sessionctl.event WHERE action = $2 AND at > $1)) RETURNING kid";
    let rows = tx.query(sql, values![clock.unix(), Action::JwtIssued.as_str()])?;
    let mut kids = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
    kids.sort_unstable();
    Ok(kids)
}

/// Brings what the false future ended or counted back to the clock's time, so that it does not lie ahead for years.
fn bring_back_ends(tx: &WriteTx<'_>, clock: Timestamp) -> Result<(), PostgresError> {
    [
        "UPDATE sessionctl.session SET deadline = $1, ended_at = $1 WHERE ended_at > $1",
        "UPDATE sessionctl.attempt SET last_at = least(last_at, $1), \
         reported_at = CASE WHEN reported_at > $1 THEN $1 ELSE reported_at END WHERE last_at > $1 OR reported_at > $1",
        "UPDATE sessionctl.jwt_key SET retired_at = CASE WHEN retired_at > $1 THEN $1 ELSE retired_at END, \
         revoked_at = CASE WHEN revoked_at > $1 THEN $1 ELSE revoked_at END",
    ]
    .iter()
    .try_for_each(|sql| tx.execute(sql, values![clock.unix()]).map(drop))
}
