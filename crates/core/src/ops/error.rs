//! Why an act was not done. What a caller must expect (a wrong password, a dead session, an unknown name) is an
//! outcome of the act instead, and stands with it. No message holds a secret.

use std::time::Duration;

use thiserror::Error;

use crate::model::password::PasswordError;
use crate::model::random::RandomnessError;
use crate::model::time::{Timestamp, format_duration};
use crate::store::StoreError;
use sessionctl_wire::jwt::KeyError;

/// Why an act was not done.
#[derive(Debug, Error)]
pub enum OpsError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing random could be had.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The clock went back so far that what it says about expiry cannot be believed.
    #[error(
        "the clock says {now}, but the newest event was at {newest}: nothing is steps or done until the \
            clock is right; set it and try again"
    )]
    ClockBehind {
        /// What the clock says.
        now: Timestamp,
        /// When the newest event happened.
        newest: Timestamp,
    },
    /// The password cannot be set.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A password could not be hashed or compared.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// What was asked for cannot be: a wrong use.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A signing key in the database is damaged.
    #[error("a signing key in the database is damaged: {0}; `sessionctl db check` tells more")]
    Key(#[from] KeyError),
}

impl OpsError {
    /// Whether the caller asked for what cannot be, as against something that failed.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, OpsError::Request(_) | OpsError::Password(_))
    }
}

/// Why a password could not be hashed or compared.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum HashError {
    /// The stored hash is no argon2id PHC string.
    #[error("a stored password hash cannot be read; set the password anew with `sessionctl user passwd`")]
    NotAHash,
    /// The stored hash asks for more memory or time than any policy may.
    #[error(
        "a stored password hash asks for more than 1 GiB, 64 passes or 64 lanes; set the password anew \
            with `sessionctl user passwd`"
    )]
    TooCostly,
    /// The machine has too little memory for the policy.
    #[error("no memory to hash a password; free some, or lower password.memory with `sessionctl db policy`")]
    NoMemory,
}

/// Why what was asked for cannot be.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RequestError {
    /// A lifetime or idle timeout over the limit of the policy.
    #[error("the {what} is too long: at most {}, by {setting} of the policy", format_duration(*most))]
    TooLong {
        /// Which.
        what: &'static str,
        /// The limit.
        most: Duration,
        /// The setting that says so.
        setting: &'static str,
    },
    /// A lifetime of no time.
    #[error("the {0} must be at least 1s")]
    NoTime(&'static str),
    /// An API token without a scope.
    #[error("an api token needs at least one scope")]
    ScopeMissing,
    /// Scopes on what is no API token.
    #[error("only an api token carries scopes")]
    ScopeElsewhere,
    /// A session of this kind belongs to somebody.
    #[error("a session of this kind belongs to a user: name one, or make an anonymous one")]
    UserMissing,
    /// An anonymous session belongs to nobody.
    #[error("an anonymous session belongs to no user: leave the user out, or choose another kind")]
    UserOfAnonymous,
    /// Only sessions of kind web stand under a head, and only an sso session is one.
    #[error("only a web session stands in a family, under an sso session")]
    NotAFamily,
    /// The head is somebody else's.
    #[error("the sso session belongs to another user than was named")]
    ForeignHead,
    /// No session was named, and not all were asked for.
    #[error("nothing is selected: name sessions, filter them, or say that all are meant")]
    NothingSelected,
    /// The end would lie in the past.
    #[error("the end lies in the past: to end sessions now, give no time")]
    EndInThePast,
    /// A text over its limit.
    #[error("the {what} is too long: at most {most} bytes")]
    TextTooLong {
        /// Which.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// A name of a value that is empty or holds control characters.
    #[error("a key has 1 to 128 bytes and no control characters")]
    BadKey,
    /// A value that is not JSON.
    #[error("the value is not JSON: text stands in double quotes, as in '\"blue\"'")]
    NotJson,
    /// A setting out of bounds.
    #[error("{name} lies between {least} and {most}")]
    SettingOutOfBounds {
        /// The setting.
        name: &'static str,
        /// The least it may be, as it is written.
        least: String,
        /// The most.
        most: String,
    },
    /// A JWT that would live too long.
    #[error("the lifetime of a JWT is at most {}: nothing can take it back", format_duration(*.0))]
    JwtTooLong(Duration),
    /// A JWT for nobody, of nobody or to nobody.
    #[error("a JWT needs an issuer and an audience")]
    PartyMissing,
    /// A JWT says whose session it is.
    #[error("an anonymous session has no user that a JWT could name")]
    JwtOfAnonymous,
}
