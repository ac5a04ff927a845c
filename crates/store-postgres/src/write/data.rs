//! Setting and removing a value kept with a session.

use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::{DataLimits, DataOutcome, DataWrite};

use super::{cascade, lock};
use crate::audit::append::append;
use crate::error::PostgresError;
use crate::read::row;
use crate::store::PostgresStore;
use crate::transaction::WriteTx;
use crate::value::values;

/// Sets a value, or removes it.
pub(crate) fn set_data(
    store: &mut PostgresStore,
    write: &DataWrite<'_>,
    event: &Event,
) -> Result<DataOutcome, PostgresError> {
    let DataWrite { session, key, json, if_version, limits } = *write;
    store.write(|tx| {
        lock::session(tx, session);
        let now = tx.grant()?;
        if cascade::active(tx, &[session], now)?.is_empty() {
            return Ok(DataOutcome::NotActive);
        }
        let sql = "SELECT version FROM sessionctl.session_data WHERE session_id = $1 AND key = $2";
        let found = tx.query_opt(sql, values![session.get(), key])?;
        let version: i64 = found.map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
        if if_version.is_some_and(|expected| expected != version) {
            return Ok(DataOutcome::Conflict(version));
        }
        let version = match json {
            None if version == 0 => return Ok(DataOutcome::Done(0)),
            None => {
                let sql = "DELETE FROM sessionctl.session_data WHERE session_id = $1 AND key = $2";
                tx.execute(sql, values![session.get(), key])?;
                0
            }
            Some(json) if !fits(tx, session, key, json, limits)? => return Ok(DataOutcome::Full),
            Some(json) => {
                tx.execute(
                    "INSERT INTO sessionctl.session_data (session_id, key, value, version, updated_at) \
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (session_id, key) DO UPDATE \
                     SET value = excluded.value, version = excluded.version, updated_at = excluded.updated_at",
                    values![session.get(), key, json, version + 1, now.unix()],
                )?;
                version + 1
            }
        };
        append(tx, event)?;
        Ok(DataOutcome::Done(version))
    })
}

/// Whether the session has room for the value, beside its other ones.
fn fits(
    tx: &WriteTx<'_>,
    session: SessionId,
    key: &str,
    json: &str,
    limits: DataLimits,
) -> Result<bool, PostgresError> {
    let sql = "SELECT count(*), coalesce(sum(octet_length(key) + octet_length(value)), 0)::bigint \
               FROM sessionctl.session_data WHERE session_id = $1 AND key <> $2";
    let found = tx.query_one(sql, values![session.get(), key])?;
    let (others, used) = (row::unsigned(&found, 0)?, row::unsigned(&found, 1)?);
    Ok(others < limits.keys as u64 && used + (key.len() + json.len()) as u64 <= limits.bytes as u64)
}
