//! From what a user wrote to rows: ids, prefixes of fingerprints, or tokens, in this order.

use std::collections::HashMap;

use super::locate::{Finder, locate};
use super::{Context, OpsError, Step};
use crate::filter::is_prefix;
use crate::source::{Place, Query, Source, Which};
use crate::token::{self, SignatureCheck, TokenError};
use crate::value::{FINGERPRINT_DIGITS, Key, MIN_PREFIX_DIGITS, Row, Value};

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

/// A text that names a session.
#[derive(Clone, Copy, Debug)]
pub enum Words<'a> {
    /// An id, the beginning of one, a token or text with one token.
    Any(&'a str),
    /// The value of a cookie. It is never an id: whoever sends a cookie writes what he likes into it.
    Cookie(&'a str),
}

/// The session that an act is about.
#[derive(Debug)]
pub enum Named {
    /// A row, by its id.
    Id(Row),
    /// A row, by a token that the program made, as far as that can be checked.
    Token(token::Hit),
    /// The token was not made with the program's secret: it names no session.
    Forged,
    /// Nothing.
    Unknown,
}

/// Finds the row that a user named.
///
/// # Errors
/// [`OpsError::Ambiguous`] for a prefix of several ids; [`OpsError::Token`] where a token needs a secret.
pub fn resolve(cx: &mut Context<'_>, written: &str) -> Result<Resolved, OpsError> {
    let found = cx.read(&mut |source| {
        let mut ids = by_ids(cx, source, &[written])?;
        if let Some(row) = ids.pop().flatten() {
            return Ok(Resolved::Id(row));
        }
        Ok(by_token(cx, source, written)?.map_or(Resolved::Unknown, Resolved::Token))
    })?;
    if matches!(found, Resolved::Token(_)) {
        report_token(cx);
    }
    Ok(found)
}

/// Finds the sessions that an act is about, one for each text. All ids are searched in one scan of the keys.
///
/// # Errors
/// As [`resolve`]. A token that the given secret does not open is [`Named::Forged`].
pub fn named(cx: &mut Context<'_>, texts: &[Words<'_>]) -> Result<Vec<Named>, OpsError> {
    let all = cx.read(&mut |source| {
        let ids: Vec<&str> = texts
            .iter()
            .map(|words| match words {
                Words::Any(text) => *text,
                Words::Cookie(_) => "",
            })
            .collect();
        let rows = by_ids(cx, source, &ids)?;
        let one = |(row, words): (Option<Row>, &Words<'_>)| match (row, words) {
            (Some(row), _) => Ok(Named::Id(row)),
            (None, Words::Any(text)) => genuine(cx, by_token(cx, source, text), false),
            (None, Words::Cookie(text)) => {
                genuine(cx, token::find(source, cx.plan(), text, cx.secrets).map_err(OpsError::from), true)
            }
        };
        rows.into_iter().zip(texts).map(one).collect::<Result<Vec<Named>, OpsError>>()
    })?;
    if all.iter().any(|one| matches!(one, Named::Token(_))) {
        report_token(cx);
    }
    Ok(all)
}

/// A token whose signature is known to be wrong names no session; a cookie without the signature neither.
fn genuine(
    cx: &Context<'_>,
    found: Result<Option<token::Hit>, OpsError>,
    is_cookie: bool,
) -> Result<Named, OpsError> {
    match found {
        Ok(None) => Ok(Named::Unknown),
        Ok(Some(hit)) if hit.signature == SignatureCheck::Invalid => Ok(Named::Forged),
        Ok(Some(hit)) if is_cookie && hit.is_bare && !cx.secrets.is_empty() => Ok(Named::Forged),
        Ok(Some(hit)) => Ok(Named::Token(hit)),
        Err(OpsError::Token(TokenError::SecretWrong)) => Ok(Named::Forged),
        Err(error) => Err(error),
    }
}

fn report_token(cx: &mut Context<'_>) {
    let paths = cx.plan().layout.tokens.iter();
    let columns = paths.flat_map(|path| path.columns.iter().cloned()).collect();
    (cx.trace)(&Step::Followed { columns });
}

