//! The policy: lifetimes, limits and costs, kept in the store.

use super::StoreError;
use crate::model::event::Event;
use crate::model::policy::{Key, Policy};

/// The keys of locators after a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocatorRotation {
    /// The version of the new key.
    pub version: i64,
    /// The keys that tokens are still tried with, the new one included.
    pub in_use: u64,
    /// The keys that were retired.
    pub retired: u64,
}

/// The policy.
pub trait PolicyStore {
    /// The policy in force.
    ///
    /// # Errors
    /// [`StoreError`], as for every method of this trait.
    fn policy(&self) -> Result<Policy, StoreError>;

    /// Sets (`Some`) a setting or returns it to its default (`None`).
    ///
    /// # Errors
    /// [`StoreError::ClockBehind`], or another failure.
    fn set_policy(&mut self, key: Key, value: Option<u64>, event: Event) -> Result<(), StoreError>;

    /// Makes a key the one under which the locators of new tokens are made, and retires older ones under which no
    /// active session can have been created. Tokens of before stay valid.
    ///
    /// # Errors
    /// [`StoreError::OneLocatorKey`] where the store has one key for ever, or another failure.
    fn rotate_locator_key(&mut self, key: [u8; 16], event: Event) -> Result<LocatorRotation, StoreError> {
        let _ = (key, event);
        Err(StoreError::OneLocatorKey)
    }
}
