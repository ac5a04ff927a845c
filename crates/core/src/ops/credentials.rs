//! The check of a password, for every act that asks for one: counted before it is hashed, and in the same words and the
//! same time whether the name, the password or the account was wrong. In three steps, so that no store is held while a
//! password is hashed: [`begin`], [`PendingCheck::hash`], [`commit`].

use super::step::Step;
use super::{HashError, OpContext, OpsError, password};
use crate::model::event::Action;
use crate::model::policy::Policy;
use crate::model::session::Client;
use crate::model::time::Timestamp;
use crate::model::user::{User, UserName};
use crate::store::{Attempt, Reauthentication};

/// What came of the check.
#[derive(Debug)]
pub(super) enum CredentialCheck {
    /// The password is right. The attempt counts as failed until the act that follows clears it.
    Right(Box<VerifiedPassword>),
    /// The name, the password or the account is not right.
    Refused,
    /// Too many failures; not before this time.
    Throttled(Timestamp),
    /// Too many failures, until the user is unlocked or the password is set again.
    Locked,
}

/// Why a password was not accepted. Only the audit log shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RefusalReason {
    /// Too many failures in a row, for now.
    Throttled,
    /// Too many failures in a row, until the user is unlocked.
    Locked,
    /// The user is disabled.
    UserDisabled,
    /// The password is wrong.
    WrongPassword,
    /// The user has no password.
    NoPassword,
    /// Nobody has the name.
    UnknownUser,
}

impl RefusalReason {
    /// The reason as the audit log keeps it.
    fn as_str(self) -> &'static str {
        match self {
            RefusalReason::Throttled => "throttled",
            RefusalReason::Locked => "password locked after too many failures",
            RefusalReason::UserDisabled => "user disabled",
            RefusalReason::WrongPassword => "wrong password",
            RefusalReason::NoPassword => "user has no password",
            RefusalReason::UnknownUser => "unknown user",
        }
    }
}

/// What a right password proves.
pub(super) struct VerifiedPassword {
    pub(super) user: User,
    pub(super) attempt_key: [u8; 32],
    pub(super) hash: String,
}

impl std::fmt::Debug for VerifiedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifiedPassword").field("user", &self.user.name).finish_non_exhaustive()
    }
}

impl VerifiedPassword {
    /// What must still be true of it when the change is made.
    pub(super) fn into_reauthentication(self) -> Reauthentication {
        Reauthentication { user: self.user.id, checked_hash: self.hash, attempt_key: self.attempt_key }
    }
}

/// What may be done next.
pub(super) enum Begun {
    /// The password may be hashed.
    Pending(Box<PendingCheck>),
    /// It may not be tried.
    Refused(CredentialCheck),
}

/// A counted attempt whose password is not hashed yet.
pub(super) struct PendingCheck {
    user: Option<User>,
    attempt_key: [u8; 32],
    hash: Option<String>,
    client: Client,
}

/// Counts an attempt, and reads what its password is compared with. Each step is the same for a name without a user.
pub(super) fn begin(
    cx: &mut OpContext<'_>,
    policy: &Policy,
    name: &UserName,
    client: &Client,
) -> Result<Begun, OpsError> {
    let user = cx.store.user(name)?;
    let attempt_key = cx.store.attempt_key(name)?;
    let refused = match cx.store.begin_attempt(attempt_key, policy)? {
        Attempt::Allowed { failures } => {
            cx.trace(|| Step::AttemptCounted { failures });
            let hash = match &user {
                Some(user) => cx.store.password_hash(user.id)?,
                None => None,
            };
            return Ok(Begun::Pending(Box::new(PendingCheck {
                user,
                attempt_key,
                hash,
                client: client.clone(),
            })));
        }
        Attempt::Throttled(until) => {
            cx.trace(|| Step::AttemptThrottled { until });
            refuse(cx, user.as_ref(), attempt_key, client, RefusalReason::Throttled)?;
            CredentialCheck::Throttled(until)
        }
        Attempt::Locked => {
            cx.trace(|| Step::AttemptLocked);
            refuse(cx, user.as_ref(), attempt_key, client, RefusalReason::Locked)?;
            CredentialCheck::Locked
        }
    };
    Ok(Begun::Refused(refused))
}

impl PendingCheck {
    /// Compares the password, at the cost of a hash. Touches no store.
    pub(super) fn hash(&self, given: &[u8], policy: &Policy) -> Result<bool, HashError> {
        match &self.hash {
            Some(phc) => password::verify(given, phc, policy),
            None => password::dummy_hash(given, policy).map(|()| false),
        }
    }

    /// Whether the policy is stronger than the stored hash.
    pub(super) fn needs_rehash(&self, policy: &Policy) -> bool {
        self.hash.as_ref().is_some_and(|phc| password::needs_rehash(phc, policy))
    }
}

/// Takes the result of the comparison. Where the machine, not the password, failed, the attempt is taken back.
pub(super) fn commit(
    cx: &mut OpContext<'_>,
    pending: PendingCheck,
    right: Result<bool, HashError>,
) -> Result<CredentialCheck, OpsError> {
    let PendingCheck { user, attempt_key, hash, client } = pending;
    let right = match right {
        Ok(right) => right,
        Err(error) => {
            cx.store.cancel_attempt(attempt_key)?;
            return Err(error.into());
        }
    };
    cx.trace(|| Step::PasswordCompared);
    let reason = match (user.as_ref(), hash.as_ref()) {
        (Some(user), Some(_)) if right && user.disabled_at.is_none() => None,
        (Some(_), Some(_)) if right => Some(RefusalReason::UserDisabled),
        (Some(_), Some(_)) => Some(RefusalReason::WrongPassword),
        (Some(_), None) => Some(RefusalReason::NoPassword),
        // What was typed as a name may be a password: it is not logged.
        (None, _) => Some(RefusalReason::UnknownUser),
    };
    match (reason, user, hash) {
        (None, Some(user), Some(hash)) => {
            Ok(CredentialCheck::Right(Box::new(VerifiedPassword { user, attempt_key, hash })))
        }
        (reason, user, _) => {
            let reason = reason.unwrap_or(RefusalReason::UnknownUser);
            refuse(cx, user.as_ref(), attempt_key, &client, reason)?;
            Ok(CredentialCheck::Refused)
        }
    }
}

/// Records the reason for whoever may read the audit log; the client does not learn it.
fn refuse(
    cx: &mut OpContext<'_>,
    user: Option<&User>,
    attempt_key: [u8; 32],
    client: &Client,
    reason: RefusalReason,
) -> Result<(), OpsError> {
    let action = match reason {
        RefusalReason::Throttled | RefusalReason::Locked | RefusalReason::UserDisabled => {
            Action::LoginRefused
        }
        RefusalReason::WrongPassword | RefusalReason::NoPassword | RefusalReason::UnknownUser => {
            Action::LoginFailed
        }
    };
    let event = cx.event(action).user(user.map(|user| &user.name)).client(client);
    let event = event.detail(reason.as_str().to_owned());
    match reason {
        // Nothing was compared, so nothing is settled.
        RefusalReason::Throttled | RefusalReason::Locked => {
            cx.store.record_refusal(attempt_key, event)?;
        }
        _ => cx.store.settle_attempt(attempt_key, event)?,
    }
    cx.trace(|| Step::LoginRefused);
    Ok(())
}
