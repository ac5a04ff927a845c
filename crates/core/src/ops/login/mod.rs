//! Checks a password and starts a session. A login always creates a new token; a token that the store did not make is
//! never adopted (session fixation, CVE-2024-38513).
//!
//! A front that runs to the end in one place calls [`login`]. One that must not hold a store, or a thread, while a
//! password is hashed takes the three steps: [`begin`], [`PendingLogin::hash`] (which needs no store), [`commit`].

mod reauthenticate;
mod request;

pub use request::{LoginKind, Outcome, Request, UpgradeRefusal};

use std::time::Duration;

use super::credentials::{self, Begun, CredentialCheck, PendingCheck, VerifiedPassword};
use super::lifetime::lifetimes;
use super::step::Step;
use super::verify::{Requirements, Verdict, verify_with};
use super::{HashError, OpContext, OpsError, clock, password};
use crate::model::event::{Action, Subjects};
use crate::model::policy::{Key, Policy};
use crate::model::session::{Kind, SessionId};
use crate::model::token::{Digest, TokenForm};
use crate::store::{AuthenticatedAt, LogIn, LogInOutcome, NewSession, TokenStatus, Upgrade};

/// What the first step of a login decides.
pub enum Begin {
    /// The password is to be hashed next.
    Pending(Box<PendingLogin>),
    /// The login is over.
    Done(Outcome),
}

/// A login whose attempt is counted, and whose password is not hashed yet.
pub struct PendingLogin {
    policy: Policy,
    session: NewSession,
    target: Option<Target>,
    upgrade_grace: Duration,
    check: PendingCheck,
    evict_oldest: bool,
    ends: Vec<SessionId>,
    merge: crate::store::Merge,
}

/// A password that was compared.
pub struct HashedLogin {
    right: Result<bool, HashError>,
    /// Left out where it failed: the next login tries again.
    rehash: Option<String>,
}

/// What is upgraded.
#[derive(Clone, Copy)]
enum Target {
    /// An anonymous session, which ends.
    Anonymous(SessionId, Digest),
    /// A live session of the same user, which is renewed.
    Own(SessionId, Digest),
}

/// Logs a user in: all three steps.
///
/// # Errors
/// [`OpsError::Request`] for a lifetime over the policy's, and what hashing, the random source and the store fail of.
pub fn login(cx: &mut OpContext<'_>, request: &Request<'_>, password: &[u8]) -> Result<Outcome, OpsError> {
    let pending = match begin(cx, request)? {
        Begin::Pending(pending) => pending,
        Begin::Done(outcome) => return Ok(outcome),
    };
    let salt = cx.draw()?;
    let permit = cx.hashing.acquire(pending.hashes_at_once());
    let hashed = pending.hash(password, &salt);
    drop(permit);
    commit(cx, *pending, hashed)
}

/// The first step: decides what is to be created, and counts the attempt.
///
/// # Errors
/// [`OpsError::Request`] for a lifetime over the policy's, or the store's.
pub fn begin(cx: &mut OpContext<'_>, request: &Request<'_>) -> Result<Begin, OpsError> {
    let policy = cx.store.policy()?;
    clock::guard(cx)?;
    let session = plan(&policy, request)?;
    let target = match upgrade_target(cx, &policy, request)? {
        Ok(target) => target,
        Err(refusal) => return Ok(Begin::Done(Outcome::NotUpgradable(refusal))),
    };
    if let Some(Target::Own(session, _)) = target {
        cx.trace(|| Step::Reauthenticating { session });
    }
    match credentials::begin(cx, &policy, request.name, &request.client)? {
        Begun::Refused(check) => Ok(Begin::Done(Outcome::refused(&check))),
        Begun::Pending(check) => Ok(Begin::Pending(Box::new(PendingLogin {
            policy,
            session,
            target,
            upgrade_grace: request.upgrade_grace,
            check: *check,
            evict_oldest: request.evict_oldest,
            ends: request.ends.clone(),
            merge: request.merge,
        }))),
    }
}

impl PendingLogin {
    /// The second step: compares the password, and hashes it again where the policy is stronger than the stored hash.
    /// It takes long and much memory, and touches no store. `salt` are 16 random bytes.
    #[must_use]
    pub fn hash(&self, password: &[u8], salt: &[u8; password::SALT_BYTES]) -> HashedLogin {
        let right = self.check.hash(password, &self.policy);
        let rehash = (matches!(right, Ok(true)) && self.needs_rehash())
            .then(|| password::hash_with_salt(password, salt, &self.policy).ok());
        HashedLogin { right, rehash: rehash.flatten() }
    }

    /// How many passwords the policy allows to be hashed at once: a front that takes the three steps itself takes a
    /// permit before the second.
    #[must_use]
    pub fn hashes_at_once(&self) -> u64 {
        self.policy.get(Key::HashesAtOnce)
    }

    fn needs_rehash(&self) -> bool {
        // A renewed session keeps the stored hash, which must still be the same when it is written.
        !matches!(self.target, Some(Target::Own(..))) && self.check.needs_rehash(&self.policy)
    }
}

