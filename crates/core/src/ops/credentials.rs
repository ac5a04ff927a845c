//! The check of a password, for every act that asks for one: counted before it is hashed, and telling nobody
//! whether the name, the password or the account was at fault.

use super::{OpsError, Workbench, password};
use crate::model::event::Action;
use crate::model::policy::Policy;
use crate::model::time::Timestamp;
use crate::model::user::{User, UserName};
use crate::store::Attempt;

/// What came of the check.
pub(super) enum Checked {
    /// The password is right. The attempt counts as failed until the act that follows clears it.
    Right(Box<Proof>),
    /// The name, the password or the account is not right.
    Refused,
    /// Too many failures; not before this moment.
    Throttled(Timestamp),
    /// So many failures that the password must be set anew.
    Disabled,
}

/// What a right password proves.
pub(super) struct Proof {
    pub(super) user: User,
    pub(super) attempt_key: [u8; 32],
    pub(super) hash: String,
}

/// Checks a password. Every step, told or timed, is the same for a name that is nobody's.
pub(super) fn check(
    bench: &mut Workbench<'_>,
    policy: &Policy,
    name: &UserName,
    given: &[u8],
) -> Result<Checked, OpsError> {
    let user = bench.store.user(name)?;
    let attempt_key = bench.store.attempt_key(name)?;
    match bench.store.begin_attempt(attempt_key, bench.now, policy)? {
        Attempt::Allowed { failures } => bench.tell(|| {
            format!(
                "counted the attempt as a failure ({failures} in a row) and committed that before \
                    looking at the password, so that killing the program wins no free guess; names \
                    that are nobody's are counted alike"
            )
        }),
        Attempt::Throttled(until) => {
            bench.tell(|| {
                format!(
                    "too many failures in a row: no password is tried before {until}, \
                right or wrong"
                )
            });
            refuse(bench, user.as_ref(), Action::LoginRefused, "throttled")?;
            return Ok(Checked::Throttled(until));
        }
        Attempt::Disabled => {
            bench.tell(|| {
                "so many failures in a row that the password is disabled until it is set \
                anew (NIST 800-63B-4 §3.2.2)"
                    .to_owned()
            });
            refuse(bench, user.as_ref(), Action::LoginRefused, "password disabled after too many failures")?;
            return Ok(Checked::Disabled);
        }
    }
    let hash = match &user {
        Some(user) => bench.store.password_hash(user.id)?,
        None => None,
    };
    let right = match &hash {
        Some(phc) => password::verify(given, phc, policy)?,
        None => {
            password::pretend(given, policy)?;
            false
        }
    };
    bench.tell(|| {
        "hashed the password with argon2id, outside any transaction, and compared in \
        constant time; for a name that is nobody's the same work is done for nothing, so that the time \
        taken tells no names"
            .to_owned()
    });
    match (user, hash) {
        (Some(user), Some(hash)) if right && user.disabled_at.is_none() => {
            Ok(Checked::Right(Box::new(Proof { user, attempt_key, hash })))
        }
        (Some(user), _) if right => {
            refuse(bench, Some(&user), Action::LoginRefused, "user disabled")?;
            Ok(Checked::Refused)
        }
        (Some(user), hash) => {
            let why = if hash.is_some() { "wrong password" } else { "user has no password" };
            refuse(bench, Some(&user), Action::LoginFailed, why)?;
            Ok(Checked::Refused)
        }
        // What was typed as a name may be a password: it is not logged.
        (None, _) => {
            refuse(bench, None, Action::LoginFailed, "unknown user")?;
            Ok(Checked::Refused)
        }
    }
}

/// Writes why, for who may read the log; the caller is not told.
fn refuse(bench: &mut Workbench<'_>, user: Option<&User>, action: Action, why: &str) -> Result<(), OpsError> {
    let event = bench.event(action).user(user.map(|user| &user.name)).detail(why.to_owned());
    bench.store.record(event)?;
    bench.tell(|| {
        "refused, in the same words for a wrong password, an unknown name and a disabled \
        account (OWASP authentication); the reason stands in the log only"
            .to_owned()
    });
    Ok(())
}
