//! The layout and its history: numbered files. A released file is never edited. Columns are added in one release and
//! dropped in a later one, so that a fleet is brought up to date program by program.

use std::time::Instant;

use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::store::StoreError;

use crate::audit::append::append;
use crate::connection::Connection;
use crate::error::{PostgresError, Retry};
use crate::factory::ClockSource;
use crate::open::{CREATE_TIMEOUT, examine_server};
use crate::transaction::{Commit, WriteTx};
use crate::url::Target;
use crate::value::values;

/// The steps from an empty database to the current layout, in order.
pub(crate) const MIGRATIONS: &[&str] =
    &[include_str!("migrations/0001_init.sql"), include_str!("migrations/0002_fleet.sql")];

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

fn read_layout(row: &postgres::Row) -> Result<(u32, u32), PostgresError> {
    let number = |column| -> Result<u32, PostgresError> {
        Ok(u32::try_from(row.try_get::<_, Option<i64>>(column)?.unwrap_or(0)).unwrap_or(u32::MAX))
    };
    Ok((number(0)?, number(1)?))
}

/// Refuses a layout that this program cannot use. The row begins with the columns of [`layout`].
pub(crate) fn refuse_other_layouts(row: &postgres::Row) -> Result<(), PostgresError> {
    let (found, oldest) = read_layout(row)?;
    if oldest > CURRENT_LAYOUT {
        return Err(StoreError::NewerVersion { found, known: CURRENT_LAYOUT }.into());
    }
    if found < CURRENT_LAYOUT {
        return Err(StoreError::OlderVersion { found, needed: CURRENT_LAYOUT }.into());
    }
    Ok(())
}

/// Brings a database to the current layout, each step whole or not at all, and returns the layout before and now. Of many
/// that try at once, one applies each step: the others wait for the row and find it applied.
pub(crate) fn migrate(
    target: &Target,
    clock: &ClockSource,
    actor: &str,
) -> Result<(u32, u32), PostgresError> {
    let connection = Connection::new(target.clone(), true);
    examine_server(&connection, clock)?;
    let (before, oldest) = layout(&connection)?;
    if oldest > CURRENT_LAYOUT {
        return Err(StoreError::NewerVersion { found: before, known: CURRENT_LAYOUT }.into());
    }
    let begun = Instant::now();
    loop {
        connection.begin(Commit::Bulk.begin())?;
        match step(&connection, clock, actor).and_then(|at| connection.commit().map(|()| at)) {
            Ok(at) if at >= CURRENT_LAYOUT => return Ok((before, at)),
            Ok(_) => {}
            Err(error) => {
                connection.rollback();
                if error.retry != Retry::Change || begun.elapsed() > CREATE_TIMEOUT {
                    return Err(error);
                }
            }
        }
    }
}

/// Applies the next step, if there is one, and returns the layout.
fn step(connection: &Connection, clock: &ClockSource, actor: &str) -> Result<u32, PostgresError> {
    connection.query("SELECT 1 FROM sessionctl.meta WHERE id = 1 FOR UPDATE", &[])?;
    let (at, _) = layout(connection)?;
    let Some(sql) = MIGRATIONS.get(at as usize) else { return Ok(at) };
    // The time is read, and whether the database is in use, before the tables change.
    let tx = WriteTx::new(connection, clock, false);
    let now = tx.now()?.unix();
    connection.batch(sql)?;
    let applied = i64::from(at) + 1;
    let sql = "INSERT INTO sessionctl.migration (number, applied_at) VALUES ($1, $2)";
    connection.execute(sql, values![applied, now])?;
    let event = Event::new(Action::DatabaseMigrated, actor);
    append(&tx, &event.detail(format!("layout {at} to {applied}")))?;
    Ok(at + 1)
}
