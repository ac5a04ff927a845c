//! Changes in other tables that belong to a revocation, bound to the tables that exist.

use std::collections::BTreeSet;

use super::super::OpsError;
use crate::plan::Plan;
use crate::record::Owner;
use crate::source::{Query, Source, SourceError, Table, Transaction, real_table};
use crate::value::{Key, Row, Value};

/// The most rows of another table that one session changes.
const MAX_ROWS: usize = 1_000;

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
    only_if: Option<usize>,
    pub(super) because: String,
}

impl BoundAlso {
    pub(super) fn deletes(&self) -> bool {
        self.set.is_empty()
    }

    /// The value of a session to which the column must be equal.
    pub(super) fn value_of(&self, plan: &Plan, row: &Row, owner: &Owner) -> Option<Value> {
        if self.equals == "user_id" {
            return match owner {
                Owner::User(id) => Some(Value::text(id)),
                _ => None,
            };
        }
        let value = plan.extra(row, &self.equals)?;
        // No session of a provider has the number 0: it means that there is none.
        (!matches!(value, Value::Null | Value::Integer(0))).then(|| value.clone())
    }

    /// The rows that are changed for a value, with all their columns.
    pub(super) fn rows(&self, transaction: &dyn Transaction, value: &Value) -> Result<Vec<Row>, SourceError> {
        let rows = transaction.find(&self.query, &self.column, value, MAX_ROWS)?;
        Ok(rows.into_iter().filter(|row| self.applies(row)).collect())
    }

    fn applies(&self, row: &Row) -> bool {
        self.only_if.is_none_or(|index| match row.values.get(index) {
            None | Some(Value::Null) => false,
            Some(value) => value.as_bytes().is_none_or(|bytes| !bytes.is_empty()),
        })
    }
}

/// Binds the changes whose tables and columns exist; those of a feature that is not installed do not.
pub(super) fn bind(plan: &Plan, tables: &[Table]) -> Vec<BoundAlso> {
    let one = |also: &crate::layout::Also| {
        let table = real_table(tables, &also.table)?;
        let columns: Vec<String> =
            table.columns.iter().filter(|name| !table.generated.contains(name)).cloned().collect();
        let only_if = match &also.only_if {
            None => None,
            Some(name) => Some(columns.iter().position(|column| column.eq_ignore_ascii_case(name))?),
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
                without_rowid: true,
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
            let rows = source.find(&also.query, &also.column, &Value::text(id), MAX_ROWS)?;
            if rows.iter().any(|row| also.applies(row)) {
                found.insert(id.clone());
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// The row with this key.
pub(super) fn row_by_key(plan: &Plan, source: &dyn Source, key: &Key) -> Result<Option<Row>, SourceError> {
    let find = |column: &str, value: &Value| source.find(&plan.query, column, value, MAX_ROWS);
    by_key(plan, key, &find)
}

/// The row with this key, inside a transaction.
pub(in crate::ops) fn row_in(
    plan: &Plan,
    transaction: &dyn Transaction,
    key: &Key,
) -> Result<Option<Row>, SourceError> {
    let find = |column: &str, value: &Value| transaction.find(&plan.query, column, value, MAX_ROWS);
    by_key(plan, key, &find)
}

type Find<'a> = dyn Fn(&str, &Value) -> Result<Vec<Row>, SourceError> + 'a;

fn by_key(plan: &Plan, key: &Key, find: &Find<'_>) -> Result<Option<Row>, SourceError> {
    let (Some(column), Some(value)) = (plan.key_columns.first(), key.0.first()) else { return Ok(None) };
    Ok(find(column, value)?.into_iter().find(|row| plan.key_of(row) == *key))
}
