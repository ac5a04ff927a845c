//! Reads rows in pages, each in a transaction of its own: a statement that is held open keeps a program in
//! rollback mode from committing, and keeps a WAL from being emptied.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rusqlite::Connection;

use super::access::Access;
use super::error::translate;
use super::header::{Header, WalVersion, exists_beside};
use super::index;
use super::query::{Conditions, Placed, find, quoted, rowid_name, rows, select};
use super::schema;
use crate::source::{
    PAGE_BYTES, PAGE_ROWS, Page, Place, Query, Source, SourceError, StorageFacts, Table, TableDetails, Which,
    Window,
};
use crate::value::{Row, Value};

/// A file that is read.
pub(super) struct SqliteSource {
    connection: Connection,
    path: PathBuf,
    access: Access,
}

impl SqliteSource {
    pub(super) fn new(connection: Connection, path: &Path, access: Access) -> Self {
        SqliteSource { connection, path: path.to_owned(), access }
    }

    fn by_rowid(&self, query: &Query, after: Option<i64>, last: i64) -> Result<Page, SourceError> {
        let name = rowid_name(query);
        let (after, last_value) = (after.map(Value::Integer), Value::Integer(last));
        let mut conditions = Conditions::default().and(format!("{name} <= ?"), [&last_value]);
        if let Some(after) = &after {
            conditions = conditions.and(format!("{name} > ?"), [after]);
        }
        let conditions = conditions.and_of(query);
        let sql = format!("{}{} ORDER BY {name} LIMIT {PAGE_ROWS}", select(query), conditions.sql());
        let (rows, full) = self.read(&sql, conditions.values(), query)?;
        let rows: Vec<Row> = rows.into_iter().map(|(row, _)| row).collect();
        let reached = rows.last().and_then(|row| row.rowid);
        let next = reached.filter(|rowid| full && *rowid < last).map(|after| Place::Rowid { after, last });
        Ok(Page { rows, next })
    }

    fn by_key(&self, query: &Query, after: &[Value]) -> Result<Page, SourceError> {
        let names = query.order.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
        let marks = vec!["?"; query.order.len()].join(", ");
        let mut conditions = Conditions::default();
        match after {
            [] => {}
            // Nothing is greater than null, which SQLite orders first.
            [Value::Null] => conditions = conditions.and(format!("{names} IS NOT NULL"), []),
            _ => conditions = conditions.and(format!("({names}) > ({marks})"), after),
        }
        let conditions = conditions.and_of(query);
        let sql = format!("{}{} ORDER BY {names} LIMIT {PAGE_ROWS}", select(query), conditions.sql());
        let (rows, full) = self.read(&sql, conditions.values(), query)?;
        let next = rows.last().filter(|_| full).map(|(row, order)| {
            Place::Key(if query.order_beside().is_empty() { row.values.clone() } else { order.clone() })
        });
        Ok(Page { rows: rows.into_iter().map(|(row, _)| row).collect(), next })
    }

    /// Rows that were looked up. Those that are gone meanwhile are left out.
    fn listed(&self, query: &Query, rowids: &Rc<[i64]>, at: usize) -> Result<Page, SourceError> {
        let end = rowids.len().min(at + PAGE_ROWS);
        let name = rowid_name(query);
        let list = rowids[at..end].iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let list = Value::text(&format!("[{list}]"));
        let place = format!("{name} IN (SELECT value FROM json_each(?))");
        let conditions = Conditions::default().and(place, [&list]).and_of(query);
        let sql = format!("{}{} ORDER BY {name}", select(query), conditions.sql());
        let (rows, full) = self.read(&sql, conditions.values(), query)?;
        let rows: Vec<Row> = rows.into_iter().map(|(row, _)| row).collect();
        // A page of large rows ends early: the next one begins after its last row.
        let reached = rows.last().and_then(|row| row.rowid).filter(|_| full);
        let at = reached.map_or(end, |last| rowids.partition_point(|rowid| *rowid <= last));
        let next = (at < rowids.len()).then(|| Place::Listed { rowids: Rc::clone(rowids), at });
        Ok(Page { rows, next })
    }

    /// The rows, and whether there may be more.
    fn read(&self, sql: &str, values: &[&Value], query: &Query) -> Result<(Vec<Placed>, bool), SourceError> {
        let (mut bytes, mut full) = (0, false);
        let mut stop = |row: &Row| {
            bytes += row.values.iter().map(Value::size).sum::<usize>();
            full = full || bytes >= PAGE_BYTES;
            full
        };
        let found = rows(&self.connection, sql, values, query, &mut stop)?;
        let full = full || found.len() == PAGE_ROWS;
        Ok((found, full))
    }
}

