//! Opens and creates session databases at one URL.

use std::path::PathBuf;
use std::sync::Arc;

use sessionctl_core::model::clock::Clock;
use sessionctl_core::store::{
    Access, CopyFrom, CopyHeader, CopyInto, CopySource, CopyTarget, NewStore, RoleKind, ServerRoles, Store,
    StoreError, StoreFactory, StoreUrl,
};

use crate::audit::signature::SealKey;
use crate::clock::{ClockSource, ServerClock};
use crate::maintenance::{copy_source, copy_target, roles};
use crate::url::{Target, UrlError};
use crate::{migrate, open};

/// The session database that a URL names.
#[derive(Clone, Debug)]
pub struct PostgresFactory {
    url: StoreUrl,
    target: Target,
    clock: ClockSource,
    seal_key: Option<Arc<SealKey>>,
}

impl PostgresFactory {
    /// The database at `url`, whose changes are decided by the server's clock. `clock` follows it.
    ///
    /// # Errors
    /// [`UrlError`].
    pub fn new(url: StoreUrl, clock: ServerClock) -> Result<Self, UrlError> {
        Self::with(url, ClockSource::Server(clock))
    }

    /// The database at `url`, whose changes are decided by `clock`: for a sandbox whose time is set, and for tests.
    ///
    /// # Errors
    /// [`UrlError`].
    pub fn with_clock(url: StoreUrl, clock: Arc<dyn Clock>) -> Result<Self, UrlError> {
        Self::with(url, ClockSource::Given(clock))
    }

    fn with(url: StoreUrl, clock: ClockSource) -> Result<Self, UrlError> {
        let target = Target::parse(url.expose().to_str().ok_or(UrlError::Encoding("text"))?)?;
        Ok(PostgresFactory { url, target, clock, seal_key: None })
    }

    /// The same, with a key that signs what its stores seal.
    #[must_use]
    pub fn signing_with(self, seal_key: Option<Arc<SealKey>>) -> Self {
        PostgresFactory { seal_key, ..self }
    }
}

impl StoreFactory for PostgresFactory {
    fn url(&self) -> &StoreUrl {
        &self.url
    }

    fn open(&self, access: Access) -> Result<Box<dyn Store>, StoreError> {
        let mut store = open::open(&self.target, access, &self.clock)?;
        store.sign_with(self.seal_key.clone());
        Ok(Box::new(store))
    }

    fn reads_inline(&self) -> bool {
        false
    }

    fn seals_later(&self) -> bool {
        true
    }

    fn server_roles(&self) -> Option<&dyn ServerRoles> {
        Some(self)
    }

    fn migrate(&self, actor: &str) -> Result<(u32, u32), StoreError> {
        Ok(migrate::migrate(&self.target, &self.clock, actor)?)
    }

    fn copy_from(&self) -> Option<&dyn CopyFrom> {
        Some(self)
    }

    fn copy_into(&self) -> Option<&dyn CopyInto> {
        Some(self)
    }

    fn create(&self, new: &NewStore) -> Result<bool, StoreError> {
        Ok(open::create(&self.target, new, &self.clock)?)
    }
}

impl ServerRoles for PostgresFactory {
    fn grants(&self, kind: RoleKind, account: &str) -> String {
        roles::grants(kind, account)
    }
}

impl CopyFrom for PostgresFactory {
    fn with_source(
        &self,
        moved_to: Option<&str>,
        act: &mut dyn FnMut(&dyn CopySource) -> Result<(), StoreError>,
    ) -> Result<Option<PathBuf>, StoreError> {
        Ok(copy_source::with_source(&self.target, &self.clock, moved_to, act)?)
    }

    fn abandon(&self) -> Result<bool, StoreError> {
        Ok(copy_source::abandon(&self.target, &self.clock)?)
    }
}

impl CopyInto for PostgresFactory {
    fn begin(&self, header: &CopyHeader, from: &str) -> Result<Box<dyn CopyTarget>, StoreError> {
        Ok(Box::new(copy_target::begin(&self.target, &self.clock, header, from)?))
    }

    fn resume(&self) -> Result<Box<dyn CopyTarget>, StoreError> {
        Ok(Box::new(copy_target::resume(&self.target, &self.clock)?))
    }
}
