//! Moving a whole store into another kind of store. Rows are copied in portions, each whole; a portion that is there
//! already is left as it is, so that an interrupted copy goes on where it ended. At the end both sides are compared.

use std::cell::Cell;
use std::collections::HashSet;
use std::path::PathBuf;

use crate::counted;
use crate::model::event::{Action, Event};
use crate::store::{
    COPY_TABLES, CopyFrom, CopyHeader, CopyInto, CopyRow, CopySource, CopyTable, CopyTarget, CopyValue,
    StoreError, hash_rows,
};

/// The rows of one portion.
const ROWS_PER_PORTION: usize = 10_000;

/// What is to be moved where; the names are for the audit log and for whoever asks the old store later.
#[derive(Clone, Copy)]
pub struct Move<'a> {
    /// The store that is moved.
    pub from: &'a dyn CopyFrom,
    /// Its name.
    pub from_name: &'a str,
    /// Where it is moved.
    pub into: &'a dyn CopyInto,
    /// Its name, without a password.
    pub into_name: &'a str,
    /// Who moves it.
    pub actor: &'a str,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyReport {
    /// The rows of each table.
    pub tables: Vec<(&'static str, u64)>,
    /// Where the contents of the old store are kept.
    pub kept: Option<PathBuf>,
}

/// Why a store was not moved.
#[derive(Debug)]
pub struct CopyError {
    /// Whether the new store failed, and not the one that is moved.
    pub at_target: bool,
    /// The error.
    pub error: StoreError,
}

/// A target that takes note of its own errors: both sides are read and compared in turns.
struct Watched<'a> {
    target: Box<dyn CopyTarget>,
    failed: &'a Cell<bool>,
}

impl Watched<'_> {
    fn note<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.failed.set(self.failed.get() || result.is_err());
        result
    }
}

impl CopyTarget for Watched<'_> {
    fn rows(
        &self,
        table: &CopyTable,
        after: &[CopyValue],
        up_to: Option<&[CopyValue]>,
    ) -> Result<Vec<CopyRow>, StoreError> {
        self.note(self.target.rows(table, after, up_to))
    }

    fn replace(
        &mut self,
        table: &CopyTable,
        after: &[CopyValue],
        rows: &[CopyRow],
    ) -> Result<(), StoreError> {
        let replaced = self.target.replace(table, after, rows);
        self.note(replaced)
    }

    fn truncate(&mut self, table: &CopyTable, after: &[CopyValue]) -> Result<(), StoreError> {
        let truncated = self.target.truncate(table, after);
        self.note(truncated)
    }

    fn complete(&mut self, header: &CopyHeader, event: &Event) -> Result<(), StoreError> {
        let completed = self.target.complete(header, event);
        self.note(completed)
    }

    fn activate(&mut self) -> Result<(), StoreError> {
        let activated = self.target.activate();
        self.note(activated)
    }
}

/// Moves a store: copies it, compares both sides, marks the old one as moved, and opens the new one. `progress` gets
/// the rows so far.
///
/// # Errors
/// The stores'. Until the old store is marked, it is as it was.
pub fn copy(what: Move<'_>, progress: &mut dyn FnMut(u64)) -> Result<CopyReport, CopyError> {
    let failed = Cell::new(false);
    move_store(what, &failed, progress).map_err(|error| CopyError { at_target: failed.get(), error })
}

fn move_store(
    what: Move<'_>,
    failed: &Cell<bool>,
    progress: &mut dyn FnMut(u64),
) -> Result<CopyReport, StoreError> {
    let mut report = CopyReport::default();
    let mut filled: Option<Watched<'_>> = None;
    let watch = |target: Result<Box<dyn CopyTarget>, StoreError>| {
        failed.set(target.is_err());
        target.map(|target| Watched { target, failed })
    };
    let moved = what.from.with_source(Some(what.into_name), &mut |source| {
        let header = source.header()?;
        let mut target = watch(what.into.begin(&header, what.from_name))?;
        let mut rows = 0;
        for table in &COPY_TABLES {
            let copied = fill(source, &mut target, table, &mut |more| {
                rows += more;
                progress(rows);
            })?;
            report.tables.push((table.name, copied));
        }
        for table in &COPY_TABLES {
            compare(source, &target, table)?;
        }
        let events = counted(header.events, "event", "events");
        let detail = format!("from {}, {events}, head {}", what.from_name, header.head);
        // Whole, although a head has the shape of a token: it is what the new log is compared with.
        let event = Event { detail: Some(detail), ..Event::new(Action::DatabaseCopied, what.actor) };
        target.complete(&header, &event)?;
        filled = Some(target);
        Ok(())
    });
    match (moved, filled) {
        (Ok(kept), Some(mut target)) => {
            report.kept = kept;
            target.activate()?;
            Ok(report)
        }
        // Killed between the two last steps: the old store is marked, and the new one is complete.
        (Err(StoreError::Moved { to }), _) if to == what.into_name => {
            match watch(what.into.resume()).and_then(|mut target| target.activate()) {
                Ok(()) => Ok(report),
                // Everything was done before.
                Err(StoreError::Refused(_)) => {
                    failed.set(false);
                    Err(StoreError::Moved { to })
                }
                Err(error) => Err(error),
            }
        }
        (Err(error), _) => Err(error),
        (Ok(_), None) => Err(StoreError::Corrupt("the copy did not begin".to_owned())),
    }
}

