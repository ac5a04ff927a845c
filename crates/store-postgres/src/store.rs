//! The store itself: its primary, its replica, and what it remembers between calls. What is read and written
//! is in `read` and `write`, which use this file; it uses neither's queries.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sessionctl_core::model::clock::Clock as _;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Access, StoreError};

use crate::audit::signature::SealKey;
use crate::audit::{alarm, seal};
use crate::clock::ClockSource;
use crate::connection::Connection;
use crate::error::PostgresError;
use crate::primary::Primary;
use crate::read::locator_keys::LocatorKeys;
use crate::replica::Replica;
use crate::transaction::{Commit, WriteTx};

/// How often a program that stays open seals what it wrote.
const SEAL_INTERVAL: Duration = Duration::from_secs(1);

/// A session database on a PostgreSQL server.
pub(crate) struct PostgresStore {
    primary: Primary,
    /// A replica that may be read instead.
    pub(crate) replica: Option<Replica>,
    access: Access,
    /// The keys of locators, and when they were read.
    pub(crate) locator_keys: RefCell<Option<Arc<LocatorKeys>>>,
    /// When this store last sealed, or was opened.
    sealed_at: Cell<Instant>,
}

impl PostgresStore {
    pub(crate) fn new(connection: Connection, access: Access, clock: ClockSource) -> Self {
        PostgresStore {
            primary: Primary::new(connection, clock),
            replica: None,
            access,
            locator_keys: RefCell::new(None),
            sealed_at: Cell::new(Instant::now()),
        }
    }

    /// A store for a copy, which changes what everybody else must leave alone.
    pub(crate) fn for_copy(connection: Connection, clock: ClockSource) -> Self {
        let mut store = PostgresStore::new(connection, Access::Write, clock);
        store.primary.copies = true;
        store.primary.connection().carries_copies();
        store
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
        change: impl FnMut(&WriteTx<'_>) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        self.ensure_writable()?;
        let result = self.primary.write_as(commit, change)?;
        self.seal_when_due();
        Ok(result)
    }

    /// Seals the log once in a while where a program stays open. The change is made, whatever comes of this.
    fn seal_when_due(&self) {
        if self.primary.changed.get() && self.sealed_at.get().elapsed() >= SEAL_INTERVAL {
            self.sealed_at.set(Instant::now());
            // Where another program is sealing, this one goes on with its work, and tries again later.
            if let Ok(true) = seal::seal_once(&self.primary) {
                self.primary.changed.set(false);
            }
        }
    }

    /// Runs `read` within a transaction in which everything is of one moment.
    pub(crate) fn snapshot<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        let connection: &Connection = self;
        connection.snapshot(|| read(self))
    }

    /// Runs `read` on a replica, where one may be read and is within its bound, and else on the primary. `read` is run
    /// again where the replica gave way, so it must not have handed anything on before.
    pub(crate) fn reading<T>(
        &self,
        mut read: impl FnMut(&Self) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        let Some(replica) = &self.replica else { return read(self) };
        let is_within = replica.is_used.get();
        if !is_within && (self.primary.connection().in_transaction() || !replica.is_fresh()) {
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
        match self.primary.clock() {
            ClockSource::Server(clock) => clock.now(),
            ClockSource::Given(clock) => clock.now(),
        }
    }

    /// Its connection to the primary.
    pub(crate) fn primary(&self) -> &Primary {
        &self.primary
    }

    /// Whose clock decides.
    pub(crate) fn clock(&self) -> &ClockSource {
        self.primary.clock()
    }

    /// Signs what is sealed from now on.
    pub(crate) fn sign_with(&mut self, key: Option<Arc<SealKey>>) {
        self.primary.seal_key = key;
    }

    /// The connection to the primary, for reading.
    pub(crate) fn connection(&self) -> &Connection {
        self.primary.connection()
    }
}

/// For reading, a store is its connection: to the primary, or to a replica while that is read.
impl Deref for PostgresStore {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.replica {
            Some(replica) if replica.is_used.get() => &replica.connection,
            _ => self.primary.connection(),
        }
    }
}

/// A program that ends seals what it wrote, unless another one is sealing.
impl Drop for PostgresStore {
    fn drop(&mut self) {
        if self.primary.changed.get() && !std::thread::panicking() {
            // What is not sealed now is sealed by the next program, and so is what was reported.
            let _ = alarm::answer(&self.primary);
            let _ = seal::seal_unless_busy(&self.primary);
        }
    }
}
