//! [`MemoryStore`]: what it reads, and how it changes.

use std::fmt;
use std::sync::Arc;

use super::shared::Shared;
use super::state::State;
use super::write_tx::WriteTx;
use crate::model::clock::Clock;
use crate::model::time::Timestamp;
use crate::store::{Access, Store, StoreError};

/// A store in memory.
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    access: Access,
    /// The contents that are read instead of the current ones.
    snapshot: Option<Arc<State>>,
}

/// The contents hold secrets.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("access", &self.access).finish_non_exhaustive()
    }
}

impl MemoryStore {
    pub(super) fn new(shared: Arc<Shared>, clock: Arc<dyn Clock>, access: Access) -> Self {
        MemoryStore { shared, clock, access, snapshot: None }
    }

    /// The contents to read.
    pub(super) fn state(&self) -> Result<Arc<State>, StoreError> {
        match &self.snapshot {
            Some(state) => Ok(Arc::clone(state)),
            None => self.shared.current(),
        }
    }

    /// The present, as the clock shows it.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Makes a change under the lock, with the time that is read there.
    pub(super) fn write<T>(
        &mut self,
        change: impl FnOnce(&mut WriteTx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.access == Access::Read || self.snapshot.is_some() {
            return Err(StoreError::ReadOnly("it was opened for reading".to_owned()));
        }
        self.shared.change(|state| change(&mut WriteTx::begin(state, self.clock.now())?))
    }
}

impl Store for MemoryStore {
    fn with_snapshot(
        &mut self,
        read: &mut dyn FnMut(&dyn Store) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let view = MemoryStore { snapshot: Some(self.state()?), ..self.clone() };
        read(&view)
    }
}
