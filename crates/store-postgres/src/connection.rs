//! One connection of a store: made at the first statement, and made again where it ended between two statements. Which
//! statements there are does not belong here.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::thread;
use std::time::{Duration, Instant};

use sessionctl_core::store::StoreError;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use crate::connect::{Purpose, connect};
use crate::error::{PostgresError, Retry};
use crate::link::{Answer, Batch, Limits, Link};
use crate::url::Target;
use crate::value::{Value, values};

/// How long a server that fell silent is waited for, so that a change ends with an answer.
pub(crate) const FAILOVER_TIMEOUT: Duration = Duration::from_secs(60);
/// By how much two clocks that measure the same time may differ.
const CLOCK_GRAIN_MILLIS: i64 = 50;
const PAUSE_BETWEEN_CONNECTIONS: Duration = Duration::from_millis(200);
/// How long an answer is waited for. The server itself ends a statement of a change sooner; what it does not end is a
/// commit that waits for a replica, and its own silence.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// The same where the server itself may take longer.
const BULK_ANSWER_TIMEOUT: Duration = Duration::from_secs(40);
/// How long an answer may be: no statement is answered with as much.
const MAX_ANSWER_BYTES: usize = 128 << 20;
/// The same for a portion of a copy: 10,000 rows of at most 64 KiB.
const MAX_PORTION_BYTES: usize = 1 << 30;

const BEGIN_SNAPSHOT: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog";

/// How long the answers of a transaction are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// The server ends each statement after some seconds.
    Short,
    /// The server ends each statement after 30 s.
    Bulk,
    /// As long as the server works on the statement, which it is asked on another connection.
    WhileItWorks,
}

/// A connection.
pub(crate) struct Connection {
    target: Target,
    purpose: Purpose,
    link: RefCell<Option<Link>>,
    /// How many transactions were begun within each other; one at most is the server's.
    depth: Cell<u32>,
    /// The statements that begin the transaction, until they are sent with its first one.
    begins: Cell<Option<&'static str>>,
    /// The statements of the transaction that are sent with the next one.
    queued: RefCell<Vec<(Cow<'static, str>, Vec<Value>)>>,
    was_connected: Cell<bool>,
    patience: Cell<Patience>,
    /// The process of the server that runs the transaction, where that is as patient as it is.
    backend: Cell<Option<i64>>,
    max_answer_bytes: Cell<usize>,
}

impl Connection {
    /// A connection that is made when it is first used.
    pub(crate) fn new(target: Target, writable: bool) -> Self {
        Self::with_purpose(target, if writable { Purpose::Write } else { Purpose::Read })
    }

    /// A connection to a replica.
    pub(crate) fn to_replica(target: Target) -> Self {
        Self::with_purpose(target, Purpose::Replica)
    }

    fn with_purpose(target: Target, purpose: Purpose) -> Self {
        Connection {
            target,
            purpose,
            link: RefCell::new(None),
            depth: Cell::new(0),
            begins: Cell::new(None),
            queued: RefCell::default(),
            was_connected: Cell::new(false),
            patience: Cell::new(Patience::Short),
            backend: Cell::new(None),
            max_answer_bytes: Cell::new(MAX_ANSWER_BYTES),
        }
    }

    /// The rows of a statement.
    pub(crate) fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, PostgresError> {
        Ok(self.ask(&[(sql, values)])?.into_iter().flat_map(|answer| answer.rows).collect())
    }

    /// The first row of a statement.
    pub(crate) fn query_one(&self, sql: &str, values: &[Value]) -> Result<Row, PostgresError> {
        let found = self.query_opt(sql, values)?;
        found.ok_or_else(|| StoreError::Corrupt("a row that every database has is missing".to_owned()).into())
    }

    /// The first row of a statement, where there is one.
    pub(crate) fn query_opt(&self, sql: &str, values: &[Value]) -> Result<Option<Row>, PostgresError> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    /// Runs a statement, and returns the number of rows that it changed.
    pub(crate) fn execute(&self, sql: &str, values: &[Value]) -> Result<u64, PostgresError> {
        Ok(self.ask(&[(sql, values)])?.iter().map(|answer| answer.changed).sum())
    }

    /// The answers to statements that are sent together.
    pub(crate) fn ask(&self, statements: &[(&str, &[Value])]) -> Result<Vec<Answer>, PostgresError> {
        self.flush(statements, None)
    }

    /// Runs a statement together with the next one that is asked, or with the commit, whose error is then this one's.
    /// For statements of a transaction whose answer decides nothing.
    pub(crate) fn queue(&self, sql: impl Into<Cow<'static, str>>, values: &[Value]) {
        self.queued.borrow_mut().push((sql.into(), values.to_vec()));
    }

