//! The layout and its history: numbered files. A released file is never edited.

use crate::connection::Connection;
use crate::error::PostgresError;

/// The steps from an empty database to the current layout, in order.
pub(crate) const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_init.sql")];

/// The newest layout that this program knows.
pub(crate) const CURRENT_LAYOUT: u32 = MIGRATIONS.len() as u32;

/// The number of a database's layout, and the oldest layout whose programs may use it.
pub(crate) fn layout(connection: &Connection) -> Result<(u32, u32), PostgresError> {
    let sql = "SELECT (SELECT max(number) FROM sessionctl.migration), oldest_program FROM sessionctl.meta WHERE id = 1";
    let row = connection.query_one(sql, &[])?;
    let number = |column| -> Result<u32, PostgresError> {
        Ok(u32::try_from(row.try_get::<_, Option<i64>>(column)?.unwrap_or(0)).unwrap_or(u32::MAX))
    };
    Ok((number(0)?, number(1)?))
}
