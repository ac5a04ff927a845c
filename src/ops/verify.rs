//! Tells whether a presented token is active, by what the database holds now. The answer never waits for a
//! write: what must be written is told, and may be written by the caller or here.

use std::time::Duration;

use super::{OpsError, Workbench, clock};
use crate::domain::event::{Action, Subjects};
use crate::domain::policy::{Key, Policy};
use crate::domain::selector::Selector;
use crate::domain::session::{Session, SessionId, State};
use crate::domain::time::{Timestamp, approximate_duration, format_duration};
use crate::domain::token::Token;
use crate::store::{Found, Seen, Slice, Standing};

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
pub enum Shortfall {
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
    Insufficient(Box<Found>, Shortfall),
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
    /// That the session was seen should be written: [`note_seen`].
    pub wants_touch: bool,
    /// That a token was reused must be written: [`report_reuse`].
    pub wants_reuse_report: bool,
    /// It was to be written at once, and could not be.
    pub write_failed: Option<OpsError>,
}

/// The state of a session at a moment, seen with its family: it is never more alive than its head.
#[must_use]
pub fn state_in_family(session: &Session, head: Option<&Session>, now: Timestamp) -> State {
    match (session.state(now), head) {
        (State::Revoked, _) => State::Revoked,
        // A head is kept as long as a session stands under it; where it is missing, something is wrong.
        (_, None) if session.parent.is_some() => State::Revoked,
        (own, None) => own,
        (own, Some(head)) => match head.state(now) {
            State::Active => own,
            dead => dead,
        },
    }
}

/// Verifies a token as it was presented.
///
/// # Errors
/// [`OpsError::ClockBehind`] or the store's: it could not be told, and must not be taken for active.
pub fn verify(
    bench: &mut Workbench<'_>,
    presented: &[u8],
    requirements: &Requirements,
) -> Result<Verification, OpsError> {
    clock::guard(bench)?;
    let policy = bench.store.policy()?;
    verify_with(bench, &policy, presented, requirements)
}

/// The same for many tokens in a row: the caller has asked [`clock::guard`] and read the policy.
///
/// # Errors
/// The store's.
pub fn verify_with(
    bench: &mut Workbench<'_>,
    policy: &Policy,
    presented: &[u8],
    requirements: &Requirements,
) -> Result<Verification, OpsError> {
    let verdict = judge(bench, presented, requirements)?;
    bench.tell(|| format!("the answer is {}", verdict.word()));
    let mut result =
        Verification { wants_touch: false, wants_reuse_report: false, write_failed: None, verdict };
    match &result.verdict {
        Verdict::Active(found) => {
            let unseen = bench.now.since(found.session.last_seen_at);
            result.wants_touch = unseen >= policy.span(Key::TouchInterval) && !unseen.is_zero();
            bench.tell(|| {
                format!(
                    "it was last seen {} ago; that it is seen is written at most every {}, because a \
                        write costs more than the rest",
                    approximate_duration(unseen),
                    format_duration(policy.span(Key::TouchInterval))
                )
            });
            if result.wants_touch && requirements.touch {
                result.write_failed = note_seen(bench, found).err();
                result.wants_touch = result.write_failed.is_some();
            }
        }
        Verdict::RotatedAway(found) => {
            result.wants_reuse_report = true;
            if requirements.touch {
                result.write_failed = report_reuse(bench, &found.session).err();
                result.wants_reuse_report = result.write_failed.is_some();
            }
        }
        _ => {}
    }
    Ok(result)
}

