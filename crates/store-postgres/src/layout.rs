//! The layout and its history: numbered files. A released file is never edited. Columns are added in one release and
//! dropped in a later one, so that a fleet is brought up to date program by program.

use sessionctl_core::store::StoreError;

use crate::connection::Connection;
use crate::error::PostgresError;

/// The steps from an empty database to the current layout, in order.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_init.sql"),
    include_str!("migrations/0002_fleet.sql"),
    include_str!("migrations/0003_incident.sql"),
    include_str!("migrations/0004_history.sql"),
];

/// The newest layout that this program knows.
pub(crate) const CURRENT_LAYOUT: u32 = MIGRATIONS.len() as u32;

/// The oldest layout whose programs may use a database of the current one.
pub(crate) const OLDEST_PROGRAM: i64 = 2;

const LAYOUT: &str =
    "SELECT (SELECT max(number) FROM sessionctl.migration), oldest_program FROM sessionctl.meta WHERE id = 1";

/// The number of a database's layout, and the oldest layout whose programs may use it.
pub(crate) fn layout(connection: &Connection) -> Result<(u32, u32), PostgresError> {
    read_layout(&connection.query_opt(LAYOUT, &[])?.ok_or(StoreError::Missing)?)
}

fn read_layout(row: &tokio_postgres::Row) -> Result<(u32, u32), PostgresError> {
    let number = |column| -> Result<u32, PostgresError> {
        Ok(u32::try_from(row.try_get::<_, Option<i64>>(column)?.unwrap_or(0)).unwrap_or(u32::MAX))
    };
    Ok((number(0)?, number(1)?))
}

/// Refuses a database whose layout this program cannot use.
pub(crate) fn refuse_other_layout(connection: &Connection) -> Result<(), PostgresError> {
    refuse_other_layouts(&connection.query_opt(LAYOUT, &[])?.ok_or(StoreError::Missing)?)
}

/// Refuses a layout that this program cannot use. The row begins with the columns of [`layout`].
pub(crate) fn refuse_other_layouts(row: &tokio_postgres::Row) -> Result<(), PostgresError> {
    let (found, oldest) = read_layout(row)?;
    if oldest > CURRENT_LAYOUT {
        return Err(StoreError::NewerVersion { found, known: CURRENT_LAYOUT }.into());
    }
    if found < CURRENT_LAYOUT {
        return Err(StoreError::OlderVersion { found, needed: CURRENT_LAYOUT }.into());
    }
    Ok(())
}
