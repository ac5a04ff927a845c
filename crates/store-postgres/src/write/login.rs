//! What a login writes: everything that could refuse it is checked first, under the locks; then all of it is written or
//! nothing.

use sessionctl_core::model::event::{Action, Event, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{LogIn, LogInOutcome, Merge, Upgrade};

use super::conditions::{self, COUNTED};
use super::lock::{self, UserLock};
use super::{cascade, create};
use crate::audit::append::{append, append_as};
use crate::error::PostgresError;
use crate::read::row;
use crate::store::PostgresStore;
use crate::transaction::WriteTx;
use crate::value::values;

const UPGRADED: &str = "upgraded";
const EVICTED: &str = "evicted";

/// Creates the session of a login, with all that belongs to it.
pub(crate) fn log_in(store: &mut PostgresStore, login: &LogIn) -> Result<LogInOutcome, PostgresError> {
    store.write(|tx| {
        lock_all(tx, login)?;
        write(tx, login)
    })
}

/// Locks what the login depends on. The user's lock is exclusive, so that of many logins at once each counts the
/// sessions of those before it.
fn lock_all(tx: &WriteTx<'_>, login: &LogIn) -> Result<(), PostgresError> {
    let user = login.checked.user;
    lock::user(tx, user, UserLock::Exclusive)?;
    create::lock_parent(tx, &login.session);
    let mut sessions: Vec<SessionId> = login.upgrade.iter().map(|upgrade| upgrade.id).collect();
    if login.evict_oldest || !login.ends.is_empty() {
        let sql = format!("SELECT id FROM sessionctl.session WHERE {COUNTED}");
        sessions.extend(row::ids(&tx.query(&sql, values![user.0])?)?);
    }
    if !sessions.is_empty() {
        lock::families(tx, &sessions)?;
    }
    lock::existing_attempt(tx, &login.checked.attempt_key);
    Ok(())
}

fn write(tx: &WriteTx<'_>, login: &LogIn) -> Result<LogInOutcome, PostgresError> {
    tx.grant()?;
    let user = login.checked.user;
    if !conditions::is_unchanged(tx, &login.checked)? {
        return Ok(LogInOutcome::UserGone);
    }
    let conflicts = match &login.upgrade {
        None => Vec::new(),
        Some(upgrade) if !is_upgradable(tx, upgrade)? => return Ok(LogInOutcome::NotUpgradable),
        Some(upgrade) => conflicts(tx, upgrade.id, user)?,
    };
    let merge = login.upgrade.as_ref().map(|upgrade| upgrade.merge);
    if merge == Some(Merge::Fail) && !conflicts.is_empty() {
        return Ok(LogInOutcome::MergeConflict(conflicts.into_iter().map(|(name, _)| name).collect()));
    }
    let active = conditions::active_logins(tx, user)?;
    let Some(evicted) = login.evicted(&active) else {
        return Ok(LogInOutcome::TooMany(active.len() as u64));
    };
    let inserted = create::insert(tx, &login.session, &[login.random])?;
    let Some((issued, record)) = inserted.and_then(|(mut all, record)| Some((all.pop()?, record))) else {
        return Ok(LogInOutcome::UserGone);
    };
    let evicted = evict(tx, &evicted, &login.event)?;
    let mut moved = Vec::new();
    if let Some(upgrade) = &login.upgrade {
        moved = take_over(tx, upgrade, issued.id, &conflicts)?;
    }
    if let Some(hash) = &login.rehash {
        let sql = "UPDATE sessionctl.credential SET password_hash = $2 WHERE account_id = $1";
        tx.queue(sql, values![user.0, hash]);
    }
    tx.queue("DELETE FROM sessionctl.attempt WHERE key = $1", values![login.checked.attempt_key]);
    append(tx, &login.event.clone().about(Subjects::One(issued.id)).detail(record.to_string()))?;
    let merged = conflicts.into_iter().map(|(name, _)| name).collect();
    Ok(LogInOutcome::Done { issued, moved, merged, evicted })
}

fn is_upgradable(tx: &WriteTx<'_>, upgrade: &Upgrade) -> Result<bool, PostgresError> {
    let sql = "SELECT 1 FROM sessionctl.session WHERE id = $1 AND kind = 0";
    let anonymous = tx.query_opt(sql, values![upgrade.id.get()])?.is_some();
    Ok(anonymous && conditions::is_current(tx, upgrade.id, &upgrade.digest)?)
}

/// The names of values that both the anonymous session and the user's active sessions hold, each with the newest of the
/// user's sessions that holds it.
fn conflicts(
    tx: &WriteTx<'_>,
    anonymous: SessionId,
    user: UserId,
) -> Result<Vec<(String, i64)>, PostgresError> {
    let sql = "SELECT mine.key, max(theirs.session_id) FROM sessionctl.session_data mine \
               JOIN sessionctl.session_data theirs ON theirs.key = mine.key \
               JOIN sessionctl.session s ON s.id = theirs.session_id \
               WHERE mine.session_id = $1 AND s.user_id = $2 AND s.deadline > $3 AND s.ended_at IS NULL \
               GROUP BY mine.key ORDER BY mine.key";
    let rows = tx.query(sql, values![anonymous.get(), user.0, tx.now()?.unix()])?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Revokes logins, to make room for a new one.
fn evict(tx: &WriteTx<'_>, evicted: &[SessionId], login: &Event) -> Result<Vec<SessionId>, PostgresError> {
    if evicted.is_empty() {
        return Ok(Vec::new());
    }
    let number = tx.draw_event()?;
    let ended = cascade::end(tx, evicted, EVICTED, number)?;
    let event = Event { user: login.user.clone(), ..Event::new(Action::SessionRevoked, &login.actor) };
    append_as(tx, number, &event.about(Subjects::of(&ended)).detail(EVICTED.to_owned()))?;
    Ok(ended)
}

/// Ends the anonymous session, and moves its values to the new session.
fn take_over(
    tx: &WriteTx<'_>,
    upgrade: &Upgrade,
    new_session: SessionId,
    conflicts: &[(String, i64)],
) -> Result<Vec<String>, PostgresError> {
    let number = tx.draw_event()?;
    cascade::end(tx, &[upgrade.id], UPGRADED, number)?;
    if upgrade.merge == Merge::Keep {
        for (name, theirs) in conflicts {
            let sql = "DELETE FROM sessionctl.session_data WHERE session_id = $1 AND key = $2";
            tx.execute(sql, values![upgrade.id.get(), name])?;
            let sql = "INSERT INTO sessionctl.session_data (session_id, key, value, version, updated_at) \
                       SELECT $1, key, value, version, updated_at FROM sessionctl.session_data \
                       WHERE session_id = $2 AND key = $3";
            tx.execute(sql, values![new_session.get(), *theirs, name])?;
        }
    }
    let sql = "UPDATE sessionctl.session_data SET session_id = $2 WHERE session_id = $1 RETURNING key";
    let rows = tx.query(sql, values![upgrade.id.get(), new_session.get()])?;
    let mut names = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
    names.sort_unstable();
    append_as(tx, number, &upgrade.event)?;
    Ok(names)
}
