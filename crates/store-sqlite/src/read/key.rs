//! The keys that sign JWTs, as they are stored.

use sessionctl_core::store::StoredKey;
use zeroize::Zeroizing;

use super::row;
use crate::error::SqliteError;
use crate::store::SqliteStore;

/// All keys, newest first.
pub(crate) fn keys(store: &SqliteStore) -> Result<Vec<StoredKey>, SqliteError> {
    let sql = "SELECT kid, algorithm, secret, created_at, retired_at, revoked_at FROM jwt_key ORDER BY created_at DESC, kid";
    let mut statement = store.conn().prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.push(StoredKey {
            kid: row.get(0)?,
            algorithm: row.get(1)?,
            created_at: row::timestamp(row, 3)?,
            retired_at: row::optional_timestamp(row, 4)?,
            revoked_at: row::optional_timestamp(row, 5)?,
            secret: Zeroizing::new(row.get(2)?),
        });
    }
    Ok(keys)
}
