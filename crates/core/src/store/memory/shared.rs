//! The contents that all stores of a factory share, and the lock under which they change.

use std::fmt;
#[cfg(any(test, feature = "testing"))]
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::state::State;
use crate::store::StoreError;

/// What all stores of a factory share.
#[derive(Default)]
pub(super) struct Shared {
    /// None until a store is created.
    contents: Mutex<Option<Arc<State>>>,
    #[cfg(any(test, feature = "testing"))]
    full: AtomicBool,
}

/// The contents hold secrets.
impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared(..)")
    }
}

impl Shared {
    /// Makes each change fail while set, as on a full disk.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    /// Creates the contents, unless there are any.
    pub(super) fn create(&self, new: impl FnOnce() -> State) -> Result<bool, StoreError> {
        let mut contents = self.lock()?;
        if contents.is_some() {
            return Ok(false);
        }
        *contents = Some(Arc::new(new()));
        Ok(true)
    }

    /// The contents as they are now.
    pub(super) fn current(&self) -> Result<Arc<State>, StoreError> {
        self.lock()?.clone().ok_or(StoreError::Missing)
    }

    /// Changes the contents under the lock. Readers that began before keep what they read.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut contents = self.lock()?;
        let state = contents.as_mut().ok_or(StoreError::Missing)?;
        #[cfg(any(test, feature = "testing"))]
        if self.full.load(Ordering::SeqCst) {
            return Err(StoreError::Full);
        }
        change(Arc::make_mut(state))
    }

    fn lock(&self) -> Result<MutexGuard<'_, Option<Arc<State>>>, StoreError> {
        // Whether the change that panicked was whole is not known.
        self.contents.lock().map_err(|_| StoreError::Corrupt("a change did not finish".to_owned()))
    }
}
