//! Opens and creates session databases at one path.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::event::Event;
use sessionctl_core::store::{
    Access, CopyFrom, CopyHeader, CopyInto, CopyProgress, CopySource, CopyTarget, FileBackups,
    Maintenance as _, NewStore, RestoreReport, RestoreRequest, Store, StoreError, StoreFactory, StoreUrl,
};

use crate::file_checks;
use crate::maintenance::{backup, copy_source, copy_target, restore};
use crate::open;
use crate::store::SqliteStore;

/// The session database in one SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteFactory {
    url: StoreUrl,
    path: PathBuf,
    clock: Arc<dyn Clock>,
}

impl SqliteFactory {
    /// The database at `path`, whose changes are decided by `clock`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        let path = path.into();
        SqliteFactory { url: StoreUrl::new(&path), path, clock }
    }

    /// Opens the database, as [`StoreFactory::open`].
    ///
    /// # Errors
    /// As [`StoreFactory::open`].
    pub fn open_sqlite(&self, access: Access) -> Result<SqliteStore, StoreError> {
        let open = match access {
            Access::Read => open::reader,
            Access::Write => open::writer,
        };
        Ok(open(&self.path, &self.clock)?)
    }
}

impl StoreFactory for SqliteFactory {
    fn url(&self) -> &StoreUrl {
        &self.url
    }

    fn open(&self, access: Access) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(self.open_sqlite(access)?))
    }

    fn create(&self, new: &NewStore) -> Result<bool, StoreError> {
        Ok(open::create(&self.path, new, self.clock.as_ref())?)
    }

    fn migrate(&self, _actor: &str) -> Result<(u32, u32), StoreError> {
        // Whoever opens an older layout migrates it; the header still has the number of before.
        let before = file_checks::layout_in_header(&self.path);
        let now = self.open_sqlite(Access::Write)?.info()?.schema_version;
        Ok((before.unwrap_or(now), now))
    }

    fn copy_from(&self) -> Option<&dyn CopyFrom> {
        Some(self)
    }

    fn copy_into(&self) -> Option<&dyn CopyInto> {
        Some(self)
    }

    fn file_backups(&self) -> Option<&dyn FileBackups> {
        Some(self)
    }
}

impl CopyFrom for SqliteFactory {
    fn with_source(
        &self,
        moved_to: Option<&str>,
        act: &mut dyn FnMut(&dyn CopySource) -> Result<(), StoreError>,
    ) -> Result<Option<PathBuf>, StoreError> {
        Ok(copy_source::with_source(&self.path, &self.clock, moved_to, act)?)
    }

    fn abandon(&self) -> Result<bool, StoreError> {
        Ok(copy_source::abandon(&self.path, &self.clock)?)
    }
}

impl CopyInto for SqliteFactory {
    fn begin(&self, header: &CopyHeader, _from: &str) -> Result<Box<dyn CopyTarget>, StoreError> {
        Ok(Box::new(copy_target::begin(&self.path, &self.clock, header)?))
    }

    fn resume(&self) -> Result<Box<dyn CopyTarget>, StoreError> {
        Ok(Box::new(copy_target::resume(&self.path, &self.clock)?))
    }
}

impl FileBackups for SqliteFactory {
    fn backup(
        &self,
        to: &Path,
        without_keys: Option<&Event>,
        progress: CopyProgress<'_>,
    ) -> Result<(), StoreError> {
        let store = self.open_sqlite(Access::Read)?;
        Ok(backup::backup(&store, to, without_keys, progress)?)
    }

    fn restore(
        &self,
        request: &RestoreRequest<'_>,
        progress: CopyProgress<'_>,
    ) -> Result<RestoreReport, StoreError> {
        Ok(restore::restore(&self.path, request, &self.clock, progress)?)
    }
}
