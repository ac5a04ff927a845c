//! Users and their password hashes, as they are stored.

use std::ops::ControlFlow;

use sessionctl_core::model::policy::Policy;
use sessionctl_core::model::user::{User, UserId, UserName};
use tokio_postgres::Row;

use super::attempt::{attempt_secret, keyed};
use super::cursor;
use super::row;
use crate::connection::Connection;
use crate::error::{PostgresError, corrupt};
use crate::policy;
use crate::store::PostgresStore;
use crate::value::values;
use sessionctl_core::store::DamagedRows;

const QUERY: &str = "SELECT a.id, a.name, a.created_at, c.password_changed_at, a.disabled_at \
     FROM sessionctl.account a LEFT JOIN sessionctl.credential c ON c.account_id = a.id WHERE a.removed_at IS NULL";

/// Reads users from rows, with the failed logins under their keys.
struct UserReader<'a> {
    connection: &'a Connection,
    policy: Policy,
    secret: [u8; 32],
}

impl<'a> UserReader<'a> {
    fn new(connection: &'a Connection) -> Result<Self, PostgresError> {
        Ok(UserReader {
            connection,
            policy: policy::policy(connection)?,
            secret: attempt_secret(connection)?,
        })
    }

    fn user(&self, row: &Row) -> Result<User, PostgresError> {
        let name: UserName =
            row.try_get::<_, &str>(1)?.parse().map_err(|_| corrupt("an invalid user name"))?;
        let sql = "SELECT failures, last_at FROM sessionctl.attempt WHERE key = $1";
        let found = self.connection.query_opt(sql, values![keyed(&self.secret, &name)?])?;
        let attempts = match found {
            None => None,
            Some(found) => {
                let failures = u32::try_from(found.try_get::<_, i64>(0)?).unwrap_or(u32::MAX);
                Some((failures, row::timestamp(&found, 1)?))
            }
        };
        let throttled_until = attempts.and_then(|(failures, at)| self.policy.throttled_until(failures, at));
        Ok(User {
            id: UserId(row.try_get(0)?),
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
pub(crate) fn user(connection: &Connection, name: &UserName) -> Result<Option<User>, PostgresError> {
    let found = connection.query_opt(&format!("{QUERY} AND a.name_key = $1"), values![name.key()])?;
    found.map(|row| UserReader::new(connection)?.user(&row)).transpose()
}

/// Calls `each` with every user, by name.
pub(crate) fn users(
    store: &PostgresStore,
    each: &mut dyn FnMut(User) -> ControlFlow<()>,
) -> Result<(), PostgresError> {
    let reader = UserReader::new(store)?;
    let mut damaged = DamagedRows::default();
    cursor::rows(store, &format!("{QUERY} ORDER BY a.name_key"), &[], &mut |row| {
        let user = damaged.read(reader.user(row), || row::name_of("user", row))?;
        Ok(user.map_or(ControlFlow::Continue(()), &mut *each))
    })?;
    damaged.finish()
}

/// The hash of a user's password.
pub(crate) fn password_hash(connection: &Connection, user: UserId) -> Result<Option<String>, PostgresError> {
    let sql = "SELECT c.password_hash FROM sessionctl.credential c JOIN sessionctl.account a ON a.id = c.account_id \
               WHERE a.id = $1 AND a.removed_at IS NULL";
    let found = connection.query_opt(sql, values![user.0])?;
    Ok(found.map(|row| row.try_get(0)).transpose()?)
}
