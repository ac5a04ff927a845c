//! The SQLite store is held to the whole contract. What only a file can be asked is tested beside this.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sessionctl_contract::StoreProvider;
use sessionctl_core::model::clock::Clock;
use sessionctl_core::store::StoreFactory;
use sessionctl_store_sqlite::SqliteFactory;

/// Each store is a file of its own.
struct Sqlite {
    folder: tempfile::TempDir,
    files: AtomicU32,
}

impl Sqlite {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        Sqlite { folder, files: AtomicU32::new(0) }
    }
}

impl StoreProvider for Sqlite {
    fn factory(&self, clock: Arc<dyn Clock>) -> Box<dyn StoreFactory> {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        Box::new(SqliteFactory::new(self.folder.path().join(format!("{number}.db")), clock))
    }
}

sessionctl_contract::contract_tests!(Sqlite::new());
