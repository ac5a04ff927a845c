//! The keys of locators that a store remembers.

use std::sync::Arc;
use std::time::Duration;

use sessionctl_core::model::token::LocatorKey;
use sessionctl_core::store::StoreError;

use super::locator_keys::{LocatorKeys, key, read};
use crate::connection::Connection;
use crate::error::PostgresError;
use crate::store::PostgresStore;

/// How old the keys may be when a token is reported as unknown.
const MAX_AGE: Duration = Duration::from_secs(10);
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
