//! SQL text from names, and rows to values. Every name is quoted, every value is bound.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::error::translate;
use crate::codec::MAX_PAYLOAD_BYTES;
use crate::source::{Query, SourceError, Which};
use crate::value::{Row, Value};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(bytes) => ValueRef::Text(bytes),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A row with the values of [`Query::order_beside`], which are empty where rows have a rowid.
pub(super) type Placed = (Row, Vec<Value>);

/// A name in double quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `SELECT` with the columns of the query, then its order or the rowid.
pub(super) fn select(query: &Query) -> String {
    let column = |(index, name): (usize, &String)| {
        let name = quoted(name);
        if query.capped == Some(index) {
            format!("iif(octet_length({name}) > {MAX_PAYLOAD_BYTES}, -octet_length({name}), {name})")
        } else {
            name
        }
    };
    let mut columns: Vec<String> = query.columns.iter().enumerate().map(column).collect();
    match query.rowid {
        None => columns.extend(query.order_beside().iter().map(|name| quoted(name))),
        Some(name) => columns.push(name.to_owned()),
    }
    format!("SELECT {} FROM {}", columns.join(", "), quoted(&query.table))
}

/// The name of the rowid; only a query that reads it asks.
pub(super) fn rowid_name(query: &Query) -> &'static str {
    query.rowid.unwrap_or("rowid")
}

/// Conditions that must all hold, with the values that they bind.
#[derive(Default)]
pub(super) struct Conditions<'a> {
    sql: Vec<String>,
    values: Vec<&'a Value>,
}

impl<'a> Conditions<'a> {
    pub(super) fn and(mut self, sql: String, values: impl IntoIterator<Item = &'a Value>) -> Self {
        self.sql.push(sql);
        self.values.extend(values);
        self
    }

    /// Those of [`Query::only`], each with `IS`, so that null is a value.
    pub(super) fn and_of(self, query: &'a Query) -> Self {
        query.only.iter().fold(self, |all, (name, value)| all.and(format!("{} IS ?", quoted(name)), [value]))
    }

    /// Those that name rows. A null is found with `IS NULL`, because nothing is equal to it.
    pub(super) fn and_which(self, which: &'a Which) -> Self {
        let named = which.equal.iter().fold(self, |all, (name, value)| match value {
            Value::Null => all.and(format!("{} IS NULL", quoted(name)), []),
            value => all.and(format!("{} = ?", quoted(name)), [value]),
        });
        match &which.filled {
            None => named,
            Some(name) => {
                let name = quoted(name);
                named.and(format!("{name} IS NOT NULL AND length({name}) > 0"), [])
            }
        }
    }

    /// ` WHERE …`, or nothing.
    pub(super) fn sql(&self) -> String {
        if self.sql.is_empty() { String::new() } else { format!(" WHERE {}", self.sql.join(" AND ")) }
    }

    pub(super) fn values(&self) -> &[&'a Value] {
        &self.values
    }
}

/// Reads rows until `stop` returns true. The statement, and with it the lock, ends with this function.
pub(super) fn rows(
    connection: &Connection,
    sql: &str,
    values: &[&Value],
    query: &Query,
    stop: &mut dyn FnMut(&Row) -> bool,
) -> Result<Vec<Placed>, SourceError> {
    let mut statement = connection.prepare_cached(sql).map_err(translate)?;
    let mut found = statement.query(params_from_iter(values)).map_err(translate)?;
    let mut all = Vec::new();
    let count = query.columns.len();
    while let Some(raw) = found.next().map_err(translate)? {
        let read = |index: usize| raw.get_ref(index).map(value).map_err(translate);
        let values = (0..count).map(read).collect::<Result<Vec<_>, _>>()?;
        let (rowid, order) = if query.rowid.is_none() {
            let beside = count..count + query.order_beside().len();
            (None, beside.map(read).collect::<Result<Vec<_>, _>>()?)
        } else {
            (raw.get::<_, Option<i64>>(count).map_err(translate)?, Vec::new())
        };
        let row = Row { values, rowid };
        let last = stop(&row);
        all.push((row, order));
        if last {
            break;
        }
    }
    Ok(all)
}

fn value(raw: ValueRef<'_>) -> Value {
    match raw {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(bytes) => Value::Text(bytes.to_vec()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// The rows that the conditions name.
pub(super) fn find(
    connection: &Connection,
    query: &Query,
    which: &Which,
    most: usize,
) -> Result<Vec<Row>, SourceError> {
    let conditions = Conditions::default().and_which(which).and_of(query);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let sql = format!("{}{} LIMIT {most}", select(query), conditions.sql());
    let found = rows(connection, &sql, conditions.values(), query, &mut |_| false)?;
    Ok(found.into_iter().map(|(row, _)| row).collect())
}
