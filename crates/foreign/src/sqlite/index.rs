//! Looks rows up in an index of the program, where one holds the column that decides. The values themselves are
//! read again with the rows: an entry only says which rows are worth reading.

use rusqlite::{Connection, OptionalExtension as _};

use super::error::translate;
use super::query::{Conditions, quoted, rowid_name, rows};
use crate::source::{Query, SourceError, Window};
use crate::value::{Row, Value};

/// The most rows that are looked up: a number for each is kept. Where there are more, reading the whole table costs
/// about as much.
const MAX_ROWIDS: usize = 1_000_000;
/// Entries that are read in one transaction.
const PAGE_ENTRIES: usize = 16_384;

/// The rows of a window in ascending order, each once; none where no index holds the column or they are too many.
pub(super) fn rowids(
    connection: &Connection,
    query: &Query,
    window: &Window,
) -> Result<Option<Vec<i64>>, SourceError> {
    if !is_indexed(connection, query, window)? {
        return Ok(None);
    }
    let entry = Query {
        columns: vec![window.column.clone()],
        capped: None,
        only: Vec::new(),
        order: Vec::new(),
        ..query.clone()
    };
    let mut found = Vec::new();
    for value in &window.values {
        read_equal(connection, &entry, value, &mut found)?;
    }
    for (from, below) in &window.ranges {
        read_range(connection, &entry, from.as_ref(), below.as_ref(), &mut found)?;
    }
    if found.len() > MAX_ROWIDS {
        return Ok(None);
    }
    // A session that is used meanwhile moves in the index and is met twice.
    found.sort_unstable();
    found.dedup();
    Ok(Some(found))
}

/// Whether an index of all rows begins with the column, in the order in which the window compares.
fn is_indexed(connection: &Connection, query: &Query, window: &Window) -> Result<bool, SourceError> {
    let sql = "SELECT 1 FROM pragma_index_list(?1) AS list, pragma_index_xinfo(list.name) AS entry \
               WHERE list.partial = 0 AND entry.seqno = 0 AND entry.name = ?2 COLLATE NOCASE \
               AND entry.coll = 'BINARY' COLLATE NOCASE LIMIT 1";
    let mut statement = connection.prepare_cached(sql).map_err(translate)?;
    let found = statement.query_row([&query.table, &window.column], |_| Ok(())).optional();
    Ok(found.map_err(translate)?.is_some())
}

fn read_equal(
    connection: &Connection,
    entry: &Query,
    value: &Value,
    found: &mut Vec<i64>,
) -> Result<(), SourceError> {
    let (column, rowid) = (compared(entry), rowid_name(entry));
    let mut after: Option<Value> = None;
    loop {
        let mut conditions = Conditions::default().and(format!("{column} IS ?"), [value]);
        if let Some(after) = &after {
            conditions = conditions.and(format!("{rowid} > ?"), [after]);
        }
        let Some(last) = read_page(connection, entry, conditions, rowid, found)? else { return Ok(()) };
        after = Some(Value::Integer(last.rowid.unwrap_or(i64::MAX)));
    }
}

fn read_range(
    connection: &Connection,
    entry: &Query,
    from: Option<&Value>,
    below: Option<&Value>,
    found: &mut Vec<i64>,
) -> Result<(), SourceError> {
    let (column, rowid) = (compared(entry), rowid_name(entry));
    let order = format!("{column}, {rowid}");
    let mut place: Option<[Value; 2]> = None;
    loop {
        let mut conditions = Conditions::default();
        match (&place, from) {
            (Some(place), _) => conditions = conditions.and(format!("({order}) > (?, ?)"), place),
            (None, Some(from)) => conditions = conditions.and(format!("{column} >= ?"), [from]),
            (None, None) => {}
        }
        if let Some(below) = below {
            conditions = conditions.and(format!("{column} < ?"), [below]);
        }
        let Some(last) = read_page(connection, entry, conditions, &order, found)? else { return Ok(()) };
        let value = last.values.into_iter().next().unwrap_or(Value::Null);
        place = Some([value, Value::Integer(last.rowid.unwrap_or(i64::MAX))]);
    }
}

/// The last entry of a full page, after which the next one begins.
fn read_page(
    connection: &Connection,
    entry: &Query,
    conditions: Conditions<'_>,
    order: &str,
    found: &mut Vec<i64>,
) -> Result<Option<Row>, SourceError> {
    let sql = format!(
        "SELECT {}, {} FROM {}{} ORDER BY {order} LIMIT {PAGE_ENTRIES}",
        quoted(&entry.columns[0]),
        rowid_name(entry),
        quoted(&entry.table),
        conditions.sql()
    );
    let mut page = rows(connection, &sql, conditions.values(), entry, &mut |_| false)?;
    found.extend(page.iter().filter_map(|(row, _)| row.rowid));
    let full = page.len() == PAGE_ENTRIES && found.len() <= MAX_ROWIDS;
    Ok(page.pop().filter(|_| full).map(|(row, _)| row))
}

/// The column, compared byte by byte: a collation that only the program knows is no error then.
fn compared(entry: &Query) -> String {
    format!("{} COLLATE BINARY", quoted(&entry.columns[0]))
}
