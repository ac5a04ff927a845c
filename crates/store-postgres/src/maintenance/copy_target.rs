//! Filling a database from another kind of store. It is marked as unfinished until every row was compared, and answers
//! nothing before.

use sessionctl_core::model::event::Event;
use sessionctl_core::store::{CopyHeader, CopyRow, CopyTable, CopyTarget, CopyType, CopyValue, StoreError};

use super::copy_rows::{self, is_credential, range, stored};

use crate::audit::append::append;
use crate::audit::seal;
use crate::clock::ClockSource;
use crate::connection::{Connection, Patience};
use crate::error::{PostgresError, corrupt};
use crate::layout::{CURRENT_LAYOUT, MIGRATIONS, OLDEST_PROGRAM, refuse_other_layout};
use crate::server::{examine_server, refuse_other_encodings};
use crate::state::exists;
use crate::store::PostgresStore;
use crate::transaction::Commit;
use crate::url::Target;
use crate::value::{Value, values};

/// Portions need not be durable one by one: the database is opened only after the last of them is, and all before it.
const BEGIN_PORTION: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL search_path = pg_catalog; \
     SET LOCAL synchronous_commit = off";
const BEGIN_STEP: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL search_path = pg_catalog";

/// A database that is being filled.
pub(crate) struct Unfinished {
    store: PostgresStore,
}

/// Begins to fill a database, or continues.
pub(crate) fn begin(
    target: &Target,
    clock: &ClockSource,
    header: &CopyHeader,
    from: &str,
) -> Result<Unfinished, PostgresError> {
    let connection = Connection::new(target.clone(), true);
    examine_server(&connection, clock)?;
    if exists(&connection)? {
        refuse_other_layout(&connection)?;
        let sql =
            "UPDATE sessionctl.meta SET state = 'copying' WHERE state IN ('copying', 'copied') AND mark = $1";
        if connection.execute(sql, values![header.database_id])? == 0 {
            return Err(StoreError::Refused("there is another session database already".to_owned()).into());
        }
    } else {
        refuse_other_encodings(&connection)?;
        within(&connection, BEGIN_STEP, || build(&connection, header, from))?;
    }
    Ok(Unfinished { store: PostgresStore::for_copy(connection, clock.clone()) })
}

/// Opens a database that is complete and was not activated.
pub(crate) fn resume(target: &Target, clock: &ClockSource) -> Result<Unfinished, PostgresError> {
    let connection = Connection::new(target.clone(), true);
    examine_server(&connection, clock)?;
    Ok(Unfinished { store: PostgresStore::for_copy(connection, clock.clone()) })
}

fn build(connection: &Connection, header: &CopyHeader, from: &str) -> Result<(), PostgresError> {
    for migration in MIGRATIONS {
        connection.batch(migration)?;
    }
    // A database of its own: a head of the old log is not one of this log.
    let database_id: [u8; 16] = rand::random();
    let created_at = header.created_at.unix();
    connection.execute(
        "INSERT INTO sessionctl.meta (id, database_id, sandbox, created_at, oldest_program, state, mark, counterpart) \
         VALUES (1, $1, $2, $3, $6, 'copying', $4, $5)",
        values![database_id, header.sandbox, created_at, header.database_id, from, OLDEST_PROGRAM],
    )?;
    connection.execute(
        "INSERT INTO sessionctl.migration (number, applied_at) SELECT number, $2 FROM generate_series(1, $1) number",
        values![i64::from(CURRENT_LAYOUT), created_at],
    )?;
    for (version, key) in (1_i64..).zip(&header.locator_keys) {
        let sql = "INSERT INTO sessionctl.locator_key (version, key, created_at) VALUES ($1, $2, $3)";
        connection.execute(sql, values![version, **key, created_at])?;
    }
    let sql = "INSERT INTO sessionctl.secret (id, attempt_key) VALUES (1, $1)";
    connection.execute(sql, values![*header.attempt_key])?;
    connection
        .execute("INSERT INTO sessionctl.heartbeat (id, beat_at) VALUES (1, $1)", values![created_at])
        .map(drop)
}

