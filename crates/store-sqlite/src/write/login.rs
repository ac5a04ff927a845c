//! What a login writes: everything that could refuse it is checked first, under the write lock; then all of it is
//! written or nothing.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sessionctl_core::model::event::{Action, Event, Subjects};
use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::LocatorKey;
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{LogIn, LogInOutcome, Merge, Reauthentication, Upgrade};

use super::{cascade, create};
use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::lookup;
use crate::store::{SqliteStore, WriteTx};

const UPGRADED: &str = "upgraded";
const EVICTED: &str = "evicted";

/// Creates the session of a login, with all that belongs to it.
pub(crate) fn log_in(store: &mut SqliteStore, login: LogIn) -> Result<LogInOutcome, SqliteError> {
    let key = store.locator_key()?.clone();
    let replaces_hash = login.rehash.is_some();
    let ends_session = login.upgrade.is_some();
    let outcome = store.write(|tx| write(tx, &key, login))?;
    if let LogInOutcome::Done { evicted, .. } = &outcome
        && (replaces_hash || ends_session || !evicted.is_empty())
    {
        store.write_back();
    }
    Ok(outcome)
}

fn write(tx: &WriteTx<'_>, key: &LocatorKey, login: LogIn) -> Result<LogInOutcome, SqliteError> {
    tx.time.grant()?;
    let (now, user) = (tx.time.now, login.checked.user);
    if !is_unchanged(tx, &login.checked)? {
        return Ok(LogInOutcome::UserGone);
    }
    let conflicts = match &login.upgrade {
        None => Vec::new(),
        Some(upgrade) if !is_upgradable(tx, upgrade, now)? => return Ok(LogInOutcome::NotUpgradable),
        Some(upgrade) => conflicts(tx, upgrade.id, user, now)?,
    };
    let merge = login.upgrade.as_ref().map(|upgrade| upgrade.merge);
    if merge == Some(Merge::Fail) && !conflicts.is_empty() {
        return Ok(LogInOutcome::MergeConflict(conflicts.into_iter().map(|(name, _)| name).collect()));
    }
    let active = lookup::active_logins(tx, user, now)?;
    let Some(evicted) = login.evicted(&active) else {
        return Ok(LogInOutcome::TooMany(active.len() as u64));
    };
    let inserted = create::insert(tx, key, &login.session, &[login.random])?;
    let Some((issued, record)) = inserted.and_then(|(mut all, record)| Some((all.pop()?, record))) else {
        return Ok(LogInOutcome::UserGone);
    };
    let evicted = evict(tx, &evicted, &login.event)?;
    let mut moved = Vec::new();
    if let Some(upgrade) = login.upgrade {
        moved = take_over(tx, &upgrade, issued.id, &conflicts)?;
        append(tx, &upgrade.event.clone().about(Subjects::One(upgrade.id)))?;
    }
    if let Some(hash) = &login.rehash {
        tx.execute("UPDATE user SET password_hash = ?2 WHERE id = ?1", params![user.0, hash])?;
    }
    tx.execute("DELETE FROM attempt WHERE key = ?1", [login.checked.attempt_key])?;
    append(tx, &login.event.about(Subjects::One(issued.id)).detail(record.to_string()))?;
    let merged = conflicts.into_iter().map(|(name, _)| name).collect();
    Ok(LogInOutcome::Done { issued, moved, merged, evicted })
}

/// Whether the user is neither disabled nor removed, and the password is still the one that was checked.
pub(crate) fn is_unchanged(tx: &Connection, checked: &Reauthentication) -> Result<bool, SqliteError> {
    let sql = "SELECT password_hash FROM user WHERE id = ?1 AND removed_at IS NULL AND disabled_at IS NULL";
    let hash: Option<Option<String>> = tx.query_row(sql, [checked.user.0], |row| row.get(0)).optional()?;
    Ok(hash.flatten().is_some_and(|hash| hash == checked.checked_hash))
}

fn is_upgradable(tx: &Transaction<'_>, upgrade: &Upgrade, now: Timestamp) -> Result<bool, SqliteError> {
    let kind = tx.query_row("SELECT kind FROM session WHERE id = ?1", [upgrade.id.get()], |row| row.get(0));
    Ok(kind.optional()? == Some(Kind::Anonymous as i64)
        && lookup::is_current(tx, upgrade.id, &upgrade.digest, now)?)
}

/// The names of values that both the anonymous session and the user's active sessions hold, each with the newest of the
/// user's sessions that holds it.
fn conflicts(
    tx: &Transaction<'_>,
    anonymous: SessionId,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<(String, i64)>, SqliteError> {
    let mut statement = tx.prepare(
        "SELECT mine.key, max(theirs.session_id) FROM session_data mine, session_data theirs, session s \
         WHERE mine.session_id = ?1 AND s.user_id = ?2 AND s.deadline > ?3 AND s.ended_at IS NULL \
         AND theirs.session_id = s.id AND theirs.key = mine.key GROUP BY mine.key",
    )?;
    let rows = statement
        .query_map(params![anonymous.get(), user.0, now.unix()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Revokes logins, to make room for a new one.
fn evict(tx: &WriteTx<'_>, evicted: &[SessionId], login: &Event) -> Result<Vec<SessionId>, SqliteError> {
    let mut ended = cascade::end(tx, evicted, EVICTED)?;
    if !ended.is_empty() {
        ended.sort_unstable();
        let event = Event { user: login.user.clone(), ..Event::new(Action::SessionRevoked, &login.actor) };
        append(tx, &event.about(Subjects::of(&ended)).detail(EVICTED.to_owned()))?;
    }
    Ok(ended)
}

/// Ends the anonymous session, and moves its values to the new session.
fn take_over(
    tx: &WriteTx<'_>,
    upgrade: &Upgrade,
    new_session: SessionId,
    conflicts: &[(String, i64)],
) -> Result<Vec<String>, SqliteError> {
    cascade::end(tx, &[upgrade.id], UPGRADED)?;
    if upgrade.merge == Merge::Keep {
        for (name, theirs) in conflicts {
            tx.execute(
                "DELETE FROM session_data WHERE session_id = ?1 AND key = ?2",
                params![upgrade.id.get(), name],
            )?;
            tx.execute(
                "INSERT INTO session_data SELECT ?1, key, value, version, updated_at FROM session_data \
                 WHERE session_id = ?2 AND key = ?3",
                params![new_session.get(), theirs, name],
            )?;
        }
    }
    let mut statement = tx.prepare("SELECT key FROM session_data WHERE session_id = ?1 ORDER BY key")?;
    let names = statement.query_map([upgrade.id.get()], |row| row.get(0))?;
    let names = names.collect::<Result<Vec<String>, _>>()?;
    tx.execute(
        "UPDATE session_data SET session_id = ?2 WHERE session_id = ?1",
        params![upgrade.id.get(), new_session.get()],
    )?;
    Ok(names)
}
