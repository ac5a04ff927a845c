//! From what a user wrote to rows: ids, prefixes of fingerprints, or tokens, in this order.

use super::{Context, OpsError, Step};
use crate::filter::is_prefix;
use crate::source::{Place, Query, Source};
use crate::token;
use crate::value::{FINGERPRINT_DIGITS, Key, Row};

/// The most ids that an error lists.
const MAX_LISTED_IDS: usize = 10;

/// What a user wrote, found or not.
#[derive(Debug)]
pub enum Resolved {
    /// A row, by its id.
    Id(Row),
    /// A row, by a token.
    Token(token::Hit),
    /// Nothing.
    Unknown,
}

/// Finds the row that a user named.
///
/// # Errors
/// [`OpsError::Ambiguous`] for a prefix of several ids; [`OpsError::Token`] where a token needs a secret.
pub fn resolve(cx: &mut Context<'_>, written: &str) -> Result<Resolved, OpsError> {
    let found = cx.read(&mut |source| {
        if let Some(row) = by_id(cx, source, written)? {
            return Ok(Resolved::Id(row));
        }
        // Text in which no token is found names no session.
        let token = match token::token_in(cx.plan(), written) {
            Ok(token) => token,
            Err(token::TokenError::None) => return Ok(Resolved::Unknown),
            Err(error) => return Err(error.into()),
        };
        let hit = token::find(source, cx.plan(), &token, cx.secrets)?;
        Ok(hit.map_or(Resolved::Unknown, Resolved::Token))
    })?;
    if matches!(found, Resolved::Token(_)) {
        let paths = cx.plan().layout.tokens.iter();
        let columns = paths.flat_map(|path| path.columns.iter().cloned()).collect();
        (cx.trace)(&Step::Followed { columns });
    }
    Ok(found)
}

fn by_id(cx: &Context<'_>, source: &dyn Source, written: &str) -> Result<Option<Row>, OpsError> {
    let plan = cx.plan();
    if plan.layout.key_is_secret() {
        return if is_prefix(written) { by_fingerprint(cx, source, written) } else { Ok(None) };
    }
    if let [column] = plan.key_columns.as_slice() {
        let value = crate::value::Value::text(written);
        let row = source.find(&plan.query, column, &value, 1)?.pop();
        // A number in a column of text, or text in a column without a type.
        let number = || written.parse().ok().map(crate::value::Value::Integer);
        return match (row, number()) {
            (Some(row), _) => Ok(Some(row)),
            (None, Some(number)) => Ok(source.find(&plan.query, column, &number, 1)?.pop()),
            (None, None) => Ok(None),
        };
    }
    let keys = matching_keys(cx, source, &mut |key| plan.id_of(key) == written)?;
    keys.into_iter().next().map_or(Ok(None), |(_, key)| row_of(cx, source, &key))
}

/// Hashes every key. Only the key's columns are read.
fn by_fingerprint(cx: &Context<'_>, source: &dyn Source, written: &str) -> Result<Option<Row>, OpsError> {
    let mut keys = matching_keys(cx, source, &mut |key| key.fingerprint_begins(written))?;
    if keys.len() > 1 && written.len() < FINGERPRINT_DIGITS {
        let ids = keys.into_iter().take(MAX_LISTED_IDS).map(|(id, _)| id).collect();
        return Err(OpsError::Ambiguous { written: written.to_owned(), ids });
    }
    keys.pop().map_or(Ok(None), |(_, key)| row_of(cx, source, &key))
}

fn matching_keys(
    cx: &Context<'_>,
    source: &dyn Source,
    matches: &mut dyn FnMut(&Key) -> bool,
) -> Result<Vec<(String, Key)>, OpsError> {
    let plan = cx.plan();
    // In the order of the keys the index of the key has all that is read, and the rows are left alone.
    let by_key = plan.query.only.is_empty() && plan.key_is_unique;
    let query = Query {
        columns: plan.key_columns.clone(),
        capped: None,
        order: if by_key { plan.key_columns.clone() } else { plan.query.order.clone() },
        without_rowid: by_key || plan.query.without_rowid,
        ..plan.query.clone()
    };
    let (mut place, mut found) = (Place::Start, Vec::new());
    loop {
        let page = source.page(&query, &place)?;
        for row in page.rows {
            let key = Key(row.values);
            if matches(&key) {
                found.push((plan.id_of(&key), key));
            }
        }
        match page.next {
            Some(next) => place = next,
            None => return Ok(found),
        }
    }
}

fn row_of(cx: &Context<'_>, source: &dyn Source, key: &Key) -> Result<Option<Row>, OpsError> {
    let plan = cx.plan();
    let (Some(column), Some(value)) = (plan.key_columns.first(), key.0.first()) else { return Ok(None) };
    let rows = source.find(&plan.query, column, value, crate::source::PAGE_ROWS)?;
    Ok(rows.into_iter().find(|row| plan.key_of(row) == *key))
}
