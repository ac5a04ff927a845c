//! Why an act was not done. What a caller must expect (a wrong password, an expired session, an unknown name) is an
//! outcome of the act instead. No message holds a secret, and none gives advice for a shell: a front adds it.

use std::time::Duration;

use thiserror::Error;

use crate::model::password::PasswordError;
use crate::model::random::RandomnessError;
use crate::model::session::Kind;
use crate::model::time::format_duration;
use crate::store::StoreError;
use sessionctl_wire::jwt::KeyError;

/// Why an act was not done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpsError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source of randomness failed.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The password cannot be set.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A password could not be hashed or compared.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// What was asked for cannot be: a usage error.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A signing key in the database is damaged.
    #[error("a signing key in the database is damaged: {0}")]
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
#[non_exhaustive]
pub enum HashError {
    /// The stored hash is no argon2id PHC string.
    #[error("a stored password hash cannot be read")]
    NotAHash,
    /// The stored hash asks for more memory or time than any policy may.
    #[error("a stored password hash asks for more than 1 GiB, 64 passes or 64 lanes")]
    TooCostly,
    /// The machine has too little memory for the policy.
    #[error("not enough memory to hash a password")]
    NoMemory,
}

/// Why what was asked for cannot be.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// A lifetime or idle timeout over the limit of the policy.
    #[error("the {what} is too long: at most {}, by {setting} of the policy", format_duration(*max))]
    TooLong {
        /// Which.
        what: &'static str,
        /// The limit.
        max: Duration,
        /// The setting that sets it.
        setting: &'static str,
    },
    /// A lifetime of no time.
    #[error("the {0} must be at least 1s")]
    NoTime(&'static str),
    /// An API token without a scope.
    #[error("an API token needs at least one scope")]
    ScopeMissing,
    /// Scopes on a session that is no API token.
    #[error("only an API token has scopes")]
    ScopeElsewhere,
    /// A session of this kind needs a user.
    #[error("a session of kind {} needs a user", _0.as_str())]
    UserMissing(Kind),
    /// A name in the form of a removed account's.
    #[error("a name that ends in \"(removed DATE)\" is that of a removed account")]
    ReservedName,
    /// An anonymous session has no user.
    #[error("an anonymous session has no user")]
    UserOfAnonymous,
    /// Only a web session has a parent, and only an sso session is one.
    #[error("only a web session can be a child, and only of an sso session")]
    NotAFamily,
    /// The parent is another user's.
    #[error("the sso session belongs to another user than the one named")]
    ForeignHead,
    /// No session was named, and not all were asked for.
    #[error("no session is selected: name sessions, filter them, or ask for all")]
    NothingSelected,
    /// The end would be in the past.
    #[error("the end is in the past: to end sessions now, give no time")]
    EndInThePast,
    /// A text over its limit.
    #[error("the {what} is too long: at most {max} bytes")]
    TextTooLong {
        /// Which.
        what: &'static str,
        /// The limit.
        max: usize,
    },
    /// A name of a value that is empty or holds control characters.
    #[error("a key has 1 to 128 bytes and no control characters")]
    BadKey,
    /// A name with a token, a JWT, or nearly a token in it. It is refused and not replaced, as free text is, because
    /// two replaced names would be one.
    #[error("the {0} has the shape of a token, which is not stored where others can read it")]
    TokenInName(&'static str),
    /// A value that is not JSON.
    #[error("the value is not JSON: text is written in double quotes, as in '\"blue\"'")]
    NotJson,
    /// JSON with a number that no reader can hold.
    #[error("the value holds a number out of range: a number is less than 1.8e308")]
    NumberOutOfRange,
    /// JSON with half of a character.
    #[error("the value holds a lone surrogate: \\ud800 to \\udfff are written in pairs")]
    LoneSurrogate,
    /// JSON that readers refuse as too deep.
    #[error("the value is nested too deeply: lists and objects go 127 deep")]
    TooDeep,
    /// A setting out of bounds.
    #[error("{name} must be between {min} and {max}")]
    SettingOutOfBounds {
        /// The setting.
        name: &'static str,
        /// The least it may be, as it is written.
        min: String,
        /// The most.
        max: String,
    },
    /// A JWT with too long a lifetime.
    #[error("the lifetime of a JWT is at most {}: nothing can revoke it before", format_duration(*.0))]
    JwtTooLong(Duration),
    /// A JWT without an issuer or audience.
    #[error("a JWT needs an issuer and an audience")]
    PartyMissing,
    /// A JWT for a session without an app, and no other audience was given.
    #[error("a JWT needs an audience, and the session has no app that could be it")]
    NoAudience,
    /// A JWT names the user of its session.
    #[error("an anonymous session has no user that a JWT could name")]
    JwtOfAnonymous,
}
