//! Creating and opening stores in memory.

use std::sync::Arc;

use super::shared::Shared;
use super::state::State;
use super::store::MemoryStore;
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
        self.shared.set_full(full);
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
        self.shared.create(|| State::new(new, self.clock.now()))
    }
}
