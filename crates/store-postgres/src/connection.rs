//! One connection of a store: made at the first statement, and made again where it ended between two statements. Which
//! statements there are does not belong here.

use std::cell::{Cell, RefCell};
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use postgres::{Row, Statement, types::ToSql, types::Type};
use sessionctl_core::store::StoreError;

use crate::connect::{Link, Purpose, connect};
use crate::error::{PostgresError, Retry};
use crate::url::Target;
use crate::value::Value;

/// How long a server that fell silent is waited for, so that a change ends with an answer.
pub(crate) const FAILOVER_TIMEOUT: Duration = Duration::from_secs(60);
/// By how much two clocks that measure the same time may differ.
const CLOCK_GRAIN_MILLIS: i64 = 50;
/// How long a commit may wait for a replica.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);
const PAUSE_BETWEEN_CONNECTIONS: Duration = Duration::from_millis(200);

/// A connection.
pub(crate) struct Connection {
    target: Target,
    purpose: Purpose,
    link: RefCell<Option<Link>>,
    /// How many transactions were begun within each other; one at most is the server's.
    depth: Cell<u32>,
    was_connected: Cell<bool>,
    waits_for_replica: Cell<bool>,
}

/// The statements that have a name at once.
const MAX_NAMED_STATEMENTS: usize = 200;

/// The statement under its name on the server.
fn prepare(
    link: &mut Link,
    sql: &str,
    typed: &[(&(dyn ToSql + Sync), Type)],
) -> Result<Statement, postgres::Error> {
    if let Some(statement) = link.statements.get(sql) {
        return Ok(statement.clone());
    }
    let types: Vec<Type> = typed.iter().map(|(_, of_type)| of_type.clone()).collect();
    let statement = link.client.prepare_typed(sql, &types)?;
    if link.statements.len() >= MAX_NAMED_STATEMENTS {
        link.statements.clear();
    }
    link.statements.insert(sql.to_owned(), statement.clone());
    Ok(statement)
}

