//! The database of another program, as the interpreter sees it: tables, columns, rows and values. No SQL type
//! crosses these traits, and a layout never knows which database it runs on.

use std::rc::Rc;
use std::time::Duration;

use thiserror::Error;

use crate::value::{Row, Value};

/// The most rows of a page.
pub const PAGE_ROWS: usize = 4_096;
/// The bytes after which a page ends early.
pub const PAGE_BYTES: usize = 8 * 1024 * 1024;
/// How long a lock of the program is waited for.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// A table or view.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name as the database spells it.
    pub name: String,
    /// Whether it is a real table: rows can be deleted from it.
    pub is_table: bool,
    /// Whether rows have no rowid.
    pub without_rowid: bool,
    /// The columns as the database spells them.
    pub columns: Vec<String>,
    /// The columns whose values the database computes.
    pub generated: Vec<String>,
}

impl Table {
    /// The column's name as the database spells it; names have no case.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&str> {
        self.columns.iter().find(|column| column.eq_ignore_ascii_case(name)).map(String::as_str)
    }

    /// The name under which the rowid is read: one that no column has, because a column hides it.
    #[must_use]
    pub fn rowid_name(&self) -> Option<&'static str> {
        let names = ["rowid", "_rowid_", "oid"].into_iter();
        names.filter(|_| !self.without_rowid).find(|name| self.column(name).is_none())
    }
}

/// The real table of this name; names have no case. A view is none: no row can be deleted from it.
#[must_use]
pub(crate) fn real_table<'t>(tables: &'t [Table], name: &str) -> Option<&'t Table> {
    tables.iter().find(|table| table.is_table && table.name.eq_ignore_ascii_case(name))
}

/// What a table has beside its columns.
#[derive(Clone, Debug, Default)]
pub struct TableDetails {
    /// The columns of the primary key.
    pub primary_key: Vec<String>,
    /// Sets of columns of which no two rows have the same values; the primary key is one.
    pub unique: Vec<Vec<String>>,
    /// The names of indexes with their columns.
    pub indexes: Vec<(String, Vec<String>)>,
    /// The names of triggers.
    pub triggers: Vec<String>,
}

/// What is known of the place where the database is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageFacts {
    /// How the program writes: `wal` or `rollback`.
    pub journal_mode: &'static str,
    /// The number of the account that owns the file.
    pub owner: Option<u32>,
    /// Whether another process has the database open; none where that leaves no trace.
    pub in_use: Option<bool>,
}

/// Which columns of which rows are read.
#[derive(Clone, Debug)]
pub struct Query {
    /// The table.
    pub table: String,
    /// The columns, in the order of the values of a row.
    pub columns: Vec<String>,
    /// The column whose values are left out where they are longer than a payload may be; the negative length is read.
    pub capped: Option<usize>,
    /// Rows that exist: each column has its value.
    pub only: Vec<(String, Value)>,
    /// The columns that order rows whose rowid is not read.
    pub order: Vec<String>,
    /// The name of the rowid, where it is read.
    pub rowid: Option<&'static str>,
}

/// Conditions on rows, of which all must hold.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// Each column has its value; null is a value.
    pub equal: Vec<(String, Value)>,
    /// A column that is neither null nor empty.
    pub filled: Option<String>,
}

impl Which {
    /// Rows in which a column has a value.
    #[must_use]
    pub fn is(column: &str, value: &Value) -> Self {
        vec![(column.to_owned(), value.clone())].into()
    }
}

impl From<Vec<(String, Value)>> for Which {
    fn from(equal: Vec<(String, Value)>) -> Self {
        Which { equal, filled: None }
    }
}

impl Query {
    /// The columns of the order that are read beside the values of a row: none where these are the values.
    pub(crate) fn order_beside(&self) -> &[String] {
        if self.order == self.columns { &[] } else { &self.order }
    }
}

/// Values of one column; rows with others need not be read. Numbers come before text, and text is compared byte
/// by byte.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// The column.
    pub column: String,
    /// The ranges, each with its least value and the value that is just above it.
    pub ranges: Vec<(Option<Value>, Option<Value>)>,
    /// Further values, null among them.
    pub values: Vec<Value>,
}

/// A place between two rows.
#[derive(Clone, Debug)]
pub enum Place {
    /// Before the first row.
    Start,
    /// After the row with this rowid, and up to another that was the last when reading began.
    Rowid {
        /// The row.
        after: i64,
        /// The last row.
        last: i64,
    },
    /// After the row with these values of [`Query::order`].
    Key(Vec<Value>),
    /// Before the row at this position among rows that were looked up in an index; in ascending order.
    Listed {
        /// The rows.
        rowids: Rc<[i64]>,
        /// The position.
        at: usize,
    },
}

/// Some rows, and where the next ones begin.
#[derive(Debug)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Where the next page begins; none where this was the last.
    pub next: Option<Place>,
}

