//! Giving active sessions other limits.

use std::collections::HashMap;

use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult, JudgedBy, LimitRule, Limits};

use super::batch::run_batch;
use super::cascade::{changes, surviving_children};
use super::expire::{cut, read_deadlines};
use super::target::{Target, ensure, is_active};
use crate::error::PostgresError;
use crate::read::lookup;
use crate::read::row::stored_duration;
use crate::store::PostgresStore;
use crate::transaction::WriteTx;
use crate::value::values;

/// Gives the active sessions of a batch the limits of a rule, and cuts the deadlines of children to their parent's.
pub(crate) fn set_limits(
    store: &mut PostgresStore,
    batch: &Batch<'_>,
    rule: &LimitRule,
    event: &Event,
) -> Result<BatchResult, PostgresError> {
    run_batch(store, batch, JudgedBy::LatestEvent, event, |tx, targets, _| {
        tx.grant()?;
        let mut limits = HashMap::new();
        // Parents first, so that a child in the batch is held to the new limits of its parent.
        for parents in [true, false] {
            let part: Vec<&Target> =
                targets.iter().filter(|target| target.is_parent() == parents && is_active(target)).collect();
            let part = limits_of(tx, &part, rule)?;
            write(tx, &part)?;
            limits.extend(part);
        }
        let parents = targets.iter().filter(|target| target.is_parent()).map(|target| target.id);
        let changed: Vec<SessionId> = parents.filter(|id| limits.contains_key(id)).collect();
        let children = surviving_children(tx, &changed, tx.now()?)?;
        cut(tx, &children)?;
        let mut changes = changes(targets, |target| limits.contains_key(&target.id), children);
        read_deadlines(tx, &mut changes)?;
        Ok(changes)
    })
}

/// The new limits of active sessions; those that stay as they are have none.
fn limits_of(
    tx: &WriteTx<'_>,
    targets: &[&Target],
    rule: &LimitRule,
) -> Result<HashMap<SessionId, Limits>, PostgresError> {
    let now = tx.now()?;
    let sessions = lookup::with_parents(tx, targets.iter().map(|target| target.id))?;
    let of = |(session, parent): &(_, Option<_>)| rule.limits(session, parent.as_ref(), now);
    Ok(sessions.iter().filter_map(|found| Some((found.0.id, of(found)?))).collect())
}

fn write(tx: &WriteTx<'_>, limits: &HashMap<SessionId, Limits>) -> Result<(), PostgresError> {
    let (mut ids, mut absolute, mut deadlines) = (Vec::new(), Vec::new(), Vec::new());
    let (mut idle, mut scheduled): (Vec<Option<i64>>, Vec<Option<i64>>) = (Vec::new(), Vec::new());
    for (id, limits) in limits {
        ids.push(id.get());
        absolute.push(limits.absolute_expires_at.unix());
        deadlines.push(limits.deadline.unix());
        idle.push(stored_duration(limits.idle_timeout));
        scheduled.push(limits.scheduled_at.map(Timestamp::unix));
    }
    let sql = "UPDATE sessionctl.session s SET idle_timeout = n.idle_timeout, \
               absolute_expires_at = n.absolute_expires_at, scheduled_at = n.scheduled_at, deadline = n.deadline \
               FROM unnest($1, $2, $3, $4, $5) AS n (id, idle_timeout, absolute_expires_at, scheduled_at, deadline) \
               WHERE s.id = n.id AND s.deadline > $6 AND s.ended_at IS NULL";
    let written = tx.execute(sql, values![ids, idle, absolute, scheduled, deadlines, tx.now()?.unix()])?;
    ensure(written, limits.len())
}
