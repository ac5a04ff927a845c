//! Recording when sessions were last seen. It is one conditional UPDATE, so that whatever happened meanwhile wins: a
//! late write never revives a session (CVE-2025-46336).

use rusqlite::{Transaction, params};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::Touch;

use crate::connect::wait_a_second;
use crate::error::SqliteError;
use crate::store::SqliteStore;

/// Records that sessions were seen. Verification waits for this, so it is left out where others write for long: the
/// next time is soon enough.
pub(crate) fn touch(store: &mut SqliteStore, seen: &[Touch], now: Timestamp) -> Result<(), SqliteError> {
    if seen.is_empty() {
        return Ok(());
    }
    store.hint_bulk_write(seen.len())?;
    store.with_busy_handler(wait_a_second, |store| store.write(|tx| update(tx, seen, now)))
}

fn update(tx: &Transaction<'_>, seen: &[Touch], now: Timestamp) -> Result<(), SqliteError> {
    // A deadline that `expire` set is not moved by a touch; no child passes its parent's deadline.
    let mut statement = tx.prepare_cached(
        "UPDATE session SET last_seen_at = ?2, deadline = CASE WHEN scheduled_at IS NOT NULL THEN deadline \
             ELSE max(deadline, min(?3, absolute_expires_at, \
                coalesce((SELECT h.deadline FROM session h WHERE h.id = session.parent_id), ?3))) END \
             WHERE id = ?1 AND deadline > ?2 AND last_seen_at <= ?2 AND ended_at IS NULL",
    )?;
    for seen in seen {
        statement.execute(params![seen.id.get(), now.unix(), seen.deadline.unix()])?;
    }
    Ok(())
}
