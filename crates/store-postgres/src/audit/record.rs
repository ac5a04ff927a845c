//! Events that belong to no change, and reports of who may only read.

use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;

use super::alarm;
use super::append::append;
use crate::error::PostgresError;
use crate::read::row;
use crate::store::PostgresStore;
use crate::value::values;
use crate::write::lock;

/// Appends an event that belongs to no change.
pub(crate) fn record(store: &mut PostgresStore, event: &Event) -> Result<(), PostgresError> {
    store.write(|tx| append(tx, event))
}

/// Writes an event if the session is active, and it and its parent are so until a time.
pub(crate) fn record_if_active(
    store: &mut PostgresStore,
    session: SessionId,
    until: Timestamp,
    event: &Event,
) -> Result<bool, PostgresError> {
    store.write(|tx| {
        // A session never changes its parent.
        let sql = "SELECT parent_id FROM sessionctl.session WHERE id = $1";
        let parent: Option<i64> =
            tx.query_opt(sql, values![session.get()])?.map(|row| row.try_get(0)).transpose()?.flatten();
        if let Some(parent) = parent {
            lock::share(tx, row::id(parent)?);
        }
        lock::share(tx, session);
        let now = tx.grant()?;
        let sql = "SELECT 1 FROM sessionctl.session s WHERE s.id = $1 AND s.ended_at IS NULL AND s.deadline > $2 \
                   AND s.deadline >= $3 AND (s.parent_id IS NULL OR EXISTS (SELECT 1 FROM sessionctl.session p \
                   WHERE p.id = s.parent_id AND p.ended_at IS NULL AND p.deadline > $2 AND p.deadline >= $3))";
        let active = tx.query_opt(sql, values![session.get(), now.unix(), until.unix()])?.is_some();
        if active {
            append(tx, event)?;
        }
        Ok(active)
    })
}

/// Reports an event about a session; `false` where it is none that anybody answers.
pub(crate) fn raise(
    store: &mut PostgresStore,
    session: SessionId,
    event: &Event,
) -> Result<bool, PostgresError> {
    if !matches!(event.action, Action::TokenReused | Action::NetworkChanged) {
        return Ok(false);
    }
    store.write(|tx| alarm::insert(tx, session, event))?;
    Ok(true)
}
