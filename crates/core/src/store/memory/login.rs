//! What a login writes: everything that could refuse it is checked first; then all of it is written.

use std::collections::BTreeMap;

use super::state::State;
use super::write_tx::WriteTx;
use super::{cascade, create, lookup};
use crate::model::event::{Action, Event, Subjects};
use crate::model::session::{Kind, SessionId};
use crate::store::{DataEntry, LogIn, LogInOutcome, Merge, Reauthentication, StoreError, Upgrade};

const UPGRADED: &str = "upgraded";
const EVICTED: &str = "evicted";

/// Creates the session of a login, with all that belongs to it.
pub(super) fn log_in(tx: &mut WriteTx<'_>, login: LogIn) -> Result<LogInOutcome, StoreError> {
    tx.grant()?;
    let user = login.checked.user;
    if !is_unchanged(tx.state, &login.checked) {
        return Ok(LogInOutcome::UserGone);
    }
    let conflicts = match &login.upgrade {
        None => BTreeMap::new(),
        Some(upgrade) if !is_upgradable(tx, upgrade) => return Ok(LogInOutcome::NotUpgradable),
        Some(upgrade) => conflicts(tx, upgrade.id, &login),
    };
    let merge = login.upgrade.as_ref().map(|upgrade| upgrade.merge);
    if merge == Some(Merge::Fail) && !conflicts.is_empty() {
        return Ok(LogInOutcome::MergeConflict(conflicts.into_keys().collect()));
    }
    let active = lookup::active_logins(tx.state, user, tx.now);
    let Some(evicted) = login.evicted(&active) else {
        return Ok(LogInOutcome::TooMany(active.len() as u64));
    };
    let inserted = create::insert(tx, &login.session, &[login.random])?;
    let Some(issued) = inserted.and_then(|mut issued| issued.pop()) else {
        return Ok(LogInOutcome::UserGone);
    };
    let evicted = evict(tx, &evicted, &login.event);
    let merged = conflicts.keys().cloned().collect();
    let mut moved = Vec::new();
    if let Some(upgrade) = login.upgrade {
        moved = take_over(tx, &upgrade, issued.id, conflicts);
        tx.append(&upgrade.event.clone().about(Subjects::One(upgrade.id)));
    }
    if let (Some(hash), Some(row)) = (login.rehash, tx.state.users.get_mut(&user)) {
        row.hash = Some(hash);
    }
    tx.state.attempts.remove(&login.checked.attempt_key);
    tx.append(&login.event.about(Subjects::One(issued.id)).detail(create::record(tx, issued.id)));
    Ok(LogInOutcome::Done { issued, moved, merged, evicted })
}

/// Whether the user is neither disabled nor removed, and the password is still the one that was checked.
pub(super) fn is_unchanged(state: &State, checked: &Reauthentication) -> bool {
    state.users.get(&checked.user).is_some_and(|row| {
        row.is_enabled() && row.hash.as_ref().is_some_and(|hash| *hash == checked.checked_hash)
    })
}

fn is_upgradable(tx: &WriteTx<'_>, upgrade: &Upgrade) -> bool {
    tx.live(upgrade.id)
        .is_some_and(|row| row.session.kind == Kind::Anonymous && row.digest.matches(&upgrade.digest))
}

/// The values that both the anonymous session and the user's active sessions hold: for each name, the value of the
/// newest of the user's sessions that holds it.
fn conflicts(tx: &WriteTx<'_>, anonymous: SessionId, login: &LogIn) -> BTreeMap<String, DataEntry> {
    let Some(mine) = tx.state.sessions.get(&anonymous) else { return BTreeMap::new() };
    let theirs = tx.state.sessions.values();
    let theirs = theirs.filter(|row| row.user == Some(login.checked.user) && row.is_live(tx.now));
    // By rising id, so that the newest replaces the older ones.
    theirs
        .flat_map(|row| row.data.iter())
        .filter(|(name, _)| mine.data.contains_key(*name))
        .map(|(name, entry)| (name.clone(), entry.clone()))
        .collect()
}

/// Revokes logins, to make room for a new one.
fn evict(tx: &mut WriteTx<'_>, evicted: &[SessionId], login: &Event) -> Vec<SessionId> {
    let ended = cascade::end(tx, evicted, EVICTED, &login.actor);
    if !ended.is_empty() {
        let event = Event { user: login.user.clone(), ..Event::new(Action::SessionRevoked, &login.actor) };
        tx.append(&event.about(Subjects::of(&ended)).detail(EVICTED.to_owned()));
    }
    ended
}

/// Ends the anonymous session, and moves its values to the new session; returns the names of those that moved.
fn take_over(
    tx: &mut WriteTx<'_>,
    upgrade: &Upgrade,
    new_session: SessionId,
    conflicts: BTreeMap<String, DataEntry>,
) -> Vec<String> {
    cascade::end(tx, &[upgrade.id], UPGRADED, &upgrade.event.actor);
    let mut data =
        tx.state.sessions.get_mut(&upgrade.id).map(|row| std::mem::take(&mut row.data)).unwrap_or_default();
    if upgrade.merge == Merge::Keep {
        data.retain(|name, _| !conflicts.contains_key(name));
    }
    let moved = data.keys().cloned().collect();
    if upgrade.merge == Merge::Keep {
        data.extend(conflicts);
    }
    if let Some(row) = tx.state.sessions.get_mut(&new_session) {
        row.data = data;
    }
    moved
}
