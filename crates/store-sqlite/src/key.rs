//! Keys that sign JWTs.

use crate::error::SqliteError;
use rusqlite::params;

use super::{SqliteStore, event, row};
use sessionctl_core::model::event::Event;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::StoredKey;

impl SqliteStore {
    pub(crate) fn keys(&self) -> Result<Vec<StoredKey>, SqliteError> {
        let sql = "SELECT kid, algorithm, secret, created_at, retired_at FROM jwt_key ORDER BY created_at DESC, kid";
        let mut statement = self.read_conn().prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            keys.push(StoredKey {
                kid: row.get(0)?,
                algorithm: row.get(1)?,
                secret: row.get::<_, Vec<u8>>(2)?.into(),
                created_at: row::moment(row, 3)?,
                retired_at: row::moment_or_none(row, 4)?,
            });
        }
        Ok(keys)
    }

    pub(crate) fn add_key(&mut self, key: &StoredKey, event: Event) -> Result<bool, SqliteError> {
        self.write(|tx| {
            let added = tx.execute(
                "INSERT INTO jwt_key (kid, algorithm, secret, created_at, retired_at) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (kid) DO NOTHING",
                params![
                    key.kid,
                    key.algorithm,
                    key.secret.as_slice(),
                    key.created_at.unix(),
                    key.retired_at.map(Timestamp::unix)
                ],
            )?;
            if added == 1 {
                event::append(tx, &event)?;
            }
            Ok(added == 1)
        })
    }

    pub(crate) fn retire_key(&mut self, kid: &str, event: Event) -> Result<bool, SqliteError> {
        self.write(|tx| {
            let sql = "UPDATE jwt_key SET retired_at = ?2 WHERE kid = ?1 AND retired_at IS NULL";
            let retired = tx.execute(sql, params![kid, event.at.unix()])? == 1;
            if retired {
                event::append(tx, &event)?;
            }
            Ok(retired)
        })
    }
}
