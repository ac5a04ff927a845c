//! Adding, changing and removing users. A change that ends sessions ends them in the same transaction.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};
use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::user::{UserId, UserName};
use sessionctl_core::store::{EndSessions, NewUser, Renaming};

use super::cascade;
use crate::audit::append::append;
use crate::error::{SqliteError, corrupt};
use crate::read::attempt::{attempt_secret, keyed};
use crate::store::{SqliteStore, WriteTx};

/// Changes the row of a user who was not removed; `None` where there is none.
fn change(
    tx: &WriteTx<'_>,
    user: UserId,
    set: &str,
    value: &dyn rusqlite::ToSql,
    end: Option<EndSessions>,
    event: &Event,
) -> Result<Option<Vec<SessionId>>, SqliteError> {
    let sql = format!("UPDATE user SET {set} WHERE id = ?1 AND removed_at IS NULL");
    if tx.execute(&sql, params![user.0, value, tx.time.taken_at().unix()])? == 0 {
        return Ok(None);
    }
    append(tx, event)?;
    let ended = match end {
        Some(end) => cascade::end_all_of_user(tx, user, &end.reason, end.event)?,
        None => Vec::new(),
    };
    Ok(Some(ended))
}

/// Makes a change after which no copy of the file may let the user in by what held before, nor contain the old hash.
fn write_user<T>(
    store: &mut SqliteStore,
    change: impl FnOnce(&WriteTx<'_>) -> Result<T, SqliteError>,
) -> Result<T, SqliteError> {
    let result = store.write(change)?;
    store.write_back();
    Ok(result)
}

/// Adds a user; `None` where the name is taken.
pub(crate) fn add_user(
    store: &mut SqliteStore,
    name: &UserName,
    hash: Option<&str>,
    event: Event,
) -> Result<Option<UserId>, SqliteError> {
    let secret = attempt_secret(store.conn())?;
    store.write(|tx| {
        tx.time.grant()?;
        insert(tx, &secret, name, hash, &event)
    })
}

/// Adds users, all of them or none; returns the places of those whose name is taken.
pub(crate) fn add_users(store: &mut SqliteStore, users: &[NewUser]) -> Result<Vec<usize>, SqliteError> {
    let secret = attempt_secret(store.conn())?;
    store.hint_bulk_write(users.len())?;
    store.write(|tx| {
        tx.time.grant()?;
        let mut names = HashSet::new();
        let mut taken = Vec::new();
        for (place, new) in users.iter().enumerate() {
            if !names.insert(new.name.key()) || is_taken(tx, &new.name)? {
                taken.push(place);
            }
        }
        if taken.is_empty() {
            for new in users {
                insert(tx, &secret, &new.name, new.hash.as_deref(), &new.event)?;
            }
        }
        Ok(taken)
    })
}

/// Inserts the row of a user, and the event; `None` where the name is taken.
fn insert(
    tx: &WriteTx<'_>,
    secret: &[u8; 32],
    name: &UserName,
    hash: Option<&str>,
    event: &Event,
) -> Result<Option<UserId>, SqliteError> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO user (name, name_key, password_hash, password_changed_at, created_at) \
         SELECT ?1, ?2, ?3, CASE WHEN ?3 IS NOT NULL THEN ?4 END, ?4 \
         WHERE NOT EXISTS (SELECT 1 FROM user WHERE name_key = ?2 AND removed_at IS NULL)",
    )?;
    if statement.execute(params![name.as_str(), name.key(), hash, tx.time.now.unix()])? == 0 {
        return Ok(None);
    }
    let id = UserId(tx.last_insert_rowid());
    // Guesses at the name before it existed do not lock the new user out.
    tx.prepare_cached("DELETE FROM attempt WHERE key = ?1")?.execute([keyed(secret, name)?])?;
    append(tx, event)?;
    Ok(Some(id))
}

