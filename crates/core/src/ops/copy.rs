//! Moving a whole store into another kind of store. Rows are copied in portions, each whole; a portion that is there
//! already is left as it is, so that an interrupted copy goes on where it ended. At the end both sides are compared.

use std::path::PathBuf;

use crate::model::event::{Action, Event};
use crate::store::{
    COPY_TABLES, CopyFrom, CopyHeader, CopyInto, CopySource, CopyTable, CopyTarget, CopyValue, StoreError,
    hash_rows,
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

/// Moves a store: copies it, compares both sides, marks the old one as moved, and opens the new one. `progress` gets
/// the rows so far.
///
/// # Errors
/// The stores'. Until the old store is marked, it is as it was.
pub fn copy(what: Move<'_>, progress: &mut dyn FnMut(u64)) -> Result<CopyReport, StoreError> {
    let mut report = CopyReport::default();
    let mut filled: Option<(Box<dyn CopyTarget>, CopyHeader)> = None;
    let moved = what.from.with_source(Some(what.into_name), &mut |source| {
        let header = source.header()?;
        let mut target = what.into.begin(&header, what.from_name)?;
        let mut rows = 0;
        for table in &COPY_TABLES {
            let copied = fill(source, target.as_mut(), table, &mut |more| {
                rows += more;
                progress(rows);
            })?;
            report.tables.push((table.name, copied));
        }
        for table in &COPY_TABLES {
            compare(source, target.as_ref(), table)?;
        }
        target.complete(&header)?;
        filled = Some((target, header));
        Ok(())
    });
    match (moved, filled) {
        (Ok(kept), Some((mut target, header))) => {
            report.kept = kept;
            let detail = format!("from {}, head {}", what.from_name, header.head);
            target.activate(&Event::new(Action::DatabaseCopied, what.actor).detail(detail))?;
            Ok(report)
        }
        // Killed between the two last steps: the old store is marked, and the new one is complete.
        (Err(StoreError::Moved { to }), _) if to == what.into_name => {
            let detail = format!("from {}", what.from_name);
            what.into.resume()?.activate(&Event::new(Action::DatabaseCopied, what.actor).detail(detail))?;
            Ok(report)
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
    let differs = |first: &[CopyValue]| {
        let at = match first.first() {
            Some(CopyValue::Int(number)) => format!(" behind {number}"),
            _ => String::new(),
        };
        StoreError::Corrupt(format!("the copy differs from the original in table {}{at}", table.name))
    };
    let last = for_each_portion(source, table, &mut |after, portion| {
        let up_to = portion.last().map(|row| table.key_of(row));
        let same = hash_rows(&target.rows(table, after, up_to)?) == hash_rows(portion);
        if same { Ok(()) } else { Err(differs(after)) }
    })?;
    if target.rows(table, &last, None)?.is_empty() { Ok(()) } else { Err(differs(&last)) }
}
