//! Opening and creating a database. A reader does as little as possible, because opening is most of the work of one
//! look-up: the server, the schema and the clock are asked about in one statement.

use std::time::Instant;

use sessionctl_core::store::{Access, NewStore, StoreError};
use sha2::{Digest as _, Sha256};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use crate::audit::append::append;
use crate::clock::ClockSource;
use crate::connection::{Connection, Patience};
use crate::error::{PostgresError, Retry, corrupt};
use crate::layout::{CURRENT_LAYOUT, MIGRATIONS, OLDEST_PROGRAM, refuse_other_layouts};
use crate::replica::Replica;
use crate::server::{
    CREATE_TIMEOUT, SERVER, another_product, examine_server, is_doubtful, refuse_other_encodings,
};
use crate::state::{State, exists, unfinished};
use crate::store::PostgresStore;
use crate::transaction::{Commit, WriteTx};
use crate::url::Target;
use crate::value::values;

/// Opens a database.
pub(crate) fn open(
    target: &Target,
    access: Access,
    clock: &ClockSource,
) -> Result<PostgresStore, PostgresError> {
    // Beside a replica with a bound, what answers instead must be the primary: another replica would have none.
    let needs_primary = access == Access::Write || target.staleness.is_some();
    let connection = Connection::new(target.clone(), needs_primary);
    let mut store = PostgresStore::new(connection, access, clock.clone());
    if access == Access::Read {
        store.replica = Replica::of(target);
    }
    store.reading(|store| examine(store, clock))?;
    Ok(store)
}

/// Whether the database can be used.
const DATABASE: &str = "SELECT (SELECT number FROM sessionctl.migration ORDER BY number DESC LIMIT 1), oldest_program, \
     state, counterpart FROM sessionctl.meta WHERE id = 1";

/// Learns what the server is, and whether the database can be used.
fn examine(connection: &Connection, clock: &ClockSource) -> Result<(), PostgresError> {
    let asked_at = Instant::now();
    let answers = match connection.ask(&[(SERVER, &[]), (DATABASE, &[])]) {
        Ok(answers) => answers,
        // The server decides before its database: it may be another product, or have none.
        Err(error) if error.code.is_some() => {
            examine_server(connection, clock)?;
            return refuse_unusable(connection.query_opt(DATABASE, &[])?.as_ref());
        }
        Err(error) => return Err(another_product(error)),
    };
    let mut rows = answers.into_iter().map(|answer| answer.rows.into_iter().next());
    let server = rows.next().flatten().ok_or_else(|| corrupt("nothing where a server is described"))?;
    let is_doubtful = is_doubtful(&server, clock, asked_at, false)?;
    refuse_unusable(rows.next().flatten().as_ref())?;
    if is_doubtful { examine_server(connection, clock) } else { Ok(()) }
}

/// Refuses a database that is not there, of another layout, or elsewhere.
fn refuse_unusable(row: Option<&Row>) -> Result<(), PostgresError> {
    let Some(row) = row else { return Err(StoreError::Missing.into()) };
    refuse_other_layouts(row)?;
    match State::read(row, 2)? {
        // Reading goes on, and each change is refused where it is made.
        State::Active | State::Moving { .. } => Ok(()),
        State::Moved { to } => Err(StoreError::Moved { to }.into()),
        State::Unfinished { of } => Err(unfinished(&of)),
    }
}

/// Creates the schema and what a database begins with; `false` where there is one. Of many that create it at once, one
/// wins and the others find it.
pub(crate) fn create(target: &Target, new: &NewStore, clock: &ClockSource) -> Result<bool, PostgresError> {
    let connection = Connection::new(target.clone(), true);
    examine_server(&connection, clock)?;
    let begun = Instant::now();
    loop {
        if exists(&connection)? {
            return Ok(false);
        }
        refuse_other_encodings(&connection)?;
        connection.begin(Commit::Bulk.begin(), Patience::Bulk)?;
        match build(&connection, new, clock).and_then(|()| connection.commit()) {
            Ok(()) => return Ok(true),
            Err(error) => {
                connection.rollback();
                let raced =
                    [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_SCHEMA, SqlState::DUPLICATE_TABLE]
                        .iter()
                        .any(|code| error.is(code));
                if !(raced || error.retry == Retry::Change) || begun.elapsed() > CREATE_TIMEOUT {
                    return Err(error);
                }
            }
        }
    }
}

/// The id of a new database, as random as its keys, which it does not reveal.
fn database_id(new: &NewStore) -> [u8; 16] {
    let digest = Sha256::new()
        .chain_update("sessionctl database id")
        .chain_update(new.locator_key)
        .chain_update(new.attempt_key)
        .finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    id
}

fn build(connection: &Connection, new: &NewStore, clock: &ClockSource) -> Result<(), PostgresError> {
    for migration in MIGRATIONS {
        connection.batch(migration)?;
    }
    let sql = "INSERT INTO sessionctl.meta (id, database_id, sandbox, created_at, oldest_program) \
               VALUES (1, $1, $2, 0, $3)";
    connection.execute(sql, values![database_id(new), new.sandbox, OLDEST_PROGRAM])?;
    let tx = WriteTx::new(connection, clock, false);
    let at = tx.now()?.unix();
    tx.execute("UPDATE sessionctl.meta SET created_at = $1", values![at])?;
    tx.execute(
        "INSERT INTO sessionctl.migration (number, applied_at) SELECT number, $2 FROM generate_series(1, $1) number",
        values![i64::from(CURRENT_LAYOUT), at],
    )?;
    let sql = "INSERT INTO sessionctl.locator_key (version, key, created_at) VALUES (1, $1, $2)";
    tx.execute(sql, values![new.locator_key, at])?;
    tx.execute("INSERT INTO sessionctl.secret (id, attempt_key) VALUES (1, $1)", values![new.attempt_key])?;
    tx.execute("INSERT INTO sessionctl.heartbeat (id, beat_at) VALUES (1, $1)", values![at])?;
    append(&tx, &new.event)
}
