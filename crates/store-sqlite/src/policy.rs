//! The policy that is kept in the database.

use rusqlite::{CachedStatement, Connection, params};
use sessionctl_core::model::event::Event;
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::store::StoreError;

use crate::audit::append::append;
use crate::error::{SqliteError, corrupt};
use crate::store::{SqliteStore, WriteTx};

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

/// Sets a setting, or removes it so that its default holds.
pub(crate) fn set_policy(
    store: &mut SqliteStore,
    key: Key,
    value: Option<u64>,
    event: Event,
) -> Result<(), SqliteError> {
    if key == Key::Durability && value == Some(1) {
        return Err(StoreError::NoReplica.into());
    }
    store.write(|tx| {
        tx.time.grant()?;
        write(tx, key, value)?;
        append(tx, &event)
    })
}

/// Writes a setting without an event.
pub(crate) fn write(tx: &WriteTx<'_>, key: Key, value: Option<u64>) -> Result<(), SqliteError> {
    let name = key.setting().name;
    match value.map(|value| i64::try_from(value).unwrap_or(i64::MAX)) {
        Some(value) => tx.execute(
            "INSERT INTO main.policy (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
            params![name, value],
        )?,
        None => tx.execute("DELETE FROM main.policy WHERE name = ?1", [name])?,
    };
    Ok(())
}
