//! Replacing the key of locators, and retiring keys that no active session needs.

use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::store::LocatorRotation;

use super::lock;
use crate::audit::append::append;
use crate::error::PostgresError;
use crate::read::row;
use crate::store::PostgresStore;
use crate::transaction::{Commit, WriteTx};
use crate::value::values;

/// A session may have been created under a key for so long after the next one was there: no change lasts longer.
const OVERLAP_SECONDS: i64 = 60;

/// Makes a key the one of new tokens.
pub(crate) fn rotate(
    store: &mut PostgresStore,
    key: &[u8; 16],
    event: &Event,
) -> Result<LocatorRotation, PostgresError> {
    store.write_as(Commit::Bulk, |tx| {
        lock::settings(tx);
        let now = tx.grant()?;
        let sql = "INSERT INTO sessionctl.locator_key (version, key, created_at) \
                   SELECT max(version) + 1, $1, $2 FROM sessionctl.locator_key RETURNING version";
        let version: i64 = tx.query_one(sql, values![key, now.unix()])?.try_get(0)?;
        append(tx, &event.clone().detail(format!("version {version}")))?;
        let retired = retire_within(tx, &event.actor)?;
        let sql = "SELECT count(*) FROM sessionctl.locator_key WHERE retired_at IS NULL";
        let in_use = row::unsigned(&tx.query_one(sql, &[])?, 0)?;
        Ok(LocatorRotation { version, in_use, retired })
    })
}

/// Retires the keys under which no active session can have been created.
pub(crate) fn retire(store: &mut PostgresStore, actor: &str) -> Result<(), PostgresError> {
    let sql = "SELECT count(*) FROM sessionctl.locator_key WHERE retired_at IS NULL";
    // The search reads all sessions, and mostly there is one key.
    if row::unsigned(&store.query_one(sql, &[])?, 0)? < 2 {
        return Ok(());
    }
    store.write_as(Commit::Bulk, |tx| {
        lock::settings(tx);
        retire_within(tx, actor).map(drop)
    })
}

fn retire_within(tx: &WriteTx<'_>, actor: &str) -> Result<u64, PostgresError> {
    let now = tx.grant()?;
    let sql = "UPDATE sessionctl.locator_key k SET retired_at = $1 FROM (SELECT version, \
               lead(created_at) OVER (ORDER BY version) AS replaced_at FROM sessionctl.locator_key) n \
               WHERE n.version = k.version AND k.retired_at IS NULL AND n.replaced_at IS NOT NULL \
               AND n.replaced_at + $2 < $1 AND NOT EXISTS (SELECT 1 FROM sessionctl.session s \
               WHERE s.created_at <= n.replaced_at + $2 AND s.deadline > $1 AND s.ended_at IS NULL) RETURNING k.version";
    let retired = tx.query(sql, values![now.unix(), OVERLAP_SECONDS])?;
    for found in &retired {
        let version: i64 = found.try_get(0)?;
        let event = Event::new(Action::LocatorKeyRetired, actor);
        append(tx, &event.detail(format!("version {version}")))?;
    }
    Ok(retired.len() as u64)
}
