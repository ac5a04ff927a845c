//! Counting a login attempt before its password is checked.

use std::time::Duration;

use rusqlite::{OptionalExtension, params};
use sessionctl_core::model::event::Event;
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::time::seconds;
use sessionctl_core::store::{Attempt, PENDING_ATTEMPT_TIMEOUT, REFUSAL_REPORT_INTERVAL, refusal_detail};

use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::attempt::{attempts, for_each_attempt_key, stale_attempts};
use crate::store::SqliteStore;

/// Stale attempts to a commit: a few milliseconds, in which nobody else writes.
const ATTEMPTS_PER_COMMIT: usize = 1_000;

/// Counts an attempt as failed, unless the name is throttled or locked.
pub(crate) fn begin_attempt(
    store: &mut SqliteStore,
    key: [u8; 32],
    policy: &Policy,
) -> Result<Attempt, SqliteError> {
    store.write(|tx| {
        tx.time.grant()?;
        let now = tx.time.now;
        tx.execute(
            "UPDATE attempt SET failures = max(failures - pending, 0), pending = 0 \
             WHERE key = ?1 AND pending > 0 AND ?2 - last_at > ?3",
            params![key, now.unix(), seconds(PENDING_ATTEMPT_TIMEOUT)],
        )?;
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
            "INSERT INTO attempt (key, failures, last_at, pending) VALUES (?1, ?2, ?3, 1) \
             ON CONFLICT (key) DO UPDATE SET failures = ?2, last_at = ?3, pending = pending + 1",
            params![key, failures, now.unix()],
        )?;
        Ok(Attempt::Allowed { failures })
    })
}

/// Ends an attempt whose password was wrong. One that was taken back meanwhile, because its process seemed to be
/// killed, is counted again.
pub(crate) fn settle_attempt(
    store: &mut SqliteStore,
    key: [u8; 32],
    event: Event,
) -> Result<(), SqliteError> {
    store.write(|tx| {
        tx.execute(
            "INSERT INTO attempt (key, failures, last_at) VALUES (?1, 1, ?2) ON CONFLICT (key) DO UPDATE SET \
             failures = failures + (pending = 0), pending = max(pending - 1, 0)",
            params![key, tx.time.taken_at().unix()],
        )?;
        append(tx, &event)
    })
}

/// Counts an attempt that was refused unchecked, and reports it if it is time to.
pub(crate) fn record_refusal(
    store: &mut SqliteStore,
    key: [u8; 32],
    mut event: Event,
) -> Result<bool, SqliteError> {
    store.write(|tx| {
        let now = tx.time.taken_at().unix();
        tx.execute(
            "INSERT INTO attempt (key, failures, last_at, refused) VALUES (?1, 0, ?2, 1) \
             ON CONFLICT (key) DO UPDATE SET refused = refused + 1",
            params![key, now],
        )?;
        let sql = "SELECT refused FROM attempt WHERE key = ?1 AND coalesce(?2 - reported_at >= ?3, 1)";
        let interval = seconds(REFUSAL_REPORT_INTERVAL);
        let refused =
            tx.query_row(sql, params![key, now, interval], |row| row.get::<_, u64>(0)).optional()?;
        let Some(refused) = refused else { return Ok(false) };
        tx.execute("UPDATE attempt SET refused = 0, reported_at = ?2 WHERE key = ?1", params![key, now])?;
        event.detail = refusal_detail(event.detail.take(), refused);
        append(tx, &event)?;
        Ok(true)
    })
}

/// Takes back an attempt that the machine, not the password, failed.
pub(crate) fn cancel_attempt(store: &mut SqliteStore, key: [u8; 32]) -> Result<(), SqliteError> {
    store.write(|tx| {
        tx.execute(
            "UPDATE attempt SET failures = failures - 1, pending = max(pending - 1, 0) \
             WHERE key = ?1 AND failures > 0",
            [key],
        )?;
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
        tx.time.grant()?;
        let cleared = tx.execute("DELETE FROM attempt WHERE key = ?1", [key])? > 0;
        if cleared {
            append(tx, &event)?;
        }
        Ok(cleared)
    })
}

/// Forgets stale attempts at names that no user has. The users are compared before the lock is taken: a user who is
/// added meanwhile starts with no failures, as any new user does.
pub(crate) fn prune_attempts(store: &mut SqliteStore, older_than: Duration) -> Result<u64, SqliteError> {
    let mut stale = stale_attempts(store.conn(), older_than, store.now())?;
    if stale.is_empty() {
        return Ok(0);
    }
    for_each_attempt_key(store.conn(), &mut |key| {
        stale.remove(&key);
    })?;
    let mut pruned = 0;
    let keys: Vec<[u8; 32]> = stale.into_iter().collect();
    for keys in keys.chunks(ATTEMPTS_PER_COMMIT) {
        pruned += store.write(|tx| {
            tx.time.grant()?;
            let last = tx.time.now.minus(older_than).unix();
            let mut delete = tx.prepare_cached("DELETE FROM attempt WHERE key = ?1 AND last_at <= ?2")?;
            keys.iter().try_fold(0, |sum, key| Ok(sum + delete.execute(params![key, last])? as u64))
        })?;
    }
    Ok(pruned)
}