/// Counts what would be moved, and verifies its audit log; changes nothing.
///
/// # Errors
/// The store's.
pub fn plan(from: &dyn CopyFrom) -> Result<CopyReport, StoreError> {
    let mut report = CopyReport::default();
    from.with_source(None, &mut |source| {
        source.header()?;
        for table in &COPY_TABLES {
            let mut rows = 0;
            for_each_portion(source, table, &mut |_, portion| {
                rows += portion.len() as u64;
                Ok(())
            })?;
            report.tables.push((table.name, rows));
        }
        Ok(())
    })?;
    Ok(report)
}

/// Gets the key behind which a portion begins, and its rows.
type OnPortion<'a> = &'a mut dyn FnMut(&[CopyValue], &[Vec<CopyValue>]) -> Result<(), StoreError>;

/// Reads a table in portions, and returns the last key.
fn for_each_portion(
    source: &dyn CopySource,
    table: &CopyTable,
    each: OnPortion<'_>,
) -> Result<Vec<CopyValue>, StoreError> {
    let mut after: Vec<CopyValue> = Vec::new();
    loop {
        let portion = source.rows(table, &after, ROWS_PER_PORTION)?;
        let Some(last) = portion.last() else { return Ok(after) };
        each(&after, &portion)?;
        after = table.key_of(last).to_vec();
    }
}

/// Copies a table, and returns the number of its rows.
fn fill(
    source: &dyn CopySource,
    target: &mut dyn CopyTarget,
    table: &CopyTable,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, StoreError> {
    let mut rows = 0;
    let last = for_each_portion(source, table, &mut |after, portion| {
        let up_to = portion.last().map(|row| table.key_of(row));
        if hash_rows(&target.rows(table, after, up_to)?) != hash_rows(portion) {
            target.replace(table, after, portion)?;
        }
        rows += portion.len() as u64;
        progress(portion.len() as u64);
        Ok(())
    })?;
    // What an interrupted copy left behind may have been deleted since.
    target.truncate(table, &last)?;
    Ok(rows)
}

/// Compares a table on both sides.
fn compare(source: &dyn CopySource, target: &dyn CopyTarget, table: &CopyTable) -> Result<(), StoreError> {
    let last = for_each_portion(source, table, &mut |after, portion| {
        let up_to = portion.last().map(|row| table.key_of(row));
        let copied = target.rows(table, after, up_to)?;
        let same = hash_rows(&copied) == hash_rows(portion);
        if same { Ok(()) } else { Err(difference(table, portion, &copied)) }
    })?;
    let surplus = target.rows(table, &last, None)?;
    if surplus.is_empty() { Ok(()) } else { Err(difference(table, &[], &surplus)) }
}

/// The rows that a message about a difference names.
const MAX_ROWS_NAMED: usize = 5;

/// Names the rows that are not the same on both sides.
fn difference(table: &CopyTable, original: &[CopyRow], copied: &[CopyRow]) -> StoreError {
    let only = |of: &[CopyRow], other: &[CopyRow]| -> Vec<String> {
        let other: HashSet<[u8; 32]> = other.iter().map(hash_row).collect();
        let missing = of.iter().filter(|row| !other.contains(&hash_row(row)));
        missing.map(|row| name_of(table, row)).take(MAX_ROWS_NAMED).collect()
    };
    let mut rows = only(original, copied);
    for name in only(copied, original) {
        if !rows.contains(&name) {
            rows.push(name);
        }
    }
    rows.truncate(MAX_ROWS_NAMED);
    StoreError::Corrupt(format!(
        "the copy differs from the original in table {}: {}",
        table.name,
        rows.join(", ")
    ))
}

fn hash_row(row: &CopyRow) -> [u8; 32] {
    hash_rows(std::slice::from_ref(row))
}

/// A row by the numbers and texts of its key; bytes may be secret.
fn name_of(table: &CopyTable, row: &CopyRow) -> String {
    let parts = table.key_of(row).iter().filter_map(|value| match value {
        CopyValue::Int(number) => Some(number.to_string()),
        CopyValue::Text(text) => Some(text.clone()),
        CopyValue::Null | CopyValue::Bytes(_) => None,
    });
    let name = parts.collect::<Vec<_>>().join(" ");
    if name.is_empty() { "a row".to_owned() } else { name }
}
