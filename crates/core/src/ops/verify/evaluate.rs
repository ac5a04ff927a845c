//! The answer about one token, by reading alone.

use super::{OpsError, Requirements, UnmetRequirement, Verdict, Verification};
use crate::model::policy::{Key, Policy};
use crate::model::session::{Session, State};
use crate::model::time::{Timestamp, approximate_duration, format_duration};
use crate::model::token::Token;
use crate::ops::Tracer;
use crate::store::{Found, Store, TokenStatus};

/// What is needed to read.
pub(super) struct Verifier<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) now: Timestamp,
    pub(super) tracer: &'a mut dyn Tracer,
}

impl Verifier<'_> {
    fn trace(&mut self, step: impl FnOnce() -> String) {
        if self.tracer.enabled() {
            self.tracer.trace(&step());
        }
    }

    /// The answer, and what should be written of it.
    pub(super) fn answer(
        &mut self,
        policy: &Policy,
        presented: &[u8],
        requirements: &Requirements,
    ) -> Result<Verification, OpsError> {
        let verdict = self.evaluate(presented, requirements)?;
        self.trace(|| format!("the answer is {}", verdict.word()));
        let mut wants_touch = false;
        if let Verdict::Active(found) = &verdict {
            let unseen = self.now.since(found.session.last_seen_at);
            wants_touch = unseen >= policy.span(Key::TouchInterval) && !unseen.is_zero();
            self.trace(|| {
                format!(
                    "it was last seen {} ago; that it is seen is written at most every {}, because a \
                        write costs more than the rest",
                    approximate_duration(unseen),
                    format_duration(policy.span(Key::TouchInterval))
                )
            });
        }
        let wants_reuse_report = matches!(verdict, Verdict::RotatedAway(_));
        Ok(Verification { verdict, wants_touch, wants_reuse_report, write_failed: None })
    }

    fn evaluate(&mut self, presented: &[u8], requirements: &Requirements) -> Result<Verdict, OpsError> {
        let now = self.now;
        let Some(token) = Token::parse(presented) else {
            self.trace(|| {
                "read what was presented: not 64 lowercase hex digits, with or without sctl_ \
            before them, so no token; nothing is trimmed or repaired"
                    .to_owned()
            });
            return Ok(Verdict::Unknown);
        };
        let found = self.store.look_up(&token)?;
        self.trace(|| match &found {
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
        if let TokenStatus::Retired { at, honoured_until } = found.standing {
            self.trace(|| {
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
        self.trace(|| {
            let Found { session, head, .. } = &*found;
            let family = head.as_ref().map_or(String::new(), |head| {
                format!(
                    " its family's head {} is {}, and it dies with it;",
                    head.id,
                    head.state(now).as_str()
                )
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
                Some(unmet) => Verdict::Insufficient(found, unmet),
            },
        })
    }
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

fn shortfall(session: &Session, requirements: &Requirements, now: Timestamp) -> Option<UnmetRequirement> {
    if requirements.app.is_some() && requirements.app != session.client.app {
        return Some(UnmetRequirement::App);
    }
    if let Some(scope) = requirements.scopes.iter().find(|scope| !session.scopes.contains(scope)) {
        return Some(UnmetRequirement::Scope(scope.clone()));
    }
    let most = requirements.max_auth_age?;
    let age = session.authenticated_at.map(|at| now.since(at));
    age.is_none_or(|age| age > most).then_some(UnmetRequirement::AuthAge(age))
}
