//! The connection to the primary, and how a change is made on it. Whoever changes or seals begins here.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::RngExt as _;

use crate::audit::certainty;
use crate::audit::signature::SealKey;
use crate::clock::ClockSource;
use crate::connection::{Connection, FAILOVER_TIMEOUT};
use crate::error::{PostgresError, Retry};
use crate::transaction::{Commit, WriteTx};

/// How long a change that gave way to others is tried again.
const CONFLICT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest pause between two tries, in milliseconds; each is drawn, so that two that met do not meet again.
const MAX_PAUSE_MILLIS: u64 = 40;
const PAUSE_BETWEEN_CONNECTIONS: Duration = Duration::from_millis(200);

/// The connection to the server that takes changes.
pub(crate) struct Primary {
    connection: Connection,
    clock: ClockSource,
    /// Whether it may change a database that is being copied.
    pub(crate) copies: bool,
    /// Signs the seals, where there is one.
    pub(crate) seal_key: Option<Arc<SealKey>>,
    /// Whether an event was written that nobody has sealed yet.
    pub(crate) changed: Cell<bool>,
}

impl Primary {
    pub(crate) fn new(connection: Connection, clock: ClockSource) -> Self {
        Primary { connection, clock, copies: false, seal_key: None, changed: Cell::new(false) }
    }

    /// The connection.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whose clock decides.
    pub(crate) fn clock(&self) -> &ClockSource {
        &self.clock
    }

    /// The write transaction that has begun on its connection.
    pub(crate) fn transaction(&self) -> WriteTx<'_> {
        WriteTx::new(&self.connection, &self.clock, self.copies)
    }

    /// Makes a change whole or not at all, and returns when it is as durable as `commit` asks. `change` is run again
    /// where it gave way to another transaction or the connection ended, so it must begin from its start.
    pub(crate) fn write_as<T>(
        &self,
        commit: Commit,
        mut change: impl FnMut(&WriteTx<'_>) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        let begun = Instant::now();
        loop {
            let error = match self.try_to_write(commit, &mut change) {
                Ok(Outcome::Applied(result)) => return Ok(result),
                Ok(Outcome::Abandoned) => continue,
                Err(error) => error,
            };
            let pause = match error.retry {
                Retry::Change if begun.elapsed() < CONFLICT_TIMEOUT => {
                    Duration::from_millis(rand::rng().random_range(1..=MAX_PAUSE_MILLIS))
                }
                Retry::Reconnect if begun.elapsed() < FAILOVER_TIMEOUT => PAUSE_BETWEEN_CONNECTIONS,
                _ => return Err(error),
            };
            std::thread::sleep(pause);
        }
    }

    fn try_to_write<T>(
        &self,
        commit: Commit,
        change: &mut impl FnMut(&WriteTx<'_>) -> Result<T, PostgresError>,
    ) -> Result<Outcome<T>, PostgresError> {
        self.connection.begin(commit.begin(), commit.patience())?;
        let tx = self.transaction();
        let result = match change(&tx) {
            Ok(result) => result,
            Err(error) => {
                self.connection.rollback();
                return Err(error);
            }
        };
        let (event, attempt) = (tx.drawn_event(), *tx.attempt());
        self.changed.set(self.changed.get() || event.is_some());
        match (self.connection.commit(), event) {
            (Ok(()), _) => Ok(Outcome::Applied(result)),
            (Err(error), Some(event)) if error.retry == Retry::Reconnect => {
                self.connection.close();
                let applied = certainty::resolve(&self.connection, event, &attempt, FAILOVER_TIMEOUT)?;
                Ok(if applied { Outcome::Applied(result) } else { Outcome::Abandoned })
            }
            // Without an event, making the change twice does no harm.
            (Err(error), _) => Err(error),
        }
    }
}

/// What became of a change.
enum Outcome<T> {
    Applied(T),
    /// The connection ended at the commit, and the change is certain never to be applied.
    Abandoned,
}
