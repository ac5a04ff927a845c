//! Moving a database elsewhere. The write lock is held as long as it is copied, so that nothing changes; look-ups go on.
//! At the end a small file that names the new place takes the name of the database, in one step.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};
use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{CopyHeader, CopyRow, CopySource, CopyTable, CopyValue, LogVerdict, StoreError};
use zeroize::Zeroizing;

use super::backup::sync;
use super::restore::swap::exchange;
use crate::audit::chain;
use crate::error::{SqliteError, corrupt, io};
use crate::open;
use crate::read::latest::latest_event_at;
use crate::staged_file::StagedFile;

/// What the file begins with that takes the place of a database that was moved.
pub(crate) const MOVED: &str = "sessionctl: moved to ";
/// The name under which the contents of a database that was moved are kept.
const KEPT: &str = ".moved-";

/// Calls `act` while nobody can change the database, and marks it as moved where it succeeds.
pub(crate) fn with_source(
    path: &Path,
    clock: &Arc<dyn Clock>,
    moved_to: Option<&str>,
    act: &mut dyn FnMut(&dyn CopySource) -> Result<(), StoreError>,
) -> Result<Option<PathBuf>, SqliteError> {
    let store = open::writer(path, clock)?;
    let locked = store.lock_to_replace()?;
    act(&Source(&locked.tx))?;
    let Some(to) = moved_to else { return Ok(None) };
    let staged = StagedFile::create(store.path())?;
    fs::write(staged.path(), format!("{MOVED}{to}\n"))
        .map_err(|error| io("cannot write", staged.path(), error))?;
    sync(staged.path())?;
    Ok(Some(exchange(staged, store.path(), &locked, KEPT)?))
}

/// A database that nobody can change.
struct Source<'a>(&'a Connection);

/// Where a table is: its name, and an expression for each column.
fn selected(table: &CopyTable) -> (&'static str, Vec<String>) {
    let name = if table.name == "account" { "user" } else { table.name };
    let expression = |column: &str| match (table.name, column) {
        // Nothing is kept of the password of a user who was removed.
        ("account", "password_changed_at") => {
            "CASE WHEN password_hash IS NOT NULL THEN password_changed_at END".to_owned()
        }
        _ => format!("\"{column}\""),
    };
    (name, table.columns.iter().map(|(column, _)| expression(column)).collect())
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

fn parameter(value: &CopyValue) -> rusqlite::types::Value {
    match value {
        CopyValue::Null => rusqlite::types::Value::Null,
        CopyValue::Int(number) => (*number).into(),
        CopyValue::Text(text) => text.clone().into(),
        CopyValue::Bytes(bytes) => bytes.to_vec().into(),
    }
}

impl Source<'_> {
    fn read(
        &self,
        table: &CopyTable,
        after: &[CopyValue],
        limit: usize,
    ) -> Result<Vec<CopyRow>, SqliteError> {
        let (name, columns) = selected(table);
        let key = columns[..table.key].join(", ");
        let condition = match after.len() {
            0 => "1".to_owned(),
            _ => format!("({key}) > ({})", vec!["?"; table.key].join(", ")),
        };
        let sql = format!(
            "SELECT {} FROM \"{name}\" WHERE {condition} ORDER BY {key} LIMIT {limit}",
            columns.join(", ")
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(after.iter().map(parameter)))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns.len()).map(|column| value(row.get_ref(column)?));
            found.push(values.collect::<Result<CopyRow, _>>()?);
        }
        Ok(found)
    }

    fn identity(&self) -> Result<CopyHeader, SqliteError> {
        if let LogVerdict::Broken { at, why } = chain::walk(self.0, &mut |_| ())? {
            return Err(
                StoreError::Corrupt(format!("the audit log is inconsistent at event {at}: {why}")).into()
            );
        }
        let head = chain::head(self.0)?;
        let drawn = |table: &str| -> Result<i64, SqliteError> {
            let sql = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?1), 0)";
            Ok(self.0.query_row(sql, [table], |row| row.get(0))?)
        };
        let sql = "SELECT sandbox, created_at, locator_key, attempt_key FROM meta WHERE id = 1";
        let (sandbox, created_at, locator_key, attempt_key) = self.0.query_row(sql, [], |row| {
            Ok((row.get(0)?, row.get(1)?, Zeroizing::new(row.get(2)?), Zeroizing::new(row.get(3)?)))
        })?;
        Ok(CopyHeader {
            database_id: head.database_id,
            sandbox,
            created_at: Timestamp::from_unix(created_at),
            locator_keys: vec![locator_key],
            attempt_key,
            drawn: [drawn("session")?, drawn("user")?, drawn("event")?],
            latest_event_at: latest_event_at(self.0)?,
            head,
        })
    }
}

impl CopySource for Source<'_> {
    fn header(&self) -> Result<CopyHeader, StoreError> {
        Ok(self.identity()?)
    }

    fn rows(&self, table: &CopyTable, after: &[CopyValue], limit: usize) -> Result<Vec<CopyRow>, StoreError> {
        Ok(self.read(table, after, limit)?)
    }
}
