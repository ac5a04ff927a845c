//! Counting a login attempt before its password is checked.

use rusqlite::params;
use sessionctl_core::model::event::Event;
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::store::Attempt;

use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::attempt::attempts;
use crate::store::SqliteStore;

/// Counts an attempt as failed, unless the name is throttled or locked.
pub(crate) fn begin_attempt(
    store: &mut SqliteStore,
    key: [u8; 32],
    policy: &Policy,
) -> Result<Attempt, SqliteError> {
    store.write(|tx| {
        tx.grant()?;
        let now = tx.now;
        let (before, last) = attempts(tx, &key)?.unwrap_or((0, now));
        if u64::from(before) >= policy.get(Key::ThrottleDisable) {
            return Ok(Attempt::Locked);
        }
        let until = last.plus(policy.throttle(before));
        if now < until {
            return Ok(Attempt::Throttled(until));
        }
        let failures = before.saturating_add(1);
        tx.execute(
            "INSERT INTO attempt (key, failures, last_at) VALUES (?1, ?2, ?3) \
             ON CONFLICT (key) DO UPDATE SET failures = ?2, last_at = ?3",
            params![key, failures, now.unix()],
        )?;
        Ok(Attempt::Allowed { failures })
    })
}

/// Takes back an attempt that the machine, not the password, failed.
pub(crate) fn cancel_attempt(store: &mut SqliteStore, key: [u8; 32]) -> Result<(), SqliteError> {
    store.write(|tx| {
        tx.execute("UPDATE attempt SET failures = failures - 1 WHERE key = ?1 AND failures > 0", [key])?;
        tx.execute("DELETE FROM attempt WHERE key = ?1 AND failures = 0", [key])?;
        Ok(())
    })
}

/// Clears the failed logins under a key; `false` where there were none.
pub(crate) fn clear_attempts(
    store: &mut SqliteStore,
    key: [u8; 32],
    event: Event,
) -> Result<bool, SqliteError> {
    store.write(|tx| {
        tx.grant()?;
        let cleared = tx.execute("DELETE FROM attempt WHERE key = ?1", [key])? > 0;
        if cleared {
            append(tx, &event)?;
        }
        Ok(cleared)
    })
}
