//! The policy that is kept in the database.

use rusqlite::{Connection, params};
use sessionctl_core::model::event::Event;
use sessionctl_core::model::policy::{Key, Policy};

use crate::audit::append::append;
use crate::error::{SqliteError, corrupt};
use crate::store::SqliteStore;

/// The policy in force. A setting that this program does not know is ignored: a newer version wrote it.
pub(crate) fn policy(conn: &Connection) -> Result<Policy, SqliteError> {
    let mut policy = Policy::default();
    let mut statement = conn.prepare_cached("SELECT name, value FROM policy")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Ok(key) = Key::named(&row.get::<_, String>(0)?) {
            let value = u64::try_from(row.get::<_, i64>(1)?).map_err(|_| corrupt("a negative setting"))?;
            policy.set(key, value);
        }
    }
    Ok(policy)
}

/// Sets a setting, or removes it so that its default holds.
pub(crate) fn set_policy(
    store: &mut SqliteStore,
    key: Key,
    value: Option<u64>,
    event: Event,
) -> Result<(), SqliteError> {
    let name = key.setting().name;
    store.write(|tx| {
        tx.grant()?;
        match value.map(|value| i64::try_from(value).unwrap_or(i64::MAX)) {
            Some(value) => tx.execute(
                "INSERT INTO policy (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
                params![name, value],
            )?,
            None => tx.execute("DELETE FROM policy WHERE name = ?1", [name])?,
        };
        append(tx, &event)
    })
}