/// Reads a foreign database.
pub trait Source {
    /// All tables and views.
    ///
    /// # Errors
    /// [`SourceError`], as for every method of these traits.
    fn tables(&self) -> Result<Vec<Table>, SourceError>;
    /// Keys, indexes and triggers of a table.
    ///
    /// # Errors
    /// [`SourceError`].
    fn details(&self, table: &str) -> Result<TableDetails, SourceError>;
    /// Up to `count` rows from each end of the table.
    ///
    /// # Errors
    /// [`SourceError`].
    fn sample(&self, query: &Query, count: usize) -> Result<Vec<Row>, SourceError>;
    /// The rows after a place, in a transaction of its own that has ended when this returns.
    ///
    /// # Errors
    /// [`SourceError`].
    fn page(&self, query: &Query, after: &Place) -> Result<Page, SourceError>;
    /// Where reading begins: where an index holds the column of the window, before the first of the rows in it, and
    /// else before the first of all rows.
    ///
    /// # Errors
    /// [`SourceError`].
    fn start(&self, query: &Query, window: Option<&Window>) -> Result<Place, SourceError>;
    /// The rows that the conditions name; at most `most`.
    ///
    /// # Errors
    /// [`SourceError`].
    fn find(&self, query: &Query, which: &Which, most: usize) -> Result<Vec<Row>, SourceError>;
    /// How and by whom the database is kept.
    fn storage(&self) -> StorageFacts;
    /// What the reader has to know about how the database was read.
    fn notes(&self) -> Vec<String>;
    /// Ends the reading: an error where the database was changed in a way that makes what was read worthless.
    ///
    /// # Errors
    /// [`SourceError::Changed`].
    fn finish(self: Box<Self>) -> Result<(), SourceError>;
}

/// One write transaction.
pub trait Transaction {
    /// As [`Source::find`], inside the transaction.
    ///
    /// # Errors
    /// [`SourceError`].
    fn find(&self, query: &Query, which: &Which, most: usize) -> Result<Vec<Row>, SourceError>;
    /// Deletes the rows that the conditions name; how many.
    ///
    /// # Errors
    /// [`SourceError`].
    fn delete(&self, table: &str, which: &Which) -> Result<usize, SourceError>;
    /// Sets columns of the rows that the conditions name; how many.
    ///
    /// # Errors
    /// [`SourceError`].
    fn update(&self, table: &str, set: &[(String, Value)], which: &Which) -> Result<usize, SourceError>;
}

/// What an act in a write transaction decides at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Everything is kept.
    Commit,
    /// Nothing is kept.
    RollBack,
}

/// An act in a write transaction.
pub type Act<'a> = dyn FnMut(&dyn Transaction) -> Result<Decision, SourceError> + 'a;

/// Writes to a foreign database.
pub trait Target {
    /// Runs an act in one write transaction: everything is kept, or nothing where it fails or decides so.
    ///
    /// # Errors
    /// [`SourceError`].
    fn transaction(&mut self, act: &mut Act<'_>) -> Result<(), SourceError>;
}

/// Opens the same foreign database again: to write, and to look again after writing.
pub trait SourceFactory {
    /// Opens it for reading.
    ///
    /// # Errors
    /// [`SourceError`].
    fn reader(&self) -> Result<Box<dyn Source>, SourceError>;
    /// Opens it for writing; `foreign_keys` where rows that refer to deleted ones go along.
    ///
    /// # Errors
    /// [`SourceError`].
    fn writer(&self, foreign_keys: bool) -> Result<Box<dyn Target>, SourceError>;
    /// The device and inode of the file, for the audit log.
    fn identity(&self) -> String;
}

/// Why a foreign database could not be read or written. Hints are added by a front, by variant.
#[derive(Debug, Error)]
pub enum SourceError {
    /// There is no file.
    #[error("there is no such file")]
    Missing,
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// The file is of another kind.
    #[error("not an SQLite database")]
    NotSqlite,
    /// The file is damaged.
    #[error("the file is damaged")]
    Damaged,
    /// The program holds a lock.
    #[error("the database is locked by another program; waited {} s", LOCK_TIMEOUT.as_secs())]
    Busy,
    /// The program was interrupted while it wrote, and its journal was not rolled back.
    #[error("the program was interrupted while writing, and its journal has to be rolled back")]
    Interrupted,
    /// The file may not be read by this user.
    #[error("permission denied: the file belongs to user id {owner}")]
    Denied {
        /// The owner's user id.
        owner: u32,
    },
    /// The file may be read by this user, and not written.
    #[error("the file or its folder is read-only")]
    ReadOnly,
    /// Another file has the name since this one was opened, or none has.
    #[error("the file was moved or replaced meanwhile")]
    Moved,
    /// Only the owner of the file may do this without harm.
    #[error("only the owner of the file (user id {owner}) can do this without harm to the program")]
    NeedsOwner {
        /// The owner's user id.
        owner: u32,
    },
    /// The file was changed while it was read as one that nobody changes.
    #[error("the program changed the file while it was read; run the command again")]
    Changed,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The database refused the change: a trigger, a constraint, a function that may not be called.
    #[error("the database refused the change: {0}")]
    Refused(String),
    /// The operating system refused.
    #[error("cannot read the file: {0}")]
    Io(std::io::Error),
    /// Anything else that the database reports.
    #[error("the database reports: {0}")]
    Engine(String),
}
