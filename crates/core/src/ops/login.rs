//! Checks a password and starts a session. A login always makes a new token; one the database did not make is
//! never adopted (session fixation, CVE-2024-38513).

use super::credentials::{Checked, Proof, check};
use super::lifetime::{Lifetime, lifetimes};
use super::verify::{Requirements, Verdict, verify_with};
use super::{OpsError, Workbench, clock, password, reauthenticate};
use crate::model::event::{Action, Subjects};
use crate::model::policy::{Key, Policy};
use crate::model::session::{Client, Kind, SessionId};
use crate::model::time::Timestamp;
use crate::model::token::{Digest, Token, TokenForm};
use crate::model::user::UserName;
use crate::store::{Found, Issued, LogIn, LogInOutcome, Merge, NewSession, Standing, Upgrade};

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
    /// The name, the password or the account is not right; nobody is told which.
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
pub fn login(bench: &mut Workbench<'_>, request: Request<'_>) -> Result<Outcome, OpsError> {
    let policy = bench.store.policy()?;
    clock::guard(bench)?;
    let session = plan(bench, &policy, &request)?;
    let target = match request.upgrade.map(|text| target(bench, &policy, &request, text)).transpose()? {
        None => None,
        Some(Target::Anonymous(id, digest)) => Some((id, digest)),
        Some(Target::Own(id, digest)) => {
            return reauthenticate::reauthenticate(bench, &policy, &request, id, digest);
        }
        Some(Target::Unfit) => return Ok(Outcome::NotUpgradable),
    };
    let proof = match check(bench, &policy, request.name, request.password)? {
        Checked::Right(proof) => proof,
        other => return Ok(refusal(&other)),
    };
    let rehash = stronger(bench, &policy, &request, &proof)?;
    let random = bench.draw()?;
    let upgrade = target.map(|(id, digest)| Upgrade {
        id,
        digest,
        merge: request.merge,
        event: bench
            .event(Action::SessionUpgraded)
            .user(Some(&proof.user.name))
            .about(Subjects::One(id))
            .detail("became a login's".to_owned()),
    });
    let event = bench.event(Action::LoginSucceeded).user(Some(&proof.user.name));
    let outcome = bench.store.log_in(LogIn {
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
    Ok(finish(bench, outcome))
}

fn plan(bench: &mut Workbench<'_>, policy: &Policy, request: &Request<'_>) -> Result<NewSession, OpsError> {
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
        created_at: bench.now,
        authenticated_at: Some(bench.now),
        idle_timeout,
        absolute_expires_at: bench.now.plus(absolute),
        form: TokenForm::Bare,
    })
}

enum Target {
    Anonymous(SessionId, Digest),
    Own(SessionId, Digest),
    Unfit,
}

fn target(
    bench: &mut Workbench<'_>,
    policy: &Policy,
    request: &Request<'_>,
    text: &[u8],
) -> Result<Target, OpsError> {
    let requirements = Requirements { touch: true, ..Requirements::default() };
    let seen = verify_with(bench, policy, text, &requirements)?;
    let found = match (seen.verdict, seen.write_failed) {
        (Verdict::Active(found), _) => found,
        // A theft that could not be answered is not passed over.
        (_, Some(error)) => return Err(error),
        _ => return Ok(Target::Unfit),
    };
    let Some(token) = Token::parse(text) else { return Ok(Target::Unfit) };
    let Found { session, standing: Standing::Current, .. } = *found else { return Ok(Target::Unfit) };
    Ok(match session.kind {
        Kind::Anonymous => Target::Anonymous(session.id, token.digest()),
        Kind::Web | Kind::Sso if session.user.as_ref() == Some(request.name) => {
            Target::Own(session.id, token.digest())
        }
        _ => Target::Unfit,
    })
}

pub(super) fn refusal(checked: &Checked) -> Outcome {
    match checked {
        Checked::Throttled(until) => Outcome::Throttled { until: *until },
        Checked::Disabled => Outcome::Disabled,
        Checked::Refused | Checked::Right(_) => Outcome::Refused,
    }
}

fn stronger(
    bench: &mut Workbench<'_>,
    policy: &Policy,
    request: &Request<'_>,
    proof: &Proof,
) -> Result<Option<String>, OpsError> {
    if !password::needs_rehash(&proof.hash, policy) {
        return Ok(None);
    }
    bench.tell(|| {
        "the policy asks for a stronger hash than the stored one: now that the password is \
        at hand, it is hashed anew"
            .to_owned()
    });
    Ok(Some(password::hash(bench, request.password, policy)?))
}

fn finish(bench: &mut Workbench<'_>, outcome: LogInOutcome) -> Outcome {
    let outcome = match outcome {
        LogInOutcome::Done { issued, moved, merged, evicted } => {
            Outcome::LoggedIn { issued, moved, merged, evicted }
        }
        LogInOutcome::TooMany(most) => Outcome::TooMany(most),
        LogInOutcome::NotUpgradable => Outcome::NotUpgradable,
        LogInOutcome::MergeConflict(names) => Outcome::MergeConflict(names),
        LogInOutcome::UserGone => Outcome::Refused,
    };
    bench.tell(|| match &outcome {
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
