//! Changes of the policy.

use rusqlite::params;
use sessionctl_core::model::event::Event;
use sessionctl_core::model::policy::Key;
use sessionctl_core::store::StoreError;

use crate::audit::append::append;
use crate::error::SqliteError;
use crate::store::{SqliteStore, WriteTx};

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
