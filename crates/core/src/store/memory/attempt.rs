//! Counts of failed logins, kept under keyed digests of names: what was typed as a name may be a password.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::state::{FailedLogins, State};
use super::write_tx::WriteTx;
use crate::model::policy::{Key, Policy};
use crate::model::user::UserName;
use crate::store::{Attempt, PENDING_ATTEMPT_TIMEOUT, REFUSAL_REPORT_INTERVAL, StoreError};

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
    let mut failed = tx.state.attempts.get(&key).copied().unwrap_or_default();
    let last_at = failed.last_at.unwrap_or(tx.now);
    if tx.now.since(last_at) > PENDING_ATTEMPT_TIMEOUT {
        failed.failures = failed.failures.saturating_sub(failed.pending);
        failed.pending = 0;
    }
    let failures = failed.failures;
    if u64::from(failures) >= policy.get(Key::ThrottleDisable) {
        return Ok(Attempt::Locked);
    }
    let until = last_at.plus(policy.throttle(failures));
    if tx.now < until {
        return Ok(Attempt::Throttled(until));
    }
    let failures = failures.saturating_add(1);
    let pending = failed.pending.saturating_add(1);
    tx.state.attempts.insert(key, FailedLogins { failures, pending, last_at: Some(tx.now), ..failed });
    Ok(Attempt::Allowed { failures })
}

/// Ends an attempt whose password was wrong. One that was taken back meanwhile is counted again.
pub(super) fn settle(tx: &mut WriteTx<'_>, key: [u8; 32]) {
    let now = tx.taken_at();
    let failed = tx.state.attempts.entry(key).or_default();
    match failed.pending {
        0 => failed.failures = failed.failures.saturating_add(1),
        _ => failed.pending -= 1,
    }
    failed.last_at = failed.last_at.or(Some(now));
}

/// Counts a refused attempt, and returns the number to report where it is time to.
pub(super) fn refuse(tx: &mut WriteTx<'_>, key: [u8; 32]) -> Option<u64> {
    let now = tx.taken_at();
    let failed = tx.state.attempts.entry(key).or_default();
    failed.refused += 1;
    if failed.reported_at.is_some_and(|at| now.since(at) < REFUSAL_REPORT_INTERVAL) {
        return None;
    }
    failed.reported_at = Some(now);
    Some(std::mem::take(&mut failed.refused))
}

/// Takes back one attempt.
pub(super) fn cancel(state: &mut State, key: &[u8; 32]) {
    match state.attempts.get_mut(key) {
        Some(failed) if failed.failures > 1 => {
            failed.failures -= 1;
            failed.pending = failed.pending.saturating_sub(1);
        }
        _ => {
            state.attempts.remove(key);
        }
    }
}

/// Moves the attempts for a name to another one: a new name neither lifts a lock, nor inherits the guesses at it
/// before.
pub(super) fn rename(state: &mut State, old: &UserName, new: &UserName) {
    let (old, new) = (key(&state.attempt_secret, old), key(&state.attempt_secret, new));
    if old != new {
        let failed = state.attempts.remove(&old);
        state.attempts.remove(&new);
        state.attempts.extend(failed.map(|failed| (new, failed)));
    }
}

/// Forgets the attempts for a name.
pub(super) fn clear(state: &mut State, name: &UserName) {
    state.attempts.remove(&key(&state.attempt_secret, name));
}
