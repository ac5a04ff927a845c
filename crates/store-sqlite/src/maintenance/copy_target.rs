//! Filling a file from another store. It has the name of the database from the beginning, with another mark in its
//! header, so that nothing takes it for a database before every row was compared.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{
    Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params, params_from_iter,
};
use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::event::{Event, GENESIS};
use sessionctl_core::store::{CopyHeader, CopyRow, CopyTable, CopyTarget, CopyValue, StoreError};
use sha2::{Digest as _, Sha256};

use super::copy_rows;
use crate::audit::append::append;
use crate::audit::events::{COLUMNS, logged};
use crate::audit::root::ChainRoot;
use crate::connect::connect;
use crate::error::{SqliteError, corrupt};
use crate::file_checks;
use crate::folder_checks::validate_folder;
use crate::layout::{APPLICATION_ID, UNFINISHED_ID};
use crate::maintenance::wal;
use crate::migrate;
use crate::open::create_folder;
use crate::paths::resolve;
use crate::sidecar_checks::ensure_no_sidecars;
use crate::staged_file::StagedFile;
use crate::store::WriteTx;

/// What an unfinished copy is of; dropped when it is complete and opened.
const CREATE_ORIGIN: &str =
    "CREATE TABLE copy_origin (database_id BLOB NOT NULL, complete INTEGER NOT NULL) STRICT";

/// A file that is being filled.
pub(crate) struct Unfinished {
    conn: Connection,
    clock: Arc<dyn Clock>,
}

/// Begins to fill a file, or continues.
pub(crate) fn begin(
    path: &Path,
    clock: &Arc<dyn Clock>,
    header: &CopyHeader,
) -> Result<Unfinished, SqliteError> {
    let [key] = header.locator_keys.as_slice() else {
        let why = "tokens under several locator keys are in use, and a file has one: it can be moved when the older \
                   keys have been retired";
        return Err(StoreError::Refused(why.to_owned()).into());
    };
    if fs::symlink_metadata(path).is_err() {
        create_folder(path)?;
        let path = resolve(path)?;
        validate_folder(&path)?;
        ensure_no_sidecars(&path)?;
        let staged = StagedFile::create(&path)?;
        build(staged.path(), header, key, clock.as_ref())?;
        staged.persist(&path)?;
    }
    let target = resume(path, clock)?;
    let sql = "UPDATE copy_origin SET complete = 0 WHERE database_id = ?1";
    if target.conn.execute(sql, [header.database_id])? == 0 {
        return Err(StoreError::Refused("it is an unfinished copy of another database".to_owned()).into());
    }
    Ok(target)
}

/// Opens a file that is not open to everybody yet.
pub(crate) fn resume(path: &Path, clock: &Arc<dyn Clock>) -> Result<Unfinished, SqliteError> {
    let path = resolve(path)?;
    file_checks::validate_unfinished(&path)?;
    let conn = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Portions need not be durable one by one; the last step is, with all before it. The order in which rows are
    // replaced is not that of their references, which are checked at the end.
    conn.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF; PRAGMA wal_autocheckpoint = 1000;",
    )?;
    Ok(Unfinished { conn, clock: Arc::clone(clock) })
}

/// The id of the new database: not that of the old one, whose log heads are not of this log.
fn database_id(header: &CopyHeader) -> [u8; 16] {
    let digest = Sha256::new()
        .chain_update("sessionctl copied database id")
        .chain_update(header.database_id)
        .chain_update(*header.attempt_key)
        .finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    id
}

fn build(path: &Path, header: &CopyHeader, key: &[u8; 16], clock: &dyn Clock) -> Result<(), SqliteError> {
    let mut conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    migrate::migrate(&mut conn, clock)?;
    let tx = conn.transaction()?;
    tx.pragma_update(None, "application_id", UNFINISHED_ID)?;
    tx.execute_batch(CREATE_ORIGIN)?;
    tx.execute("INSERT INTO copy_origin VALUES (?1, 0)", [header.database_id])?;
    tx.execute(
        "INSERT INTO meta (id, locator_key, attempt_key, sandbox, created_at, database_id, bound_from) \
         VALUES (1, ?1, ?2, ?3, ?4, ?5, 1)",
        params![key, *header.attempt_key, header.sandbox, header.created_at.unix(), database_id(header)],
    )?;
    tx.commit()?;
    conn.close().map_err(|(_, error)| error)?;
    Ok(())
}

