//! A store in memory: for programs that need no database, and for tests. It honours every rule of the store traits,
//! and the store contract holds it to them; nothing in it may be simpler than on disk.
//!
//! All stores that one [`MemoryFactory`] opens share their contents, as all processes share one database file. The
//! contents end with the last of them. A change works on the current contents while it holds a lock; a reader works on
//! the contents that were current when it began, and never waits for a change.
//!
//! A change must decide everything that can refuse it before it alters anything: nothing is rolled back.

mod attempt;
mod audit;
mod batch;
mod cascade;
mod check;
mod clock;
mod create;
mod data;
mod enter;
mod factory;
mod key;
mod login;
mod lookup;
mod maintenance;
mod session;
mod state;
mod stats;
mod touch;
mod user;

pub use factory::MemoryFactory;

use std::fmt;
use std::sync::Arc;

use super::{Access, Store, StoreError};
use crate::model::clock::Clock;
use factory::Shared;
use state::{State, WriteTx};

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
    fn new(shared: Arc<Shared>, clock: Arc<dyn Clock>, access: Access) -> Self {
        MemoryStore { shared, clock, access, snapshot: None }
    }

    /// The contents to read.
    fn state(&self) -> Result<Arc<State>, StoreError> {
        match &self.snapshot {
            Some(state) => Ok(Arc::clone(state)),
            None => self.shared.current(),
        }
    }

    /// Makes a change under the lock, with the time that is read there.
    fn write<T>(
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
