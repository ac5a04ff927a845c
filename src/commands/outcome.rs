//! How a command ends: with an outcome, or with a failure that has words, a hint and an exit code of its own. The errors
//! of the layers below belong in `error`.

use thiserror::Error;

use sessionctl_core::model::session::State;
use sessionctl_core::ops::verify::Verdict;

/// How a command ended without an error. Each is an exit code of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done; for `verify`, active: 0.
    Done,
    /// Failed, or the answer could not be determined, and that was reported: 1.
    Failed,
    /// No such thing: 3.
    NotFound,
    /// Expired: 4.
    Expired,
    /// Revoked, or rotated away: 5.
    Revoked,
    /// Refused: 6.
    Refused,
    /// Insufficient: 7.
    Insufficient,
    /// Interrupted; what was done was reported: 130.
    Interrupted,
}

impl Outcome {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::Failed => 1,
            Outcome::NotFound => 3,
            Outcome::Expired => 4,
            Outcome::Revoked => 5,
            Outcome::Refused => 6,
            Outcome::Insufficient => 7,
            Outcome::Interrupted => 130,
        }
    }

    /// The outcome of a command on one session, by the session's state.
    #[must_use]
    pub fn of(state: State) -> Self {
        match state {
            State::Active => Outcome::Done,
            State::Expired => Outcome::Expired,
            State::Revoked => Outcome::Revoked,
        }
    }
}

/// The outcome of a command that was given a token with this verdict.
impl From<&Verdict> for Outcome {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Active(_) => Outcome::Done,
            Verdict::Expired(_) => Outcome::Expired,
            Verdict::Revoked(_) | Verdict::RotatedAway(_) => Outcome::Revoked,
            Verdict::Unknown => Outcome::NotFound,
            Verdict::Insufficient(..) => Outcome::Insufficient,
        }
    }
}

/// A command that ends without doing anything, with one line for the user, a hint and an exit code of its own.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct Failure {
    /// The exit code: 2 for a usage error, or an [`Outcome`]'s.
    pub code: u8,
    /// What was tried, on what, and why not: a lowercase fragment without a secret.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Failure {
    /// A usage error: 2.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Failure { code: 2, message: message.into(), hint: None }
    }

    /// A failure with the code of an outcome.
    #[must_use]
    pub fn of(outcome: Outcome, message: impl Into<String>) -> Self {
        Failure { code: outcome.code(), message: message.into(), hint: None }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Makes an error a usage error; for `map_err`.
pub fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::usage(error.to_string())
}
