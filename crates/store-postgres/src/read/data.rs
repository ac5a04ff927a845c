//! Values kept with sessions, as they are stored.

use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::DataEntry;

use super::row;
use crate::connection::Connection;
use crate::error::PostgresError;
use crate::value::values;

/// The values of a session, by name.
pub(crate) fn data(connection: &Connection, session: SessionId) -> Result<Vec<DataEntry>, PostgresError> {
    let sql = "SELECT key, value, version, updated_at FROM sessionctl.session_data WHERE session_id = $1 ORDER BY key";
    let rows = connection.query(sql, values![session.get()])?;
    rows.iter()
        .map(|row| {
            Ok(DataEntry {
                key: row.try_get(0)?,
                json: row.try_get(1)?,
                version: row.try_get(2)?,
                updated_at: row::timestamp(row, 3)?,
            })
        })
        .collect()
}
