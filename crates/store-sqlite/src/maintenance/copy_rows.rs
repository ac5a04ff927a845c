//! The rows of a table in the form in which they are copied from one kind of store to another.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};
use sessionctl_core::store::{CopyRow, CopyTable, CopyValue};
use zeroize::Zeroizing;

use crate::error::{SqliteError, corrupt};

/// The name of a table here.
pub(super) fn name(table: &CopyTable) -> &'static str {
    if table.name == "account" { "user" } else { table.name }
}

/// An expression for each column.
fn selected(table: &CopyTable) -> Vec<String> {
    let expression = |column: &str| match (table.name, column) {
        // Nothing is kept of the password of a user who was removed.
        ("account", "password_changed_at") => {
            "CASE WHEN password_hash IS NOT NULL THEN password_changed_at END".to_owned()
        }
        _ => format!("\"{column}\""),
    };
    table.columns.iter().map(|(column, _)| expression(column)).collect()
}

fn value(value: ValueRef<'_>) -> Result<CopyValue, SqliteError> {
    Ok(match value {
        ValueRef::Null => CopyValue::Null,
        ValueRef::Integer(number) => CopyValue::Int(number),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).map_err(|_| corrupt("text that is no UTF-8"))?;
            CopyValue::Text(text.to_owned())
        }
        ValueRef::Blob(bytes) => CopyValue::Bytes(Zeroizing::new(bytes.to_vec())),
        ValueRef::Real(_) => return Err(corrupt("a fraction")),
    })
}

/// A value as a parameter.
pub(super) fn parameter(value: &CopyValue) -> rusqlite::types::Value {
    match value {
        CopyValue::Null => rusqlite::types::Value::Null,
        CopyValue::Int(number) => (*number).into(),
        CopyValue::Text(text) => text.clone().into(),
        CopyValue::Bytes(bytes) => bytes.to_vec().into(),
    }
}

/// The condition for the keys behind one and up to another, and its values.
pub(super) fn range(
    table: &CopyTable,
    after: &[CopyValue],
    up_to: Option<&[CopyValue]>,
) -> (String, Vec<rusqlite::types::Value>) {
    let key: Vec<String> = table.columns[..table.key].iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let mut conditions = vec!["1".to_owned()];
    let mut values = Vec::new();
    for (comparison, bound) in [(">", Some(after).filter(|after| !after.is_empty())), ("<=", up_to)] {
        let Some(bound) = bound else { continue };
        values.extend(bound.iter().map(parameter));
        conditions.push(format!("({}) {comparison} ({})", key.join(", "), vec!["?"; table.key].join(", ")));
    }
    (conditions.join(" AND "), values)
}

/// The rows behind a key and up to another one, in the order of the key, at most `limit`.
pub(super) fn read(
    conn: &Connection,
    table: &CopyTable,
    after: &[CopyValue],
    up_to: Option<&[CopyValue]>,
    limit: Option<usize>,
) -> Result<Vec<CopyRow>, SqliteError> {
    let columns = selected(table);
    let (condition, values) = range(table, after, up_to);
    let key = columns[..table.key].join(", ");
    let limit = limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
    let sql = format!(
        "SELECT {} FROM \"{}\" WHERE {condition} ORDER BY {key}{limit}",
        columns.join(", "),
        name(table)
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..columns.len()).map(|column| value(row.get_ref(column)?));
        found.push(values.collect::<Result<CopyRow, _>>()?);
    }
    Ok(found)
}
