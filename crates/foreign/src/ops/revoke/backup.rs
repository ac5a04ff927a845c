//! Writes what is about to be deleted as plain SQL, which the database's own shell restores. It is the one place
//! to which secrets go: the file is created for its owner only, and its first line states what it holds.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::super::OpsError;
use super::super::journal::latest;
use super::super::locate::Located;
use super::also::BoundAlso;
use super::preview::{Preview, Target};
use crate::plan::Plan;
use crate::source::{Query, Transaction};
use crate::value::{Row, Value};

/// A backup that is being written: one transaction for each that deletes, so that what is on disk is whole whenever
/// the act ends.
pub(in crate::ops) struct Backup {
    file: BufWriter<File>,
    path: PathBuf,
}

impl Backup {
    /// Creates the file. A file or link of that name is refused.
    pub(in crate::ops) fn create(path: &Path, plan: &Plan, targets: &[Target]) -> Result<Self, OpsError> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        let mut backup = Backup { file: BufWriter::new(file), path: path.to_owned() };
        let until = match latest(targets.iter().map(|target| target.session.expires_at)) {
            Some(at) => format!("until {at}"),
            None => "without an end".to_owned(),
        };
        let layout = &plan.layout.name;
        backup.line(&format!(
            "-- This file holds live sessions of {layout}, {until}. Delete it when you are sure."
        ))?;
        backup.sync()?;
        Ok(backup)
    }

    /// Begins what one transaction deletes.
    pub(in crate::ops) fn begin(&mut self) -> Result<(), OpsError> {
        self.line("BEGIN IMMEDIATE;")
    }

    /// Ends it, and makes it durable before anything is deleted.
    pub(in crate::ops) fn commit(&mut self) -> Result<(), OpsError> {
        self.line("COMMIT;")?;
        self.sync()
    }

    /// Removes the file of an act that changed nothing: it would hold live sessions for no use.
    pub(in crate::ops) fn discard(self) -> Result<(), OpsError> {
        std::fs::remove_file(&self.path).map_err(failed)
    }

    /// Writes a session with all its columns.
    pub(in crate::ops) fn session(
        &mut self,
        plan: &Plan,
        preview: &Preview,
        transaction: &dyn Transaction,
        located: &Located,
    ) -> Result<(), OpsError> {
        let query = Query {
            columns: preview.stored_columns.clone(),
            capped: None,
            order: Vec::new(),
            rowid: None,
            ..plan.query.clone()
        };
        let key = plan.key_of(&located.row);
        for found in &transaction.find(&query, &located.which, 1)? {
            if plan.layout.revoke.set.is_empty() {
                self.line(&insert(&query, found))?;
            } else {
                let set = plan.layout.revoke.set.iter();
                let old = set.filter_map(|(name, new)| {
                    let at = query.columns.iter().position(|column| column.eq_ignore_ascii_case(name))?;
                    Some((name.clone(), found.values.get(at)?.clone(), new.clone()))
                });
                self.line(&update(&query.table, &plan.equalities(&key), old.collect()))?;
            }
        }
        Ok(())
    }

    /// Writes a row of another table: back only where nobody has changed it since.
    pub(super) fn also(&mut self, also: &BoundAlso, row: &Row) -> Result<(), OpsError> {
        if also.deletes() {
            return self.line(&insert(&also.query, row));
        }
        let value = |name: &str| {
            let at = also.query.columns.iter().position(|column| column == name)?;
            row.values.get(at).cloned()
        };
        let Some(key) = value(&also.column) else { return Ok(()) };
        let old = also.set.iter().filter_map(|(name, new)| Some((name.clone(), value(name)?, new.clone())));
        self.line(&update(&also.query.table, &[(also.column.clone(), key)], old.collect()))
    }

    fn sync(&mut self) -> Result<(), OpsError> {
        self.file.flush().map_err(failed)?;
        self.file.get_ref().sync_all().map_err(failed)
    }

    fn line(&mut self, text: &str) -> Result<(), OpsError> {
        self.file.write_all(text.as_bytes()).and_then(|()| self.file.write_all(b"\n")).map_err(failed)
    }
}

fn failed(error: io::Error) -> OpsError {
    OpsError::Backup(error.to_string())
}

fn insert(query: &Query, row: &Row) -> String {
    let columns: Vec<String> = query.columns.iter().map(|name| quoted(name)).collect();
    let values: Vec<String> = row.values.iter().map(literal).collect();
    format!(
        "INSERT OR IGNORE INTO {} ({}) VALUES ({});",
        quoted(&query.table),
        columns.join(", "),
        values.join(", ")
    )
}

/// Sets old values back where the new ones are still there.
fn update(table: &str, key: &[(String, Value)], old: Vec<(String, Value, Value)>) -> String {
    let set: Vec<String> =
        old.iter().map(|(name, old, _)| format!("{} = {}", quoted(name), literal(old))).collect();
    let still = old.iter().map(|(name, _, new)| format!("{} IS {}", quoted(name), literal(new)));
    let named = key.iter().map(|(name, value)| format!("{} = {}", quoted(name), literal(value)));
    let conditions: Vec<String> = named.chain(still).collect();
    format!("UPDATE {} SET {} WHERE {};", quoted(table), set.join(", "), conditions.join(" AND "))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A value as a literal of SQL, of the same type. Text with control characters is written as bytes, so that no
/// shell and no editor changes it.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) if number.is_finite() => format!("{number:?}"),
        Value::Real(number) if number.is_nan() => "NULL".to_owned(),
        Value::Real(number) => if *number > 0.0 { "9e999" } else { "-9e999" }.to_owned(),
        Value::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) if !text.chars().any(char::is_control) => format!("'{}'", text.replace('\'', "''")),
            _ => format!("CAST(X'{}' AS TEXT)", hex::encode(bytes)),
        },
        Value::Blob(bytes) => format!("X'{}'", hex::encode(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_keeps_type_and_value() {
        for (value, expected) in [
            (Value::Integer(-1), "-1"),
            (Value::Real(1.0), "1.0"),
            (Value::text("it's"), "'it''s'"),
            (Value::text("a\nb"), "CAST(X'610a62' AS TEXT)"),
            (Value::Blob(vec![0, 255]), "X'00ff'"),
            (Value::Null, "NULL"),
        ] {
            assert_eq!(literal(&value), expected);
        }
    }
}
