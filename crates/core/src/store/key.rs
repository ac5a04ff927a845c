//! Keys that sign JWTs.

use zeroize::Zeroizing;

use super::StoreError;
use crate::model::event::Event;
use crate::model::time::Timestamp;

/// A signing key to be kept. The secret part is only handed to the signer.
#[derive(Clone)]
pub struct NewKey {
    /// The key's public name.
    pub kid: String,
    /// `EdDSA` or `HS256`.
    pub algorithm: String,
    /// The secret.
    pub secret: Zeroizing<Vec<u8>>,
}

/// A signing key as it is kept.
#[derive(Clone)]
pub struct StoredKey {
    /// The key's public name.
    pub kid: String,
    /// `EdDSA` or `HS256`.
    pub algorithm: String,
    /// The secret. A revoked key has none any more.
    pub secret: Zeroizing<Vec<u8>>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Since when it no longer signs; what it signed before still verifies.
    pub retired_at: Option<Timestamp>,
    /// Since when it verifies nothing, whatever it signed. A key that was not retired before counts as retired at the
    /// same time.
    pub revoked_at: Option<Timestamp>,
}

/// Signing keys.
pub trait KeyStore {
    /// All keys, the newest first.
    ///
    /// # Errors
    /// [`StoreError`], as for every method of this trait.
    fn keys(&self) -> Result<Vec<StoredKey>, StoreError>;

    /// Keeps a new key; `false` where its name is taken, or where `only_first` is set and there is a key that signs:
    /// of many who create the first key at once, one does.
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn add_key(&mut self, key: &NewKey, only_first: bool, event: Event) -> Result<bool, StoreError>;

    /// Retires a key; `false` where no key of this name signs.
    ///
    /// # Errors
    /// [`StoreError`].
    fn retire_key(&mut self, kid: &str, event: Event) -> Result<bool, StoreError>;

    /// Revokes a key, retired or not, and deletes its secret; `false` where there is no such key that is not revoked.
    ///
    /// # Errors
    /// [`StoreError`].
    fn revoke_key(&mut self, kid: &str, event: Event) -> Result<bool, StoreError>;
}
