//! Which store is opened: the only place that names one. What is done with it is not known here.

use std::path::Path;

use crate::domain::event::Event;
use crate::store::{Store, StoreError};

/// What a new database is made of.
#[expect(dead_code, reason = "no store reads it yet")]
pub(super) struct NewDatabase {
    pub(super) locator_key: [u8; 16],
    pub(super) attempt_key: [u8; 32],
    pub(super) sandbox: bool,
    pub(super) event: Event,
}

fn absent() -> StoreError {
    StoreError::Engine("this program was built without one".to_owned())
}

/// Opens the database for reading.
pub(super) fn open_to_read(path: &Path) -> Result<Box<dyn Store>, StoreError> {
    if path.exists() { Err(absent()) } else { Err(StoreError::Missing(path.to_owned())) }
}

/// Opens the database for writing; [`StoreError::Missing`] where there is none.
pub(super) fn open_to_write(path: &Path) -> Result<Box<dyn Store>, StoreError> {
    open_to_read(path)
}

/// Makes a database; `false` where there is one.
pub(super) fn create(_path: &Path, _fresh: NewDatabase) -> Result<bool, StoreError> {
    Err(absent())
}
