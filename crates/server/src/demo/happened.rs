//! What a button of the demo did, as one sentence or two for the page behind it. It travels in the query, because the
//! page may come after a new session was started.

use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::rules;
use sessionctl_core::store::{Found, TokenStatus};

/// The name of the query's only parameter.
const PARAMETER: &str = "after=";

/// What a button did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happened {
    /// The clock moved, and the browser had no active session.
    WaitedOnly,
    /// The clock moved, and the session is still active.
    Outlasted,
    /// A visitor's session expired.
    VisitorExpired,
    /// A user's session expired, and with it the login.
    UserExpired,
    /// A user's session expired; the login session, its parent, did not.
    ChildExpired,
    Rotated,
    NotRotated,
    Revoked,
    NotRevoked,
}

impl Happened {
    const ALL: [(Happened, &'static str, &'static str); 9] = [
        (
            Happened::WaitedOnly,
            "wait",
            "The sandbox's clock moved on by 31 minutes. No session of this browser was active.",
        ),
        (
            Happened::Outlasted,
            "wait-active",
            "The sandbox's clock moved on by 31 minutes. Your session is still active.",
        ),
        (
            Happened::VisitorExpired,
            "wait-visitor",
            "Your session expired. Its cart ended with it, and you got a new anonymous session.",
        ),
        (
            Happened::UserExpired,
            "wait-user",
            "Your shop session expired. Its cart ended with it, and you got a new anonymous session. Your orders ask for the \
             password again.",
        ),
        (
            Happened::ChildExpired,
            "wait-child",
            "Your shop session expired. Its cart ended with it, and you got a new anonymous session. The login session goes \
             on: open your orders.",
        ),
        (
            Happened::Rotated,
            "rotate",
            "Your session goes on with a new token, which the browser has already. The old token is no longer accepted.",
        ),
        (Happened::NotRotated, "rotate-none", "Nothing was rotated: this browser had no active session."),
        (
            Happened::Revoked,
            "revoke",
            "The administrator revoked all sessions of alice. You got a new anonymous session, and your orders ask for the \
             password again.",
        ),
        (Happened::NotRevoked, "revoke-none", "Nothing was revoked: alice had no active session."),
    ];

    /// What a wait did to the session that a browser's token found before it.
    pub(super) fn by_wait(found: Option<&Found>, before: Timestamp, after: Timestamp) -> Self {
        let is_active =
            |found: &Found, at| rules::state(&found.session, found.parent.as_ref(), at) == State::Active;
        let current = found.filter(|found| !matches!(found.status, TokenStatus::Retired { .. }));
        let Some(found) = current.filter(|found| is_active(found, before)) else {
            return Happened::WaitedOnly;
        };
        let goes_on = |parent| rules::state(parent, None, after) == State::Active;
        match &found.parent {
            _ if is_active(found, after) => Happened::Outlasted,
            _ if found.session.kind == Kind::Anonymous => Happened::VisitorExpired,
            Some(parent) if goes_on(parent) => Happened::ChildExpired,
            _ => Happened::UserExpired,
        }
    }

    /// The page that says it.
    pub(super) fn page(self) -> String {
        let name = Self::ALL.iter().find(|(known, ..)| *known == self).map_or("", |(_, name, _)| name);
        format!("/?{PARAMETER}{name}")
    }

    /// What the page says to a query.
    pub(super) fn text(query: &str) -> Option<&'static str> {
        let asked = query.strip_prefix(PARAMETER)?;
        Self::ALL.iter().find(|(_, name, _)| *name == asked).map(|(.., text)| *text)
    }
}
