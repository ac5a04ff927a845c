//! What the server is: its product, its release, its clock.

use std::time::{Duration, Instant};

use sessionctl_core::store::StoreError;
use tokio_postgres::Row;

use crate::clock::{ClockSource, millis};
use crate::connection::Connection;
use crate::dialect::OLDEST_RELEASE;
use crate::error::PostgresError;

/// How long one of many that create a database at once tries again.
pub(crate) const CREATE_TIMEOUT: Duration = Duration::from_secs(60);

/// What the server is, and what its clock shows; for [`is_doubtful`].
pub(crate) const SERVER: &str = "SELECT version(), current_setting('server_version_num'), clock_timestamp()";

/// Learns what the server is, and what its clock shows.
pub(crate) fn examine_server(connection: &Connection, clock: &ClockSource) -> Result<(), PostgresError> {
    for is_second in [false, true] {
        let asked_at = Instant::now();
        let row = connection.query_one(SERVER, &[]).map_err(another_product)?;
        if !is_doubtful(&row, clock, asked_at, is_second)? {
            break;
        }
    }
    Ok(())
}

/// Refuses a server that is not supported, and takes note of its clock. Whether that is to be asked about again.
pub(crate) fn is_doubtful(
    row: &Row,
    clock: &ClockSource,
    asked_at: Instant,
    is_second: bool,
) -> Result<bool, PostgresError> {
    let other = || another_product(StoreError::Engine("it is another product".to_owned()).into());
    let text = |column| row.try_get::<_, &str>(column).map_err(|_| other());
    let release: i64 = text(1)?.parse().map_err(|_| other())?;
    if release < OLDEST_RELEASE {
        return Err(StoreError::TooOld(format!("PostgreSQL {}", release / 10_000)).into());
    }
    if !text(0)?.starts_with(PRODUCT) {
        return Err(other());
    }
    let ClockSource::Server(clock) = clock else { return Ok(false) };
    Ok(clock.measured(millis(row, 2)?, asked_at, is_second))
}

/// Refuses to create a schema where text of another encoding than UTF-8 is kept: a name, a label or what a browser
/// sends could not be stored, and patterns would match bytes.
pub(crate) fn refuse_other_encodings(connection: &Connection) -> Result<(), PostgresError> {
    let found = connection.query_one("SELECT current_setting('server_encoding')", &[])?;
    let encoding: &str = found.try_get(0)?;
    if encoding == "UTF8" {
        return Ok(());
    }
    let why =
        format!("the database keeps text as {encoding}: create one with ENCODING 'UTF8' TEMPLATE template0");
    Err(StoreError::Refused(why).into())
}

/// How the version of a supported server begins.
const PRODUCT: &str = "PostgreSQL ";

/// The error of a server that does not know what every supported one does: a product that only speaks the protocol.
pub(crate) fn another_product(error: PostgresError) -> PostgresError {
    match error.error {
        StoreError::Engine(why) => StoreError::Refused(format!("not a supported server: {why}")).into(),
        _ => error,
    }
}
