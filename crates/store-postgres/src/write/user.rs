//! Adding, changing and removing users. A change that ends sessions ends them in the same transaction.

use std::collections::HashSet;

use sessionctl_core::model::event::{Event, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::{UserId, UserName};
use sessionctl_core::store::{EndSessions, NewUser, Renaming, StoreError};
use tokio_postgres::error::SqlState;

use super::cascade;
use super::lock::{self, UserLock};
use crate::audit::append::{append, append_as};
use crate::error::{PostgresError, Retry, corrupt};
use crate::read::attempt::{attempt_secret, keyed};
use crate::read::row;
use crate::store::PostgresStore;
use crate::transaction::{Commit, WriteTx};
use crate::value::values;

/// What becomes of an account.
#[derive(Clone, Copy)]
enum Change<'a> {
    Password(&'a str),
    Disable,
    Enable,
    Remove,
}

impl Change<'_> {
    /// Whether it could let somebody in.
    fn grants(self) -> bool {
        matches!(self, Change::Password(_) | Change::Enable)
    }

    fn apply(self, tx: &WriteTx<'_>, user: UserId, now: Timestamp) -> Result<(), PostgresError> {
        let (id, at) = (user.0, now.unix());
        match self {
            Change::Password(hash) => tx.execute(
                "INSERT INTO sessionctl.credential (account_id, password_hash, password_changed_at) VALUES ($1, $2, $3) \
                 ON CONFLICT (account_id) DO UPDATE SET password_hash = excluded.password_hash, \
                 password_changed_at = excluded.password_changed_at",
                values![id, hash, at],
            ),
            Change::Disable => {
                tx.execute("UPDATE sessionctl.account SET disabled_at = $2 WHERE id = $1", values![id, at])
            }
            Change::Enable => {
                tx.execute("UPDATE sessionctl.account SET disabled_at = NULL WHERE id = $1", values![id])
            }
            Change::Remove => {
                tx.execute("DELETE FROM sessionctl.credential WHERE account_id = $1", values![id])?;
                tx.execute("UPDATE sessionctl.account SET removed_at = $2 WHERE id = $1", values![id, at])
            }
        }
        .map(drop)
    }
}

/// Changes an account that was not removed, and ends its sessions; `None` where there is none. One transaction,
/// whatever the number of sessions: only those of this user wait.
fn change(
    store: &mut PostgresStore,
    user: UserId,
    change: Change<'_>,
    end: Option<&EndSessions>,
    event: &Event,
) -> Result<Option<Vec<SessionId>>, PostgresError> {
    let secret = attempt_secret(store)?;
    store.write_as(Commit::Bulk, |tx| {
        lock::user(tx, user, UserLock::Exclusive)?;
        let sql = "SELECT name FROM sessionctl.account WHERE id = $1 AND removed_at IS NULL";
        let name: Option<String> =
            tx.query_opt(sql, values![user.0])?.map(|row| row.try_get(0)).transpose()?;
        let sessions = match (&name, end) {
            (Some(_), Some(_)) => lock_sessions(tx, user)?,
            _ => Vec::new(),
        };
        if change.grants() {
            tx.grant()?;
        }
        let at = tx.taken_at()?;
        let Some(name) = name else { return Ok(None) };
        change.apply(tx, user, at)?;
        if matches!(change, Change::Password(_)) {
            let name: UserName = name.parse().map_err(|_| corrupt("an invalid user name"))?;
            forget_attempts(tx, &secret, &name)?;
        }
        append(tx, event)?;
        match end {
            Some(end) => end_sessions(tx, &sessions, end).map(Some),
            None => Ok(Some(Vec::new())),
        }
    })
}

/// Locks the sessions of a user that have not been revoked, and their children.
fn lock_sessions(tx: &WriteTx<'_>, user: UserId) -> Result<Vec<SessionId>, PostgresError> {
    let sql = "SELECT id FROM sessionctl.session WHERE user_id = $1 AND ended_at IS NULL ORDER BY id";
    let sessions = row::ids(&tx.query(sql, values![user.0])?)?;
    lock::families(tx, &sessions)?;
    Ok(sessions)
}

fn end_sessions(
    tx: &WriteTx<'_>,
    sessions: &[SessionId],
    end: &EndSessions,
) -> Result<Vec<SessionId>, PostgresError> {
    let active = cascade::active(tx, sessions, tx.clock()?)?;
    if active.is_empty() {
        return Ok(Vec::new());
    }
    let number = tx.draw_event()?;
    let ended = cascade::end(tx, &active, &end.reason, number)?;
    append_as(tx, number, &end.event.clone().about(Subjects::of(&ended)))?;
    Ok(ended)
}

fn forget_attempts(tx: &WriteTx<'_>, secret: &[u8; 32], name: &UserName) -> Result<(), PostgresError> {
    tx.execute("DELETE FROM sessionctl.attempt WHERE key = $1", values![keyed(secret, name)?]).map(drop)
}

/// Adds a user; `None` where the name is taken.
pub(crate) fn add_user(
    store: &mut PostgresStore,
    name: &UserName,
    hash: Option<&str>,
    event: &Event,
) -> Result<Option<UserId>, PostgresError> {
    let secret = attempt_secret(store)?;
    store.write(|tx| {
        tx.grant()?;
        insert(tx, &secret, name, hash, event)
    })
}

