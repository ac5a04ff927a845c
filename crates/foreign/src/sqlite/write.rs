//! Changes rows in one transaction. Triggers stay on, because they belong to the program; what they undo is
//! found by looking again.

use rusqlite::{Connection, TransactionBehavior, params_from_iter};

use super::error::translate;
use super::query::{find, quoted};
use crate::source::{Act, Decision, Query, SourceError, Target, Transaction};
use crate::value::{Row, Value};

/// A file that is changed.
pub(super) struct SqliteTarget {
    connection: Connection,
}

impl SqliteTarget {
    pub(super) fn new(connection: Connection) -> Self {
        SqliteTarget { connection }
    }
}

impl Target for SqliteTarget {
    fn transaction(&mut self, act: &mut Act<'_>) -> Result<(), SourceError> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(translate)?;
        match act(&Inside(&transaction))? {
            Decision::Commit => transaction.commit().map_err(translate),
            Decision::RollBack => transaction.rollback().map_err(translate),
        }
    }
}

struct Inside<'a>(&'a rusqlite::Transaction<'a>);

impl Inside<'_> {
    fn execute(&self, sql: &str, values: &[&Value]) -> Result<usize, SourceError> {
        let mut statement = self.0.prepare_cached(sql).map_err(translate)?;
        statement.execute(params_from_iter(values)).map_err(translate)
    }
}

impl Transaction for Inside<'_> {
    fn find(&self, query: &Query, column: &str, value: &Value, most: usize) -> Result<Vec<Row>, SourceError> {
        find(self.0, query, column, value, most)
    }

    fn delete(&self, table: &str, equal: &[(String, Value)]) -> Result<usize, SourceError> {
        let sql = format!("DELETE FROM {} WHERE {}", quoted(table), equalities(equal));
        self.execute(&sql, &equal.iter().map(|(_, value)| value).collect::<Vec<_>>())
    }

    fn update(
        &self,
        table: &str,
        set: &[(String, Value)],
        equal: &[(String, Value)],
    ) -> Result<usize, SourceError> {
        let assignments: Vec<String> = set.iter().map(|(name, _)| format!("{} = ?", quoted(name))).collect();
        let sql =
            format!("UPDATE {} SET {} WHERE {}", quoted(table), assignments.join(", "), equalities(equal));
        self.execute(&sql, &set.iter().chain(equal).map(|(_, value)| value).collect::<Vec<_>>())
    }
}

fn equalities(equal: &[(String, Value)]) -> String {
    equal.iter().map(|(name, _)| format!("{} = ?", quoted(name))).collect::<Vec<_>>().join(" AND ")
}
