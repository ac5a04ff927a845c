//! What a login is asked for, and what comes of it.

use std::time::Duration;

use crate::model::session::{Client, SessionId};
use crate::model::time::Timestamp;
use crate::model::token::Token;
use crate::model::user::UserName;
use crate::ops::Lifetime;
use crate::ops::credentials::CredentialCheck;
use crate::store::{Issued, Merge};

/// What a login creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginKind {
    /// A session in a browser.
    Web,
    /// A session that stays when the browser is closed.
    Remembered,
    /// The parent of a single sign-on family.
    Sso,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Who logs in.
    pub name: &'a UserName,
    /// What is created.
    pub kind: LoginKind,
    /// The client.
    pub client: Client,
    /// Other lifetimes than the policy's.
    pub lifetime: Lifetime,
    /// End the user's oldest sessions instead of refusing one too many.
    pub evict_oldest: bool,
    /// Logins of the same user to end in the same step, to make room; others are ignored.
    pub ends: Vec<SessionId>,
    /// The token of an anonymous session, which becomes this login's; or of a live session of the same user, whose
    /// password is checked again and whose token is replaced.
    pub upgrade: Option<&'a Token>,
    /// For how long the replaced token of a live session is still accepted, within the policy's limit: a browser has
    /// requests in flight that carry it, and without a grace they would be signs of theft.
    pub upgrade_grace: Duration,
    /// What becomes of values of the same name.
    pub merge: Merge,
}

/// What came of a login.
#[derive(Debug)]
pub enum Outcome {
    /// A new session.
    LoggedIn {
        /// The session and its token.
        issued: Issued,
        /// The names of the values that moved from the anonymous session.
        moved: Vec<String>,
        /// The names that both sides had.
        merged: Vec<String>,
        /// The sessions that ended to make room.
        evicted: Vec<SessionId>,
    },
    /// The same session with a new token, its password checked just now.
    Reauthenticated(Issued),
    /// The name, the password or the account is not right; the client does not learn which.
    Refused,
    /// Too many failures: no password is tried before this time.
    Throttled {
        /// When it may be tried again.
        until: Timestamp,
    },
    /// Too many failures: no password is tried until the user is unlocked or the password is set again.
    Locked,
    /// The user has this number of live sessions, as many as the policy allows.
    TooMany(u64),
    /// The token to upgrade belongs to no live anonymous session, nor to one of this user.
    NotUpgradable(UpgradeRefusal),
    /// Both sides have these values, and they were not to be merged. Nothing was changed.
    MergeConflict(Vec<String>),
}

/// Why the session of a token cannot be upgraded by a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpgradeRefusal {
    /// No session has the token.
    Unknown,
    /// The session, or its parent, expired.
    Expired,
    /// The session, or its parent, was revoked.
    Revoked,
    /// A newer token has replaced this one.
    Replaced,
    /// The session is neither anonymous nor one of the user who logs in.
    OtherUser,
    /// The session is an API token's, which no password renews.
    Api,
    /// The session ended, or got another token, while the password was checked.
    Meanwhile,
}

impl UpgradeRefusal {
    /// The name of the reason in machine formats.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            UpgradeRefusal::Unknown => "unknown",
            UpgradeRefusal::Expired => "expired",
            UpgradeRefusal::Revoked => "revoked",
            UpgradeRefusal::Replaced => "replaced",
            UpgradeRefusal::OtherUser => "other_user",
            UpgradeRefusal::Api => "api",
            UpgradeRefusal::Meanwhile => "meanwhile",
        }
    }

    /// The reason as a clause behind "it cannot be upgraded:".
    #[must_use]
    pub fn clause(self) -> &'static str {
        match self {
            UpgradeRefusal::Unknown => "no session has it",
            UpgradeRefusal::Expired => "its session has expired",
            UpgradeRefusal::Revoked => "its session was revoked",
            UpgradeRefusal::Replaced => "a newer token has replaced it",
            UpgradeRefusal::OtherUser => "its session is neither anonymous nor one of this user",
            UpgradeRefusal::Api => "it is an API token",
            UpgradeRefusal::Meanwhile => {
                "its session ended, or got another token, while the password was checked"
            }
        }
    }
}

impl Outcome {
    /// The outcome of a password that was not accepted.
    pub(super) fn refused(check: &CredentialCheck) -> Self {
        match check {
            CredentialCheck::Throttled(until) => Outcome::Throttled { until: *until },
            CredentialCheck::Locked => Outcome::Locked,
            CredentialCheck::Refused | CredentialCheck::Right(_) => Outcome::Refused,
        }
    }

    /// Why nobody was logged in although the password was right, as the audit log keeps it.
    pub(super) fn refusal_of_a_right_password(&self) -> Option<&'static str> {
        match self {
            Outcome::TooMany(_) => Some("too many sessions"),
            Outcome::NotUpgradable(_) => Some("the session to upgrade has ended"),
            Outcome::MergeConflict(_) => Some("values of the session to upgrade are in the way"),
            _ => None,
        }
    }
}
