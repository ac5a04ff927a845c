//! A write transaction: what it locks, the time that decides, and the events that it records.

use std::cell::Cell;
use std::ops::Deref;
use std::time::Instant;

use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{ChangeTime, JudgedBy, StoreError};
use tokio_postgres::Row;

use crate::clock::{ClockSource, millis};
use crate::connection::{Connection, Patience};
use crate::dialect::{CLOCK_TIME, HISTORY, LATEST};
use crate::error::{PostgresError, corrupt};
use crate::link::Answer;
use crate::state::{State, unfinished};
use crate::value::{Value, values};

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
/// unreachable after the time for which a client waits: what it locks would keep others out, and the question what
/// became of a commit that never arrived.
macro_rules! durable {
    ($timeout:literal) => {
        concat!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL search_path = pg_catalog; \
             SELECT set_config('idle_in_transaction_session_timeout', '10s', true), \
             set_config('statement_timeout', '",
            $timeout,
            "', true), set_config('synchronous_commit', CASE current_setting('synchronous_commit') \
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
                "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL search_path = pg_catalog; SET LOCAL statement_timeout = '1s'; \
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

/// More ids than a primary draws while its replica is behind.
const LOST_AT_A_FAILOVER: i64 = 1 << 20;
/// More ids than are drawn, mostly, after a dump that is brought back.
const DRAWN_SINCE_A_DUMP: i64 = 1 << 26;

/// The number of the event that the transaction drew last.
pub(crate) const DRAWN_EVENT: &str = "currval('sessionctl.event_id')";

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
    /// Whether the server's history is another one than when ids were drawn last.
    is_new_history: Cell<bool>,
    /// What reads that; nothing where the layout is one before it was kept.
    history: &'static str,
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
            is_new_history: Cell::new(false),
            history: "m.history",
        }
    }

    /// A transaction that brings an older layout up to date, which may keep no history.
    pub(crate) fn of_migration(connection: &'a Connection, clock: &'a ClockSource) -> Self {
        WriteTx { history: HISTORY, ..WriteTx::new(connection, clock, false) }
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

    /// Runs a statement that locks what the change depends on, and reads the time behind it; returns its rows.
    pub(crate) fn lock(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, PostgresError> {
        self.read_time(&[(sql, values)])
    }

    /// Lets the time be read again, because more was locked.
    pub(crate) fn forget_time(&self) {
        self.time.set(None);
    }

    fn time(&self) -> Result<ChangeTime, PostgresError> {
        if self.time.get().is_none() {
            self.read_time(&[])?;
        }
        self.time.get().ok_or_else(|| corrupt("no time"))
    }

    /// Reads the time, in one round trip with statements before it, whose rows it returns.
    fn read_time(&self, before: &[(&str, &[Value])]) -> Result<Vec<Row>, PostgresError> {
        let sql = format!(
            "SELECT {CLOCK_TIME}, {LATEST}, m.sandbox, m.state, m.counterpart, {WITHOUT_REPLICA}, \
             {} IS DISTINCT FROM ({HISTORY}) FROM sessionctl.meta m WHERE m.id = 1",
            self.history
        );
        let statements: Vec<_> = before.iter().copied().chain([(sql.as_str(), &[][..])]).collect();
        let mut answers = self.ask(&statements)?;
        let row = answers.pop().and_then(|mut answer| answer.rows.pop());
        let row = row.ok_or_else(|| corrupt("nothing where a database is described"))?;
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
        self.is_new_history.set(row.try_get(6)?);
        let millis = millis(&row, 0)?;
        let server = Timestamp::from_unix(millis.div_euclid(1_000));
        if let ClockSource::Server(clock) = self.clock {
            // Statements before it may have waited for locks, so that the whole round trip shows nothing.
            clock.measured(millis, Instant::now(), true);
        }
        let clock = match self.clock {
            ClockSource::Given(clock) => clock.now(),
            ClockSource::Server(_) => server,
        };
        let latest = row.try_get::<_, Option<i64>>(1)?.map(Timestamp::from_unix);
        let sandbox: bool = row.try_get(2)?;
        self.time.set(Some(ChangeTime::read(clock, latest, || Ok::<_, PostgresError>(sandbox))?));
        Ok(answers.into_iter().flat_map(|answer| answer.rows).collect())
    }

    /// Draws the number of an event, after every check that can refuse the change.
    pub(crate) fn draw_event(&self) -> Result<i64, PostgresError> {
        Ok(self.draw_event_for(&[])?.0)
    }

    /// As [`WriteTx::draw_event`], in one round trip with statements behind it, to which the number is [`DRAWN_EVENT`].
    pub(crate) fn draw_event_for(
        &self,
        statements: &[(&str, &[Value])],
    ) -> Result<(i64, Vec<Answer>), PostgresError> {
        self.prepare_to_draw()?;
        let draw = ("SELECT nextval('sessionctl.event_id')", &[][..]);
        let mut answers = self.ask(&[&[draw], statements].concat())?;
        let drawn = answers.remove(0).rows.pop().ok_or_else(|| corrupt("no number of an event"))?;
        let id = drawn.try_get(0)?;
        self.event.set(self.event.get().or(Some(id)));
        Ok((id, answers))
    }

    /// Makes sure that no id is drawn again. A primary that took the place of another may not know the last ids that
    /// were drawn: the first who draws there continues far above.
    pub(crate) fn prepare_to_draw(&self) -> Result<(), PostgresError> {
        self.now()?;
        if !self.is_new_history.replace(false) {
            return Ok(());
        }
        // Of many at once, the first one does it.
        let sql = format!(
            "SELECT CASE WHEN m.history IS NULL OR m.history = ({HISTORY}) THEN 0 \
             WHEN split_part(m.history, '/', 2) = split_part({HISTORY}, '/', 2) THEN {LOST_AT_A_FAILOVER} \
             ELSE {DRAWN_SINCE_A_DUMP} END::bigint FROM sessionctl.meta m WHERE m.id = 1 FOR NO KEY UPDATE"
        );
        let jump: i64 = self.query_one(&sql, &[])?.try_get(0)?;
        for sequence in ["session_id", "account_id", "event_id"] {
            let name = format!("sessionctl.{sequence}");
            let sql = format!("SELECT setval('{name}', last_value + $1) FROM {name}");
            if jump > 0 {
                self.queue(sql, values![jump]);
            }
        }
        self.queue(format!("UPDATE sessionctl.meta SET history = {HISTORY} WHERE id = 1"), &[]);
        Ok(())
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
        self.prepare_to_draw()?;
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
