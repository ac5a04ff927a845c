//! Ending sessions together with their children, within a transaction of the caller that has locked them.

use std::collections::{HashMap, HashSet};

use sessionctl_core::model::session::{SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::Change;

use super::target::{Target, change};
use crate::error::PostgresError;
use crate::read::row::{self, numbers};
use crate::transaction::WriteTx;
use crate::value::values;

/// Revokes those of the sessions that have not ended by the clock, with an event of this number, and returns how many.
/// A session ends not before it was last seen, as far as the latest event proves that: a clock that went back may be the
/// wrong one.
pub(crate) fn revoke_all(
    tx: &WriteTx<'_>,
    ids: &[SessionId],
    reason: &str,
    event: i64,
) -> Result<u64, PostgresError> {
    if ids.is_empty() {
        return Ok(0);
    }
    let sql = "UPDATE sessionctl.session SET deadline = least(deadline, greatest($2, least(last_seen_at, $6))), \
               ended_at = least(deadline, greatest($2, least(last_seen_at, $6))), end_reason = $3, ended_event = $4 \
               WHERE id = ANY($1) AND deadline > $5 AND ended_at IS NULL";
    let (taken_at, clock, now) = (tx.taken_at()?.unix(), tx.clock()?.unix(), tx.now()?.unix());
    tx.execute(sql, values![numbers(ids), taken_at, reason, event, clock, now])
}

/// The children of parents that are active at a time; by their parents.
pub(crate) fn active_children(
    tx: &WriteTx<'_>,
    parents: &[SessionId],
    at: Timestamp,
) -> Result<HashMap<SessionId, Vec<SessionId>>, PostgresError> {
    children_after(tx, parents, "$2", at)
}

/// The children of parents that are active at a time and beyond the parent's deadline, which was just set.
pub(crate) fn surviving_children(
    tx: &WriteTx<'_>,
    parents: &[SessionId],
    at: Timestamp,
) -> Result<HashMap<SessionId, Vec<SessionId>>, PostgresError> {
    children_after(tx, parents, "greatest(p.deadline, $2)", at)
}

fn children_after(
    tx: &WriteTx<'_>,
    parents: &[SessionId],
    end: &str,
    at: Timestamp,
) -> Result<HashMap<SessionId, Vec<SessionId>>, PostgresError> {
    let mut children: HashMap<_, Vec<_>> = HashMap::new();
    if parents.is_empty() {
        return Ok(children);
    }
    let sql = format!(
        "SELECT c.id, c.parent_id FROM sessionctl.session c JOIN sessionctl.session p ON p.id = c.parent_id \
         WHERE c.parent_id = ANY($1) AND c.ended_at IS NULL AND c.deadline > {end} ORDER BY c.id"
    );
    for found in tx.query(&sql, values![numbers(parents), at.unix()])? {
        let (id, parent) = (row::id(found.try_get(0)?)?, row::id(found.try_get(1)?)?);
        children.entry(parent).or_default().push(id);
    }
    Ok(children)
}

/// Those of some sessions that are active at a time, in rising order.
pub(crate) fn active(
    tx: &WriteTx<'_>,
    ids: &[SessionId],
    at: Timestamp,
) -> Result<Vec<SessionId>, PostgresError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT id FROM sessionctl.session WHERE id = ANY($1) AND deadline > $2 AND ended_at IS NULL ORDER BY id";
    row::ids(&tx.query(sql, values![numbers(ids), at.unix()])?)
}

/// Revokes active sessions and their active children with an event of this number, and returns all of them in rising
/// order.
pub(crate) fn end(
    tx: &WriteTx<'_>,
    active: &[SessionId],
    reason: &str,
    event: i64,
) -> Result<Vec<SessionId>, PostgresError> {
    revoke_all(tx, active, reason, event)?;
    let children: Vec<SessionId> =
        active_children(tx, active, tx.clock()?)?.into_values().flatten().collect();
    revoke_all(tx, &children, reason, event)?;
    let mut ended: Vec<SessionId> = active.iter().copied().chain(children).collect();
    ended.sort_unstable();
    ended.dedup();
    Ok(ended)
}

/// The changes to a batch, each parent followed by the children that changed with it and were not selected themselves.
pub(crate) fn changes(
    targets: &[Target],
    is_changed: impl Fn(&Target) -> bool,
    mut children: HashMap<SessionId, Vec<SessionId>>,
) -> Vec<Change> {
    let own: HashSet<SessionId> = targets.iter().map(|target| target.id).collect();
    let mut changes = Vec::with_capacity(targets.len());
    for target in targets {
        changes.push(change(target, is_changed(target)));
        let cascaded = children.remove(&target.id).unwrap_or_default();
        changes.extend(cascaded.into_iter().filter(|id| !own.contains(id)).map(|id| Change {
            id,
            before: State::Active,
            changed: true,
            cascaded_from: Some(target.id),
            deadline: None,
        }));
    }
    changes
}