/// The third step: creates the session, if the password was right and everything is still as it was.
///
/// # Errors
/// What hashing failed of, or the store's.
pub fn commit(
    cx: &mut OpContext<'_>,
    pending: PendingLogin,
    hashed: HashedLogin,
) -> Result<Outcome, OpsError> {
    let PendingLogin { policy, session, target, upgrade_grace, check, evict_oldest, ends, merge } = pending;
    let password = match credentials::commit(cx, check, hashed.right)? {
        CredentialCheck::Right(password) => *password,
        other => return Ok(Outcome::refused(&other)),
    };
    let upgrade = match target {
        Some(Target::Own(id, digest)) => {
            let grace = upgrade_grace.min(policy.span(Key::RotateGrace));
            return reauthenticate::reauthenticate(cx, password, id, digest, grace);
        }
        Some(Target::Anonymous(id, digest)) => {
            let event = cx.event(Action::SessionUpgraded).user(Some(&password.user.name));
            let event = event.about(Subjects::One(id)).detail("replaced by a login".to_owned());
            Some(Upgrade { id, digest, merge, event })
        }
        None => None,
    };
    if hashed.rehash.is_some() {
        cx.trace(|| Step::RehashNeeded);
    }
    let event = cx.event(Action::LoginSucceeded).user(Some(&password.user.name)).client(&session.client);
    let refused = cx.event(Action::LoginRefused).user(Some(&password.user.name)).client(&session.client);
    let random = cx.draw()?;
    let attempt_key = password.attempt_key;
    let outcome = cx.store.log_in(LogIn {
        session: NewSession { user: Some(password.user.id), ..session },
        random,
        sessions_max: policy.get(Key::SessionsPerUser),
        evict_oldest,
        ends,
        upgrade,
        checked: VerifiedPassword::into_reauthentication(password),
        rehash: hashed.rehash,
        event,
    });
    match outcome {
        Ok(outcome) => {
            let outcome = finish(cx, outcome);
            if let Some(reason) = outcome.refusal_of_a_right_password() {
                // No guess was wrong, so the attempt does not count towards the throttle.
                cx.store.cancel_attempt(attempt_key)?;
                cx.store.record(refused.detail(reason.to_owned()))?;
            }
            Ok(outcome)
        }
        Err(error) => {
            // The machine failed, not the password. Where even this cannot be written, the attempt stays counted.
            let _ = cx.store.cancel_attempt(attempt_key);
            Err(error.into())
        }
    }
}

fn plan(policy: &Policy, request: &Request<'_>) -> Result<NewSession, OpsError> {
    let (kind, remember) = match request.kind {
        LoginKind::Web => (Kind::Web, false),
        LoginKind::Remembered => (Kind::Web, true),
        LoginKind::Sso => (Kind::Sso, false),
    };
    let (idle_timeout, lifetime) = lifetimes(policy, kind, remember, request.lifetime)?;
    Ok(NewSession {
        kind,
        user: None,
        parent: None,
        scopes: Vec::new(),
        client: request.client.to_stored(),
        authenticated_at: AuthenticatedAt::Now,
        idle_timeout,
        lifetime,
        form: TokenForm::Bare,
        // The store counts the logins of the user itself, and may end the oldest.
        logins_max: None,
    })
}

fn upgrade_target(
    cx: &mut OpContext<'_>,
    policy: &Policy,
    request: &Request<'_>,
) -> Result<Result<Option<Target>, UpgradeRefusal>, OpsError> {
    let Some(token) = request.upgrade else { return Ok(Ok(None)) };
    let requirements = Requirements { touch: true, ..Requirements::default() };
    let seen = verify_with(cx, policy, token, &requirements)?;
    let found = match (seen.verdict, seen.write_failed) {
        (Verdict::Active(found), _) => found,
        // A theft that could not be answered is not passed over.
        (_, Some(error)) => return Err(error),
        (Verdict::Unknown, _) => return Ok(Err(UpgradeRefusal::Unknown)),
        (Verdict::Expired(_), _) => return Ok(Err(UpgradeRefusal::Expired)),
        (Verdict::RotatedAway(_), _) => return Ok(Err(UpgradeRefusal::Replaced)),
        // Nothing is required that an active session could lack.
        (Verdict::Revoked(_) | Verdict::Insufficient(..), _) => return Ok(Err(UpgradeRefusal::Revoked)),
    };
    if found.status != TokenStatus::Current {
        return Ok(Err(UpgradeRefusal::Replaced));
    }
    let session = &found.session;
    Ok(match session.kind {
        Kind::Anonymous => Ok(Some(Target::Anonymous(session.id, token.digest()))),
        Kind::Web | Kind::Sso if session.user.as_ref() == Some(request.name) => {
            Ok(Some(Target::Own(session.id, token.digest())))
        }
        Kind::Api => Err(UpgradeRefusal::Api),
        Kind::Web | Kind::Sso => Err(UpgradeRefusal::OtherUser),
    })
}

fn finish(cx: &mut OpContext<'_>, outcome: LogInOutcome) -> Outcome {
    let outcome = match outcome {
        LogInOutcome::Done { issued, moved, merged, evicted } => {
            Outcome::LoggedIn { issued, moved, merged, evicted }
        }
        LogInOutcome::TooMany(max) => Outcome::TooMany(max),
        LogInOutcome::NotUpgradable => Outcome::NotUpgradable(UpgradeRefusal::Meanwhile),
        LogInOutcome::MergeConflict(names) => Outcome::MergeConflict(names),
        LogInOutcome::UserGone => Outcome::Refused,
    };
    cx.trace(|| match &outcome {
        Outcome::LoggedIn { issued, .. } => Step::LoggedIn { session: issued.id },
        _ => Step::LoginNotWritten,
    });
    outcome
}

#[cfg(test)]
mod tests;
