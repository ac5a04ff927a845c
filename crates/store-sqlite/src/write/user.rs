//! Adding, changing and removing users. A change that ends sessions ends them in the same transaction.

use rusqlite::params;
use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::user::{UserId, UserName};
use sessionctl_core::store::EndSessions;

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
    if tx.execute(&sql, params![user.0, value, tx.now.unix()])? == 0 {
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
        tx.grant()?;
        let at = tx.now.unix();
        let added = tx.execute(
            "INSERT INTO user (name, name_key, password_hash, password_changed_at, created_at) \
             SELECT ?1, ?2, ?3, CASE WHEN ?3 IS NOT NULL THEN ?4 END, ?4 \
             WHERE NOT EXISTS (SELECT 1 FROM user WHERE name_key = ?2 AND removed_at IS NULL)",
            params![name.as_str(), name.key(), hash, at],
        )?;
        if added == 0 {
            return Ok(None);
        }
        let id = UserId(tx.last_insert_rowid());
        // Guesses at the name before it existed do not lock the new user out.
        tx.execute("DELETE FROM attempt WHERE key = ?1", [keyed(&secret, name)?])?;
        append(tx, &event)?;
        Ok(Some(id))
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
        tx.grant()?;
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
        tx.grant()?;
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