impl Source for SqliteSource {
    fn tables(&self) -> Result<Vec<Table>, SourceError> {
        schema::tables(&self.connection)
    }

    fn details(&self, table: &str) -> Result<TableDetails, SourceError> {
        schema::details(&self.connection, table)
    }

    fn sample(&self, query: &Query, count: usize) -> Result<Vec<Row>, SourceError> {
        let names: Vec<String> = match query.rowid {
            None => query.order.iter().map(|name| quoted(name)).collect(),
            Some(name) => vec![name.to_owned()],
        };
        let conditions = Conditions::default().and_of(query);
        let mut all: Vec<Placed> = Vec::new();
        for direction in ["", " DESC"] {
            let order: Vec<String> = names.iter().map(|name| format!("{name}{direction}")).collect();
            let (select, filter) = (select(query), conditions.sql());
            let sql = format!("{select}{filter} ORDER BY {} LIMIT {count}", order.join(", "));
            let mut bytes = 0;
            let mut stop = |row: &Row| {
                bytes += row.values.iter().map(Value::size).sum::<usize>();
                bytes >= PAGE_BYTES
            };
            let end = rows(&self.connection, &sql, conditions.values(), query, &mut stop)?;
            // In a small table the two ends overlap: a row counts once.
            let is_new = |entry: &Placed, all: &[Placed]| {
                let is_same = |row: &Row| {
                    row.rowid == entry.0.rowid && (row.rowid.is_some() || row.values == entry.0.values)
                };
                !all.iter().any(|(row, order)| is_same(row) && *order == entry.1)
            };
            let fresh: Vec<Placed> = end.into_iter().filter(|entry| is_new(entry, &all)).collect();
            all.extend(fresh);
        }
        Ok(all.into_iter().map(|(row, _)| row).collect())
    }

    fn start(&self, query: &Query, window: Option<&Window>) -> Result<Place, SourceError> {
        let rowids = match window {
            Some(window) if query.rowid.is_some() => index::rowids(&self.connection, query, window)?,
            _ => None,
        };
        Ok(rowids.map_or(Place::Start, |rowids| Place::Listed { rowids: rowids.into(), at: 0 }))
    }

    fn page(&self, query: &Query, after: &Place) -> Result<Page, SourceError> {
        match after {
            Place::Listed { rowids, at } => self.listed(query, rowids, *at),
            Place::Start if query.rowid.is_none() => self.by_key(query, &[]),
            Place::Key(after) => self.by_key(query, after),
            Place::Rowid { after, last } => self.by_rowid(query, Some(*after), *last),
            Place::Start => {
                // A table that is written to all the time would never end: only rows that are there now.
                let sql = format!("SELECT max({}) FROM {}", rowid_name(query), quoted(&query.table));
                let last = self.connection.query_row(&sql, [], |row| row.get::<_, Option<i64>>(0));
                match last.map_err(translate)? {
                    Some(last) => self.by_rowid(query, None, last),
                    None => Ok(Page { rows: Vec::new(), next: None }),
                }
            }
        }
    }

    fn find(&self, query: &Query, which: &Which, most: usize) -> Result<Vec<Row>, SourceError> {
        find(&self.connection, query, which, most)
    }

    fn storage(&self) -> StorageFacts {
        let owner = std::fs::metadata(&self.path).ok().map(|meta| meta.uid());
        // A program in rollback mode leaves a trace only while it writes.
        let (journal_mode, in_use) = match self.access {
            Access::Locks => ("rollback", None),
            Access::SharedMemory => ("wal", Some(true)),
            Access::Immutable(_) | Access::PrivateIndex(..) => ("wal", Some(false)),
        };
        StorageFacts { journal_mode, owner, in_use }
    }

    fn notes(&self) -> Vec<String> {
        match self.access {
            Access::PrivateIndex(..) => {
                vec![
                    "the file has a -wal and no -shm: it is read as a copy that no program has open"
                        .to_owned(),
                ]
            }
            _ => Vec::new(),
        }
    }

    fn finish(self: Box<Self>) -> Result<(), SourceError> {
        let (before, wal) = match self.access {
            Access::Immutable(before) => (before, None),
            Access::PrivateIndex(before, wal) => (before, Some(wal)),
            Access::Locks | Access::SharedMemory => return Ok(()),
        };
        let path = self.path.clone();
        drop(self);
        let unchanged = Header::read(&path)?.version() == before
            && WalVersion::beside(&path) == wal
            // A program that has the file open since then has created it.
            && (wal.is_none() || !exists_beside(&path, "-shm"));
        if unchanged { Ok(()) } else { Err(SourceError::Changed) }
    }
}
