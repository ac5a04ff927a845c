//! Adding, retiring and revoking the keys that sign JWTs.

use sessionctl_core::model::event::Event;
use sessionctl_core::store::NewKey;

use super::lock;
use crate::audit::append::append;
use crate::error::PostgresError;
use crate::store::PostgresStore;
use crate::value::values;

/// Adds a key; `false` where its name is taken, or where it was to be the first that signs and is not.
pub(crate) fn add_key(
    store: &mut PostgresStore,
    key: &NewKey,
    only_first: bool,
    event: &Event,
) -> Result<bool, PostgresError> {
    store.write(|tx| {
        lock::settings(tx);
        let now = tx.grant()?;
        let added = tx.execute(
            "INSERT INTO sessionctl.jwt_key (kid, algorithm, secret, created_at) SELECT $1, $2, $3, $4 \
             WHERE NOT ($5 AND EXISTS (SELECT 1 FROM sessionctl.jwt_key WHERE retired_at IS NULL)) \
             ON CONFLICT (kid) DO NOTHING",
            values![&key.kid, &key.algorithm, key.secret.as_slice(), now.unix(), only_first],
        )?;
        if added == 1 {
            append(tx, event)?;
        }
        Ok(added == 1)
    })
}

/// Retires a key; `false` where there is no such active key.
pub(crate) fn retire_key(store: &mut PostgresStore, kid: &str, event: &Event) -> Result<bool, PostgresError> {
    let sql = "UPDATE sessionctl.jwt_key SET retired_at = $2 WHERE kid = $1 AND retired_at IS NULL";
    change(store, kid, sql, event)
}

/// Revokes a key and deletes its secret; `false` where there is no such key that is not revoked.
pub(crate) fn revoke_key(store: &mut PostgresStore, kid: &str, event: &Event) -> Result<bool, PostgresError> {
    let sql = "UPDATE sessionctl.jwt_key SET retired_at = coalesce(retired_at, $2), revoked_at = $2, \
               secret = '' \
               WHERE kid = $1 AND revoked_at IS NULL";
    change(store, kid, sql, event)
}

fn change(store: &mut PostgresStore, kid: &str, sql: &str, event: &Event) -> Result<bool, PostgresError> {
    store.write(|tx| {
        lock::settings(tx);
        let changed = tx.execute(sql, values![kid, tx.taken_at()?.unix()])? == 1;
        if changed {
            append(tx, event)?;
        }
        Ok(changed)
    })
}
