//! Checks a password and starts a session. A login always makes a new token; one the database did not make is
//! never adopted (session fixation, CVE-2024-38513).

use super::credentials::{CredentialCheck, VerifiedPassword, check};
use super::lifetime::{Lifetime, lifetimes};
use super::verify::{Requirements, Verdict, verify_with};
use super::{OpContext, OpsError, clock, password, reauthenticate};
use crate::model::event::{Action, Subjects};
use crate::model::policy::{Key, Policy};
use crate::model::session::{Client, Kind, SessionId};
use crate::model::time::Timestamp;
use crate::model::token::{Digest, Token, TokenForm};
use crate::model::user::UserName;
use crate::store::{Found, Issued, LogIn, LogInOutcome, Merge, NewSession, TokenStatus, Upgrade};

/// What a login makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginKind {
    /// A session in a browser.
    Web,
    /// One that is to outlive the browser.
    Remembered,
    /// The head of a single sign-on family.
    Sso,
}

/// What is asked for.
pub struct Request<'a> {
    /// Who logs in.
    pub name: &'a UserName,
    /// The password, exactly as typed.
    pub password: &'a [u8],
    /// What is made.
    pub kind: LoginKind,
    /// The client.
    pub client: Client,
    /// Other lifetimes than the policy's.
    pub lifetime: Lifetime,
    /// End the user's oldest sessions instead of refusing one too many.
    pub evict_oldest: bool,
    /// A token as presented: an anonymous session's becomes this login's; a live session's of the same user is
    /// renewed: its password is checked again and its token replaced.
    pub upgrade: Option<&'a [u8]>,
    /// What becomes of data of the same name.
    pub merge: Merge,
}

/// What came of a login.
#[derive(Debug)]
pub enum Outcome {
    /// Done: a new session.
    LoggedIn {
        /// The session and its token.
        issued: Issued,
        /// The names of the values that moved from the anonymous session.
        moved: Vec<String>,
        /// The names that both sides had.
        merged: Vec<String>,
        /// The sessions that were ended to make room.
        evicted: Vec<SessionId>,
    },
    /// Done: the same session with a new token, its password checked just now.
    Reauthenticated(Issued),
    /// The name, the password or the account is not right; nobody is steps which.
    Refused,
    /// Too many failures: nothing is tried before this moment.
    Throttled {
        /// When it may be tried again.
        until: Timestamp,
    },
    /// So many failures that the password must be set anew.
    Disabled,
    /// The user has so many live sessions, as many as the policy allows.
    TooMany(u64),
    /// The token to upgrade names no live anonymous session, nor one of this user.
    NotUpgradable,
    /// Both sides have these values, and they were not to be merged. Nothing was changed.
    MergeConflict(Vec<String>),
}

/// Logs a user in.
///
/// # Errors
/// [`OpsError::ClockBehind`], [`OpsError::Request`] for a lifetime over the policy's, and what hashing, the
/// random source and the store fail of.
pub fn login(cx: &mut OpContext<'_>, request: Request<'_>) -> Result<Outcome, OpsError> {
    let policy = cx.store.policy()?;
    clock::guard(cx)?;
    let session = plan(cx, &policy, &request)?;
    let target = match request.upgrade.map(|text| target(cx, &policy, &request, text)).transpose()? {
        None => None,
        Some(Target::Anonymous(id, digest)) => Some((id, digest)),
        Some(Target::Own(id, digest)) => {
            return reauthenticate::reauthenticate(cx, &policy, &request, id, digest);
        }
        Some(Target::Unfit) => return Ok(Outcome::NotUpgradable),
    };
    let proof = match check(cx, &policy, request.name, request.password)? {
        CredentialCheck::Right(proof) => proof,
        other => return Ok(refusal(&other)),
    };
    let rehash = stronger(cx, &policy, &request, &proof)?;
    let random = cx.draw()?;
    let upgrade = target.map(|(id, digest)| Upgrade {
        id,
        digest,
        merge: request.merge,
        event: cx
            .event(Action::SessionUpgraded)
            .user(Some(&proof.user.name))
            .about(Subjects::One(id))
            .detail("became a login's".to_owned()),
    });
    let event = cx.event(Action::LoginSucceeded).user(Some(&proof.user.name));
    let outcome = cx.store.log_in(LogIn {
        session: NewSession { user: Some(proof.user.id), ..session },
        random,
        sessions_max: policy.get(Key::SessionsPerUser),
        evict_oldest: request.evict_oldest,
        upgrade,
        checked_hash: proof.hash,
        rehash,
        attempt_key: proof.attempt_key,
        event,
    })?;
    Ok(finish(cx, outcome))
}

