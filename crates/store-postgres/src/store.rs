//! The store itself: the connection, what it remembers between calls, and how a change is made. What is read and written
//! is in `read` and `write`, which use this file; it uses neither's queries.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::RngExt as _;
use sessionctl_core::model::clock::Clock as _;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Access, StoreError};

use crate::audit::signature::SealKey;
use crate::audit::{alarm, certainty, seal};
use crate::connection::{Connection, FAILOVER_TIMEOUT};
use crate::error::{PostgresError, Retry};
use crate::factory::ClockSource;
use crate::read::locator::LocatorKeys;
use crate::replica::Replica;
use crate::transaction::{Commit, WriteTx};

/// How long a change that gave way to others is tried again.
const CONFLICT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest pause between two tries, in milliseconds; each is drawn, so that two that met do not meet again.
const MAX_PAUSE_MILLIS: u64 = 40;
/// How often a program that stays open seals what it wrote.
const SEAL_INTERVAL: Duration = Duration::from_secs(1);
const PAUSE_BETWEEN_CONNECTIONS: Duration = Duration::from_millis(200);

/// A session database on a PostgreSQL server.
pub(crate) struct PostgresStore {
    connection: Connection,
    /// A replica that may be read instead.
    pub(crate) replica: Option<Replica>,
    access: Access,
    /// Whether it is that of a copy.
    copies: bool,
    pub(crate) clock: ClockSource,
    /// The keys of locators, and when they were read.
    pub(crate) locator_keys: RefCell<Option<Arc<LocatorKeys>>>,
    /// Signs the seals, where there is one.
    pub(crate) seal_key: Option<Arc<SealKey>>,
    /// Whether an event was written that nobody has sealed yet.
    changed: Cell<bool>,
    /// When this store last sealed, or was opened.
    sealed_at: Cell<Instant>,
}

impl PostgresStore {
    pub(crate) fn new(connection: Connection, access: Access, clock: ClockSource) -> Self {
        PostgresStore {
            connection,
            replica: None,
            access,
            copies: false,
            clock,
            locator_keys: RefCell::new(None),
            seal_key: None,
            changed: Cell::new(false),
            sealed_at: Cell::new(Instant::now()),
        }
    }

    /// A store for a copy, which changes what everybody else must leave alone.
    pub(crate) fn for_copy(connection: Connection, clock: ClockSource) -> Self {
        let mut store = PostgresStore::new(connection, Access::Write, clock);
        store.copies = true;
        store
    }

    /// The write transaction that has begun on its connection.
    pub(crate) fn transaction(&self) -> WriteTx<'_> {
        WriteTx::new(&self.connection, &self.clock, self.copies)
    }

    /// Makes a change whole or not at all, and returns when it is as durable as the server is set to keep it. `change`
    /// is run again where it gave way to another transaction or the connection ended, so it must begin from its start.
    pub(crate) fn write<T>(
        &mut self,
        change: impl FnMut(&WriteTx<'_>) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        self.write_as(Commit::Durable, change)
    }

    /// As [`PostgresStore::write`], with another level of durability or another time limit.
    pub(crate) fn write_as<T>(
        &mut self,
        commit: Commit,
        mut change: impl FnMut(&WriteTx<'_>) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        self.ensure_writable()?;
        let begun = Instant::now();
        loop {
            let error = match self.try_to_write(commit, &mut change) {
                Ok(Outcome::Applied(result)) => {
                    self.seal_when_due();
                    return Ok(result);
                }
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
        self.connection.begin(commit.begin())?;
        let tx = self.transaction();
        let result = match change(&tx) {
            Ok(result) => result,
            Err(error) => {
                self.connection.rollback();
                return Err(error);
            }
        };
        let event = tx.drawn_event();
        self.changed.set(self.changed.get() || event.is_some());
        match (self.connection.commit(), event) {
            (Ok(()), _) => Ok(Outcome::Applied(result)),
            (Err(error), Some(event)) if error.retry == Retry::Reconnect => {
                self.connection.close();
                let applied = certainty::resolve(&self.connection, event, FAILOVER_TIMEOUT)?;
                Ok(if applied { Outcome::Applied(result) } else { Outcome::Abandoned })
            }
            // Without an event, making the change twice does no harm.
            (Err(error), _) => Err(error),
        }
    }

    /// Seals the log once in a while where a program stays open. The change is made, whatever comes of this.
    fn seal_when_due(&self) {
        if self.changed.get() && self.sealed_at.get().elapsed() >= SEAL_INTERVAL {
            self.sealed_at.set(Instant::now());
            if seal::seal_unless_busy(self).is_ok() {
                self.changed.set(false);
            }
        }
    }

    /// Runs `read` within a transaction in which everything is of one moment.
    pub(crate) fn snapshot<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        let connection: &Connection = self;
        connection.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        let result = read(self);
        match &result {
            // What was read is valid, whatever becomes of the end.
            Ok(_) if connection.commit().is_ok() => {}
            Ok(_) => connection.close(),
            Err(_) => connection.rollback(),
        }
        result
    }

    /// Runs `read` on a replica, where one may be read and is within its bound, and else on the primary. `read` is run
    /// again where the replica gave way, so it must not have handed anything on before.
    pub(crate) fn reading<T>(
        &self,
        mut read: impl FnMut(&Self) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        let Some(replica) = &self.replica else { return read(self) };
        let is_within = replica.is_used.get();
        if !is_within && (self.connection.in_transaction() || !replica.is_fresh()) {
            return read(self);
        }
        replica.is_used.set(true);
        let result = read(self);
        match result {
            Err(error) if replica.gives_way(&error) => {
                replica.is_used.set(false);
                read(self)
            }
            other => {
                replica.is_used.set(is_within);
                other
            }
        }
    }

    /// Runs `read` on the primary; `None` where every answer is the primary's anyway.
    pub(crate) fn reading_again<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, PostgresError>,
    ) -> Result<Option<T>, PostgresError> {
        let Some(replica) = &self.replica else { return Ok(None) };
        let was_used = replica.is_used.replace(false);
        // The keys may have been the replica's.
        self.locator_keys.replace(None);
        let result = read(self);
        replica.is_used.set(was_used);
        result.map(Some)
    }

    /// Fails where the store was opened to read.
    pub(crate) fn ensure_writable(&self) -> Result<(), PostgresError> {
        match self.access {
            Access::Write => Ok(()),
            Access::Read => Err(StoreError::ReadOnly("it was opened to read".to_owned()).into()),
        }
    }

    /// Whether the store was opened to write.
    pub(crate) fn is_writable(&self) -> bool {
        self.access == Access::Write
    }

    /// The present, as the clock shows it.
    pub(crate) fn now(&self) -> Timestamp {
        match &self.clock {
            ClockSource::Server(clock) => clock.now(),
            ClockSource::Given(clock) => clock.now(),
        }
    }

    /// The connection, for reading.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }
}

/// For reading, a store is its connection: to the primary, or to a replica while that is read.
impl Deref for PostgresStore {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.replica {
            Some(replica) if replica.is_used.get() => &replica.connection,
            _ => &self.connection,
        }
    }
}

/// What became of a change.
enum Outcome<T> {
    Applied(T),
    /// The connection ended at the commit, and the change is certain never to be applied.
    Abandoned,
}

/// A program that ends seals what it wrote, unless another one is sealing.
impl Drop for PostgresStore {
    fn drop(&mut self) {
        if self.changed.get() && !std::thread::panicking() {
            // What is not sealed now is sealed by the next program, and so is what was reported.
            let _ = alarm::answer(self);
            let _ = seal::seal_unless_busy(self);
        }
    }
}
