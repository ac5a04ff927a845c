//! The keys of locators. A locator names no key, so a token is tried with each key in use, the newest first.

use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::token::{LocatorKey, Token};
use sessionctl_core::store::StoreError;

use super::row;
use crate::error::PostgresError;
use crate::store::PostgresStore;

/// The keys in use, the newest first.
pub(crate) struct LocatorKeys(Vec<LocatorKey>);

impl LocatorKeys {
    /// The key under which new tokens are made.
    pub(crate) fn newest(&self) -> Result<&LocatorKey, PostgresError> {
        self.0.first().ok_or_else(|| StoreError::Corrupt("there is no locator key".to_owned()).into())
    }

    /// The sessions that a token may be of.
    pub(crate) fn candidates(&self, token: &Token) -> Vec<SessionId> {
        self.0.iter().filter_map(|key| key.open(token.locator())).collect()
    }
}

/// The keys of a store, read once.
pub(crate) fn keys(store: &PostgresStore) -> Result<&LocatorKeys, PostgresError> {
    if let Some(keys) = store.locator_keys.get() {
        return Ok(keys);
    }
    let sql = "SELECT key FROM sessionctl.locator_key WHERE retired_at IS NULL ORDER BY version DESC";
    let mut keys = Vec::new();
    for row in store.query(sql, &[])? {
        let bytes = zeroize::Zeroizing::new(row::bytes::<16>(&row, 0)?);
        keys.push(LocatorKey::new(&bytes));
    }
    Ok(store.locator_keys.get_or_init(|| LocatorKeys(keys)))
}