    /// Runs statements without values.
    pub(crate) fn batch(&self, sql: &str) -> Result<(), PostgresError> {
        self.flush(&[], Some(sql)).map(drop)
    }

    /// Sends what was queued, and then these; returns the answers to these.
    fn flush(
        &self,
        statements: &[(&str, &[Value])],
        end: Option<&str>,
    ) -> Result<Vec<Answer>, PostgresError> {
        let queued = self.queued.take();
        let all: Vec<(&str, &[Value])> = (queued.iter())
            .map(|(sql, values)| (sql.as_ref(), values.as_slice()))
            .chain(statements.iter().copied())
            .collect();
        let batch = Batch {
            begin: self.begins.get(),
            statements: &all,
            end,
            named: self.target.named_statements,
            is_within: self.in_transaction(),
        };
        let sent = self.run(|link, limits| link.send(&batch, limits));
        self.begins.set(None);
        Ok(sent?.split_off(queued.len()))
    }

    /// Lets the answers be as long as a portion of a copy.
    pub(crate) fn carries_copies(&self) {
        self.max_answer_bytes.set(MAX_PORTION_BYTES);
    }

    /// Begins a transaction with `begin`, unless there is one: with its first statement, in one round trip.
    pub(crate) fn begin(&self, begin: &'static str, patience: Patience) -> Result<(), PostgresError> {
        if self.depth.get() == 0 {
            if patience == Patience::WhileItWorks {
                let sql = format!("{begin}; SELECT pg_backend_pid()");
                let backend = self.run(|link, limits| link.batch_value(&sql, limits))?;
                self.backend.set(backend.and_then(|number| number.parse().ok()));
            } else {
                self.begins.set(Some(begin));
            }
            self.patience.set(patience);
        }
        self.depth.set(self.depth.get() + 1);
        Ok(())
    }

    /// Ends what [`Connection::begin`] began. Where the server warned, or does not answer, the outcome is unknown: the
    /// commit may wait for a replica without end.
    pub(crate) fn commit(&self) -> Result<(), PostgresError> {
        if self.depth.get() > 1 {
            self.depth.set(self.depth.get() - 1);
            return Ok(());
        }
        self.patience.set(Patience::Short);
        let is_empty = self.begins.get().is_some() && self.queued.borrow().is_empty();
        let committed = if is_empty { Ok(()) } else { self.batch("COMMIT") };
        self.begins.set(None);
        self.depth.set(0);
        committed?;
        let warned = self.link.borrow_mut().as_mut().is_some_and(Link::take_warning);
        if warned {
            return Err(lost("a commit may not have reached a replica"));
        }
        Ok(())
    }

    /// Takes everything back. A connection on which that fails is not used again.
    pub(crate) fn rollback(&self) {
        self.patience.set(Patience::Short);
        self.queued.take();
        let has_begun = self.begins.take().is_none() && self.link.borrow().is_some();
        // It must not be sent on another connection than the change.
        self.depth.set(1);
        let ended = if has_begun { self.batch("ROLLBACK") } else { Ok(()) };
        self.depth.set(0);
        if ended.is_err() {
            self.close();
        }
    }

    /// Gives up the connection; the next statement makes another one.
    pub(crate) fn close(&self) {
        self.depth.set(0);
        self.begins.set(None);
        self.queued.take();
        self.patience.set(Patience::Short);
        self.link.borrow_mut().take();
    }

    /// Runs `read` within a transaction in which everything is of one moment, and which may take long.
    pub(crate) fn snapshot<T>(
        &self,
        read: impl FnOnce() -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        self.begin(BEGIN_SNAPSHOT, Patience::WhileItWorks)?;
        let result = read();
        match &result {
            // What was read is valid, whatever becomes of the end.
            Ok(_) if self.commit().is_ok() => {}
            Ok(_) => self.close(),
            Err(_) => self.rollback(),
        }
        result
    }

    /// As [`Connection::snapshot`], again on another connection where this one ended, as a single statement is asked
    /// again.
    pub(crate) fn patient_snapshot<T>(
        &self,
        mut read: impl FnMut() -> Result<T, PostgresError>,
        mut is_repeatable: impl FnMut() -> bool,
    ) -> Result<T, PostgresError> {
        let (begun, mut tries) = (Instant::now(), 0);
        loop {
            let result = self.snapshot(&mut read);
            match result {
                Err(error)
                    if error.retry == Retry::Reconnect
                        && is_repeatable()
                        && self.tries_again(begun, tries) =>
                {
                    tries += 1;
                }
                other => return other,
            }
        }
    }

