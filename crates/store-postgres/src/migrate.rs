//! The layout and its history: numbered files. A released file is never edited.

use sessionctl_core::store::StoreError;

use crate::connection::Connection;
use crate::error::PostgresError;

/// The steps from an empty database to the current layout, in order.
pub(crate) const MIGRATIONS: &[&str] =
    &[include_str!("migrations/0001_init.sql"), include_str!("migrations/0002_fleet.sql")];

/// The newest layout that this program knows.
pub(crate) const CURRENT_LAYOUT: u32 = MIGRATIONS.len() as u32;

/// The oldest layout whose programs may use a database of the current one.
pub(crate) const OLDEST_PROGRAM: i64 = 2;

/// The number of a database's layout, and the oldest layout whose programs may use it.
pub(crate) fn layout(connection: &Connection) -> Result<(u32, u32), PostgresError> {
    let sql = "SELECT (SELECT max(number) FROM sessionctl.migration), oldest_program FROM sessionctl.meta WHERE id = 1";
    let row = connection.query_one(sql, &[])?;
    let number = |column| -> Result<u32, PostgresError> {
        Ok(u32::try_from(row.try_get::<_, Option<i64>>(column)?.unwrap_or(0)).unwrap_or(u32::MAX))
    };
    Ok((number(0)?, number(1)?))
}

/// Refuses a layout that this program cannot use. The row holds the number of the layout, and of the oldest one whose
/// programs may use it.
pub(crate) fn refuse_other_layouts(row: &postgres::Row) -> Result<(), PostgresError> {
    let number = |column| -> Result<u32, PostgresError> {
        Ok(u32::try_from(row.try_get::<_, Option<i64>>(column)?.unwrap_or(0)).unwrap_or(u32::MAX))
    };
    let (found, oldest) = (number(0)?, number(1)?);
    if oldest > CURRENT_LAYOUT {
        return Err(StoreError::NewerVersion { found, known: CURRENT_LAYOUT }.into());
    }
    if found < CURRENT_LAYOUT {
        return Err(StoreError::OlderVersion { found, needed: CURRENT_LAYOUT }.into());
    }
    Ok(())
}
