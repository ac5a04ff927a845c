//! From what a client holds to the row: the value is found in a cookie line or any text, and the layout's steps
//! lead from it to a column. A token is never kept and never shown.

use sessionctl_core::model::glob;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::cookie_text::{is_name, pairs_in, token_in_json};
use crate::layout::TokenPath;
use crate::plan::Plan;
use crate::source::{Source, SourceError, Which};
use crate::step::{self, MAX_TOKEN_BYTES, Step, StepError};
use crate::value::{Row, Value};

/// What is known of a token's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureCheck {
    /// Tokens of this layout are not signed.
    NotSigned,
    /// The program's secret is not known.
    NotChecked,
    /// The program made the token.
    Valid,
    /// Somebody else made it: the program does not accept it.
    Invalid,
}

/// The row to which a token leads.
#[derive(Debug)]
pub struct Hit {
    /// The row.
    pub row: Row,
    /// What is known of the signature.
    pub signature: SignatureCheck,
    /// Whether it is the value of a column, without the signature with which the program sends it.
    pub is_bare: bool,
}

/// Why a token could not be followed.
#[derive(Debug, Error)]
pub enum TokenError {
    /// There is no token in the text.
    #[error("no token in this text")]
    None,
    /// There are several tokens.
    #[error("several tokens in this text; give one")]
    Several,
    /// Several rows have the value to which the token leads.
    #[error("several rows have this token; name one by its id")]
    Ambiguous,
    /// The program's secret is needed.
    #[error("to find the row of this token, the program's {0} is needed")]
    SecretMissing(String),
    /// The secret does not open the token.
    #[error("the program's secret does not fit this token")]
    SecretWrong,
    /// The database could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// Finds the one token in a text: the layout's cookie in a cookie line, a curl configuration, a cookie jar or any
/// other text; else the text itself, without white space, quotes and `Bearer`.
///
/// # Errors
/// [`TokenError::None`] or [`TokenError::Several`].
pub fn token_in(plan: &Plan, text: &str) -> Result<Zeroizing<String>, TokenError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut found = cookies_in(plan, text);
    found.dedup_by(|a, b| a.as_str() == b.as_str());
    if found.len() > 1 {
        return Err(TokenError::Several);
    }
    if let Some(one) = found.pop() {
        return Ok(one);
    }
    if let Some(one) = token_in_json(text) {
        return Ok(one);
    }
    let bare = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer ")).unwrap_or(text).trim();
    let bare = bare.trim_matches(|c| matches!(c, '"' | '\''));
    let pairs: Vec<&str> = bare.split(';').map(str::trim).filter(|pair| pair.contains('=')).collect();
    // A renamed cookie that is alone can only be the one.
    let renamed = match (pairs.as_slice(), bare.split_once('=')) {
        ([_], Some((name, value)))
            if !value.trim_matches('=').is_empty() && is_name(name) && name.len() < 64 =>
        {
            Some(value)
        }
        _ => None,
    };
    let bare = renamed.unwrap_or(bare);
    let one_word = !bare.is_empty() && bare.len() <= MAX_TOKEN_BYTES && !bare.contains(char::is_whitespace);
    if one_word { Ok(Zeroizing::new(bare.to_owned())) } else { Err(TokenError::None) }
}

/// The values of all cookies of the layout in a text.
#[must_use]
pub fn cookies_in(plan: &Plan, text: &str) -> Vec<Zeroizing<String>> {
    let cookies: Vec<&str> = plan.layout.tokens.iter().filter_map(|path| path.cookie.as_deref()).collect();
    let mut found = Vec::new();
    for (name, value) in pairs_in(text) {
        if !value.is_empty() && cookies.iter().any(|cookie| is_cookie(cookie, &name)) {
            found.push(value);
        }
    }
    found
}

/// Whether a cookie has the name that the layout gives, with or without a prefix of RFC 6265bis.
fn is_cookie(pattern: &str, name: &str) -> bool {
    let bare = name.strip_prefix("__Secure-").or_else(|| name.strip_prefix("__Host-")).unwrap_or(name);
    glob::matches(pattern, name) || glob::matches(pattern, bare)
}

