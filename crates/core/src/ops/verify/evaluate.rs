//! The answer about one token, by reading alone.

use std::net::IpAddr;

use super::answer::{Requirements, UnmetRequirement, Verdict, Verification};
use crate::model::policy::{Key, Policy};
use crate::model::session::{Session, State, nfc};
use crate::model::time::Timestamp;
use crate::model::token::Token;
use crate::ops::step::Step;
use crate::ops::trace::Tracer;
use crate::ops::{OpsError, existence};
use crate::rules::{self, Failure, Subject};
use crate::store::{Found, Store, Touch};

/// What is needed to read.
pub(super) struct Verifier<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) now: Timestamp,
    pub(super) tracer: &'a mut dyn Tracer,
}

impl Verifier<'_> {
    fn trace(&mut self, step: impl FnOnce() -> Step) {
        if self.tracer.enabled() {
            self.tracer.trace(step());
        }
    }

    /// The answer, and what should be written of it.
    pub(super) fn answer(
        &mut self,
        policy: &Policy,
        token: &Token,
        requirements: &Requirements,
    ) -> Result<Verification, OpsError> {
        let found = self.store.look_up(token)?;
        self.answer_about(policy, token, found, requirements)
    }

    /// The answer about what a token led to. From a copy of the store that is a little behind, only "active" and
    /// "revoked" count: anything else may have been made wrong since, and is looked up again.
    pub(super) fn answer_about(
        &mut self,
        policy: &Policy,
        token: &Token,
        found: Option<Found>,
        requirements: &Requirements,
    ) -> Result<Verification, OpsError> {
        let answer = self.judge_existing(policy, found, requirements)?;
        if matches!(answer.verdict, Verdict::Active(_) | Verdict::Revoked(_)) {
            return Ok(answer);
        }
        match self.store.look_up_again(token)? {
            None => Ok(answer),
            Some(found) => self.judge_existing(policy, found, requirements),
        }
    }

    /// The answer about what a token led to, unless the time is set to one before it was created.
    fn judge_existing(
        &mut self,
        policy: &Policy,
        found: Option<Found>,
        requirements: &Requirements,
    ) -> Result<Verification, OpsError> {
        match found {
            Some(later) if !existence::exists(self.store, &later.session, self.now)? => {
                let Session { id, created_at, .. } = later.session;
                self.trace(|| Step::CreatedLater { session: id, created_at });
                Ok(self.finish(Verdict::Unknown, Vec::new()))
            }
            found => Ok(self.judge(policy, found, requirements)),
        }
    }

    /// The answer about a text that does not look like a token.
    pub(super) fn not_a_token(&mut self) -> Verification {
        self.trace(|| Step::NotAToken);
        self.finish(Verdict::Unknown, Vec::new())
    }

    /// The answer about what a token led to.
    fn judge(&mut self, policy: &Policy, found: Option<Found>, requirements: &Requirements) -> Verification {
        self.trace(|| Step::TokenLookedUp { session: found.as_ref().map(|found| found.session.id) });
        let Some(found) = found.map(Box::new) else { return self.finish(Verdict::Unknown, Vec::new()) };
        let subject =
            Subject { session: &found.session, parent: found.parent.as_ref(), status: Some(found.status) };
        if self.tracer.enabled() {
            for check in rules::checks(subject, self.now) {
                let passed = check.passed;
                self.tracer.trace(Step::RuleApplied(check));
                if !passed {
                    break;
                }
            }
        }
        match rules::first_failure(subject, self.now).map(|check| check.failure) {
            Some(Failure::RotatedOut) => self.finish(Verdict::RotatedAway(found), Vec::new()),
            Some(Failure::State(State::Expired)) => self.finish(Verdict::Expired(found), Vec::new()),
            Some(Failure::State(_)) => self.finish(Verdict::Revoked(found), Vec::new()),
            None => match self.unmet(&found.session, requirements) {
                Some(unmet) => self.finish(Verdict::Insufficient(found, unmet), Vec::new()),
                None => {
                    let touch = self.wanted_touch(policy, &found, requirements.ip);
                    self.finish(Verdict::Active(found), touch)
                }
            },
        }
    }

    fn finish(&mut self, verdict: Verdict, wants_touch: Vec<Touch>) -> Verification {
        self.trace(|| Step::Answered { answer: verdict.word() });
        let wants_reuse_report = matches!(verdict, Verdict::RotatedAway(_));
        Verification { verdict, wants_touch, wants_reuse_report, write_failed: None }
    }

    /// What is to be written of a session's use: at most every touch interval, because a write is the slowest step; and
    /// at once where the address is another one, because the next one could come from anywhere.
    fn wanted_touch(&mut self, policy: &Policy, found: &Found, ip: Option<IpAddr>) -> Vec<Touch> {
        let session = &found.session;
        let (ago, touch_interval) = (self.now.since(session.last_seen_at), policy.span(Key::TouchInterval));
        self.trace(|| Step::LastSeen { ago, touch_interval });
        let moved = ip.is_some() && ip != session.last_ip;
        if !moved && (ago < touch_interval || ago.is_zero()) {
            return Vec::new();
        }
        // A parent is in use as long as a child is.
        let ids = session.parent.into_iter().chain([session.id]);
        ids.map(|id| Touch { id, seen_at: self.now, ip: ip.filter(|_| id == session.id) }).collect()
    }

    fn unmet(&mut self, session: &Session, requirements: &Requirements) -> Option<UnmetRequirement> {
        if let Some(app) = &requirements.app {
            let met = session.client.app.as_deref().map(nfc) == Some(nfc(app));
            self.trace(|| Step::RequirementChecked { requirement: "app", met });
            if !met {
                return Some(UnmetRequirement::App(app.clone()));
            }
        }
        if !requirements.scopes.is_empty() {
            let missing = requirements.scopes.iter().find(|scope| !session.scopes.contains(scope));
            self.trace(|| Step::RequirementChecked { requirement: "scope", met: missing.is_none() });
            if let Some(scope) = missing {
                return Some(UnmetRequirement::Scope(scope.clone()));
            }
        }
        let max = requirements.max_auth_age?;
        let age = session.authenticated_at.map(|at| self.now.since(at));
        let met = age.is_some_and(|age| age <= max);
        self.trace(|| Step::RequirementChecked { requirement: "max_auth_age", met });
        (!met).then_some(UnmetRequirement::AuthAge { age, max })
    }
}
