//! Recording when sessions were last seen. It is one conditional UPDATE, so that whatever happened meanwhile wins: a
//! late write never revives a session (CVE-2025-46336).

use rusqlite::params;
use sessionctl_core::store::Touch;

use crate::connect::wait_a_second;
use crate::error::SqliteError;
use crate::store::{SqliteStore, WriteTx};

/// Records that sessions were seen. Verification waits for this, so it is left out where others write for long: the
/// next time is soon enough.
pub(crate) fn touch(store: &mut SqliteStore, touches: &[Touch]) -> Result<(), SqliteError> {
    if touches.is_empty() {
        return Ok(());
    }
    store.hint_bulk_write(touches.len())?;
    store.with_busy_handler(wait_a_second, |store| store.write_lazily(|tx| update(tx, touches)))
}

fn update(tx: &WriteTx<'_>, touches: &[Touch]) -> Result<(), SqliteError> {
    tx.grant()?;
    // A deadline that `expire` set is not moved by a touch; nothing passes the absolute limit or the parent's deadline.
    let mut statement = tx.prepare_cached(
        "UPDATE session SET last_seen_at = ?2, deadline = CASE WHEN scheduled_at IS NOT NULL THEN deadline \
             ELSE max(deadline, min(absolute_expires_at, coalesce(?2 + idle_timeout, absolute_expires_at), \
                coalesce((SELECT p.deadline FROM session p WHERE p.id = session.parent_id), absolute_expires_at))) END \
             WHERE id = ?1 AND deadline > ?3 AND last_seen_at <= ?2 AND ended_at IS NULL",
    )?;
    for touch in touches {
        let seen_at = touch.seen_at.min(tx.now);
        statement.execute(params![touch.id.get(), seen_at.unix(), tx.now.unix()])?;
    }
    Ok(())
}