pub(super) fn within<T>(
    connection: &Connection,
    begin: &'static str,
    act: impl FnOnce() -> Result<T, PostgresError>,
) -> Result<T, PostgresError> {
    connection.begin(begin, Patience::WhileItWorks)?;
    let result = act().and_then(|result| connection.commit().map(|()| result));
    if result.is_err() {
        connection.rollback();
    }
    result
}

impl Unfinished {
    fn delete(
        &self,
        table: &CopyTable,
        after: &[CopyValue],
        up_to: Option<&[CopyValue]>,
    ) -> Result<(), PostgresError> {
        let (condition, values) = range(table, after, up_to);
        let connection = self.store.connection();
        if table.name == "account" {
            let sql = format!(
                "DELETE FROM sessionctl.credential WHERE account_id IN (SELECT t.id FROM sessionctl.account t WHERE {condition})"
            );
            connection.execute(&sql, &values)?;
        }
        let sql = format!("DELETE FROM sessionctl.{} t WHERE {condition}", table.name);
        connection.execute(&sql, &values).map(drop)
    }

    fn insert(&self, table: &CopyTable, rows: &[CopyRow]) -> Result<(), PostgresError> {
        let is_account = table.name == "account";
        let own = |(_, column): &(usize, &str)| !(is_account && is_credential(column));
        let columns = table.columns.iter().enumerate().map(|(index, (column, _))| (index, *column));
        self.insert_columns(table, table.name, &columns.filter(own).collect::<Vec<_>>(), rows)?;
        if !is_account {
            return Ok(());
        }
        let place =
            |name: &str| table.columns.iter().position(|(column, _)| *column == name).unwrap_or_default();
        let hash = place("password_hash");
        let with_hash: Vec<CopyRow> =
            rows.iter().filter(|row| row[hash] != CopyValue::Null).cloned().collect();
        let columns = [
            (place("id"), "account_id"),
            (hash, "password_hash"),
            (place("password_changed_at"), "password_changed_at"),
        ];
        self.insert_columns(table, "credential", &columns, &with_hash)
    }

    /// Inserts some columns of rows: one array for each, so that it is one statement.
    fn insert_columns(
        &self,
        table: &CopyTable,
        name: &str,
        columns: &[(usize, &str)],
        rows: &[CopyRow],
    ) -> Result<(), PostgresError> {
        refuse_unstorable(table, rows)?;
        let mut arrays = Vec::with_capacity(columns.len());
        for (index, _) in columns {
            arrays.push(array(rows, *index, table.columns[*index].1)?);
        }
        let names: Vec<String> =
            columns.iter().map(|(_, column)| format!("\"{}\"", stored(table, column))).collect();
        let numbers: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
        let sql = format!(
            "INSERT INTO sessionctl.{name} ({}) SELECT * FROM unnest({})",
            names.join(", "),
            numbers.join(", ")
        );
        self.store.connection().execute(&sql, &arrays).map(drop)
    }

    fn finish(&mut self, header: &CopyHeader, event: &Event) -> Result<(), PostgresError> {
        self.store.write_as(Commit::Bulk, |tx| {
            for (sequence, drawn) in ["session_id", "account_id", "event_id"].iter().zip(header.drawn) {
                // No id is used again, not even one whose row was deleted.
                let sql = format!("SELECT setval('sessionctl.{sequence}', greatest($1, 1), $1 > 0)");
                tx.query(&sql, values![drawn])?;
            }
            let sql = "UPDATE sessionctl.meta SET state = 'copied', time_floor = $1";
            tx.execute(sql, values![header.latest_event_at.map(|at| at.unix())])?;
            // What an interrupted copy left of its own event, whose number the old store may have given since.
            tx.execute("DELETE FROM sessionctl.unsealed", &[])?;
            tx.execute("INSERT INTO sessionctl.unsealed (event_id) SELECT id FROM sessionctl.event", &[])?;
            append(tx, event)
        })
    }

