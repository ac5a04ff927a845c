//! Why the machine did not give what was needed. No advice for a shell: the front adds it by variant.

use sessionctl_core::model::random::RandomnessError;
use sessionctl_core::store::StoreError;
use thiserror::Error;

use super::LocationError;

/// Why a database could not be opened or created.
#[derive(Debug, Error)]
pub enum HostError {
    /// The place of the database is unknown or cannot be used.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// The clock is overridden, and the database is no sandbox.
    #[error("only a sandbox database can be written at an overridden time")]
    NotSandbox,
    /// The clock is set to the past, and the database is no sandbox.
    #[error("only in a sandbox can the time be set to the past")]
    PastOutsideSandbox,
    /// The clock is set to a local time, and the zone is not known.
    #[error("a local time cannot be acted on: the time zone that TZ names is not known")]
    UnknownZone,
    /// The keys of a new database could not be drawn.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The key that signs the audit log cannot be used.
    #[error("{0}")]
    SealKey(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
