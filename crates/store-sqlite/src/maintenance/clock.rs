//! Accepting the clock after a false future: what was issued or seen later than the clock shows ends.

use std::collections::BTreeSet;

use rusqlite::params;
use sessionctl_core::model::event::{Action, Event, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{ClockCorrection, FALSE_FUTURE, grants_access};

use crate::audit::append::append;
use crate::audit::events::{self, logged};
use crate::error::SqliteError;
use crate::read::row;
use crate::store::{SqliteStore, WriteTx};
use crate::write::cascade;

/// Ends what was issued or seen later than the clock shows; `None` where the clock is not behind.
pub(crate) fn accept(
    store: &mut SqliteStore,
    commit: bool,
    event: &Event,
) -> Result<Option<ClockCorrection>, SqliteError> {
    let corrected = store.correct_clock(commit, |tx, latest| correct(tx, latest, event))?;
    if commit {
        store.write_back();
    }
    Ok(corrected)
}

fn correct(tx: &WriteTx<'_>, latest: Timestamp, event: &Event) -> Result<ClockCorrection, SqliteError> {
    let clock = tx.time.now;
    // The floor of event times: the next event is earlier than the latest one.
    tx.execute("UPDATE meta SET time_floor = ?1", [clock.unix()])?;
    let issued: Vec<SessionId> = issued_after(tx, clock)?.into_iter().collect();
    let mut ended = cascade::end(tx, &issued, FALSE_FUTURE)?;
    ended.sort_unstable();
    if !ended.is_empty() {
        let revoked = Event::new(Action::SessionRevoked, &event.actor).about(Subjects::of(&ended));
        append(tx, &revoked.detail(FALSE_FUTURE.to_owned()))?;
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
fn issued_after(tx: &WriteTx<'_>, clock: Timestamp) -> Result<BTreeSet<SessionId>, SqliteError> {
    let mut issued = BTreeSet::new();
    let mut statement = tx.prepare(
        "SELECT id FROM session WHERE deadline > ?1 AND ended_at IS NULL \
         AND max(created_at, last_seen_at, coalesce(authenticated_at, created_at)) > ?1",
    )?;
    let mut rows = statement.query([clock.unix()])?;
    while let Some(row) = rows.next()? {
        issued.insert(row::id(row.get(0)?)?);
    }
    let mut in_range = tx.prepare(
        "SELECT id FROM session WHERE id BETWEEN ?1 AND ?2 AND deadline > ?3 AND ended_at IS NULL",
    )?;
    let mut later = tx.prepare(&format!("SELECT {} FROM event WHERE at > ?1", events::COLUMNS))?;
    let mut rows = later.query([clock.unix()])?;
    while let Some(row) = rows.next()? {
        let event = logged(row)?;
        let Some((first, last)) = event.subjects.bounds().filter(|_| grants_access(&event.action)) else {
            continue;
        };
        let mut found = in_range.query(params![first.get(), last.get(), clock.unix()])?;
        while let Some(row) = found.next()? {
            let id = row::id(row.get(0)?)?;
            if event.subjects.contains(id) {
                issued.insert(id);
            }
        }
    }
    Ok(issued)
}

/// Retires the keys that were created, or may have signed, after a time. What they signed then is refused.
fn retire_keys(tx: &WriteTx<'_>, clock: Timestamp) -> Result<Vec<String>, SqliteError> {
    let mut statement = tx.prepare(
        "UPDATE jwt_key SET retired_at = ?1 WHERE retired_at IS NULL \
         AND (created_at > ?1 OR EXISTS (SELECT 1 FROM event WHERE action = ?2 AND at > ?1)) RETURNING kid",
    )?;
    let kids = statement.query_map(params![clock.unix(), Action::JwtIssued.as_str()], |row| row.get(0))?;
    let mut kids = kids.collect::<Result<Vec<String>, _>>()?;
    kids.sort_unstable();
    Ok(kids)
}

/// Brings what the false future ended or counted back to the clock's time, so that it does not lie ahead for years.
fn bring_back_ends(tx: &WriteTx<'_>, clock: Timestamp) -> Result<(), SqliteError> {
    for sql in [
        "UPDATE session SET deadline = ?1, ended_at = ?1 WHERE ended_at > ?1",
        "UPDATE attempt SET last_at = min(last_at, ?1), reported_at = min(reported_at, ?1)",
        "UPDATE jwt_key SET retired_at = min(retired_at, ?1), revoked_at = min(revoked_at, ?1)",
    ] {
        tx.execute(sql, [clock.unix()])?;
    }
    Ok(())
}
