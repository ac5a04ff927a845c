//! Changes rows in one transaction. Triggers stay on, because they belong to the program; what they undo is
//! found by looking again.

use rusqlite::{Connection, TransactionBehavior, ffi, params_from_iter};

use super::error::translate;
use super::query::{Conditions, find, quoted};
use crate::source::{Act, Decision, Query, SourceError, Target, Transaction, Which};
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
        statement.execute(params_from_iter(values)).map_err(|error| self.refusal(error))
    }

    /// The error of a change. What a trigger says can hold any value of the row, a live key among them: it is shown
    /// only where the trigger has it as a literal.
    fn refusal(&self, error: rusqlite::Error) -> SourceError {
        let by_trigger = error
            .sqlite_error()
            .is_some_and(|failure| failure.extended_code == ffi::SQLITE_CONSTRAINT_TRIGGER);
        match translate(error) {
            SourceError::Refused(text) if by_trigger && !self.is_literal(&text) => SourceError::Refused(
                "a trigger refused it; its message may hold values of the row, and is not shown".to_owned(),
            ),
            other => other,
        }
    }

    fn is_literal(&self, text: &str) -> bool {
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND instr(sql, ?1) > 0";
        let literal = format!("'{}'", text.replace('\'', "''"));
        self.0.query_row(sql, [literal], |row| row.get::<_, i64>(0)).is_ok_and(|count| count > 0)
    }
}

impl Transaction for Inside<'_> {
    fn find(&self, query: &Query, which: &Which, most: usize) -> Result<Vec<Row>, SourceError> {
        find(self.0, query, which, most)
    }

    fn delete(&self, table: &str, which: &Which) -> Result<usize, SourceError> {
        let conditions = Conditions::default().and_which(which);
        let sql = format!("DELETE FROM {}{}", quoted(table), conditions.sql());
        self.execute(&sql, conditions.values())
    }

    fn update(&self, table: &str, set: &[(String, Value)], which: &Which) -> Result<usize, SourceError> {
        let assignments: Vec<String> = set.iter().map(|(name, _)| format!("{} = ?", quoted(name))).collect();
        let conditions = Conditions::default().and_which(which);
        let sql = format!("UPDATE {} SET {}{}", quoted(table), assignments.join(", "), conditions.sql());
        let new = set.iter().map(|(_, value)| value);
        self.execute(&sql, &new.chain(conditions.values().iter().copied()).collect::<Vec<_>>())
    }
}
