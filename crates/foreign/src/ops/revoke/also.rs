//! Changes in other tables that belong to a revocation, bound to the tables that exist.

use std::collections::BTreeSet;

use super::super::OpsError;
use crate::plan::Plan;
use crate::source::{Query, Source, SourceError, Table, Transaction, Which, real_table};
use crate::value::{Row, Value, forms_of_id};

/// A change in another table, bound.
#[derive(Clone, Debug)]
pub(in crate::ops) struct BoundAlso {
    /// The rows, all their columns.
    pub(super) query: Query,
    /// The columns that are set; empty where rows are deleted.
    pub(super) set: Vec<(String, Value)>,
    /// The column that must be equal.
    pub(super) column: String,
    /// `user_id`, or a column of the session table.
    equals: String,
    only_if: Option<String>,
    pub(super) because: String,
}

/// To what the column must be equal.
pub(super) enum Wanted {
    /// The id of a user, which a column may hold as text or as a number.
    User(String),
    /// The value of a column of the session.
    Value(Value),
}

impl Wanted {
    pub(super) fn shown(&self) -> String {
        match self {
            Wanted::User(id) => id.clone(),
            Wanted::Value(value) => value.shown().unwrap_or_default().into_owned(),
        }
    }
}

impl BoundAlso {
    pub(super) fn deletes(&self) -> bool {
        self.set.is_empty()
    }

    /// What a session asks for: a change of the rows of each of its users, or of those that it names.
    pub(super) fn wanted(&self, plan: &Plan, row: &Row, users: &[String]) -> Vec<Wanted> {
        if self.equals == "user_id" {
            return users.iter().cloned().map(Wanted::User).collect();
        }
        // No session of a provider has the number 0: it means that there is none.
        let value = plan.extra(row, &self.equals);
        let value = value.filter(|value| !matches!(value, Value::Null | Value::Integer(0)));
        value.map(|value| Wanted::Value(value.clone())).into_iter().collect()
    }

    /// The value as the table has it; none where no row has it.
    pub(super) fn stored(
        &self,
        transaction: &dyn Transaction,
        wanted: &Wanted,
    ) -> Result<Option<Value>, SourceError> {
        let forms = match wanted {
            Wanted::User(id) => forms_of_id(id),
            Wanted::Value(value) => vec![value.clone()],
        };
        for value in forms {
            if !transaction.find(&self.query, &Which::is(&self.column, &value), 1)?.is_empty() {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// The rows that are changed for a value.
    pub(super) fn which(&self, value: &Value) -> Which {
        Which { filled: self.only_if.clone(), ..Which::is(&self.column, value) }
    }

    /// These rows with all their columns.
    pub(super) fn rows(&self, transaction: &dyn Transaction, value: &Value) -> Result<Vec<Row>, SourceError> {
        transaction.find(&self.query, &self.which(value), usize::MAX)
    }
}

/// Binds the changes whose tables and columns exist; those of a feature that is not installed do not.
pub(super) fn bind(plan: &Plan, tables: &[Table]) -> Vec<BoundAlso> {
    let one = |also: &crate::layout::Also| {
        let table = real_table(tables, &also.table)?;
        let columns = table.columns.iter().filter(|name| !table.generated.contains(name)).cloned().collect();
        let only_if = match &also.only_if {
            None => None,
            Some(name) => Some(table.column(name)?.to_owned()),
        };
        let set = also.set.iter().map(|(name, value)| Some((table.column(name)?.to_owned(), value.clone())));
        Some(BoundAlso {
            set: set.collect::<Option<_>>()?,
            column: table.column(&also.column)?.to_owned(),
            equals: also.equals.clone(),
            only_if,
            because: also.because.clone(),
            query: Query {
                table: table.name.clone(),
                columns,
                capped: None,
                only: Vec::new(),
                order: Vec::new(),
                rowid: None,
            },
        })
    };
    plan.layout.revoke.also.iter().filter_map(one).collect()
}

/// Ids of those users for whom a conditional change in another table applies.
pub(super) fn remembered(
    all: &[BoundAlso],
    users: &[(String, String, u64)],
    source: &dyn Source,
) -> Result<Vec<String>, OpsError> {
    let mut found = BTreeSet::new();
    for also in all.iter().filter(|also| also.equals == "user_id" && also.only_if.is_some()) {
        for (_, id, _) in users {
            for value in forms_of_id(id) {
                if !source.find(&also.query, &also.which(&value), 1)?.is_empty() {
                    found.insert(id.clone());
                }
            }
        }
    }
    Ok(found.into_iter().collect())
}