    /// Whether to ask again after this many tries: a change waits for the server that takes the place of one that fell
    /// silent; a reading tries once more.
    fn tries_again(&self, begun: Instant, tries: u32) -> bool {
        let waits = self.purpose == Purpose::Write && self.was_connected.get();
        if self.has_begun() || !(tries == 0 || waits && begun.elapsed() < FAILOVER_TIMEOUT) {
            return false;
        }
        if tries > 0 {
            thread::sleep(PAUSE_BETWEEN_CONNECTIONS);
        }
        true
    }

    /// Whether a pooler is on the way to the server: a second connection then has the backend of this one, or one that
    /// is older than itself.
    pub(crate) fn is_pooled(&self) -> Result<bool, PostgresError> {
        let sql = "SELECT pg_backend_pid(), (SELECT floor(extract(epoch FROM clock_timestamp() - backend_start) * 1000)::bigint \
                   FROM pg_stat_activity WHERE pid = pg_backend_pid())";
        let own: i32 = self.query_one(sql, &[])?.try_get(0)?;
        let (other, begun) = (Connection::new(self.target.clone(), false), Instant::now());
        let found = other.query_one(sql, &[])?;
        // Another role's backend hides its age.
        let age = found.try_get::<_, Option<i64>>(1)?.unwrap_or(0);
        let millis = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        Ok(found.try_get::<_, i32>(0)? == own || age > millis.saturating_add(CLOCK_GRAIN_MILLIS))
    }

    /// Whether the connection is within a transaction.
    pub(crate) fn in_transaction(&self) -> bool {
        self.depth.get() > 0
    }

    /// Whether the server was sent a part of a transaction.
    fn has_begun(&self) -> bool {
        self.in_transaction() && self.begins.get().is_none()
    }

    /// Asks the server, again on another connection where this one ended between two transactions.
    fn run<T>(
        &self,
        mut ask: impl FnMut(&mut Link, &Limits<'_>) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        let (begun, mut tries) = (Instant::now(), 0);
        loop {
            let error = match self.ask_once(&mut ask) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if error.retry != Retry::Reconnect {
                return Err(error);
            }
            self.link.borrow_mut().take();
            if !self.tries_again(begun, tries) {
                return Err(error);
            }
            tries += 1;
        }
    }

    /// Connects. A database that was there before is not missing: a replica that has not replayed everything yet
    /// answers, or the server starts.
    fn connect(&self) -> Result<Link, PostgresError> {
        let again = self.was_connected.get();
        connect(&self.target, self.purpose, again).map_err(|error| {
            let comes = matches!(error.error, StoreError::Missing) || error.is(&SqlState::CANNOT_CONNECT_NOW);
            if again && comes { PostgresError { retry: Retry::Reconnect, ..error } } else { error }
        })
    }

    fn ask_once<T>(
        &self,
        ask: &mut impl FnMut(&mut Link, &Limits<'_>) -> Result<T, PostgresError>,
    ) -> Result<T, PostgresError> {
        let mut slot = self.link.borrow_mut();
        let link = match slot.as_mut() {
            Some(link) => link,
            // The rest of a transaction on another connection would be a change of its own.
            None if self.has_begun() => return Err(lost("the connection ended")),
            None => slot.insert(self.connect()?),
        };
        self.was_connected.set(true);
        let pause = match self.patience.get() {
            Patience::Bulk => BULK_ANSWER_TIMEOUT,
            Patience::Short | Patience::WhileItWorks => ANSWER_TIMEOUT,
        };
        let goes_on = || self.patience.get() == Patience::WhileItWorks && self.server_works();
        let limits = Limits { pause, goes_on: &goes_on, bytes: self.max_answer_bytes.get() };
        let answer = ask(link, &limits);
        if link.is_lost() {
            slot.take();
        }
        answer
    }

    /// Whether the server answers on another connection, and works on what this one waits for.
    fn server_works(&self) -> bool {
        let sql = "SELECT state IS DISTINCT FROM 'idle in transaction' FROM pg_stat_activity WHERE pid = $1";
        let found = connect(&self.target, self.purpose, false).and_then(|mut link| {
            let limits =
                Limits { pause: ANSWER_TIMEOUT, goes_on: &|| false, bytes: self.max_answer_bytes.get() };
            link.query(sql, values![self.backend.get()], &limits)
        });
        let Ok(Some(row)) = found.map(|rows| rows.into_iter().next()) else { return false };
        row.try_get(0).unwrap_or(false)
    }
}

/// The error of a connection that ended, or was given up.
fn lost(why: &str) -> PostgresError {
    let error = StoreError::Unreachable(why.to_owned());
    PostgresError { error, retry: Retry::Reconnect, code: None }
}
