//! Counting a login attempt before its password is checked.

use rusqlite::params;
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::Attempt;

use crate::error::SqliteError;
use crate::read::attempt::attempts;
use crate::store::SqliteStore;

/// Counts an attempt as failed, unless the name is throttled or locked.
pub(crate) fn begin_attempt(
    store: &mut SqliteStore,
    key: [u8; 32],
    now: Timestamp,
    policy: &Policy,
) -> Result<Attempt, SqliteError> {
    store.write(|tx| {
        let (before, last) = attempts(tx, &key)?.unwrap_or((0, now));
        if u64::from(before) >= policy.get(Key::ThrottleDisable) {
            return Ok(Attempt::Disabled);
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
