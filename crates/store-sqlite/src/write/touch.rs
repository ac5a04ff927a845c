//! Recording when sessions were last seen. It is one conditional UPDATE, so that whatever happened meanwhile wins: a
//! late write never revives a session (CVE-2025-46336).

use rusqlite::params;
use sessionctl_core::model::address;
use sessionctl_core::model::event::Event;
use sessionctl_core::store::Touch;

use crate::audit::append::append;
use crate::connect::wait_a_second;
use crate::error::SqliteError;
use crate::read::lookup;
use crate::read::user_cache::UserCache;
use crate::store::{SqliteStore, WriteTx};

/// Records that sessions were seen. Verification waits for this, so it is left out where others write for long: the
/// next time is soon enough.
pub(crate) fn touch(
    store: &mut SqliteStore,
    touches: &[Touch],
    network_changed: &Event,
) -> Result<(), SqliteError> {
    if touches.is_empty() {
        return Ok(());
    }
    store.hint_bulk_write(touches.len())?;
    store.with_busy_handler(wait_a_second, |store| {
        store.write_lazily(|tx| update(tx, touches, network_changed))
    })
}

fn update(tx: &WriteTx<'_>, touches: &[Touch], network_changed: &Event) -> Result<(), SqliteError> {
    tx.time.grant()?;
    let names = UserCache::default();
    // A deadline that `expire` set is not moved by a touch; nothing passes the absolute limit or the parent's deadline.
    let mut statement = tx.prepare_cached(
        "UPDATE session SET last_seen_at = ?2, last_ip = coalesce(?4, last_ip), \
             deadline = CASE WHEN scheduled_at IS NOT NULL THEN deadline \
             ELSE max(deadline, min(absolute_expires_at, coalesce(?2 + idle_timeout, absolute_expires_at), \
                coalesce((SELECT p.deadline FROM session p WHERE p.id = session.parent_id), absolute_expires_at))) END \
             WHERE id = ?1 AND deadline > ?3 AND last_seen_at <= ?2 AND ended_at IS NULL",
    )?;
    for touch in touches {
        let seen_at = touch.seen_at.min(tx.time.now);
        let event = match touch.ip {
            None => None,
            Some(_) => lookup::read(tx, &names, touch.id)?
                .and_then(|session| touch.network_event(&session, network_changed)),
        };
        let ip = touch.ip.map(address::to_bytes);
        let written = statement.execute(params![touch.id.get(), seen_at.unix(), tx.time.now.unix(), ip])?;
        if let Some(event) = event.filter(|_| written > 0) {
            append(tx, &event)?;
        }
    }
    Ok(())
}
