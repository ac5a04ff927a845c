//! The rows of a table in the form in which they are copied from one kind of store to another.

use sessionctl_core::store::{CopyRow, CopyTable, CopyType, CopyValue};
use zeroize::Zeroizing;

use crate::connection::Connection;
use crate::error::PostgresError;
use crate::value::Value;

/// The columns of a table's key as they are compared: texts byte by byte, whatever the database's collation is.
fn key(table: &CopyTable) -> String {
    let columns = table.columns[..table.key].iter().map(|(column, of_type)| match of_type {
        CopyType::Text => format!("t.\"{}\" COLLATE \"C\"", stored(table, column)),
        CopyType::Int | CopyType::Bytes => format!("t.\"{}\"", stored(table, column)),
    });
    format!("({})", columns.collect::<Vec<_>>().join(", "))
}

/// The name of a column here.
pub(super) fn stored<'a>(table: &CopyTable, column: &'a str) -> &'a str {
    if table.name == "event" && column == "user" { "user_name" } else { column }
}

/// A table of its own holds the password hashes.
pub(super) fn is_credential(column: &str) -> bool {
    matches!(column, "password_hash" | "password_changed_at")
}

fn parameter(value: &CopyValue) -> Value {
    match value {
        CopyValue::Null => Value::Int(None),
        CopyValue::Int(number) => (*number).into(),
        CopyValue::Text(text) => text.into(),
        CopyValue::Bytes(bytes) => bytes.as_slice().into(),
    }
}

/// The condition for a range of keys, and its values.
pub(super) fn range(
    table: &CopyTable,
    after: &[CopyValue],
    up_to: Option<&[CopyValue]>,
) -> (String, Vec<Value>) {
    let mut conditions = vec!["true".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    for (comparison, bound) in [(">", Some(after).filter(|after| !after.is_empty())), ("<=", up_to)] {
        let Some(bound) = bound else { continue };
        let numbers: Vec<String> = (1..=bound.len()).map(|n| format!("${}", values.len() + n)).collect();
        values.extend(bound.iter().map(parameter));
        conditions.push(format!("{} {comparison} ({})", key(table), numbers.join(", ")));
    }
    (conditions.join(" AND "), values)
}

fn read_value(
    row: &tokio_postgres::Row,
    column: usize,
    of_type: CopyType,
) -> Result<CopyValue, PostgresError> {
    let value = match of_type {
        CopyType::Int => row.try_get::<_, Option<i64>>(column)?.map(CopyValue::Int),
        CopyType::Text => row.try_get::<_, Option<String>>(column)?.map(CopyValue::Text),
        CopyType::Bytes => {
            row.try_get::<_, Option<Vec<u8>>>(column)?.map(|bytes| CopyValue::Bytes(Zeroizing::new(bytes)))
        }
    };
    Ok(value.unwrap_or(CopyValue::Null))
}

/// The rows behind a key and up to another one, in the order of the key, at most `limit`.
pub(super) fn read(
    connection: &Connection,
    table: &CopyTable,
    after: &[CopyValue],
    up_to: Option<&[CopyValue]>,
    limit: Option<usize>,
) -> Result<Vec<CopyRow>, PostgresError> {
    let (condition, values) = range(table, after, up_to);
    let is_account = table.name == "account";
    let columns: Vec<String> = (table.columns.iter())
        .map(|(column, _)| {
            let of = if is_account && is_credential(column) { "c" } else { "t" };
            format!("{of}.\"{}\"", stored(table, column))
        })
        .collect();
    let join = if is_account { "LEFT JOIN sessionctl.credential c ON c.account_id = t.id" } else { "" };
    let limit = limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
    let sql = format!(
        "SELECT {} FROM sessionctl.{} t {join} WHERE {condition} ORDER BY {}{limit}",
        columns.join(", "),
        table.name,
        key(table).trim_matches(['(', ')']),
    );
    let rows = connection.query(&sql, &values)?;
    let read = |found: &tokio_postgres::Row| {
        let types = table.columns.iter().enumerate();
        types.map(|(column, (_, of_type))| read_value(found, column, *of_type)).collect()
    };
    rows.iter().map(read).collect()
}
