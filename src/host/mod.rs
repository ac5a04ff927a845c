//! What any front needs of the machine: the clock, the operating system's randomness, the account that acts, the
//! process (signals, core dumps), where the database is and how it is opened. No command line, no terminal and no
//! message to a user belongs here: a server uses this module as the command line does.

pub mod actor;
pub mod clock;
pub mod location;
pub mod process;
pub mod random;
pub mod scratch;
pub mod terminal_modes;
pub mod zone;

mod error;
mod hash_slots;
mod open_store;
#[cfg(feature = "postgres")]
pub mod seal_key;
mod system;

use std::path::Path;
use std::sync::Arc;

use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::hash_limit::HashLimit;
use sessionctl_core::store::{Store, StoreFactory};

pub use error::HostError;
pub use location::{Location, LocationError, would_create_token_name};
pub use system::{StoreActivity, SystemHost};

/// Opens the database and reads the clock for a front; a test brings one of its own.
pub trait Host {
    /// Opens the database for reading.
    ///
    /// # Errors
    /// [`sessionctl_core::store::StoreError::Missing`] if there is none, and every other [`HostError`].
    fn open_to_read(&self) -> Result<Box<dyn Store>, HostError>;
    /// Opens the database for writing, and creates it if there is none.
    ///
    /// # Errors
    /// [`HostError::NotSandbox`] if the clock is overridden and the database is no sandbox, and every other
    /// [`HostError`].
    fn open_to_write(&self) -> Result<Box<dyn Store>, HostError>;
    /// Opens an existing database for writing, for work that an empty one has no use for.
    ///
    /// # Errors
    /// [`sessionctl_core::store::StoreError::Missing`] if there is none, and as [`Host::open_to_write`].
    fn open_to_write_existing(&self) -> Result<Box<dyn Store>, HostError>;
    /// Creates a new database; `false` if there is one already.
    ///
    /// # Errors
    /// As [`Host::open_to_write`].
    fn create(&self, sandbox: bool) -> Result<bool, HostError>;
    /// The clock: the system's, or one that was set.
    fn clock(&self) -> Arc<dyn Clock>;
    /// Whether the clock was set to another time than the system's.
    fn clock_overridden(&self) -> bool;
    /// Whether the clock was set to a time in the past.
    fn clock_in_the_past(&self) -> bool {
        false
    }
    /// Opens and creates the database, for what only its kind can do.
    ///
    /// # Errors
    /// [`HostError::Location`].
    fn factory(&self) -> Result<Box<dyn StoreFactory>, HostError>;
    /// Opens and creates the database at another place.
    ///
    /// # Errors
    /// [`HostError::Location`].
    fn factory_at(&self, location: &Location) -> Result<Box<dyn StoreFactory>, HostError>;
    /// Signs what is sealed from now on with the key in a file.
    ///
    /// # Errors
    /// [`HostError::SealKey`].
    fn use_seal_key(&mut self, file: &Path) -> Result<(), HostError> {
        Err(HostError::SealKey(format!(
            "cannot use the seal key {}: this store seals nothing",
            file.display()
        )))
    }
    /// The limit of passwords hashed at once, for all processes that use the database.
    fn hash_limit(&self) -> Box<dyn HashLimit>;
    /// Where the database is.
    fn database(&self) -> &Path;
    /// Whether Ctrl-C was pressed; bulk work checks between its parts. From the first call on, Ctrl-C no longer
    /// ends the process at once.
    fn interrupted(&self) -> bool;
    /// Whether whoever read standard output has gone, so that nothing that is printed reaches anybody.
    fn reader_is_gone(&self) -> bool {
        false
    }
}
