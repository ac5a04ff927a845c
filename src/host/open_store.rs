//! Which engine opens the database: the only place that names one.

use std::path::Path;

use sessionctl_core::store::{Store, StoreError};
pub(crate) use sessionctl_store_sqlite::NewStore as NewDatabase;
use sessionctl_store_sqlite::SqliteStore;

/// Opens the database for reading.
pub(crate) fn open_to_read(path: &Path) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(SqliteStore::open_to_read(path)?))
}

/// Opens the database for writing; [`StoreError::Missing`] if there is none.
pub(crate) fn open_to_write(path: &Path) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(SqliteStore::open_to_write(path)?))
}

/// Creates a database; `false` if there is one.
pub(crate) fn create(path: &Path, new: &NewDatabase) -> Result<bool, StoreError> {
    SqliteStore::create(path, new)
}
