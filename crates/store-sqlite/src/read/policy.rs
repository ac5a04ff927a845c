//! The policy that is kept in the database.

use rusqlite::{CachedStatement, Connection};
use sessionctl_core::model::policy::{Key, Policy};

use crate::error::{SqliteError, corrupt};

/// The policy in force. A setting that this program does not know is ignored: a newer version wrote it.
pub(crate) fn policy(conn: &Connection) -> Result<Policy, SqliteError> {
    read(conn.prepare_cached("SELECT name, value FROM main.policy")?)
}

/// The policy of the database that a copy replaces.
pub(crate) fn policy_before_restore(conn: &Connection) -> Result<Policy, SqliteError> {
    read(conn.prepare_cached("SELECT name, value FROM old.policy")?)
}

fn read(mut statement: CachedStatement<'_>) -> Result<Policy, SqliteError> {
    let mut policy = Policy::default();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Ok(key) = Key::named(&row.get::<_, String>(0)?) {
            let value = u64::try_from(row.get::<_, i64>(1)?).map_err(|_| corrupt("a negative setting"))?;
            policy.set(key, value);
        }
    }
    Ok(policy)
}
