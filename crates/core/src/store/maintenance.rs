//! A store as a whole: what it is, and its care.

use super::StoreError;
use crate::model::time::Timestamp;

/// What a store is.
#[derive(Clone, Debug)]
pub struct StoreInfo {
    /// The layout's version.
    pub schema_version: u32,
    /// Whether its time may be set with `--now`.
    pub sandbox: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// Sessions of any state.
    pub sessions: u64,
    /// Users.
    pub users: u64,
    /// Events.
    pub events: u64,
    /// Bytes in use on disk; 0 where there is none.
    pub bytes: u64,
    /// The engine and its version.
    pub engine: String,
}

/// Care of a store as a whole.
pub trait Maintenance {
    /// Whether its time may be set with `--now`.
    ///
    /// # Errors
    /// [`StoreError`], as for every method of this trait.
    fn is_sandbox(&self) -> Result<bool, StoreError>;

    /// What the store is.
    ///
    /// # Errors
    /// [`StoreError`].
    fn info(&self) -> Result<StoreInfo, StoreError>;

    /// Looks for damage and broken invariants; one line each, none where there is none.
    ///
    /// # Errors
    /// [`StoreError`] where the store could not be examined.
    fn check(&self) -> Result<Vec<String>, StoreError>;

    /// Makes what was deleted or replaced leave the medium now, not when its space is next used.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where others use the store; then it leaves later. Or another failure.
    fn erase_deleted(&mut self) -> Result<(), StoreError>;
}
