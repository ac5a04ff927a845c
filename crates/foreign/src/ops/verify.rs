//! Decides whether the program accepts a token. Active is the answer only where no doubt is left.

use super::{Context, OpsError, Resolved, resolve};
use crate::record::{Owner, Record, State};
use crate::token::SignatureCheck;

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The program accepts the client as the user.
    Active,
    /// The session has expired.
    Expired,
    /// The row is marked as revoked.
    Revoked,
    /// There is no such session.
    Unknown,
    /// The user is disabled or does not exist, or the session has no user.
    Refused,
    /// It cannot be determined.
    Undetermined,
}

/// The answer with what led to it.
#[derive(Debug)]
pub struct Verified {
    /// The answer.
    pub answer: Answer,
    /// The record, where there is a row.
    pub record: Option<Record>,
    /// Reasons.
    pub why: Vec<String>,
}

/// Verifies a token. Nothing is written.
///
/// # Errors
/// [`OpsError`].
pub fn verify(cx: &mut Context<'_>, token: &str) -> Result<Verified, OpsError> {
    let (row, signature) = match resolve(cx, token)? {
        Resolved::Token(hit) => (hit.row, hit.signature),
        // An id is no token: whoever knows it holds nothing.
        Resolved::Id(_) | Resolved::Unknown => {
            let why = vec!["there is no row for this token".to_owned()];
            return Ok(Verified { answer: Answer::Unknown, record: None, why });
        }
    };
    let record = cx.read(&mut |source| Ok(cx.plan().record(&row, &mut cx.reading(source))?))?;
    let mut why = record.why.clone();
    let answer = match signature {
        SignatureCheck::Invalid => {
            why.push("the signature does not fit the program's secret".to_owned());
            Answer::Unknown
        }
        _ => by_record(&record),
    };
    let answer = match (answer, signature) {
        (Answer::Active, SignatureCheck::NotChecked) => {
            why.push("signature not checked".to_owned());
            Answer::Undetermined
        }
        (answer, _) => answer,
    };
    Ok(Verified { answer, record: Some(record), why })
}

fn by_record(record: &Record) -> Answer {
    match (record.state, record.authenticates) {
        (State::Expired, _) => Answer::Expired,
        (State::Revoked, _) => Answer::Revoked,
        (State::Active, Some(true)) => Answer::Active,
        (State::Active | State::Unknown, Some(false)) if record.owner != Owner::Unknown => Answer::Refused,
        _ => Answer::Undetermined,
    }
}
