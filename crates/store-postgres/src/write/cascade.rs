//! Ending sessions together with their children, within a transaction of the caller that has locked them.

use std::collections::{HashMap, HashSet};

use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Change, ChangedChild};

use super::event_number::EventNumber;
use super::target::{CHILD_COLUMNS, Target, change, ensure, read_child};
use crate::error::PostgresError;
use crate::read::row::{self, numbers};
use crate::transaction::{DRAWN_EVENT, WriteTx};
use crate::value::{Value, values};

/// Revokes those of the sessions that have not ended by the clock, with an event of this number. A session ends not
/// before it was last seen, as far as the latest event proves that: a clock that went back may be the wrong one.
fn revoke_all(tx: &WriteTx<'_>, ids: &[SessionId], reason: &str, event: i64) -> Result<(), PostgresError> {
    if ids.is_empty() {
        return Ok(());
    }
    let (sql, values) = revocation(tx, ids, reason, Some(event))?;
    tx.execute(&sql, &values).map(drop)
}

/// As [`revoke_all`], where each of the sessions is known to be active: returns the deadlines that they have now. The
/// first call draws the number of the event.
pub(super) fn revoke_active(
    tx: &WriteTx<'_>,
    ids: &[SessionId],
    reason: &str,
    number: &EventNumber<'_>,
) -> Result<HashMap<SessionId, Timestamp>, PostgresError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let (sql, values) = revocation(tx, ids, reason, number.drawn())?;
    let rows = match number.drawn() {
        Some(_) => tx.query(&sql, &values)?,
        None => number.draw_for(&[(&sql, &values)])?.into_iter().flat_map(|answer| answer.rows).collect(),
    };
    ensure(rows.len() as u64, ids.len())?;
    rows.iter().map(|found| Ok((row::id(found.try_get(0)?)?, row::timestamp(found, 1)?))).collect()
}

/// The statement that revokes sessions. Without a number, that of the event that was drawn last is kept with them.
fn revocation(
    tx: &WriteTx<'_>,
    ids: &[SessionId],
    reason: &str,
    event: Option<i64>,
) -> Result<(String, Vec<Value>), PostgresError> {
    let number = if event.is_some() { "$6::bigint" } else { DRAWN_EVENT };
    let sql = format!(
        "UPDATE sessionctl.session SET deadline = least(deadline, greatest($2, least(last_seen_at, $5))), \
         ended_at = least(deadline, greatest($2, least(last_seen_at, $5))), end_reason = $3, ended_event = {number} \
         WHERE id = ANY($1) AND deadline > $4 AND ended_at IS NULL RETURNING id, deadline"
    );
    let (taken_at, clock, now) = (tx.taken_at()?.unix(), tx.clock()?.unix(), tx.now()?.unix());
    let mut values = values![numbers(ids), taken_at, reason, clock, now].to_vec();
    values.extend(event.map(Value::from));
    Ok((sql, values))
}

/// The children of parents that are active at a time; by their parents.
pub(crate) fn active_children(
    tx: &WriteTx<'_>,
    parents: &[SessionId],
    at: Timestamp,
) -> Result<HashMap<SessionId, Vec<ChangedChild>>, PostgresError> {
    children_after(tx, parents, "$2", at)
}

/// The children of parents that are active at a time and beyond the parent's deadline, which was just set.
pub(crate) fn surviving_children(
    tx: &WriteTx<'_>,
    parents: &[SessionId],
    at: Timestamp,
) -> Result<HashMap<SessionId, Vec<ChangedChild>>, PostgresError> {
    children_after(tx, parents, "greatest(p.deadline, $2)", at)
}

fn children_after(
    tx: &WriteTx<'_>,
    parents: &[SessionId],
    end: &str,
    at: Timestamp,
) -> Result<HashMap<SessionId, Vec<ChangedChild>>, PostgresError> {
    let mut children: HashMap<_, Vec<_>> = HashMap::new();
    if parents.is_empty() {
        return Ok(children);
    }
    let sql = format!(
        "SELECT {}, c.parent_id FROM sessionctl.session c JOIN sessionctl.session p ON p.id = c.parent_id \
         WHERE c.parent_id = ANY($1) AND c.ended_at IS NULL AND c.deadline > {end} ORDER BY c.id",
        CHILD_COLUMNS
    );
    for found in tx.query(&sql, values![numbers(parents), at.unix()])? {
        let parent = row::id(found.try_get(4)?)?;
        children.entry(parent).or_default().push(read_child(&found)?);
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
        active_children(tx, active, tx.clock()?)?.into_values().flatten().map(|child| child.id).collect();
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
    mut children: HashMap<SessionId, Vec<ChangedChild>>,
) -> Vec<Change> {
    let own: HashSet<SessionId> = targets.iter().map(|target| target.id).collect();
    let mut changes = Vec::with_capacity(targets.len());
    for target in targets {
        changes.push(change(target, is_changed(target)));
        let cascaded = children.remove(&target.id).unwrap_or_default();
        let cascaded = cascaded.into_iter().filter(|child| !own.contains(&child.id));
        changes.extend(cascaded.map(|child| target.change_of(child)));
    }
    changes
}
