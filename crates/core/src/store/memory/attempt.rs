//! Counts of failed logins, kept under keyed digests of names: what was typed as a name may be a password.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::state::{FailedLogins, State, WriteTx};
use crate::model::policy::{Key, Policy};
use crate::model::user::UserName;
use crate::store::{Attempt, StoreError};

/// The key under which the attempts for a name are counted (HMAC-SHA-256, RFC 2104).
pub(super) fn key(secret: &[u8; 32], name: &UserName) -> [u8; 32] {
    // A key shorter than the hash's block is padded with zeros.
    let mut block = [0; 64];
    block[..secret.len()].copy_from_slice(secret);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(name.key().as_bytes());
    mac.finalize().into_bytes().into()
}

/// Counts an attempt as failed, unless the name is throttled or locked.
pub(super) fn begin(tx: &mut WriteTx<'_>, key: [u8; 32], policy: &Policy) -> Result<Attempt, StoreError> {
    tx.grant()?;
    let failed = tx.state.attempts.get(&key).copied();
    let FailedLogins { failures, last_at } = failed.unwrap_or(FailedLogins { failures: 0, last_at: tx.now });
    if u64::from(failures) >= policy.get(Key::ThrottleDisable) {
        return Ok(Attempt::Locked);
    }
    let until = last_at.plus(policy.throttle(failures));
    if tx.now < until {
        return Ok(Attempt::Throttled(until));
    }
    let failures = failures.saturating_add(1);
    tx.state.attempts.insert(key, FailedLogins { failures, last_at: tx.now });
    Ok(Attempt::Allowed { failures })
}

/// Takes back one attempt.
pub(super) fn cancel(state: &mut State, key: &[u8; 32]) {
    match state.attempts.get_mut(key) {
        Some(failed) if failed.failures > 1 => failed.failures -= 1,
        _ => {
            state.attempts.remove(key);
        }
    }
}

/// Forgets the attempts for a name.
pub(super) fn clear(state: &mut State, name: &UserName) {
    state.attempts.remove(&key(&state.attempt_secret, name));
}
