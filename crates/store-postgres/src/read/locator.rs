//! The keys of locators. A locator names no key, so a token is tried with each key in use, the newest first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::token::{LocatorKey, Token};
use sessionctl_core::store::StoreError;

use super::row;
use crate::connection::Connection;
use crate::error::PostgresError;
use crate::store::PostgresStore;

/// How old the keys may be when a token is reported as unknown.
const MAX_AGE: Duration = Duration::from_secs(10);
/// Fewer ids than this are drawn while the keys are not read again: a higher one belongs to no session.
const MAX_NEW_IDS: i64 = 1 << 32;

/// The keys in use, the newest first.
pub(crate) struct LocatorKeys {
    keys: Vec<LocatorKey>,
    newest_session: i64,
    read_at: Instant,
}

impl LocatorKeys {
    /// The sessions that a token may be of.
    pub(crate) fn candidates(&self, token: &Token) -> Vec<SessionId> {
        let ids = self.keys.iter().filter_map(|key| key.open(token.locator()));
        ids.filter(|id| id.get() <= self.newest_session.saturating_add(MAX_NEW_IDS)).collect()
    }
}

fn read(connection: &Connection) -> Result<Arc<LocatorKeys>, PostgresError> {
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

fn key(row: &postgres::Row) -> Result<LocatorKey, PostgresError> {
    let bytes = zeroize::Zeroizing::new(row::bytes::<16>(row, 0)?);
    Ok(LocatorKey::new(&bytes))
}

/// The keys of a store, as they were read.
pub(crate) fn keys(store: &PostgresStore) -> Result<Arc<LocatorKeys>, PostgresError> {
    if let Some(keys) = store.locator_keys.borrow().as_ref() {
        return Ok(Arc::clone(keys));
    }
    let keys = read(store)?;
    store.locator_keys.replace(Some(Arc::clone(&keys)));
    Ok(keys)
}

/// The keys, read again, before a token is reported as unknown; none where they are recent.
pub(crate) fn newer_keys(store: &PostgresStore) -> Result<Option<Arc<LocatorKeys>>, PostgresError> {
    let is_recent = |keys: &Arc<LocatorKeys>| keys.read_at.elapsed() < MAX_AGE;
    if store.locator_keys.borrow().as_ref().is_some_and(is_recent) {
        return Ok(None);
    }
    let keys = read(store)?;
    store.locator_keys.replace(Some(Arc::clone(&keys)));
    Ok(Some(keys))
}

/// The key under which new tokens are made, as it is now: a program that stays open must not use an older one.
pub(crate) fn newest(connection: &Connection) -> Result<LocatorKey, PostgresError> {
    let sql = "SELECT key FROM sessionctl.locator_key WHERE retired_at IS NULL ORDER BY version DESC LIMIT 1";
    match connection.query_opt(sql, &[])? {
        Some(row) => key(&row),
        None => Err(StoreError::Corrupt("there is no locator key".to_owned()).into()),
    }
}
