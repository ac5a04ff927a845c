//! Values kept with sessions, as they are stored.

use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::DataEntry;

use super::row;
use crate::error::SqliteError;
use crate::store::SqliteStore;

/// The values of a session, by name.
pub(crate) fn data(store: &SqliteStore, session: SessionId) -> Result<Vec<DataEntry>, SqliteError> {
    let sql = "SELECT key, value, version, updated_at FROM session_data WHERE session_id = ?1 ORDER BY key";
    let mut statement = store.conn().prepare_cached(sql)?;
    let mut rows = statement.query([session.get()])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(DataEntry {
            key: row.get(0)?,
            json: row.get(1)?,
            version: row.get(2)?,
            updated_at: row::timestamp(row, 3)?,
        });
    }
    Ok(entries)
}
