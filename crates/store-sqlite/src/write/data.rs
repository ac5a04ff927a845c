//! Setting and removing a value kept with a session.

use rusqlite::{OptionalExtension, Transaction, params};
use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::{DataLimits, DataOutcome, DataWrite};

use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::lookup;
use crate::store::SqliteStore;

/// Sets a value, or removes it.
pub(crate) fn set_data(
    store: &mut SqliteStore,
    write: &DataWrite<'_>,
    event: Event,
) -> Result<DataOutcome, SqliteError> {
    let DataWrite { session, key, json, if_version, limits } = *write;
    let outcome = store.write(|tx| {
        tx.time.grant()?;
        if lookup::live_limits(tx, session, tx.time.now)?.is_none() {
            return Ok(DataOutcome::NotActive);
        }
        let at = "SELECT version FROM session_data WHERE session_id = ?1 AND key = ?2";
        let version: Option<i64> =
            tx.query_row(at, params![session.get(), key], |row| row.get(0)).optional()?;
        let version = version.unwrap_or(0);
        if if_version.is_some_and(|expected| expected != version) {
            return Ok(DataOutcome::Conflict(version));
        }
        let now = match json {
            None if version == 0 => return Ok(DataOutcome::Done(0)),
            None => {
                let sql = "DELETE FROM session_data WHERE session_id = ?1 AND key = ?2";
                tx.execute(sql, params![session.get(), key])?;
                0
            }
            Some(json) if !fits(tx, session, key, json, limits)? => return Ok(DataOutcome::Full),
            Some(json) => {
                tx.execute(
                    "INSERT INTO session_data (session_id, key, value, version, updated_at) \
                     VALUES (?1, ?2, ?3, 1, ?4) ON CONFLICT (session_id, key) \
                     DO UPDATE SET value = ?3, version = version + 1, updated_at = ?4",
                    params![session.get(), key, json, tx.time.now.unix()],
                )?;
                version + 1
            }
        };
        append(tx, &event)?;
        Ok(DataOutcome::Done(now))
    })?;
    if matches!(outcome, DataOutcome::Done(version) if version != 1) {
        // A value was replaced or removed.
        store.write_back();
    }
    Ok(outcome)
}

/// Whether the session has room for the value, beside its other ones.
fn fits(
    tx: &Transaction<'_>,
    session: SessionId,
    key: &str,
    json: &str,
    limits: DataLimits,
) -> Result<bool, SqliteError> {
    let sql = "SELECT count(*), coalesce(sum(octet_length(key) + octet_length(value)), 0) FROM session_data \
               WHERE session_id = ?1 AND key <> ?2";
    let (others, used): (usize, usize) =
        tx.query_row(sql, params![session.get(), key], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(others < limits.keys && used + key.len() + json.len() <= limits.bytes)
}
