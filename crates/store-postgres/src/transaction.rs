//! A write transaction: what it locks, the time that decides, and the events that it records.

use std::cell::Cell;
use std::ops::Deref;
use std::time::Instant;

use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{ChangeTime, JudgedBy, StoreError};

use crate::clock::ClockSource;
use crate::connection::{Connection, Patience};
use crate::dialect::{CLOCK, CLOCK_MILLIS, LATEST};
use crate::error::{PostgresError, corrupt};
use crate::state::{State, unfinished};
use crate::value::values;

/// How durable a change must be when it is acknowledged, and how long one statement of it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commit {
    /// On the server's disk at least, and on its replicas where the role is set to wait for them.
    Durable,
    /// The same, for bulk work.
    Bulk,
    /// When it suits the server: what is lost only shortens a session.
    Lazy,
}

/// Raises the level of a role that is set to less than `on`. The server ends a transaction whose client is gone or
/// unreachable after the time for which a client waits: what it locks would keep others out, and the question what became
/// of a commit that never arrived.
macro_rules! durable {
    ($timeout:literal) => {
        concat!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '10s'; \
             SET LOCAL statement_timeout = '",
            $timeout,
            "'; SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') \
             WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true), pg_current_xact_id()"
        )
    };
}

impl Commit {
    /// The statements that begin the transaction, in one round trip. It gets its number here, before it draws an id or
    /// reads the state of the database: whoever waits for all transactions up to a number then waits for this one.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            Commit::Durable => durable!("5s"),
            Commit::Bulk => durable!("30s"),
            Commit::Lazy => {
                "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = '1s'; \
                 SET LOCAL synchronous_commit = off; SELECT pg_current_xact_id()"
            }
        }
    }
}

impl Commit {
    /// How long the answers are waited for.
    pub(crate) fn patience(self) -> Patience {
        match self {
            Commit::Durable | Commit::Lazy => Patience::Short,
            Commit::Bulk => Patience::Bulk,
        }
    }
}

/// Whether the policy asks for a replica that confirms changes, and the server waits for none.
const WITHOUT_REPLICA: &str = "current_setting('synchronous_standby_names') = '' AND EXISTS (SELECT 1 \
     FROM sessionctl.policy WHERE name = 'store.durability' AND value = 1)";

/// Random bytes that no other transaction has.
pub(crate) type Attempt = [u8; 16];

/// A write transaction.
pub(crate) struct WriteTx<'a> {
    connection: &'a Connection,
    clock: &'a ClockSource,
    /// Whether it may change a database that is being copied.
    copies: bool,
    /// Whether it is refused where the policy asks for a replica and there is none.
    needs_replica: Cell<bool>,
    time: Cell<Option<ChangeTime>>,
    /// The first event that the transaction drew.
    event: Cell<Option<i64>>,
    attempt: Attempt,
}

impl<'a> WriteTx<'a> {
    /// A transaction that has begun.
    pub(crate) fn new(connection: &'a Connection, clock: &'a ClockSource, copies: bool) -> Self {
        WriteTx {
            connection,
            clock,
            copies,
            needs_replica: Cell::new(true),
            time: Cell::new(None),
            event: Cell::new(None),
            attempt: rand::random(),
        }
    }

    /// Lets the change be made without a replica: what nobody acknowledges, and what ends the demand for one.
    pub(crate) fn needs_no_replica(&self) {
        self.needs_replica.set(false);
    }

    /// The time of the change, never earlier than the latest event. It is read when it is first asked for, so the
    /// transaction locks what it depends on before.
    pub(crate) fn now(&self) -> Result<Timestamp, PostgresError> {
        Ok(self.time()?.now)
    }

    /// As [`WriteTx::now`], for a change that grants access: refused where the clock is behind.
    pub(crate) fn grant(&self) -> Result<Timestamp, PostgresError> {
        Ok(self.time()?.grant()?)
    }

    /// What the clock shows.
    pub(crate) fn clock(&self) -> Result<Timestamp, PostgresError> {
        Ok(self.time()?.clock)
    }

    /// The time by which the change judges whether a session has ended.
    pub(crate) fn judged_at(&self, by: JudgedBy) -> Result<Timestamp, PostgresError> {
        Ok(self.time()?.judged_at(by))
    }

    /// The time kept with what is taken away.
    pub(crate) fn taken_at(&self) -> Result<Timestamp, PostgresError> {
        Ok(self.time()?.taken_at())
    }

    /// Makes the clock's time that of the change, where the clock is too far behind the latest event: returns both.
    pub(crate) fn go_back(&self) -> Result<Option<(Timestamp, Timestamp)>, PostgresError> {
        let time = self.time()?;
        if time.behind.is_some() {
            self.time.set(Some(time.corrected()));
        }
        Ok(time.behind)
    }

    fn time(&self) -> Result<ChangeTime, PostgresError> {
        if let Some(time) = self.time.get() {
            return Ok(time);
        }
        let given = match self.clock {
            ClockSource::Given(clock) => Some(clock.now()),
            ClockSource::Server(_) => None,
        };
        let sql = format!(
            "SELECT {CLOCK}, {LATEST}, m.sandbox, m.state, m.counterpart, {WITHOUT_REPLICA}, \
             {CLOCK_MILLIS} FROM sessionctl.meta m WHERE m.id = 1"
        );
        let asked_at = Instant::now();
        let row = self.query_one(&sql, &[])?;
        if !self.copies {
            match State::read(&row, 3)? {
                State::Active => {}
                State::Moving { to } => return Err(StoreError::Moving { to }.into()),
                State::Moved { to } => return Err(StoreError::Moved { to }.into()),
                State::Unfinished { of } => return Err(unfinished(&of)),
            }
        }
        if self.needs_replica.get() && row.try_get(5)? {
            return Err(StoreError::NoReplica.into());
        }
        let server = Timestamp::from_unix(row.try_get(0)?);
        if let ClockSource::Server(clock) = self.clock {
            clock.measured(row.try_get(6)?, asked_at, true);
        }
        let clock = given.unwrap_or(server);
        let latest = row.try_get::<_, Option<i64>>(1)?.map(Timestamp::from_unix);
        let sandbox: bool = row.try_get(2)?;
        let time = ChangeTime::read(clock, latest, || Ok::<_, PostgresError>(sandbox))?;
        self.time.set(Some(time));
        Ok(time)
    }

    /// Draws the number of an event, after every check that can refuse the change.
    pub(crate) fn draw_event(&self) -> Result<i64, PostgresError> {
        self.now()?;
        let id = self.query_one("SELECT nextval('sessionctl.event_id')", &[])?.try_get(0)?;
        self.event.set(self.event.get().or(Some(id)));
        Ok(id)
    }

    /// What the events of this transaction are known by, whatever their numbers are.
    pub(crate) fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// The first event that the transaction drew.
    pub(crate) fn drawn_event(&self) -> Option<i64> {
        self.event.get()
    }

    /// Draws ids for new sessions, in rising order.
    pub(crate) fn draw_sessions(&self, count: usize) -> Result<Vec<SessionId>, PostgresError> {
        self.now()?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let sql = "SELECT nextval('sessionctl.session_id') FROM generate_series(1, $1)";
        let mut ids = Vec::new();
        for row in self.query(sql, values![count])? {
            ids.push(SessionId::new(row.try_get(0)?).ok_or_else(|| corrupt("a number that is no id"))?);
        }
        ids.sort_unstable();
        Ok(ids)
    }
}

/// Statements of the transaction.
impl Deref for WriteTx<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}
