//! A store as a whole: what it is, and its care.

use std::time::Duration;

use super::{ClockCorrection, StoreError};
use crate::model::event::Event;
use crate::model::time::Timestamp;

/// A store may estimate a number of rows that is larger than this when it describes itself; the number of a smaller
/// table is exact.
pub const MAX_COUNTED_ROWS: u64 = 200_000;

/// What a store is.
#[derive(Clone, Debug)]
pub struct StoreInfo {
    /// The layout's version.
    pub schema_version: u32,
    /// Whether its time may be set with `--now`.
    pub sandbox: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// Sessions of any state.
    pub sessions: u64,
    /// Users.
    pub users: u64,
    /// Events.
    pub events: u64,
    /// Whether those of these three numbers that are larger than [`MAX_COUNTED_ROWS`] are estimates.
    pub rows_are_estimates: bool,
    /// Bytes in use on disk; 0 where there is none.
    pub bytes: u64,
    /// The engine and its version.
    pub engine: String,
    /// What only a server has.
    pub server: Option<ServerInfo>,
}

/// What a server is, and how it is reached.
#[derive(Clone, Debug)]
pub struct ServerInfo {
    /// Whether it is a replica, which only reads.
    pub is_replica: bool,
    /// The version of TLS on the way to it; none where the connection is not encrypted.
    pub tls: Option<String>,
    /// Whether a pooler is on the way to it.
    pub is_pooled: bool,
    /// By how many seconds its clock is ahead of this machine's.
    pub clock_offset: i64,
    /// Where a change is when it is acknowledged, in words.
    pub durability: &'static str,
    /// The bytes of each table with its indices, the largest first.
    pub tables: Vec<(String, u64)>,
    /// Of 100 changes of a session's row, how many left the indices alone; none where nothing was changed.
    pub hot_updates: Option<u64>,
    /// How long the oldest open transaction of the server that changes something has been running.
    pub oldest_transaction: Option<Duration>,
    /// The events that no seal contains.
    pub unsealed: u64,
}

/// Care of a store as a whole.
pub trait Maintenance {
    /// Whether its time may be set with `--now`.
    ///
    /// # Errors
    /// [`StoreError`], as for every method of this trait.
    fn is_sandbox(&self) -> Result<bool, StoreError>;

    /// What the store is.
    ///
    /// # Errors
    /// [`StoreError`].
    fn info(&self) -> Result<StoreInfo, StoreError>;

    /// Looks for damage and broken invariants; one line each, none where there is none.
    ///
    /// # Errors
    /// [`StoreError`] where the store could not be examined.
    fn check(&self) -> Result<Vec<String>, StoreError>;

    /// Makes what was deleted or replaced leave the medium now, not when its space is next used.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where others use the store; then it leaves later. Or another failure.
    fn erase_deleted(&mut self) -> Result<(), StoreError>;

    /// Accepts the clock where it is behind the latest event by more than the tolerance: ends what was issued or seen
    /// later than the clock shows, and lets event times begin again at the clock's. `None` where the clock is not
    /// behind, and in a sandbox. Without `commit` nothing is changed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn accept_clock(&mut self, commit: bool, event: Event) -> Result<Option<ClockCorrection>, StoreError> {
        let _ = (commit, event);
        Err(StoreError::Engine("this store cannot correct a false future".to_owned()))
    }

    /// Whether another store has taken the place of this one, such as a file that was moved over it: what other
    /// programs change no longer reaches this one; or a newer program has changed its layout. For a program that keeps
    /// a store open.
    fn is_replaced(&self) -> bool {
        false
    }

    /// Makes a read that finds the store locked fail after a moment with [`StoreError::Busy`], instead of waiting as
    /// long as a command can: for a program that reads on a thread that others need.
    ///
    /// # Errors
    /// [`StoreError`].
    fn limit_lock_wait(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}
