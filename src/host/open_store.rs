//! Which engine opens the database: the only place that names one.

use std::path::Path;
use std::sync::Arc;

use sessionctl_core::model::clock::Clock;
use sessionctl_core::store::{StoreFactory, StoreUrl};
#[cfg(feature = "postgres")]
use sessionctl_store_postgres::{PostgresFactory, SealKey, ServerClock, Target, is_server_url};
use sessionctl_store_sqlite::SqliteFactory;

use super::clock::HostClock;
use super::{HostError, Location, LocationError};

/// Checks that there is a store for a URL, and that the URL can be read.
pub(crate) fn check_url(scheme: &str, url: &StoreUrl) -> Result<(), LocationError> {
    #[cfg(feature = "postgres")]
    if is_server_url(scheme) {
        let text = url.expose().to_str().unwrap_or_default();
        return Target::parse(text).map(drop).map_err(|error| LocationError::Url(error.to_string()));
    }
    let _ = url;
    Err(LocationError::UnknownScheme(scheme.to_owned()))
}

/// Whether a URL asks for a connection that does not check the server.
pub(crate) fn is_unverified(url: &StoreUrl) -> bool {
    #[cfg(feature = "postgres")]
    return Target::parse(url.expose().to_str().unwrap_or_default())
        .is_ok_and(|target| target.is_unverified());
    #[cfg(not(feature = "postgres"))]
    {
        let _ = url;
        false
    }
}

/// Whether a file takes the place of a database that was moved, or is an unfinished copy of one.
pub(crate) fn is_in_transit(path: &Path) -> bool {
    sessionctl_store_sqlite::is_in_transit(path)
}

/// Opens and creates the database at one place, with the clock that decides there.
pub(crate) struct Opener {
    clock: HostClock,
    /// The estimate of the server's clock, where that one decides.
    #[cfg(feature = "postgres")]
    server_clock: ServerClock,
    /// Signs what is sealed.
    #[cfg(feature = "postgres")]
    seal_key: Option<Arc<SealKey>>,
}

impl Opener {
    /// For the database at a place. On a server, its clock decides, unless time was set.
    pub(crate) fn new(location: Option<&Location>, clock: HostClock) -> Self {
        #[cfg(feature = "postgres")]
        {
            let server_clock = ServerClock::new(clock.shared());
            let on_server = location.is_some_and(|location| location.server().is_some());
            let clock = match on_server && !clock.is_overridden() {
                true => HostClock::following(Arc::new(server_clock.clone())),
                false => clock,
            };
            Opener { clock, server_clock, seal_key: None }
        }
        #[cfg(not(feature = "postgres"))]
        {
            let _ = location;
            Opener { clock }
        }
    }

    /// Signs what is sealed from now on with the key in a file.
    pub(crate) fn use_seal_key(&mut self, file: &Path) -> Result<(), HostError> {
        #[cfg(feature = "postgres")]
        {
            let key =
                super::seal_key::private(file).map_err(|error| HostError::SealKey(error.to_string()))?;
            self.seal_key = Some(key);
            Ok(())
        }
        #[cfg(not(feature = "postgres"))]
        {
            let why =
                format!("cannot use the seal key {}: this program has no store that seals", file.display());
            Err(HostError::SealKey(why))
        }
    }

    /// The clock that decides.
    pub(crate) fn clock(&self) -> &HostClock {
        &self.clock
    }

    /// The stores of the database.
    pub(crate) fn factory(&self, location: &Location) -> Result<Box<dyn StoreFactory>, LocationError> {
        let clock: Arc<dyn Clock> = self.clock.shared();
        #[cfg(feature = "postgres")]
        if let Some(url) = location.server() {
            let factory = match self.clock.is_overridden() {
                true => PostgresFactory::with_clock(url.clone(), clock),
                false => PostgresFactory::new(url.clone(), self.server_clock.clone()),
            };
            let factory = factory.map_err(|error| LocationError::Url(error.to_string()))?;
            return Ok(Box::new(factory.signing_with(self.seal_key.clone())));
        }
        Ok(Box::new(SqliteFactory::new(location.path(), clock)))
    }
}
