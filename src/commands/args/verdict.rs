//! What the answer about a token means for the exit code. Shared by the commands that take a token.

use crate::commands::context::Outcome;
use sessionctl_core::ops::verify::Verdict;

/// How a command ends that was given a token with this answer.
#[must_use]
pub fn outcome(verdict: &Verdict) -> Outcome {
    match verdict {
        Verdict::Active(_) => Outcome::Done,
        Verdict::Expired(_) => Outcome::Expired,
        Verdict::Revoked(_) | Verdict::RotatedAway(_) => Outcome::Revoked,
        Verdict::Unknown => Outcome::NotFound,
        Verdict::Insufficient(..) => Outcome::Insufficient,
    }
}
