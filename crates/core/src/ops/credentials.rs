//! The check of a password, for every act that asks for one: counted before it is hashed, and telling nobody
//! whether the name, the password or the account was at fault.

use super::{OpContext, OpsError, password};
use crate::model::event::Action;
use crate::model::policy::Policy;
use crate::model::time::Timestamp;
use crate::model::user::{User, UserName};
use crate::store::Attempt;

/// What came of the check.
pub(super) enum CredentialCheck {
    /// The password is right. The attempt counts as failed until the act that follows clears it.
    Right(Box<VerifiedPassword>),
    /// The name, the password or the account is not right.
    Refused,
    /// Too many failures; not before this moment.
    Throttled(Timestamp),
    /// So many failures that the password must be set anew.
    Disabled,
}

/// What a right password proves.
pub(super) struct VerifiedPassword {
    pub(super) user: User,
    pub(super) attempt_key: [u8; 32],
    pub(super) hash: String,
}

/// Checks a password. Every step, steps or timed, is the same for a name that is nobody's.
pub(super) fn check(
    cx: &mut OpContext<'_>,
    policy: &Policy,
    name: &UserName,
    given: &[u8],
) -> Result<CredentialCheck, OpsError> {
    let user = cx.store.user(name)?;
    let attempt_key = cx.store.attempt_key(name)?;
    match cx.store.begin_attempt(attempt_key, cx.now, policy)? {
        Attempt::Allowed { failures } => cx.trace(|| {
            format!(
                "counted the attempt as a failure ({failures} in a row) and committed that before \
                    looking at the password, so that killing the program wins no free guess; names \
                    that are nobody's are counted alike"
            )
        }),
        Attempt::Throttled(until) => {
            cx.trace(|| {
                format!(
                    "too many failures in a row: no password is tried before {until}, \
                right or wrong"
                )
            });
            refuse(cx, user.as_ref(), Action::LoginRefused, "throttled")?;
            return Ok(CredentialCheck::Throttled(until));
        }
        Attempt::Disabled => {
            cx.trace(|| {
                "so many failures in a row that the password is disabled until it is set \
                anew (NIST 800-63B-4 §3.2.2)"
                    .to_owned()
            });
            refuse(cx, user.as_ref(), Action::LoginRefused, "password disabled after too many failures")?;
            return Ok(CredentialCheck::Disabled);
        }
    }
    let hash = match &user {
        Some(user) => cx.store.password_hash(user.id)?,
        None => None,
    };
    let right = match &hash {
        Some(phc) => password::verify(given, phc, policy)?,
        None => {
            password::dummy_hash(given, policy)?;
            false
        }
    };
    cx.trace(|| {
        "hashed the password with argon2id, outside any transaction, and compared in \
        constant time; for a name that is nobody's the same work is done for nothing, so that the time \
        taken tells no names"
            .to_owned()
    });
    match (user, hash) {
        (Some(user), Some(hash)) if right && user.disabled_at.is_none() => {
            Ok(CredentialCheck::Right(Box::new(VerifiedPassword { user, attempt_key, hash })))
        }
        (Some(user), _) if right => {
            refuse(cx, Some(&user), Action::LoginRefused, "user disabled")?;
            Ok(CredentialCheck::Refused)
        }
        (Some(user), hash) => {
            let why = if hash.is_some() { "wrong password" } else { "user has no password" };
            refuse(cx, Some(&user), Action::LoginFailed, why)?;
            Ok(CredentialCheck::Refused)
        }
        // What was typed as a name may be a password: it is not logged.
        (None, _) => {
            refuse(cx, None, Action::LoginFailed, "unknown user")?;
            Ok(CredentialCheck::Refused)
        }
    }
}

/// Writes why, for who may read the log; the caller is not steps.
fn refuse(cx: &mut OpContext<'_>, user: Option<&User>, action: Action, why: &str) -> Result<(), OpsError> {
    let event = cx.event(action).user(user.map(|user| &user.name)).detail(why.to_owned());
    cx.store.record(event)?;
    cx.trace(|| {
        "refused, in the same words for a wrong password, an unknown name and a disabled \
        account (OWASP authentication); the reason stands in the log only"
            .to_owned()
    });
    Ok(())
}
