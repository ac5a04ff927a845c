//! Users and their password hashes, as they are stored.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension, Row};
use sessionctl_core::model::policy::Policy;
use sessionctl_core::model::user::{User, UserId, UserName};

use super::attempt::{attempt_secret, attempts, keyed};
use super::{policy, row};
use crate::error::{SqliteError, corrupt};
use crate::store::SqliteStore;
use sessionctl_core::store::DamagedRows;

const COLUMNS: &str = "id, name, created_at, password_changed_at, disabled_at";

/// Whether sessions may be created for a user.
pub(crate) fn is_enabled(conn: &Connection, user: UserId) -> Result<bool, SqliteError> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM user WHERE id = ?1 AND removed_at IS NULL AND disabled_at IS NULL)";
    Ok(conn.prepare_cached(sql)?.query_row([user.0], |row| row.get(0))?)
}

/// Reads users from rows, with the failed logins under their keys.
struct UserReader<'a> {
    conn: &'a Connection,
    policy: Policy,
    secret: [u8; 32],
}

impl<'a> UserReader<'a> {
    fn new(conn: &'a Connection) -> Result<Self, SqliteError> {
        Ok(UserReader { conn, policy: policy::policy(conn)?, secret: attempt_secret(conn)? })
    }

    fn user(&self, row: &Row<'_>) -> Result<User, SqliteError> {
        let name: UserName = row.get::<_, String>(1)?.parse().map_err(|_| corrupt("an invalid user name"))?;
        let attempts = attempts(self.conn, &keyed(&self.secret, &name)?)?;
        let throttled_until = attempts.and_then(|(failures, at)| self.policy.throttled_until(failures, at));
        Ok(User {
            id: UserId(row.get(0)?),
            name,
            created_at: row::timestamp(row, 2)?,
            password_changed_at: row::optional_timestamp(row, 3)?,
            disabled_at: row::optional_timestamp(row, 4)?,
            failed_logins: attempts.map_or(0, |(failures, _)| failures),
            throttled_until,
            last_failed_at: attempts.map(|(_, at)| at),
        })
    }
}

/// The user with a name.
pub(crate) fn user(store: &SqliteStore, name: &UserName) -> Result<Option<User>, SqliteError> {
    let conn = store.conn();
    let sql = format!("SELECT {COLUMNS} FROM user WHERE name_key = ?1 AND removed_at IS NULL");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query([name.key()])?;
    rows.next()?.map(|row| UserReader::new(conn)?.user(row)).transpose()
}

/// Calls `each` with every user, by name.
pub(crate) fn users(
    store: &SqliteStore,
    each: &mut dyn FnMut(User) -> ControlFlow<()>,
) -> Result<(), SqliteError> {
    let conn = store.conn();
    let reader = UserReader::new(conn)?;
    let sql = format!("SELECT {COLUMNS} FROM user WHERE removed_at IS NULL ORDER BY name_key");
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut damaged = DamagedRows::default();
    while let Some(row) = rows.next()? {
        if let Some(user) = damaged.read(reader.user(row), || row::name_of("user", row))?
            && each(user).is_break()
        {
            break;
        }
    }
    damaged.finish()
}

/// The hash of a user's password.
pub(crate) fn password_hash(store: &SqliteStore, user: UserId) -> Result<Option<String>, SqliteError> {
    let sql = "SELECT password_hash FROM user WHERE id = ?1 AND removed_at IS NULL";
    let hash: Option<Option<String>> = store.conn().query_row(sql, [user.0], |row| row.get(0)).optional()?;
    Ok(hash.flatten())
}
