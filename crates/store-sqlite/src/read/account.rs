//! Accounts: those that have their name now, and those that were removed. Two accounts that had one name after another
//! are two.

use rusqlite::{Connection, OptionalExtension, params};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::{Account, UserId, UserName};

use crate::error::{SqliteError, corrupt};

const SECONDS_PER_DAY: i64 = 86_400;

/// The name of an account as it is shown.
pub(crate) fn shown_name(conn: &Connection, id: i64) -> Result<UserName, SqliteError> {
    let sql = "SELECT name, name_key, removed_at FROM user WHERE id = ?1";
    let row = conn
        .prepare_cached(sql)?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (name, key, removed_at): (String, String, Option<i64>) =
        row.ok_or_else(|| corrupt("the id of a user that does not exist"))?;
    let name: UserName = name.parse().map_err(|_| corrupt("an invalid user name"))?;
    let Some(at) = removed_at else { return Ok(name) };
    let sql = "SELECT count(*) FROM user WHERE name_key = ?1 AND removed_at IS NOT NULL \
               AND removed_at / ?2 = ?3 / ?2 AND id < ?4";
    let earlier: u64 =
        conn.prepare_cached(sql)?.query_row(params![key, SECONDS_PER_DAY, at, id], |row| row.get(0))?;
    Ok(name.removed(Timestamp::from_unix(at), earlier + 1))
}

/// The account that a name selects, as [`UserStore::account`](sessionctl_core::store::UserStore::account).
pub(crate) fn by_name(conn: &Connection, name: &UserName) -> Result<Option<Account>, SqliteError> {
    if let Some(found) = exactly(conn, name)? {
        return Ok(Some(found));
    }
    let sql = "SELECT id, removed_at FROM user WHERE name_key = ?1 AND removed_at IS NOT NULL ORDER BY id DESC LIMIT 1";
    one(conn, sql, params![name.key()])
}

/// The account that is shown under a name.
pub(crate) fn exactly(conn: &Connection, name: &UserName) -> Result<Option<Account>, SqliteError> {
    let sql = "SELECT id, removed_at FROM user WHERE name_key = ?1 AND removed_at IS NULL";
    if let Some(found) = one(conn, sql, params![name.key()])? {
        return Ok(Some(found));
    }
    let Some(removed) = name.as_removed() else { return Ok(None) };
    let midnight = removed.midnight.unix();
    let sql = "SELECT id, removed_at FROM user WHERE name_key = ?1 AND removed_at >= ?2 AND removed_at < ?3 \
               ORDER BY id LIMIT 1 OFFSET ?4";
    let earlier = i64::try_from(removed.ordinal - 1).unwrap_or(i64::MAX);
    one(conn, sql, params![removed.name.key(), midnight, midnight.saturating_add(SECONDS_PER_DAY), earlier])
}

fn one(
    conn: &Connection,
    sql: &str,
    values: &[&dyn rusqlite::ToSql],
) -> Result<Option<Account>, SqliteError> {
    let found: Option<(i64, Option<i64>)> =
        conn.prepare_cached(sql)?.query_row(values, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((id, removed_at)) = found else { return Ok(None) };
    let removed_at = removed_at.map(Timestamp::from_unix);
    Ok(Some(Account { id: UserId(id), name: shown_name(conn, id)?, removed_at }))
}
