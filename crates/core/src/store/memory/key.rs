//! Keys that sign JWTs.

use std::cmp::Reverse;

use super::store::MemoryStore;
use crate::model::event::Event;
use crate::store::{KeyStore, NewKey, StoreError, StoredKey};

impl KeyStore for MemoryStore {
    fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let mut keys = self.state()?.keys.clone();
        keys.sort_by(|a, b| (Reverse(a.created_at), &a.kid).cmp(&(Reverse(b.created_at), &b.kid)));
        Ok(keys)
    }

    fn add_key(&mut self, key: &NewKey, only_first: bool, event: Event) -> Result<bool, StoreError> {
        self.write(|tx| {
            tx.grant()?;
            let mut keys = tx.state.keys.iter();
            if keys.any(|kept| kept.kid == key.kid || only_first && kept.retired_at.is_none()) {
                return Ok(false);
            }
            tx.state.keys.push(StoredKey {
                kid: key.kid.clone(),
                algorithm: key.algorithm.clone(),
                secret: key.secret.clone(),
                created_at: tx.now,
                retired_at: None,
                revoked_at: None,
            });
            tx.append(&event);
            Ok(true)
        })
    }

    fn retire_key(&mut self, kid: &str, event: Event) -> Result<bool, StoreError> {
        self.write(|tx| {
            let taken_at = tx.taken_at();
            let mut keys = tx.state.keys.iter_mut();
            let Some(key) = keys.find(|key| key.kid == kid && key.retired_at.is_none()) else {
                return Ok(false);
            };
            key.retired_at = Some(taken_at);
            tx.append(&event);
            Ok(true)
        })
    }

    fn revoke_key(&mut self, kid: &str, event: Event) -> Result<bool, StoreError> {
        self.write(|tx| {
            let taken_at = tx.taken_at();
            let mut keys = tx.state.keys.iter_mut();
            let Some(key) = keys.find(|key| key.kid == kid && key.revoked_at.is_none()) else {
                return Ok(false);
            };
            key.retired_at = key.retired_at.or(Some(taken_at));
            key.revoked_at = Some(taken_at);
            key.secret = Vec::new().into();
            tx.append(&event);
            Ok(true)
        })
    }
}
