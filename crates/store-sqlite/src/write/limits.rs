//! Giving active sessions other limits.

use rusqlite::params;
use sessionctl_core::model::event::Event;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Batch, BatchResult, Change, JudgedBy, LimitRule, Limits};

use super::batch::{ensure, run_batch};
use super::target::{Target, active_children, ids_of};
use crate::error::SqliteError;
use crate::read::lookup;
use crate::read::row::{json_ids, stored_duration};
use crate::read::user_cache::UserCache;
use crate::store::{SqliteStore, WriteTx};

/// Gives the active sessions of a batch the limits of a rule, and cuts the deadlines of children to their parent's.
pub(crate) fn set_limits(
    store: &mut SqliteStore,
    batch: &Batch<'_>,
    rule: &LimitRule,
    event: Event,
) -> Result<BatchResult, SqliteError> {
    run_batch(store, batch, JudgedBy::LatestEvent, event, |tx, targets| {
        tx.time.grant()?;
        let own = targets.iter().map(|target| target.id).collect();
        let names = UserCache::default();
        let mut changes = Vec::with_capacity(targets.len());
        // By rising id, so that a parent in the batch has its new limits before its children are read.
        for target in targets {
            let limits = limits_of(tx, &names, target, rule)?;
            changes.push(Change {
                deadline: limits.map(|limits| limits.deadline),
                ..target.change(limits.is_some())
            });
            let Some(limits) = limits else { continue };
            write(tx, target.id, &limits)?;
            if target.is_parent() {
                let children = active_children(tx, target.id, limits.deadline.max(tx.time.now), &own)?;
                cut(tx, &ids_of(&children), limits.deadline)?;
                let deadline = Some(limits.deadline);
                changes.extend(children.iter().map(|child| Change { deadline, ..target.change_of(*child) }));
            }
        }
        Ok(changes)
    })
}

/// The new limits of a session that is active; none where they stay as they are.
fn limits_of(
    tx: &WriteTx<'_>,
    names: &UserCache,
    target: &Target,
    rule: &LimitRule,
) -> Result<Option<Limits>, SqliteError> {
    if target.before != sessionctl_core::model::session::State::Active {
        return Ok(None);
    }
    let Some(session) = lookup::read(tx, names, target.id)? else { return Ok(None) };
    let parent = match session.parent {
        None => None,
        Some(parent) => lookup::read(tx, names, parent)?,
    };
    Ok(rule.limits(&session, parent.as_ref(), tx.time.now))
}

fn write(tx: &WriteTx<'_>, id: SessionId, limits: &Limits) -> Result<(), SqliteError> {
    let mut set = tx.prepare_cached(
        "UPDATE session SET idle_timeout = ?2, absolute_expires_at = ?3, scheduled_at = ?4, deadline = ?5 \
         WHERE id = ?1 AND deadline > ?6 AND ended_at IS NULL",
    )?;
    let written = set.execute(params![
        id.get(),
        stored_duration(limits.idle_timeout),
        limits.absolute_expires_at.unix(),
        limits.scheduled_at.map(Timestamp::unix),
        limits.deadline.unix(),
        tx.time.now.unix()
    ])?;
    ensure(written, 1)
}

fn cut(tx: &WriteTx<'_>, children: &[SessionId], deadline: Timestamp) -> Result<(), SqliteError> {
    let mut cut = tx.prepare_cached(
        "UPDATE session SET deadline = ?2 WHERE id IN (SELECT value FROM json_each(?1)) AND deadline > ?2",
    )?;
    ensure(cut.execute(params![json_ids(children), deadline.unix()])?, children.len())
}
