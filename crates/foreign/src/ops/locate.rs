//! Finds the row of a key again, and how a change names it. A row that is not found is gone: the whole key is asked
//! for, and where a database cannot compare it, the row's place.

use crate::plan::Plan;
use crate::source::{Place, Query, Source, SourceError, Transaction, Which};
use crate::value::{Key, Row, Value};

/// A row, and the conditions that name it and no other.
#[derive(Clone, Debug)]
pub(super) struct Located {
    pub(super) row: Row,
    pub(super) which: Which,
}

/// Where rows are searched.
pub(super) enum Finder<'a> {
    /// In a database that is read.
    Source(&'a dyn Source),
    /// In a write transaction.
    Transaction(&'a dyn Transaction),
}

impl Finder<'_> {
    fn find(&self, query: &Query, which: &Which, most: usize) -> Result<Vec<Row>, SourceError> {
        match self {
            Finder::Source(source) => source.find(query, which, most),
            Finder::Transaction(transaction) => transaction.find(query, which, most),
        }
    }
}

/// The row with this key; `rowid` is where it was read.
pub(super) fn locate(
    plan: &Plan,
    key: &Key,
    rowid: Option<i64>,
    finder: &Finder<'_>,
) -> Result<Option<Located>, SourceError> {
    let place = plan.query.rowid.zip(rowid).map(|(name, rowid)| Which::is(name, &Value::Integer(rowid)));
    let is_same = |row: &Row| plan.key_of(row) == *key;
    // Any number of rows can have no value in a unique column: only its place names such a row.
    if !key.0.contains(&Value::Null) || place.is_none() {
        let which = Which::from(plan.equalities(key));
        let mut found = finder.find(&plan.query, &which, 2)?;
        found.retain(is_same);
        if found.len() > 1 {
            return Err(SourceError::Refused("the key names several rows".to_owned()));
        }
        if let Some(row) = found.pop() {
            return Ok(Some(Located { row, which }));
        }
    }
    if let Some(which) = place {
        let row = finder.find(&plan.query, &which, 1)?.into_iter().find(is_same);
        if let Some(row) = row {
            return Ok(Some(Located { row, which }));
        }
    }
    if is_comparable(key) { Ok(None) } else { by_reading(plan, key, finder) }
}

/// Whether the database finds a text by its bytes. One in UTF-16 with half a character pair is read as something else.
fn is_comparable(key: &Key) -> bool {
    key.0.iter().all(|value| match value {
        Value::Text(bytes) => bytes.is_ascii(),
        _ => true,
    })
}

/// Reads every key: the row may have moved.
fn by_reading(plan: &Plan, key: &Key, finder: &Finder<'_>) -> Result<Option<Located>, SourceError> {
    let Some(name) = plan.query.rowid else {
        return Err(SourceError::Refused(
            "a key that is no ASCII cannot be compared in this table".to_owned(),
        ));
    };
    let query = Query { columns: plan.key_columns.clone(), capped: None, ..plan.query.clone() };
    let found = match finder {
        Finder::Transaction(transaction) => transaction.find(&query, &Which::default(), usize::MAX)?,
        Finder::Source(source) => {
            let (mut place, mut found) = (Some(Place::Start), Vec::new());
            while let Some(at) = place {
                let page = source.page(&query, &at)?;
                found.extend(page.rows.into_iter().filter(|row| row.values == key.0));
                place = page.next;
            }
            found
        }
    };
    let Some(rowid) = found.into_iter().find(|row| row.values == key.0).and_then(|row| row.rowid) else {
        return Ok(None);
    };
    let which = Which::is(name, &Value::Integer(rowid));
    let row = finder.find(&plan.query, &which, 1)?.into_iter().find(|row| plan.key_of(row) == *key);
    Ok(row.map(|row| Located { row, which }))
}