fn judge(
    bench: &mut Workbench<'_>,
    presented: &[u8],
    requirements: &Requirements,
) -> Result<Verdict, OpsError> {
    let now = bench.now;
    let Some(token) = Token::parse(presented) else {
        bench.tell(|| {
            "read what was presented: not 64 lowercase hex digits, with or without sctl_ \
            before them, so no token; nothing is trimmed or repaired"
                .to_owned()
        });
        return Ok(Verdict::Unknown);
    };
    let found = bench.store.look_up(&token)?;
    bench.tell(|| match &found {
        Some(found) => format!(
            "looked the token up: its first half, deciphered, leads to session {}, and the SHA-256 of \
                the presented token was compared with the stored one in constant time; the token \
                itself is stored nowhere",
            found.session.id
        ),
        None => "looked the token up: the SHA-256 of the presented token is not stored where its first \
            half leads"
            .to_owned(),
    });
    let Some(found) = found.map(Box::new) else { return Ok(Verdict::Unknown) };
    if let Standing::Retired { at, honoured_until } = found.standing {
        bench.tell(|| {
            format!(
                "the token was replaced at {at} and honoured until {honoured_until}; \
            shown later it is a sign of theft (RFC 9700 §4.14.2)"
            )
        });
        if honoured_until <= now {
            return Ok(Verdict::RotatedAway(found));
        }
    }
    let state = state_in_family(&found.session, found.head.as_ref(), now);
    bench.tell(|| {
        let Found { session, head, .. } = &*found;
        let family = head.as_ref().map_or(String::new(), |head| {
            format!(" its family's head {} is {}, and it dies with it;", head.id, head.state(now).as_str())
        });
        format!(
            "compared times: {}; {family} its deadline, {}, is {} {now}, and at the limit itself a \
                session is dead (NIST 800-63B-4 §5.2)",
            session.revoked_at.map_or("not revoked".to_owned(), |at| format!("revoked at {at}")),
            session.deadline,
            if session.deadline > now { "after" } else { "not after" },
        )
    });
    Ok(match state {
        State::Expired => Verdict::Expired(found),
        State::Revoked => Verdict::Revoked(found),
        State::Active => match shortfall(&found.session, requirements, now) {
            None => Verdict::Active(found),
            Some(lack) => Verdict::Insufficient(found, lack),
        },
    })
}

fn shortfall(session: &Session, requirements: &Requirements, now: Timestamp) -> Option<Shortfall> {
    if requirements.app.is_some() && requirements.app != session.client.app {
        return Some(Shortfall::App);
    }
    if let Some(scope) = requirements.scopes.iter().find(|scope| !session.scopes.contains(scope)) {
        return Some(Shortfall::Scope(scope.clone()));
    }
    let most = requirements.max_auth_age?;
    let age = session.authenticated_at.map(|at| now.since(at));
    age.is_none_or(|age| age > most).then_some(Shortfall::AuthAge(age))
}

/// Writes that a session, and the head of its family, were seen now.
///
/// # Errors
/// The store's. The session is what it was then, only its idle time runs on.
pub fn note_seen(bench: &mut Workbench<'_>, found: &Found) -> Result<(), OpsError> {
    note_all_seen(bench, std::slice::from_ref(found))?;
    bench.tell(|| {
        "wrote that the session was seen, and its head with it, if they are still alive: a \
        write that comes late never revives (CVE-2025-46336)"
            .to_owned()
    });
    Ok(())
}

/// The same for many at once, in one step.
///
/// # Errors
/// As [`note_seen`].
pub fn note_all_seen(bench: &mut Workbench<'_>, found: &[Found]) -> Result<(), OpsError> {
    let now = bench.now;
    let seen = |session: &Session| Seen { id: session.id, deadline: session.deadline_when_seen(now, None) };
    // A head first: the store cuts a session's deadline to its head's.
    let seen: Vec<Seen> =
        found.iter().flat_map(|found| found.head.iter().chain([&found.session])).map(seen).collect();
    bench.store.touch(&seen, now)?;
    Ok(())
}

/// The reason kept with sessions that end because a token was reused.
pub const REUSED: &str = "token reused";

/// Writes that a token which was rotated away was shown again, and revokes its session with the whole family:
/// whoever holds the current token may be the thief. Returns the sessions that fell.
///
/// # Errors
/// The store's; the session is still alive then, and the caller must say so.
pub fn report_reuse(bench: &mut Workbench<'_>, session: &Session) -> Result<Vec<SessionId>, OpsError> {
    let event = bench.event(Action::TokenReused).user(session.user.as_ref()).detail(REUSED.to_owned());
    let ids: Vec<SessionId> = session.parent.into_iter().chain([session.id]).collect();
    let up_to = ids.iter().copied().max().unwrap_or(session.id);
    let selector = Selector { ids, ..Selector::default() };
    let slice = Slice { selector: &selector, after: None, up_to, limit: 2, now: bench.now, expect: None };
    let swept = bench.store.revoke(&slice, REUSED, event.clone())?;
    let fallen: Vec<SessionId> = swept.changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
    if fallen.is_empty() {
        bench.store.record(event.about(Subjects::One(session.id)))?;
    }
    bench.tell(|| {
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