fn untyped<'a>(typed: &[(&'a (dyn ToSql + Sync), Type)]) -> Vec<&'a (dyn ToSql + Sync)> {
    typed.iter().map(|(value, _)| *value).collect()
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
            was_connected: Cell::new(false),
            waits_for_replica: Cell::new(false),
        }
    }

    /// The rows of a statement.
    pub(crate) fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, PostgresError> {
        let typed: Vec<(&(dyn ToSql + Sync), Type)> = values.iter().map(Value::typed).collect();
        // What a cursor of the same name gives has other columns each time.
        if self.target.named_statements && !sql.starts_with("FETCH") {
            return self.run(|link| {
                let statement = prepare(link, sql, &typed)?;
                link.client.query(&statement, &untyped(&typed))
            });
        }
        self.run(|link| link.client.query_typed(sql, &typed))
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
        let typed: Vec<(&(dyn ToSql + Sync), Type)> = values.iter().map(Value::typed).collect();
        if self.target.named_statements {
            return self.run(|link| {
                let statement = prepare(link, sql, &typed)?;
                link.client.execute(&statement, &untyped(&typed))
            });
        }
        self.run(|link| link.client.execute_typed(sql, &typed))
    }

    /// Runs statements without values.
    pub(crate) fn batch(&self, sql: &str) -> Result<(), PostgresError> {
        self.run(|link| link.client.batch_execute(sql))
    }

    /// Begins a transaction with `begin`, unless there is one.
    pub(crate) fn begin(&self, begin: &str) -> Result<(), PostgresError> {
        if self.depth.get() == 0 {
            self.batch(begin)?;
        }
        self.depth.set(self.depth.get() + 1);
        Ok(())
    }

    /// Ends what [`Connection::begin`] began. Where the server warned, the outcome is unknown.
    pub(crate) fn commit(&self) -> Result<(), PostgresError> {
        self.depth.set(self.depth.get().saturating_sub(1));
        if self.depth.get() > 0 {
            return Ok(());
        }
        // It must not be sent on another connection than the change.
        self.depth.set(1);
        let committed = match self.waits_for_replica.get() {
            true => self.commit_within(COMMIT_TIMEOUT),
            false => self.batch("COMMIT"),
        };
        self.depth.set(0);
        committed?;
        let warned =
            self.link.borrow().as_ref().is_some_and(|link| link.warned.swap(false, Ordering::SeqCst));
        if warned {
            let why = "a commit may not have reached a replica".to_owned();
            return Err(PostgresError {
                error: StoreError::Unreachable(why),
                retry: Retry::Reconnect,
                code: None,
            });
        }
        Ok(())
    }

    /// Takes note of whether a commit waits for a replica, which can last without end.
    pub(crate) fn waits_for_replica(&self, waits: bool) {
        self.waits_for_replica.set(waits);
    }

    /// Commits, and gives up the connection where that takes too long. No cancel is sent: the server would report the
    /// commit as done although it is on no replica.
    fn commit_within(&self, limit: Duration) -> Result<(), PostgresError> {
        let lost = |why: &str| PostgresError {
            error: StoreError::Unreachable(why.to_owned()),
            retry: Retry::Reconnect,
            code: None,
        };
        let Some(mut link) = self.link.borrow_mut().take() else { return Err(lost("the connection ended")) };
        let (sender, committed) = mpsc::channel();
        thread::spawn(move || {
            let committed = link.client.batch_execute("COMMIT");
            // Nobody may be waiting any more; the connection ends then.
            let _ = sender.send((link, committed));
        });
        let Ok((link, committed)) = committed.recv_timeout(limit) else {
            return Err(lost("no replica confirmed the commit in time"));
        };
        if !link.client.is_closed() {
            self.link.replace(Some(link));
        }
        Ok(committed?)
    }

    /// Takes everything back. A connection on which that fails is not used again.
    pub(crate) fn rollback(&self) {
        self.depth.set(1);
        let ended = self.batch("ROLLBACK");
        self.depth.set(0);
        if ended.is_err() {
            self.close();
        }
    }

    /// Gives up the connection; the next statement makes another one.
    pub(crate) fn close(&self) {
        self.depth.set(0);
        self.link.borrow_mut().take();
    }

    /// Whether a pooler is on the way to the server: a second connection then has the backend of this one, or one that is
    /// older than itself.
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

    /// Asks the server, again on another connection where this one ended between two transactions. A change waits
    /// for the server that takes the place of one that fell silent; a reading tries once more.
    fn run<T>(
        &self,
        mut ask: impl FnMut(&mut Link) -> Result<T, postgres::Error>,
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
            let waits = self.purpose == Purpose::Write && self.was_connected.get();
            if self.in_transaction() || !(tries == 0 || waits && begun.elapsed() < FAILOVER_TIMEOUT) {
                return Err(error);
            }
            if tries > 0 {
                thread::sleep(PAUSE_BETWEEN_CONNECTIONS);
            }
            tries += 1;
        }
    }

    /// Connects. A database that was there before is not missing: a replica that has not replayed everything yet answers.
    fn connect(&self) -> Result<Link, PostgresError> {
        connect(&self.target, self.purpose).map_err(|error| match error.error {
            StoreError::Missing if self.was_connected.get() => {
                PostgresError { retry: Retry::Reconnect, ..error }
            }
            _ => error,
        })
    }

    fn ask_once<T>(
        &self,
        ask: &mut impl FnMut(&mut Link) -> Result<T, postgres::Error>,
    ) -> Result<T, PostgresError> {
        let mut slot = self.link.borrow_mut();
        let link = match slot.as_mut() {
            Some(link) => link,
            None => slot.insert(self.connect()?),
        };
        self.was_connected.set(true);
        Ok(ask(link)?)
    }
}
