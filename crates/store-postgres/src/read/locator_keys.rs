//! The keys of locators. A locator names no key, so a token is tried with each key in use, the newest first.

use std::sync::Arc;
use std::time::Instant;

use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::token::{LocatorKey, Token};

use super::row;
use crate::connection::Connection;
use crate::error::PostgresError;

/// Fewer ids than this are drawn while the keys are not read again: a higher one belongs to no session.
const MAX_NEW_IDS: i64 = 1 << 32;

/// The keys in use, the newest first.
pub(crate) struct LocatorKeys {
    keys: Vec<LocatorKey>,
    newest_session: i64,
    pub(super) read_at: Instant,
}

impl LocatorKeys {
    /// The sessions that a token may be of.
    pub(crate) fn candidates(&self, token: &Token) -> Vec<SessionId> {
        let ids = self.keys.iter().filter_map(|key| key.open(token.locator()));
        ids.filter(|id| id.get() <= self.newest_session.saturating_add(MAX_NEW_IDS)).collect()
    }
}

/// Reads the keys in use.
pub(super) fn read(connection: &Connection) -> Result<Arc<LocatorKeys>, PostgresError> {
    let sql = "SELECT key, (SELECT coalesce(max(id), 0) FROM sessionctl.session) FROM sessionctl.locator_key \
               WHERE retired_at IS NULL ORDER BY version DESC";
    let read_at = Instant::now();
    let (mut keys, mut newest_session) = (Vec::new(), 0);
    for row in connection.query(sql, &[])? {
        keys.push(key(&row)?);
        newest_session = row.try_get(1)?;
    }
    Ok(Arc::new(LocatorKeys { keys, newest_session, read_at }))
}

/// Reads a key from the first column.
pub(super) fn key(row: &tokio_postgres::Row) -> Result<LocatorKey, PostgresError> {
    let bytes = zeroize::Zeroizing::new(row::bytes::<16>(row, 0)?);
    Ok(LocatorKey::new(&bytes))
}
