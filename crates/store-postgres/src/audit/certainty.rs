//! What became of a change whose commit was sent and not answered. An event with the number of the change's own is
//! inserted: the server waits for the first attempt to end, and of the two one exists afterwards.

use std::thread;
use std::time::{Duration, Instant};

use sessionctl_core::model::event::Action;
use sessionctl_core::store::StoreError;

use crate::connection::Connection;
use crate::dialect::CLOCK;
use crate::error::{PostgresError, Retry};
use crate::read::latest::LATEST;
use crate::value::values;

const PAUSE_BETWEEN_TRIES: Duration = Duration::from_millis(200);
/// Who writes the event: the program, for whoever made the change.
const ACTOR: &str = "sessionctl";

/// Whether the change that this event records was applied. If not, it never will be.
pub(crate) fn resolve(connection: &Connection, event: i64, timeout: Duration) -> Result<bool, PostgresError> {
    let begun = Instant::now();
    loop {
        match abandon(connection, event) {
            Ok(abandoned) => return Ok(!abandoned),
            Err(error) if error.retry == Retry::Never => return Err(error),
            Err(_) if begun.elapsed() < timeout => thread::sleep(PAUSE_BETWEEN_TRIES),
            Err(_) => return Err(StoreError::OutcomeUnknown { event }.into()),
        }
    }
}

/// Writes the event that takes the place of the change's own; `false` where that one exists.
fn abandon(connection: &Connection, event: i64) -> Result<bool, PostgresError> {
    let sql = format!(
        "WITH abandoned AS (INSERT INTO sessionctl.event (id, at, action, actor) \
         SELECT $1, greatest({CLOCK}, {LATEST}), $2, $3 FROM sessionctl.meta m ON CONFLICT (id) DO NOTHING RETURNING id) \
         INSERT INTO sessionctl.unsealed (event_id) SELECT id FROM abandoned"
    );
    let written = connection.execute(&sql, values![event, Action::ChangeAbandoned.as_str(), ACTOR])?;
    Ok(written == 1)
}
