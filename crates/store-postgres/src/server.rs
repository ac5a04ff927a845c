//! What the server is: its product, its release, its clock.

use std::time::{Duration, Instant};

use sessionctl_core::store::StoreError;

use crate::clock::ClockSource;
use crate::connection::Connection;
use crate::dialect::{CLOCK_MILLIS, OLDEST_RELEASE};
use crate::error::PostgresError;

/// How long one of many that create a database at once tries again.
pub(crate) const CREATE_TIMEOUT: Duration = Duration::from_secs(60);

/// Learns what the server is, and what its clock shows.
pub(crate) fn examine_server(connection: &Connection, clock: &ClockSource) -> Result<(), PostgresError> {
    let sql = format!("SELECT current_setting('server_version_num')::bigint, {CLOCK_MILLIS}, version()");
    for is_second in [false, true] {
        let asked_at = Instant::now();
        let row = connection.query_one(&sql, &[]).map_err(another_product)?;
        let release: i64 = row.try_get(0)?;
        if release < OLDEST_RELEASE {
            return Err(StoreError::TooOld(format!("PostgreSQL {}", release / 10_000)).into());
        }
        if !row.try_get::<_, &str>(2)?.starts_with(PRODUCT) {
            return Err(another_product(StoreError::Engine("it is another product".to_owned()).into()));
        }
        let ClockSource::Server(clock) = clock else { break };
        if !clock.measured(row.try_get(1)?, asked_at, is_second) {
            break;
        }
    }
    Ok(())
}

/// How the version of a supported server begins.
const PRODUCT: &str = "PostgreSQL ";

/// The error of a server that does not know what every supported one does: a product that only speaks the protocol.
fn another_product(error: PostgresError) -> PostgresError {
    match error.error {
        StoreError::Engine(why) => StoreError::Refused(format!("not a supported server: {why}")).into(),
        _ => error,
    }
}
