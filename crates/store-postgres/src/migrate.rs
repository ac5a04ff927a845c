//! Bringing a database to the current layout.

use std::time::Instant;

use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::store::StoreError;

use crate::audit::append::append;
use crate::clock::ClockSource;
use crate::connection::{Connection, Patience};
use crate::error::{PostgresError, Retry};
use crate::layout::{CURRENT_LAYOUT, MIGRATIONS, layout};
use crate::server::{CREATE_TIMEOUT, examine_server};
use crate::transaction::WriteTx;
use crate::url::Target;
use crate::value::values;

/// Brings a database to the current layout, each step whole or not at all, and returns the layout before and now. Of
/// many that try at once, one applies each step: the others wait for its lock and find it applied.
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
        connection.begin(BEGIN, Patience::WhileItWorks)?;
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

/// Without a time limit: an index on many rows takes long, and changes wait for it.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL search_path = pg_catalog; \
     SET LOCAL synchronous_commit = on";

/// Applies the next step, if there is one, and returns the layout.
fn step(connection: &Connection, clock: &ClockSource, actor: &str) -> Result<u32, PostgresError> {
    // Whoever waits for this lock holds no other: with a row of a table that a step alters, many that migrate at once
    // would wait for each other.
    connection.batch("LOCK TABLE sessionctl.migration IN SHARE ROW EXCLUSIVE MODE")?;
    let (at, _) = layout(connection)?;
    let Some(sql) = MIGRATIONS.get(at as usize) else { return Ok(at) };
    // The time is read, and whether the database is in use, before the tables change.
    let tx = WriteTx::of_migration(connection, clock);
    let now = tx.now()?.unix();
    connection.batch(sql)?;
    let applied = i64::from(at) + 1;
    let sql = "INSERT INTO sessionctl.migration (number, applied_at) VALUES ($1, $2)";
    connection.execute(sql, values![applied, now])?;
    let event = Event::new(Action::DatabaseMigrated, actor);
    append(&tx, &event.detail(format!("schema version {at} to {applied}")))?;
    Ok(at + 1)
}