/// Follows a token to its row.
///
/// # Errors
/// [`TokenError`].
pub fn find(
    source: &dyn Source,
    plan: &Plan,
    token: &str,
    secrets: &[Zeroizing<String>],
) -> Result<Option<Hit>, TokenError> {
    let mut missing = None;
    let mut wrong = false;
    for path in &plan.layout.tokens {
        let keys: Vec<Option<&str>> = if path.steps.iter().any(Step::needs_secret) {
            if secrets.is_empty() {
                missing = missing.or(path.needs.clone());
            }
            secrets.iter().map(|secret| Some(secret.as_str())).collect()
        } else {
            vec![None]
        };
        for key in keys {
            match step::run(&path.steps, token, key) {
                Ok(value) => {
                    if let Some(row) = search(source, plan, path, &value)? {
                        return Ok(Some(Hit {
                            row,
                            signature: signature(path, token, secrets),
                            is_bare: false,
                        }));
                    }
                }
                Err(StepError::SecretWrong) => wrong = true,
                Err(StepError::Form | StepError::SecretMissing) => {}
            }
        }
    }
    if let Some(row) = by_bare_value(source, plan, token)? {
        return Ok(Some(row));
    }
    match (missing, wrong) {
        (Some(name), _) => Err(TokenError::SecretMissing(name)),
        (None, true) => Err(TokenError::SecretWrong),
        (None, false) => Ok(None),
    }
}

fn signature(path: &TokenPath, token: &str, secrets: &[Zeroizing<String>]) -> SignatureCheck {
    match path.signed_with {
        None => SignatureCheck::NotSigned,
        Some(_) if secrets.is_empty() => SignatureCheck::NotChecked,
        Some(signature) => {
            let valid = secrets.iter().any(|secret| signature.check(token, secret));
            if valid { SignatureCheck::Valid } else { SignatureCheck::Invalid }
        }
    }
}

fn search(
    source: &dyn Source,
    plan: &Plan,
    path: &TokenPath,
    value: &str,
) -> Result<Option<Row>, TokenError> {
    let values = match value.parse() {
        Ok(number) if path.steps.contains(&Step::Int) => vec![Value::Integer(number)],
        _ => vec![Value::text(value)],
    };
    for column in &path.columns {
        for value in &values {
            if let Some(row) = only_row(source, plan, column, value)? {
                return Ok(Some(row));
            }
        }
    }
    Ok(None)
}

/// The row in which a column has a value. Of several rows nobody knows which one the program accepts.
fn only_row(
    source: &dyn Source,
    plan: &Plan,
    column: &str,
    value: &Value,
) -> Result<Option<Row>, TokenError> {
    let mut rows = source.find(&plan.query, &Which::is(column, value), 2)?;
    if rows.len() > 1 { Err(TokenError::Ambiguous) } else { Ok(rows.pop()) }
}

/// The value of a column without its envelope: a session's id from a log, a token without its signature. A hash
/// that is stored is not such a value: whoever holds it holds no session.
fn by_bare_value(source: &dyn Source, plan: &Plan, token: &str) -> Result<Option<Hit>, TokenError> {
    let hashes = |step: &Step| matches!(step, Step::Sha256Hex | Step::Sha512Hex | Step::HmacSha256Base64);
    for path in plan.layout.tokens.iter().filter(|path| !path.steps.iter().any(hashes)) {
        for column in path.columns.iter().filter(|column| plan.layout.is_secret(column)) {
            if let Some(row) = only_row(source, plan, column, &Value::text(token))? {
                let signed = path.signed_with.is_some();
                let signature = if signed { SignatureCheck::NotChecked } else { SignatureCheck::NotSigned };
                return Ok(Some(Hit { row, signature, is_bare: signed }));
            }
        }
    }
    Ok(None)
}
