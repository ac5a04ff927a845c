//! What is asked about a token, and the answer. How it is found does not belong here.

use std::net::IpAddr;
use std::time::Duration;

use crate::ops::OpsError;
use crate::store::{Found, Touch};

/// What a session must be besides active.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    /// It carries all these scopes.
    pub scopes: Vec<String>,
    /// It is for this application.
    pub app: Option<String>,
    /// Its password was checked no longer ago than this.
    pub max_auth_age: Option<Duration>,
    /// The address from which the token came. Another one than before is written, and another network is an event; it
    /// is no reason to refuse.
    pub ip: Option<IpAddr>,
    /// Write at once what must be written: that the session was used, or that a token was reused. The store must have
    /// been opened for writing.
    pub touch: bool,
}

/// What an active session does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnmetRequirement {
    /// It is not for this application.
    App(String),
    /// It does not carry this scope.
    Scope(String),
    /// Its password was not checked recently enough.
    AuthAge {
        /// How long ago it was checked; `None` where it never was.
        age: Option<Duration>,
        /// How long ago it may have been.
        max: Duration,
    },
}

/// The answer.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is accepted.
    Active(Box<Found>),
    /// It, or its parent, expired.
    Expired(Box<Found>),
    /// It, or its parent, was revoked.
    Revoked(Box<Found>),
    /// The token was replaced by another and is no longer accepted: a sign of theft.
    RotatedAway(Box<Found>),
    /// No session has this token.
    Unknown,
    /// It is active, and not what is required.
    Insufficient(Box<Found>, UnmetRequirement),
}

impl Verdict {
    /// The word that `verify` prints.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Active(_) => "active",
            Verdict::Expired(_) => "expired",
            Verdict::Revoked(_) | Verdict::RotatedAway(_) => "revoked",
            Verdict::Unknown => "unknown",
            Verdict::Insufficient(..) => "insufficient",
        }
    }

    /// The session that the token led to.
    #[must_use]
    pub fn found(&self) -> Option<&Found> {
        match self {
            Verdict::Unknown => None,
            Verdict::Active(found)
            | Verdict::Expired(found)
            | Verdict::Revoked(found)
            | Verdict::RotatedAway(found)
            | Verdict::Insufficient(found, _) => Some(found),
        }
    }
}

/// The answer, and what is to be written of it.
#[derive(Debug)]
pub struct Verification {
    /// The answer, from what was read; a write that fails does not change it.
    pub verdict: Verdict,
    /// What should be written, with [`touch`](super::touch), of the session's use and its parent's: nothing, where that
    /// was written shortly before.
    pub wants_touch: Vec<Touch>,
    /// That a token was reused must be written: [`report_reuse`](super::report_reuse).
    pub wants_reuse_report: bool,
    /// It was to be written at once, and could not be.
    pub write_failed: Option<OpsError>,
}
