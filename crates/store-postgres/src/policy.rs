//! The policy that is kept in the database.

use sessionctl_core::model::event::Event;
use sessionctl_core::model::policy::{Key, Policy};

use sessionctl_core::store::StoreError;

use crate::audit::append::append;
use crate::connection::Connection;
use crate::error::{PostgresError, corrupt};
use crate::store::PostgresStore;
use crate::value::values;
use crate::write::lock;

/// The policy in force. A setting that this program does not know is ignored: a newer version wrote it.
pub(crate) fn policy(connection: &Connection) -> Result<Policy, PostgresError> {
    let mut policy = Policy::default();
    for row in connection.query("SELECT name, value FROM sessionctl.policy", &[])? {
        if let Ok(key) = Key::named(row.try_get(0)?) {
            let value =
                u64::try_from(row.try_get::<_, i64>(1)?).map_err(|_| corrupt("a negative setting"))?;
            policy.set(key, value);
        }
    }
    Ok(policy)
}

/// Sets a setting, or removes it so that its default holds.
pub(crate) fn set_policy(
    store: &mut PostgresStore,
    key: Key,
    value: Option<u64>,
    event: Event,
) -> Result<(), PostgresError> {
    let name = key.setting().name;
    store.write(|tx| {
        lock::settings(tx);
        let asks_for_replica = key == Key::Durability && value == Some(1);
        if key == Key::Durability && !asks_for_replica {
            tx.needs_no_replica();
        }
        tx.grant()?;
        let sql = "SELECT current_setting('synchronous_standby_names') = ''";
        if asks_for_replica && tx.query_one(sql, &[])?.try_get(0)? {
            return Err(StoreError::NoReplica.into());
        }
        match value.map(|value| i64::try_from(value).unwrap_or(i64::MAX)) {
            Some(value) => tx.execute(
                "INSERT INTO sessionctl.policy (name, value) VALUES ($1, $2) \
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                values![name, value],
            )?,
            None => tx.execute("DELETE FROM sessionctl.policy WHERE name = $1", values![name])?,
        };
        append(tx, &event)
    })
}
