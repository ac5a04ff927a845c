//! The head of the log: its last seal.

use sessionctl_core::store::LogHead;

use super::seal::{genesis, seal_all};
use crate::connection::Connection;
use crate::error::PostgresError;
use crate::read::row;
use crate::store::PostgresStore;
use crate::value::values;

/// The last seal. A store that may write seals before, so that the head covers every event.
pub(crate) fn head(store: &PostgresStore) -> Result<LogHead, PostgresError> {
    if store.is_writable() {
        seal_all(store.primary())?;
    }
    let (database_id, genesis) = genesis(store)?;
    let sql = "SELECT total, hash FROM sessionctl.seal ORDER BY number DESC LIMIT 1";
    Ok(match store.query_opt(sql, &[])? {
        Some(last) => LogHead { database_id, event: last.try_get(0)?, link: row::bytes(&last, 1)? },
        None => LogHead { database_id, event: 0, link: genesis },
    })
}

/// Whether a head that was kept earlier belongs to this log.
pub(crate) fn contains_head(connection: &Connection, head: &LogHead) -> Result<bool, PostgresError> {
    let (database_id, genesis) = genesis(connection)?;
    let sql = "SELECT hash FROM sessionctl.seal WHERE total = $1";
    let hash = match connection.query_opt(sql, values![head.event])? {
        Some(found) => Some(row::bytes(&found, 0)?),
        None => (head.event == 0).then_some(genesis),
    };
    Ok(head.database_id == database_id && hash == Some(head.link))
}
