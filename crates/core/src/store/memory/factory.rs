//! Creating and opening stores in memory, and the lock under which they change.

use std::fmt;
#[cfg(any(test, feature = "testing"))]
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::MemoryStore;
use super::state::State;
use crate::model::clock::Clock;
use crate::store::{Access, NewStore, Store, StoreError, StoreFactory, StoreUrl};

/// Creates and opens stores that share one memory. A clone shares it too.
#[derive(Clone, Debug)]
pub struct MemoryFactory {
    url: StoreUrl,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
}

impl MemoryFactory {
    /// Stores whose changes are decided by `clock`. There is no store until one is created.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        MemoryFactory { url: StoreUrl::new("memory://"), clock, shared: Arc::default() }
    }

    /// Makes each change fail with [`StoreError::Full`] while set, as on a full disk: to test what a program does then.
    #[cfg(any(test, feature = "testing"))]
    pub fn set_full(&self, full: bool) {
        self.shared.full.store(full, Ordering::SeqCst);
    }

    /// Opens the store, as [`StoreFactory::open`].
    ///
    /// # Errors
    /// [`StoreError::Missing`] where none was created.
    pub fn open_memory(&self, access: Access) -> Result<MemoryStore, StoreError> {
        self.shared.current()?;
        Ok(MemoryStore::new(Arc::clone(&self.shared), Arc::clone(&self.clock), access))
    }
}

impl StoreFactory for MemoryFactory {
    fn url(&self) -> &StoreUrl {
        &self.url
    }

    fn open(&self, access: Access) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(self.open_memory(access)?))
    }

    fn create(&self, new: &NewStore) -> Result<bool, StoreError> {
        let mut contents = self.shared.lock()?;
        if contents.is_some() {
            return Ok(false);
        }
        *contents = Some(Arc::new(State::new(new, self.clock.now())));
        Ok(true)
    }
}

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