impl Unfinished {
    fn put(&mut self, table: &CopyTable, after: &[CopyValue], rows: &[CopyRow]) -> Result<(), SqliteError> {
        let up_to = rows.last().map(|row| table.key_of(row));
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        delete(&tx, table, after, up_to)?;
        // The link of an event is computed when all of them are there.
        let (column, value) = if table.name == "event" { (", link", ", zeroblob(32)") } else { ("", "") };
        let columns: Vec<String> = table.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let sql = format!(
            "INSERT INTO \"{}\" ({}{column}) VALUES ({}{value})",
            copy_rows::name(table),
            columns.join(", "),
            vec!["?"; columns.len()].join(", ")
        );
        {
            let mut insert = tx.prepare_cached(&sql)?;
            for row in rows {
                insert.execute(params_from_iter(row.iter().map(copy_rows::parameter)))?;
            }
        }
        Ok(tx.commit()?)
    }

    fn finish(&mut self, header: &CopyHeader, event: &Event) -> Result<(), SqliteError> {
        self.conn.execute_batch("PRAGMA synchronous = FULL")?;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let orphan = tx
            .query_row("SELECT \"table\" FROM pragma_foreign_key_check", [], |row| row.get(0))
            .optional()?;
        if let Some(table) = orphan {
            let table: String = table;
            return Err(corrupt(&format!("a reference to nothing, in table {table}")));
        }
        for (name, drawn) in ["session", "user", "event"].iter().zip(header.drawn) {
            // No id is used again, not even one whose row was deleted.
            tx.execute("DELETE FROM sqlite_sequence WHERE name = ?1", [name])?;
            tx.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", params![name, drawn])?;
        }
        link(&tx, header)?;
        let tx = WriteTx::at(tx, self.clock.now())?;
        append(&tx, event)?;
        tx.execute("UPDATE copy_origin SET complete = 1", [])?;
        tx.commit()
    }

    fn open(&mut self) -> Result<(), SqliteError> {
        self.conn.execute_batch("PRAGMA synchronous = FULL")?;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'copy_origin')";
        // Without it, the file was opened, and only its header is not up to date.
        if tx.query_row(sql, [], |row| row.get(0))? {
            let complete: bool = tx.query_row("SELECT complete FROM copy_origin", [], |row| row.get(0))?;
            if !complete {
                return Err(StoreError::Refused("it is no complete copy".to_owned()).into());
            }
            tx.execute_batch("DROP TABLE copy_origin")?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        tx.commit()?;
        // The mark is read from the file itself.
        wal::checkpoint(&self.conn)?;
        if migrate::is_ours(&self.conn)? { Ok(()) } else { Err(corrupt("another schema than it was given")) }
    }
}

fn delete(
    conn: &Connection,
    table: &CopyTable,
    after: &[CopyValue],
    up_to: Option<&[CopyValue]>,
) -> Result<(), SqliteError> {
    let (condition, values) = copy_rows::range(table, after, up_to);
    let sql = format!("DELETE FROM \"{}\" WHERE {condition}", copy_rows::name(table));
    conn.execute(&sql, params_from_iter(values))?;
    Ok(())
}

/// Links the copied events, which may have gaps between their numbers: the log of this database begins behind them.
fn link(conn: &Connection, header: &CopyHeader) -> Result<(), SqliteError> {
    let [.., start] = header.drawn;
    let latest = header.latest_event_at.map(|at| at.unix());
    conn.execute(
        "UPDATE meta SET bound_from = coalesce((SELECT min(id) FROM event), ?1 + 1), time_floor = ?2, log_start = ?1",
        params![start, latest],
    )?;
    let root = ChainRoot::read(conn)?;
    let mut before = GENESIS;
    {
        let mut read = conn.prepare(&format!("SELECT {COLUMNS} FROM event ORDER BY id"))?;
        let mut write = conn.prepare("UPDATE event SET link = ?2 WHERE id = ?1")?;
        let mut rows = read.query([])?;
        while let Some(row) = rows.next()? {
            let event = logged(row)?;
            before = event.link(&root.before(event.id, &before));
            write.execute(params![event.id, before])?;
        }
    }
    conn.execute("UPDATE meta SET log_start_link = ?1", [before])?;
    Ok(())
}

impl CopyTarget for Unfinished {
    fn rows(
        &self,
        table: &CopyTable,
        after: &[CopyValue],
        up_to: Option<&[CopyValue]>,
    ) -> Result<Vec<CopyRow>, StoreError> {
        Ok(copy_rows::read(&self.conn, table, after, up_to, None)?)
    }

    fn replace(
        &mut self,
        table: &CopyTable,
        after: &[CopyValue],
        rows: &[CopyRow],
    ) -> Result<(), StoreError> {
        Ok(self.put(table, after, rows)?)
    }

    fn truncate(&mut self, table: &CopyTable, after: &[CopyValue]) -> Result<(), StoreError> {
        Ok(delete(&self.conn, table, after, None)?)
    }

    fn complete(&mut self, header: &CopyHeader, event: &Event) -> Result<(), StoreError> {
        Ok(self.finish(header, event)?)
    }

    fn activate(&mut self) -> Result<(), StoreError> {
        Ok(self.open()?)
    }
}

/// Nothing is left beside a file that was opened, unless another process has it open already.
impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
    }
}