    fn open(&mut self) -> Result<(), PostgresError> {
        self.store.write(|tx| {
            let sql = "UPDATE sessionctl.meta SET state = 'active', mark = NULL, counterpart = NULL WHERE state = 'copied'";
            if tx.execute(sql, &[])? == 0 {
                return Err(StoreError::Refused("it is no complete copy".to_owned()).into());
            }
            Ok(())
        })?;
        match seal::seal_all(self.store.primary()) {
            // The database is in use: whoever holds the seals for so long seals this too, or the next change does.
            Err(PostgresError { error: StoreError::Busy, .. }) => Ok(()),
            sealed => sealed.map(drop),
        }
    }
}

/// Refuses a text that a server cannot store, with where it is: a file can hold U+0000.
fn refuse_unstorable(table: &CopyTable, rows: &[CopyRow]) -> Result<(), PostgresError> {
    for row in rows {
        for ((column, _), value) in table.columns.iter().zip(row) {
            if matches!(value, CopyValue::Text(text) if text.contains('\0')) {
                let key: Vec<String> = (table.key_of(row).iter())
                    .filter_map(|value| match value {
                        CopyValue::Int(number) => Some(number.to_string()),
                        CopyValue::Text(text) => Some(text.escape_debug().to_string()),
                        CopyValue::Null | CopyValue::Bytes(_) => None,
                    })
                    .collect();
                let why = format!(
                    "{column} of {} {} holds the character U+0000, which no server stores",
                    table.name,
                    key.join(" ")
                );
                return Err(StoreError::Refused(why).into());
            }
        }
    }
    Ok(())
}

/// A column of rows as an array.
fn array(rows: &[CopyRow], index: usize, of_type: CopyType) -> Result<Value, PostgresError> {
    let wrong = || corrupt("a value of another type than its column");
    let values = rows.iter().map(|row| &row[index]);
    Ok(match of_type {
        CopyType::Int => Value::OptionalInts(
            values
                .map(|value| match value {
                    CopyValue::Null => Ok(None),
                    CopyValue::Int(number) => Ok(Some(*number)),
                    _ => Err(wrong()),
                })
                .collect::<Result<_, _>>()?,
        ),
        CopyType::Text => Value::OptionalTexts(
            values
                .map(|value| match value {
                    CopyValue::Null => Ok(None),
                    CopyValue::Text(text) => Ok(Some(text.clone())),
                    _ => Err(wrong()),
                })
                .collect::<Result<_, _>>()?,
        ),
        CopyType::Bytes => Value::OptionalByteLists(
            values
                .map(|value| match value {
                    CopyValue::Null => Ok(None),
                    CopyValue::Bytes(bytes) => Ok(Some(bytes.to_vec())),
                    _ => Err(wrong()),
                })
                .collect::<Result<_, _>>()?,
        ),
    })
}

impl CopyTarget for Unfinished {
    fn rows(
        &self,
        table: &CopyTable,
        after: &[CopyValue],
        up_to: Option<&[CopyValue]>,
    ) -> Result<Vec<CopyRow>, StoreError> {
        Ok(copy_rows::read(self.store.connection(), table, after, up_to, None)?)
    }

    fn replace(
        &mut self,
        table: &CopyTable,
        after: &[CopyValue],
        rows: &[CopyRow],
    ) -> Result<(), StoreError> {
        let up_to = rows.last().map(|row| table.key_of(row));
        Ok(within(self.store.connection(), BEGIN_PORTION, || {
            self.delete(table, after, up_to)?;
            self.insert(table, rows)
        })?)
    }

    fn truncate(&mut self, table: &CopyTable, after: &[CopyValue]) -> Result<(), StoreError> {
        Ok(within(self.store.connection(), BEGIN_PORTION, || self.delete(table, after, None))?)
    }

    fn complete(&mut self, header: &CopyHeader, event: &Event) -> Result<(), StoreError> {
        Ok(self.finish(header, event)?)
    }

    fn activate(&mut self) -> Result<(), StoreError> {
        Ok(self.open()?)
    }
}
