//! Counting a login attempt before its password is checked.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::Duration;

use sessionctl_core::model::event::Event;
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::time::{Timestamp, seconds};
use sessionctl_core::store::{Attempt, PENDING_ATTEMPT_TIMEOUT, REFUSAL_REPORT_INTERVAL, refusal_detail};

use super::lock;
use crate::audit::append::append;
use crate::error::PostgresError;
use crate::read::attempt::{attempt_secret, keyed_by};
use crate::read::{cursor, row};
use crate::store::PostgresStore;
use crate::transaction::Commit;
use crate::value::values;

/// The rows that are deleted in one transaction.
const ATTEMPTS_PER_COMMIT: usize = 2_000;

/// Counts an attempt as failed, unless the name is throttled or locked.
pub(crate) fn begin_attempt(
    store: &mut PostgresStore,
    key: [u8; 32],
    policy: &Policy,
) -> Result<Attempt, PostgresError> {
    store.write(|tx| {
        lock::attempt(tx, &key);
        let now = tx.grant()?;
        let sql = "SELECT failures, pending, last_at FROM sessionctl.attempt WHERE key = $1";
        let found = tx.query_one(sql, values![key])?;
        let (failures, pending): (i64, i64) = (found.try_get(0)?, found.try_get(1)?);
        let last_at = if failures == 0 { now } else { row::timestamp(&found, 2)? };
        let (failures, pending) = match now.since(last_at) > PENDING_ATTEMPT_TIMEOUT {
            true => ((failures - pending).max(0), 0),
            false => (failures, pending),
        };
        let before = u32::try_from(failures).unwrap_or(u32::MAX);
        if u64::from(before) >= policy.get(Key::ThrottleDisable) {
            return Ok(Attempt::Locked);
        }
        let until = last_at.plus(policy.throttle(before));
        if now < until {
            return Ok(Attempt::Throttled(until));
        }
        let failures = before.saturating_add(1);
        let sql = "UPDATE sessionctl.attempt SET failures = $2, pending = $3, last_at = $4 WHERE key = $1";
        tx.queue(sql, values![key, failures, pending + 1, now.unix()]);
        Ok(Attempt::Allowed { failures })
    })
}

/// Ends an attempt whose password was wrong. One that was taken back meanwhile, because its process seemed to be
/// killed, is counted again.
pub(crate) fn settle_attempt(
    store: &mut PostgresStore,
    key: [u8; 32],
    event: Event,
) -> Result<(), PostgresError> {
    store.write(|tx| {
        lock::attempt(tx, &key);
        let now = tx.now()?.unix();
        tx.queue(
            "UPDATE sessionctl.attempt SET failures = failures + CASE WHEN pending = 0 THEN 1 ELSE 0 END, \
             pending = greatest(pending - 1, 0), last_at = CASE WHEN failures = 0 THEN $2 ELSE last_at END \
             WHERE key = $1",
            values![key, now],
        );
        append(tx, &event)
    })
}

/// Counts an attempt that was refused unchecked, and reports it if it is time to.
pub(crate) fn record_refusal(
    store: &mut PostgresStore,
    key: [u8; 32],
    event: Event,
) -> Result<bool, PostgresError> {
    store.write(|tx| {
        lock::attempt(tx, &key);
        let now = tx.now()?;
        let sql = "SELECT refused, reported_at FROM sessionctl.attempt WHERE key = $1";
        let found = tx.query_one(sql, values![key])?;
        let refused = row::unsigned(&found, 0)? + 1;
        let reported_at: Option<Timestamp> = row::optional_timestamp(&found, 1)?;
        if reported_at.is_some_and(|at| now.unix() - at.unix() < seconds(REFUSAL_REPORT_INTERVAL)) {
            let sql = "UPDATE sessionctl.attempt SET refused = refused + 1 WHERE key = $1";
            tx.execute(sql, values![key])?;
            return Ok(false);
        }
        let sql = "UPDATE sessionctl.attempt SET refused = 0, reported_at = $2, \
                   last_at = CASE WHEN failures = 0 THEN $2 ELSE last_at END WHERE key = $1";
        tx.execute(sql, values![key, now.unix()])?;
        let detail = refusal_detail(event.detail.clone(), refused);
        append(tx, &Event { detail, ..event.clone() })?;
        Ok(true)
    })
}

/// Takes back an attempt that the machine, not the password, failed.
pub(crate) fn cancel_attempt(store: &mut PostgresStore, key: [u8; 32]) -> Result<(), PostgresError> {
    store.write(|tx| {
        lock::existing_attempt(tx, &key);
        tx.now()?;
        tx.execute(
            "UPDATE sessionctl.attempt SET failures = failures - 1, pending = greatest(pending - 1, 0) \
             WHERE key = $1 AND failures > 0",
            values![key],
        )?;
        tx.execute("DELETE FROM sessionctl.attempt WHERE key = $1 AND failures = 0", values![key])?;
        Ok(())
    })
}

/// Forgets stale attempts at names that no user has. The users are compared before the locks are taken: a user who is
/// added meanwhile starts with no failures, as any new user does.
pub(crate) fn prune_attempts(store: &mut PostgresStore, older_than: Duration) -> Result<u64, PostgresError> {
    store.ensure_writable()?;
    let sql = "SELECT key FROM sessionctl.attempt WHERE last_at <= $1";
    let mut stale: HashSet<[u8; 32]> = HashSet::new();
    cursor::rows(store, sql, values![store.now().minus(older_than).unix()], &mut |found| {
        stale.insert(row::bytes(found, 0)?);
        Ok(ControlFlow::Continue(()))
    })?;
    let secret = attempt_secret(store)?;
    let sql = "SELECT name_key FROM sessionctl.account WHERE removed_at IS NULL";
    cursor::rows(store, sql, &[], &mut |found| {
        stale.remove(&keyed_by(&secret, found.try_get(0)?)?);
        Ok(ControlFlow::Continue(()))
    })?;
    let keys: Vec<Vec<u8>> = stale.into_iter().map(|key| key.to_vec()).collect();
    let mut pruned = 0;
    for keys in keys.chunks(ATTEMPTS_PER_COMMIT) {
        pruned += store.write_as(Commit::Bulk, |tx| {
            let sql = "SELECT 1 FROM sessionctl.attempt WHERE key = ANY($1) ORDER BY key FOR UPDATE";
            tx.query(sql, values![keys.to_vec()])?;
            let last = tx.grant()?.minus(older_than).unix();
            let sql = "DELETE FROM sessionctl.attempt WHERE key = ANY($1) AND last_at <= $2";
            tx.execute(sql, values![keys.to_vec(), last])
        })?;
    }
    Ok(pruned)
}

/// Clears the failed logins under a key; `false` where there were none.
pub(crate) fn clear_attempts(
    store: &mut PostgresStore,
    key: [u8; 32],
    event: Event,
) -> Result<bool, PostgresError> {
    store.write(|tx| {
        lock::existing_attempt(tx, &key);
        tx.grant()?;
        let cleared = tx.execute("DELETE FROM sessionctl.attempt WHERE key = $1", values![key])? > 0;
        if cleared {
            append(tx, &event)?;
        }
        Ok(cleared)
    })
}
