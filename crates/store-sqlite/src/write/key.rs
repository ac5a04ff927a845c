//! Adding, retiring and revoking the keys that sign JWTs.

use rusqlite::params;
use sessionctl_core::model::event::Event;
use sessionctl_core::store::NewKey;

use crate::audit::append::append;
use crate::error::SqliteError;
use crate::store::SqliteStore;

/// Adds a key; `false` where its name is taken, or where it was to be the first that signs and is not.
pub(crate) fn add_key(
    store: &mut SqliteStore,
    key: &NewKey,
    only_first: bool,
    event: Event,
) -> Result<bool, SqliteError> {
    store.write(|tx| {
        tx.time.grant()?;
        let added = tx.execute(
            "INSERT INTO jwt_key (kid, algorithm, secret, created_at) SELECT ?1, ?2, ?3, ?4 \
             WHERE NOT (?5 AND EXISTS (SELECT 1 FROM jwt_key WHERE retired_at IS NULL)) ON CONFLICT (kid) DO NOTHING",
            params![key.kid, key.algorithm, key.secret.as_slice(), tx.time.now.unix(), only_first],
        )?;
        if added == 1 {
            append(tx, &event)?;
        }
        Ok(added == 1)
    })
}

/// Retires a key; `false` where there is no such active key.
pub(crate) fn retire_key(store: &mut SqliteStore, kid: &str, event: Event) -> Result<bool, SqliteError> {
    store.write(|tx| {
        let sql = "UPDATE jwt_key SET retired_at = ?2 WHERE kid = ?1 AND retired_at IS NULL";
        let retired = tx.execute(sql, params![kid, tx.time.taken_at().unix()])? == 1;
        if retired {
            append(tx, &event)?;
        }
        Ok(retired)
    })
}

/// Revokes a key and deletes its secret; `false` where there is no such key that is not revoked.
pub(crate) fn revoke_key(store: &mut SqliteStore, kid: &str, event: Event) -> Result<bool, SqliteError> {
    let revoked = store.write(|tx| {
        let sql = "UPDATE jwt_key SET retired_at = coalesce(retired_at, ?2), revoked_at = ?2, secret = x'' \
             WHERE kid = ?1 AND revoked_at IS NULL";
        let revoked = tx.execute(sql, params![kid, tx.time.taken_at().unix()])? == 1;
        if revoked {
            append(tx, &event)?;
        }
        Ok(revoked)
    })?;
    store.write_back();
    Ok(revoked)
}
