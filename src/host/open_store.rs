//! Which engine opens the database: the only place that names one.

use std::path::Path;
use std::sync::Arc;

use sessionctl_core::model::clock::Clock;
use sessionctl_core::store::StoreFactory;
use sessionctl_store_sqlite::SqliteFactory;

/// Opens and creates the database at a path.
pub(crate) fn factory(path: &Path, clock: Arc<dyn Clock>) -> Box<dyn StoreFactory> {
    Box::new(SqliteFactory::new(path, clock))
}
