//! Long results in portions, so that millions of rows need little memory: a cursor within one read transaction, so that
//! they are of one moment.

use std::cell::Cell;
use std::ops::ControlFlow;

use tokio_postgres::Row;

use crate::connection::Connection;
use crate::error::PostgresError;
use crate::store::PostgresStore;
use crate::value::Value;

/// The rows that are fetched together.
const ROWS_PER_FETCH: usize = 2_000;

/// Calls `each` with every row of a query, until it breaks off. Where the connection ends before a row was handed on,
/// the query is made again.
pub(crate) fn rows(
    store: &PostgresStore,
    sql: &str,
    values: &[Value],
    each: &mut dyn FnMut(&Row) -> Result<ControlFlow<()>, PostgresError>,
) -> Result<(), PostgresError> {
    let connection: &Connection = store;
    let handed_on = Cell::new(false);
    let read = || {
        store.execute(&format!("DECLARE portion NO SCROLL CURSOR FOR {sql}"), values)?;
        let fetch = format!("FETCH {ROWS_PER_FETCH} FROM portion");
        loop {
            let portion = store.query(&fetch, &[])?;
            for row in &portion {
                handed_on.set(true);
                if each(row)?.is_break() {
                    return store.batch("CLOSE portion");
                }
            }
            if portion.len() < ROWS_PER_FETCH {
                return store.batch("CLOSE portion");
            }
        }
    };
    connection.patient_snapshot(read, || !handed_on.get())
}
