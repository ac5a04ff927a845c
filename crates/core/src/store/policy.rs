//! The policy: lifetimes, limits and costs, kept in the store.

use super::StoreError;
use crate::model::event::Event;
use crate::model::policy::{Key, Policy};

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
}
