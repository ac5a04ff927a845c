//! The keys that sign JWTs, as they are stored.

use sessionctl_core::store::StoredKey;
use zeroize::Zeroizing;

use super::row;
use crate::connection::Connection;
use crate::error::PostgresError;

/// All keys, newest first.
pub(crate) fn keys(connection: &Connection) -> Result<Vec<StoredKey>, PostgresError> {
    let sql = "SELECT kid, algorithm, secret, created_at, retired_at, revoked_at FROM sessionctl.jwt_key \
               ORDER BY created_at DESC, kid COLLATE \"C\"";
    let rows = connection.query(sql, &[])?;
    rows.iter()
        .map(|row| {
            Ok(StoredKey {
                kid: row.try_get(0)?,
                algorithm: row.try_get(1)?,
                secret: Zeroizing::new(row.try_get(2)?),
                created_at: row::timestamp(row, 3)?,
                retired_at: row::optional_timestamp(row, 4)?,
                revoked_at: row::optional_timestamp(row, 5)?,
            })
        })
        .collect()
}