/// Adds users, all of them or none; returns the places of those whose name is taken.
pub(crate) fn add_users(store: &mut PostgresStore, users: &[NewUser]) -> Result<Vec<usize>, PostgresError> {
    let secret = attempt_secret(store)?;
    store.write_as(Commit::Bulk, |tx| {
        tx.grant()?;
        let keys: Vec<String> = users.iter().map(|new| new.name.key()).collect();
        let sql = "SELECT name_key FROM sessionctl.account WHERE name_key = ANY($1) AND removed_at IS NULL";
        let rows = tx.query(sql, values![keys.clone()])?;
        let mut names = rows.iter().map(|row| row.try_get(0)).collect::<Result<HashSet<String>, _>>()?;
        let taken: Vec<usize> = keys
            .into_iter()
            .enumerate()
            .filter_map(|(place, key)| (!names.insert(key)).then_some(place))
            .collect();
        if taken.is_empty() {
            for new in users {
                if insert(tx, &secret, &new.name, new.hash.as_deref(), &new.event)?.is_none() {
                    // Somebody else has just added the name: the next try sees it.
                    return Err(PostgresError { error: StoreError::Busy, retry: Retry::Change, code: None });
                }
            }
        }
        Ok(taken)
    })
}

/// Gives a user another name; the failed logins move with it.
pub(crate) fn rename_user(
    store: &mut PostgresStore,
    user: UserId,
    name: &UserName,
    event: &Event,
) -> Result<Renaming, PostgresError> {
    let secret = attempt_secret(store)?;
    let renamed = store.write(|tx| {
        lock::user(tx, user, UserLock::Exclusive)?;
        tx.grant()?;
        let sql = "SELECT name FROM sessionctl.account WHERE id = $1 AND removed_at IS NULL";
        let Some(found) = tx.query_opt(sql, values![user.0])? else { return Ok(Renaming::NoSuchUser) };
        let old: UserName =
            found.try_get::<_, &str>(0)?.parse().map_err(|_| corrupt("an invalid user name"))?;
        let sql = "UPDATE sessionctl.account SET name = $2, name_key = $3 WHERE id = $1";
        tx.execute(sql, values![user.0, name.as_str(), name.key()])?;
        if old != *name {
            // A new name neither lifts a lock, nor inherits the guesses at it before.
            forget_attempts(tx, &secret, name)?;
            let sql = "UPDATE sessionctl.attempt SET key = $2 WHERE key = $1";
            tx.execute(sql, values![keyed(&secret, &old)?, keyed(&secret, name)?])?;
        }
        append(tx, event)?;
        Ok(Renaming::Done)
    });
    match renamed {
        // The index of names decides, also between two who take one name at once.
        Err(error) if error.is(&SqlState::UNIQUE_VIOLATION) => Ok(Renaming::Taken),
        renamed => renamed,
    }
}

/// Inserts the row of a user, and the event; `None` where the name is taken.
fn insert(
    tx: &WriteTx<'_>,
    secret: &[u8; 32],
    name: &UserName,
    hash: Option<&str>,
    event: &Event,
) -> Result<Option<UserId>, PostgresError> {
    let at = tx.now()?.unix();
    tx.prepare_to_draw()?;
    let sql = "INSERT INTO sessionctl.account (id, name, name_key, created_at) \
                   SELECT nextval('sessionctl.account_id'), $1, $2, $3 \
                   WHERE NOT EXISTS (SELECT 1 FROM sessionctl.account WHERE name_key = $2 AND removed_at IS NULL) \
                   ON CONFLICT (name_key) WHERE removed_at IS NULL DO NOTHING RETURNING id";
    let Some(added) = tx.query_opt(sql, values![name.as_str(), name.key(), at])? else { return Ok(None) };
    let id = UserId(added.try_get(0)?);
    if let Some(hash) = hash {
        let sql = "INSERT INTO sessionctl.credential (account_id, password_hash, password_changed_at) \
                       VALUES ($1, $2, $3)";
        tx.execute(sql, values![id.0, hash, at])?;
    }
    // Guesses at the name before it existed do not lock the new user out.
    forget_attempts(tx, secret, name)?;
    append(tx, event)?;
    Ok(Some(id))
}

/// Sets a password, forgets failed logins, and ends sessions.
pub(crate) fn set_password(
    store: &mut PostgresStore,
    user: UserId,
    hash: &str,
    end: Option<&EndSessions>,
    event: &Event,
) -> Result<Option<Vec<SessionId>>, PostgresError> {
    change(store, user, Change::Password(hash), end, event)
}

/// Disables a user and ends the sessions.
pub(crate) fn disable_user(
    store: &mut PostgresStore,
    user: UserId,
    end: &EndSessions,
    event: &Event,
) -> Result<Option<Vec<SessionId>>, PostgresError> {
    change(store, user, Change::Disable, Some(end), event)
}

/// Enables a disabled user.
pub(crate) fn enable_user(
    store: &mut PostgresStore,
    user: UserId,
    event: &Event,
) -> Result<bool, PostgresError> {
    Ok(change(store, user, Change::Enable, None, event)?.is_some())
}

/// Removes a user and ends the sessions.
pub(crate) fn remove_user(
    store: &mut PostgresStore,
    user: UserId,
    end: &EndSessions,
    event: &Event,
) -> Result<Option<Vec<SessionId>>, PostgresError> {
    change(store, user, Change::Remove, Some(end), event)
}