/// Text in which no token is found names no session.
fn by_token(cx: &Context<'_>, source: &dyn Source, written: &str) -> Result<Option<token::Hit>, OpsError> {
    match token::token_in(cx.plan(), written) {
        Ok(token) => Ok(token::find(source, cx.plan(), &token, cx.secrets)?),
        Err(TokenError::None) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The row of each text that is an id. An empty text is none.
fn by_ids(cx: &Context<'_>, source: &dyn Source, texts: &[&str]) -> Result<Vec<Option<Row>>, OpsError> {
    let plan = cx.plan();
    match (plan.layout.key_is_secret(), plan.key_columns.as_slice()) {
        (true, _) => by_fingerprints(cx, source, texts),
        (false, [column]) => texts.iter().map(|text| by_key_text(cx, source, column, text)).collect(),
        (false, _) => by_shown_keys(cx, source, texts),
    }
}

fn by_key_text(
    cx: &Context<'_>,
    source: &dyn Source,
    column: &str,
    text: &str,
) -> Result<Option<Row>, OpsError> {
    if text.is_empty() {
        return Ok(None);
    }
    let query = &cx.plan().query;
    if let Some(row) = source.find(query, &Which::is(column, &Value::text(text)), 1)?.pop() {
        return Ok(Some(row));
    }
    // A number in a column of text, or text in a column without a type.
    match text.parse().map(Value::Integer) {
        Ok(number) => Ok(source.find(query, &Which::is(column, &number), 1)?.pop()),
        Err(_) => Ok(None),
    }
}

fn by_shown_keys(
    cx: &Context<'_>,
    source: &dyn Source,
    texts: &[&str],
) -> Result<Vec<Option<Row>>, OpsError> {
    let mut found: HashMap<String, Placed> = HashMap::new();
    each_key(cx, source, &mut |key| {
        let id = cx.plan().id_of(&key.key);
        if texts.contains(&id.as_str()) {
            found.insert(id, key);
        }
    })?;
    let row = |text: &&str| found.get(*text).map_or(Ok(None), |key| row_of(cx, source, key));
    texts.iter().map(row).collect()
}

/// Hashes every key once. Only the key's columns are read.
fn by_fingerprints(
    cx: &Context<'_>,
    source: &dyn Source,
    texts: &[&str],
) -> Result<Vec<Option<Row>>, OpsError> {
    let mut wanted: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, text) in texts.iter().enumerate().filter(|(_, text)| is_prefix(text)) {
        wanted.entry(&text[..MIN_PREFIX_DIGITS]).or_default().push(index);
    }
    let mut keys: Vec<Vec<(String, Placed)>> = vec![Vec::new(); texts.len()];
    if !wanted.is_empty() {
        each_key(cx, source, &mut |key| {
            let id = key.key.fingerprint();
            let among = wanted.get(&id[..MIN_PREFIX_DIGITS]).into_iter().flatten();
            for index in among.filter(|index| id.starts_with(texts[**index])) {
                keys[*index].push((id.clone(), key.clone()));
            }
        })?;
    }
    let one = |(mut found, text): (Vec<(String, Placed)>, &&str)| {
        if found.len() > 1 && text.len() < FINGERPRINT_DIGITS {
            let ids = found.into_iter().take(MAX_LISTED_IDS).map(|(id, _)| id).collect();
            return Err(OpsError::Ambiguous { written: (*text).to_owned(), ids });
        }
        found.pop().map_or(Ok(None), |(_, key)| row_of(cx, source, &key))
    };
    keys.into_iter().zip(texts).map(one).collect()
}

/// A key with the place of its row, where it was read.
#[derive(Clone)]
struct Placed {
    key: Key,
    rowid: Option<i64>,
}

fn each_key(cx: &Context<'_>, source: &dyn Source, each: &mut dyn FnMut(Placed)) -> Result<(), OpsError> {
    let plan = cx.plan();
    // In the order of one column the index of the key has all that is read, and the rows are left alone. Rows without
    // a value in it would not be told apart.
    let by_key = plan.query.only.is_empty() && plan.key_is_unique && plan.key_columns.len() == 1;
    let query = Query { columns: plan.key_columns.clone(), capped: None, ..plan.query.clone() };
    let query = if by_key { Query { order: plan.key_columns.clone(), rowid: None, ..query } } else { query };
    let mut place = Some(Place::Start);
    while let Some(at) = place {
        let page = source.page(&query, &at)?;
        page.rows.into_iter().for_each(|row| each(Placed { key: Key(row.values), rowid: row.rowid }));
        place = page.next;
    }
    Ok(())
}

fn row_of(cx: &Context<'_>, source: &dyn Source, place: &Placed) -> Result<Option<Row>, OpsError> {
    let found = locate(cx.plan(), &place.key, place.rowid, &Finder::Source(source))?;
    Ok(found.map(|located| located.row))
}
