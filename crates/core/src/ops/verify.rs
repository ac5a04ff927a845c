//! Tells whether a presented token is active, by what the database holds now. The answer never waits for a
//! write: what must be written is steps, and may be written by the caller or here.

mod evaluate;
mod many;

use std::time::Duration;

use super::{OpContext, OpsError, clock};
use crate::model::event::{Action, Subjects};
use crate::model::policy::Policy;
use crate::model::selector::Selector;
use crate::model::session::{Session, SessionId};
use crate::store::{Batch, Found, Touch};

use evaluate::Verifier;
pub use evaluate::state_in_family;
pub use many::verify_many;

/// What a session must be besides active.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    /// It carries all these scopes.
    pub scopes: Vec<String>,
    /// It is for this application.
    pub app: Option<String>,
    /// Its password was checked no longer ago than this.
    pub max_auth_age: Option<Duration>,
    /// Write what must be written at once: that it was seen, or that a token was reused. The store must have
    /// been opened for writing.
    pub touch: bool,
}

/// What an active session lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnmetRequirement {
    /// It is for another application, or for none.
    App,
    /// It does not carry this scope.
    Scope(String),
    /// Its password was checked so long ago; `None` where it never was.
    AuthAge(Option<Duration>),
}

/// The answer.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is accepted.
    Active(Box<Found>),
    /// Its time, or its family's, ran out.
    Expired(Box<Found>),
    /// It, or its family, was withdrawn.
    Revoked(Box<Found>),
    /// The token was replaced by another and is no longer honoured: a sign of theft.
    RotatedAway(Box<Found>),
    /// No session has this token, or it is no token.
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
    /// The answer, from what was read; nothing that fails to be written changes it.
    pub verdict: Verdict,
    /// That the session was seen should be written: [`touch`].
    pub wants_touch: bool,
    /// That a token was reused must be written: [`report_reuse`].
    pub wants_reuse_report: bool,
    /// It was to be written at once, and could not be.
    pub write_failed: Option<OpsError>,
}

/// Verifies a token as it was presented.
///
/// # Errors
/// [`OpsError::ClockBehind`] or the store's: it could not be steps, and must not be taken for active.
pub fn verify(
    cx: &mut OpContext<'_>,
    presented: &[u8],
    requirements: &Requirements,
) -> Result<Verification, OpsError> {
    clock::guard(cx)?;
    let policy = cx.store.policy()?;
    verify_with(cx, &policy, presented, requirements)
}

/// The same where the caller has asked [`clock::guard`] and read the policy.
///
/// # Errors
/// The store's.
pub fn verify_with(
    cx: &mut OpContext<'_>,
    policy: &Policy,
    presented: &[u8],
    requirements: &Requirements,
) -> Result<Verification, OpsError> {
    let mut reader = Verifier { store: &*cx.store, now: cx.now, tracer: cx.tracer };
    let mut result = reader.answer(policy, presented, requirements)?;
    if !requirements.touch {
        return Ok(result);
    }
    match &result.verdict {
        Verdict::Active(found) if result.wants_touch => {
            result.write_failed = touch(cx, found).err();
            result.wants_touch = result.write_failed.is_some();
        }
        Verdict::RotatedAway(found) => {
            result.write_failed = report_reuse(cx, &found.session).err();
            result.wants_reuse_report = result.write_failed.is_some();
        }
        _ => {}
    }
    Ok(result)
}

/// Writes that a session, and the head of its family, were seen now.
///
/// # Errors
/// The store's. The session is what it was then, only its idle time runs on.
pub fn touch(cx: &mut OpContext<'_>, found: &Found) -> Result<(), OpsError> {
    touch_all(cx, std::slice::from_ref(found))?;
    cx.trace(|| {
        "wrote that the session was seen, and its head with it, if they are still alive: a \
        write that comes late never revives (CVE-2025-46336)"
            .to_owned()
    });
    Ok(())
}

/// The same for many at once, in one step.
///
/// # Errors
/// As [`touch`].
pub fn touch_all(cx: &mut OpContext<'_>, found: &[Found]) -> Result<(), OpsError> {
    let now = cx.now;
    let seen = |session: &Session| Touch { id: session.id, deadline: session.deadline_when_seen(now, None) };
    let mut seen: Vec<Touch> =
        found.iter().flat_map(|found| found.head.iter().chain([&found.session])).map(seen).collect();
    // In the order in which they lie, which is quicker; a head comes first, because it was made first, and the store
    // cuts a session's deadline to its head's.
    seen.sort_unstable_by_key(|seen| seen.id);
    cx.store.touch(&seen, now)?;
    Ok(())
}

/// The reason kept with sessions that end because a token was reused.
pub const REUSED: &str = "token reused";

/// Writes that a token which was rotated away was shown again, and revokes its session with the whole family:
/// whoever holds the current token may be the thief. Returns the sessions that fell.
///
/// # Errors
/// The store's; the session is still alive then, and the caller must say so.
pub fn report_reuse(cx: &mut OpContext<'_>, session: &Session) -> Result<Vec<SessionId>, OpsError> {
    let event = cx.event(Action::TokenReused).user(session.user.as_ref()).detail(REUSED.to_owned());
    let ids: Vec<SessionId> = session.parent.into_iter().chain([session.id]).collect();
    let up_to = ids.iter().copied().max().unwrap_or(session.id);
    let selector = Selector { ids, ..Selector::default() };
    let slice = Batch { selector: &selector, after: None, up_to, limit: 2, now: cx.now, expect: None };
    let swept = cx.store.revoke(&slice, REUSED, event.clone())?;
    let fallen: Vec<SessionId> = swept.changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
    if fallen.is_empty() {
        cx.store.record(event.about(Subjects::One(session.id)))?;
    }
    cx.trace(|| {
        format!(
            "wrote the reuse to the log and revoked {} sessions: the one of the token \
        and its family (RFC 9700 §4.14.2)",
            fallen.len()
        )
    });
    Ok(fallen)
}

#[cfg(test)]
mod tests;