fn plan(cx: &mut OpContext<'_>, policy: &Policy, request: &Request<'_>) -> Result<NewSession, OpsError> {
    let (kind, remember) = match request.kind {
        LoginKind::Web => (Kind::Web, false),
        LoginKind::Remembered => (Kind::Web, true),
        LoginKind::Sso => (Kind::Sso, false),
    };
    let (idle_timeout, absolute) = lifetimes(policy, kind, remember, request.lifetime)?;
    Ok(NewSession {
        kind,
        user: None,
        parent: None,
        scopes: Vec::new(),
        client: request.client.clone(),
        created_at: cx.now,
        authenticated_at: Some(cx.now),
        idle_timeout,
        absolute_expires_at: cx.now.plus(absolute),
        form: TokenForm::Bare,
    })
}

enum Target {
    Anonymous(SessionId, Digest),
    Own(SessionId, Digest),
    Unfit,
}

fn target(
    cx: &mut OpContext<'_>,
    policy: &Policy,
    request: &Request<'_>,
    text: &[u8],
) -> Result<Target, OpsError> {
    let requirements = Requirements { touch: true, ..Requirements::default() };
    let seen = verify_with(cx, policy, text, &requirements)?;
    let found = match (seen.verdict, seen.write_failed) {
        (Verdict::Active(found), _) => found,
        // A theft that could not be answered is not passed over.
        (_, Some(error)) => return Err(error),
        _ => return Ok(Target::Unfit),
    };
    let Some(token) = Token::parse(text) else { return Ok(Target::Unfit) };
    let Found { session, standing: TokenStatus::Current, .. } = *found else { return Ok(Target::Unfit) };
    Ok(match session.kind {
        Kind::Anonymous => Target::Anonymous(session.id, token.digest()),
        Kind::Web | Kind::Sso if session.user.as_ref() == Some(request.name) => {
            Target::Own(session.id, token.digest())
        }
        _ => Target::Unfit,
    })
}

pub(super) fn refusal(checked: &CredentialCheck) -> Outcome {
    match checked {
        CredentialCheck::Throttled(until) => Outcome::Throttled { until: *until },
        CredentialCheck::Disabled => Outcome::Disabled,
        CredentialCheck::Refused | CredentialCheck::Right(_) => Outcome::Refused,
    }
}

fn stronger(
    cx: &mut OpContext<'_>,
    policy: &Policy,
    request: &Request<'_>,
    proof: &VerifiedPassword,
) -> Result<Option<String>, OpsError> {
    if !password::needs_rehash(&proof.hash, policy) {
        return Ok(None);
    }
    cx.trace(|| {
        "the policy asks for a stronger hash than the stored one: now that the password is \
        at hand, it is hashed anew"
            .to_owned()
    });
    Ok(Some(password::hash(cx, request.password, policy)?))
}

fn finish(cx: &mut OpContext<'_>, outcome: LogInOutcome) -> Outcome {
    let outcome = match outcome {
        LogInOutcome::Done { issued, moved, merged, evicted } => {
            Outcome::LoggedIn { issued, moved, merged, evicted }
        }
        LogInOutcome::TooMany(most) => Outcome::TooMany(most),
        LogInOutcome::NotUpgradable => Outcome::NotUpgradable,
        LogInOutcome::MergeConflict(names) => Outcome::MergeConflict(names),
        LogInOutcome::UserGone => Outcome::Refused,
    };
    cx.trace(|| match &outcome {
        Outcome::LoggedIn { issued, .. } => format!(
            "wrote session {} with the SHA-256 of a new token, cleared the failures, and wrote the \
                event, in one step; the token itself is kept nowhere, and none that was presented is \
                taken over (session fixation)",
            issued.id
        ),
        _ => "the password was right, but the session could not be made: nothing was written".to_owned(),
    });
    outcome
}

#[cfg(test)]
mod tests;