fn is_taken(tx: &WriteTx<'_>, name: &UserName) -> Result<bool, SqliteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM user WHERE name_key = ?1 AND removed_at IS NULL)";
    Ok(tx.prepare_cached(sql)?.query_row([name.key()], |row| row.get(0))?)
}

/// Gives a user another name; the failed logins move with it.
pub(crate) fn rename_user(
    store: &mut SqliteStore,
    user: UserId,
    name: &UserName,
    event: Event,
) -> Result<Renaming, SqliteError> {
    let secret = attempt_secret(store.conn())?;
    store.write(|tx| {
        tx.time.grant()?;
        let sql = "SELECT name FROM user WHERE id = ?1 AND removed_at IS NULL";
        let old: Option<String> = tx.query_row(sql, [user.0], |row| row.get(0)).optional()?;
        let Some(old) = old else { return Ok(Renaming::NoSuchUser) };
        let old: UserName = old.parse().map_err(|_| corrupt("an invalid user name"))?;
        let renamed = tx.execute(
            "UPDATE user SET name = ?2, name_key = ?3 WHERE id = ?1 AND removed_at IS NULL \
             AND NOT EXISTS (SELECT 1 FROM user WHERE name_key = ?3 AND removed_at IS NULL AND id <> ?1)",
            params![user.0, name.as_str(), name.key()],
        )?;
        if renamed == 0 {
            return Ok(Renaming::Taken);
        }
        if old != *name {
            let (old, new) = (keyed(&secret, &old)?, keyed(&secret, name)?);
            // A new name neither lifts a lock, nor inherits the guesses at it before.
            tx.execute("DELETE FROM attempt WHERE key = ?1", [new])?;
            tx.execute("UPDATE attempt SET key = ?2 WHERE key = ?1", [old, new])?;
        }
        append(tx, &event)?;
        Ok(Renaming::Done)
    })
}

/// Sets a password, forgets failed logins, and ends sessions.
pub(crate) fn set_password(
    store: &mut SqliteStore,
    user: UserId,
    hash: &str,
    end: Option<EndSessions>,
    event: Event,
) -> Result<Option<Vec<SessionId>>, SqliteError> {
    let secret = attempt_secret(store.conn())?;
    write_user(store, |tx| {
        tx.time.grant()?;
        let set = "password_hash = ?2, password_changed_at = ?3";
        let ended = change(tx, user, set, &hash, end, &event)?;
        if ended.is_some() {
            let name: String =
                tx.query_row("SELECT name FROM user WHERE id = ?1", [user.0], |row| row.get(0))?;
            let name: UserName = name.parse().map_err(|_| corrupt("an invalid user name"))?;
            tx.execute("DELETE FROM attempt WHERE key = ?1", [keyed(&secret, &name)?])?;
        }
        Ok(ended)
    })
}

/// Disables a user and ends the sessions.
pub(crate) fn disable_user(
    store: &mut SqliteStore,
    user: UserId,
    end: EndSessions,
    event: Event,
) -> Result<Option<Vec<SessionId>>, SqliteError> {
    let disable = true;
    write_user(store, |tx| {
        change(tx, user, "disabled_at = CASE WHEN ?2 THEN ?3 END", &disable, Some(end), &event)
    })
}

/// Enables a disabled user.
pub(crate) fn enable_user(store: &mut SqliteStore, user: UserId, event: Event) -> Result<bool, SqliteError> {
    let disable = false;
    write_user(store, |tx| {
        tx.time.grant()?;
        let enabled = change(tx, user, "disabled_at = CASE WHEN ?2 THEN ?3 END", &disable, None, &event)?;
        Ok(enabled.is_some())
    })
}

/// Removes a user and ends the sessions.
pub(crate) fn remove_user(
    store: &mut SqliteStore,
    user: UserId,
    end: EndSessions,
    event: Event,
) -> Result<Option<Vec<SessionId>>, SqliteError> {
    let none: Option<String> = None;
    write_user(store, |tx| change(tx, user, "password_hash = ?2, removed_at = ?3", &none, Some(end), &event))
}
