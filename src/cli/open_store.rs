//! Which store is opened: the only place that names one. What is done with it is not known here.

use std::path::Path;

use sessionctl_core::store::{Store, StoreError};
pub(super) use sessionctl_store_sqlite::NewStore as NewDatabase;
use sessionctl_store_sqlite::SqliteStore;

/// Opens the database for reading.
pub(super) fn open_to_read(path: &Path) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(SqliteStore::open_to_read(path)?))
}

/// Opens the database for writing; [`StoreError::Missing`] where there is none.
pub(super) fn open_to_write(path: &Path) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(SqliteStore::open_to_write(path)?))
}

/// Makes a database; `false` where there is one.
pub(super) fn create(path: &Path, fresh: &NewDatabase) -> Result<bool, StoreError> {
    SqliteStore::create(path, fresh)
}
