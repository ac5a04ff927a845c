//! One connection of a store: made at the first statement, and made again where it ended between two statements. Which
//! statements there are does not belong here.

use std::cell::{Cell, RefCell};
use std::sync::atomic::Ordering;

use postgres::{Row, types::ToSql, types::Type};
use sessionctl_core::store::StoreError;

use crate::connect::{Link, connect};
use crate::error::{PostgresError, Retry};
use crate::url::Target;
use crate::value::Value;

/// A connection.
pub(crate) struct Connection {
    target: Target,
    writable: bool,
    link: RefCell<Option<Link>>,
    /// How many transactions were begun within each other; one at most is the server's.
    depth: Cell<u32>,
}

impl Connection {
    /// A connection that is made when it is first used.
    pub(crate) fn new(target: Target, writable: bool) -> Self {
        Connection { target, writable, link: RefCell::new(None), depth: Cell::new(0) }
    }

    /// The rows of a statement.
    pub(crate) fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, PostgresError> {
        let typed: Vec<(&(dyn ToSql + Sync), Type)> = values.iter().map(Value::typed).collect();
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
        let committed = self.batch("COMMIT");
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

    /// Whether the connection is within a transaction.
    pub(crate) fn in_transaction(&self) -> bool {
        self.depth.get() > 0
    }

    fn run<T>(
        &self,
        mut ask: impl FnMut(&mut Link) -> Result<T, postgres::Error>,
    ) -> Result<T, PostgresError> {
        let mut tried_again = false;
        loop {
            let mut slot = self.link.borrow_mut();
            let link = match slot.as_mut() {
                Some(link) => link,
                None => slot.insert(connect(&self.target, self.writable)?),
            };
            let error = match ask(link) {
                Ok(answer) => return Ok(answer),
                Err(error) => PostgresError::from(error),
            };
            if error.retry != Retry::Reconnect {
                return Err(error);
            }
            slot.take();
            if self.in_transaction() || tried_again {
                return Err(error);
            }
            tried_again = true;
        }
    }
}
