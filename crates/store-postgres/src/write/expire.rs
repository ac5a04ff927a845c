//! Setting the deadline of a batch of sessions.

use std::collections::HashMap;

use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult, Change, ChangedChild, EndRule, JudgedBy};

use super::batch::run_batch;
use super::cascade::{changes, surviving_children};
use super::target::{Target, active_parents, ensure, is_active};
use crate::error::PostgresError;
use crate::read::row::{self, numbers};
use crate::store::PostgresStore;
use crate::transaction::WriteTx;
use crate::value::values;

/// Sets the deadline of a batch, and cuts the deadlines of children to their parent's.
pub(crate) fn expire(
    store: &mut PostgresStore,
    batch: &Batch<'_>,
    end: EndRule,
    event: &Event,
) -> Result<BatchResult, PostgresError> {
    let by = if end == EndRule::Now { JudgedBy::Clock } else { JudgedBy::LatestEvent };
    run_batch(store, batch, by, event, |tx, targets, _| {
        if end != EndRule::Now {
            tx.grant()?;
        }
        let (judged_at, now) = (tx.judged_at(by)?, tx.now()?.unix());
        // A session ends not before it was last seen, as far as the latest event proves that, as when it is revoked.
        let (expression, at) = match end {
            EndRule::Now => ("least(s.deadline, greatest($3, least(s.last_seen_at, $4)))", tx.taken_at()?),
            _ => ("coalesce($3, $4)", end.end(tx.now()?)),
        };
        let sql = format!(
            "UPDATE sessionctl.session s SET scheduled_at = least({expression}, s.absolute_expires_at), \
             deadline = least({expression}, s.absolute_expires_at, \
             (SELECT p.deadline FROM sessionctl.session p WHERE p.id = s.parent_id)) \
             WHERE s.id = ANY($1) AND s.deadline > $2 AND s.ended_at IS NULL"
        );
        // Parents first, so that a child in the batch is cut to the new deadline of its parent.
        for parents in [true, false] {
            let of_kind = |target: &&Target| target.is_parent() == parents;
            let part: Vec<SessionId> =
                targets.iter().filter(of_kind).filter(|target| is_active(target)).map(|t| t.id).collect();
            let values = values![numbers(&part), judged_at.unix(), at.unix(), now];
            ensure(tx.execute(&sql, values)?, part.len())?;
        }
        let children = surviving_children(tx, &active_parents(targets), judged_at)?;
        cut(tx, &children)?;
        let mut changes = changes(targets, is_active, children);
        read_deadlines(tx, &mut changes)?;
        Ok(changes)
    })
}

/// Cuts the deadlines of children to their parent's, which was just set.
pub(crate) fn cut(
    tx: &WriteTx<'_>,
    children: &HashMap<SessionId, Vec<ChangedChild>>,
) -> Result<(), PostgresError> {
    let children: Vec<SessionId> = children.values().flatten().map(|child| child.id).collect();
    let sql = "UPDATE sessionctl.session c SET deadline = p.deadline FROM sessionctl.session p \
               WHERE p.id = c.parent_id AND c.id = ANY($1) AND c.deadline > p.deadline";
    ensure(tx.execute(sql, values![numbers(&children)])?, children.len())
}

/// Reads back the deadlines that the changed sessions have now.
pub(crate) fn read_deadlines(tx: &WriteTx<'_>, changes: &mut [Change]) -> Result<(), PostgresError> {
    let ids: Vec<i64> =
        changes.iter().filter(|change| change.changed).map(|change| change.id.get()).collect();
    let rows = tx.query("SELECT id, deadline FROM sessionctl.session WHERE id = ANY($1)", values![ids])?;
    let mut deadlines: HashMap<SessionId, Timestamp> = HashMap::with_capacity(rows.len());
    for found in &rows {
        deadlines.insert(row::id(found.try_get(0)?)?, row::timestamp(found, 1)?);
    }
    for change in changes.iter_mut().filter(|change| change.changed) {
        change.deadline = deadlines.get(&change.id).copied();
    }
    Ok(())
}
