//! One batch of bulk work: revoking, expiring and pruning.

use std::collections::HashSet;

use super::write_tx::WriteTx;
use super::{cascade, lookup};
use crate::model::event::{Event, Subjects};
use crate::model::session::{Kind, SessionId, State};
use crate::model::time::Timestamp;
use crate::model::user::UserId;
use crate::store::{Batch, BatchResult, Change, ChangeSubject, EndRule, LimitRule, StoreError};

/// The most sessions of one batch, so that other writers get the lock between two batches.
const MAX_BATCH_SESSIONS: usize = 1_000;

/// A session that matches.
struct Target {
    id: SessionId,
    is_parent: bool,
    before: State,
    user: Option<UserId>,
    subject: ChangeSubject,
}

/// Revokes a batch of sessions and their children.
pub(super) fn revoke(
    tx: &mut WriteTx<'_>,
    batch: &Batch<'_>,
    reason: &str,
    event: Event,
) -> Result<BatchResult, StoreError> {
    let (targets, next) = targets(tx, batch, tx.clock)?;
    let own = ids(&targets);
    let mut changes = Vec::with_capacity(targets.len());
    for target in &targets {
        let changed = cascade::revoke(tx, target.id, reason, &event.actor);
        changes.push(change(target, changed));
        if changed && target.is_parent {
            let children = cascade::active_children(tx, target.id, tx.clock, &own);
            children.iter().for_each(|child| {
                cascade::revoke(tx, *child, reason, &event.actor);
            });
            changes.extend(cascaded(tx, &children, target.id));
        }
    }
    Ok(finish(tx, &targets, changes, next, event))
}

/// Sets the deadline of a batch, and shortens children to their parent's.
pub(super) fn expire(
    tx: &mut WriteTx<'_>,
    batch: &Batch<'_>,
    end: EndRule,
    event: Event,
) -> Result<BatchResult, StoreError> {
    if end != EndRule::Now {
        tx.grant()?;
    }
    let judged_at = if end == EndRule::Now { tx.clock } else { tx.now };
    let (targets, next) = targets(tx, batch, judged_at)?;
    let own = ids(&targets);
    // By rising id, so that a parent in the batch has its new deadline before its children are changed.
    for target in &targets {
        let Some(row) = tx.state.sessions.get(&target.id).filter(|row| row.is_live(judged_at)) else {
            continue;
        };
        let parent_deadline = tx.state.parent_deadline(&row.session);
        let at = if end == EndRule::Now { tx.end_of(&row.session) } else { end.end(tx.now) };
        let Some(row) = tx.state.sessions.get_mut(&target.id) else { continue };
        let scheduled_at = at.min(row.session.absolute_expires_at);
        row.session.scheduled_at = Some(scheduled_at);
        row.session.deadline = parent_deadline.map_or(scheduled_at, |limit| scheduled_at.min(limit));
    }
    let mut changes = Vec::with_capacity(targets.len());
    for target in &targets {
        let changed = target.before == State::Active;
        changes.push(change(target, changed));
        let Some(parent) = tx.state.sessions.get(&target.id).filter(|_| changed && target.is_parent) else {
            continue;
        };
        let deadline = parent.session.deadline;
        // The new deadline is not before the change, so that a child that expired stays as it is.
        let children = cascade::active_children(tx, target.id, deadline, &own);
        for child in &children {
            if let Some(row) = tx.state.sessions.get_mut(child) {
                row.session.deadline = deadline;
            }
        }
        changes.extend(cascaded(tx, &children, target.id));
    }
    Ok(finish(tx, &targets, changes, next, event))
}

/// Gives the active sessions of a batch other limits, and shortens children to their parent's.
pub(super) fn set_limits(
    tx: &mut WriteTx<'_>,
    batch: &Batch<'_>,
    rule: &LimitRule,
    event: Event,
) -> Result<BatchResult, StoreError> {
    tx.grant()?;
    let (targets, next) = targets(tx, batch, tx.now)?;
    let own = ids(&targets);
    let mut changes = Vec::with_capacity(targets.len());
    for target in &targets {
        let limits = tx.live(target.id).and_then(|row| {
            let parent = row.session.parent.and_then(|id| tx.state.sessions.get(&id));
            rule.limits(&row.session, parent.map(|parent| &parent.session), tx.now)
        });
        changes.push(change(target, limits.is_some()));
        let Some((limits, row)) = limits.zip(tx.live_mut(target.id)) else { continue };
        row.session.idle_timeout = limits.idle_timeout;
        row.session.absolute_expires_at = limits.absolute_expires_at;
        row.session.scheduled_at = limits.scheduled_at;
        row.session.deadline = limits.deadline;
        if target.is_parent {
            let children = cascade::active_children(tx, target.id, limits.deadline, &own);
            for child in &children {
                if let Some(row) = tx.state.sessions.get_mut(child) {
                    row.session.deadline = limits.deadline;
                }
            }
            changes.extend(cascaded(tx, &children, target.id));
        }
    }
    Ok(finish(tx, &targets, changes, next, event))
}

/// Deletes the ended sessions of a batch; a parent only when it has no child left.
pub(super) fn prune(
    tx: &mut WriteTx<'_>,
    batch: &Batch<'_>,
    event: Event,
) -> Result<BatchResult, StoreError> {
    tx.grant()?;
    let (targets, next) = targets(tx, batch, tx.now)?;
    let ended = || targets.iter().filter(|target| target.before != State::Active);
    let mut deleted = HashSet::new();
    for target in ended().filter(|target| !target.is_parent) {
        tx.state.sessions.remove(&target.id);
        deleted.insert(target.id);
    }
    for target in ended().filter(|target| target.is_parent) {
        if lookup::children(tx.state, target.id).next().is_none() {
            tx.state.sessions.remove(&target.id);
            deleted.insert(target.id);
        }
    }
    let changes = targets.iter().map(|target| change(target, deleted.contains(&target.id))).collect();
    Ok(finish(tx, &targets, changes, next, event))
}

/// The sessions of a batch that match at a time, and the id after which the next one begins.
fn targets(
    tx: &WriteTx<'_>,
    batch: &Batch<'_>,
    judged_at: Timestamp,
) -> Result<(Vec<Target>, Option<SessionId>), StoreError> {
    let in_range = |id: SessionId| Some(id) > batch.after && id <= batch.up_to;
    let mut ids: Vec<SessionId> =
        lookup::matching(tx.state, batch.selector, judged_at).map(|session| session.id).collect();
    ids.retain(|id| in_range(*id));
    let found = ids.len() as u64;
    if let Some(expected) = batch.expect.filter(|expected| *expected != found) {
        return Err(StoreError::CountMismatch { expected, found, active: None });
    }
    let limit = batch.limit.min(MAX_BATCH_SESSIONS);
    let more = ids.len() > limit;
    ids.truncate(limit);
    let next = ids.last().copied().filter(|_| more);
    let rows = ids.iter().filter_map(|id| tx.state.sessions.get(id));
    let targets = rows.map(|row| Target {
        id: row.session.id,
        is_parent: row.session.kind == Kind::Sso,
        // A revoked session stays revoked, even if its time is ahead of this clock.
        before: match row.session.revoked_at {
            Some(_) => State::Revoked,
            None => row.session.state(judged_at),
        },
        user: row.user,
        subject: ChangeSubject::of(&row.session),
    });
    Ok((targets.collect(), next))
}

fn ids(targets: &[Target]) -> HashSet<SessionId> {
    targets.iter().map(|target| target.id).collect()
}

fn change(target: &Target, changed: bool) -> Change {
    Change::of(target.id, target.subject.clone(), target.before, changed)
}

fn cascaded(tx: &WriteTx<'_>, children: &[SessionId], parent: SessionId) -> impl Iterator<Item = Change> {
    let rows = children.iter().filter_map(|id| tx.state.sessions.get(id));
    rows.map(move |row| Change::with_parent(row.session.id, ChangeSubject::of(&row.session), parent))
}

/// Appends the event about the sessions that changed, and reads their new deadlines.
fn finish(
    tx: &mut WriteTx<'_>,
    targets: &[Target],
    mut changes: Vec<Change>,
    next: Option<SessionId>,
    event: Event,
) -> BatchResult {
    for change in changes.iter_mut().filter(|change| change.changed) {
        change.deadline = tx.state.sessions.get(&change.id).map(|row| row.session.deadline);
    }
    let mut changed: Vec<SessionId> = changes.iter().filter(|c| c.changed).map(|c| c.id).collect();
    if !changed.is_empty() {
        changed.sort_unstable();
        let user = event.user.clone().or_else(|| user_of_all(tx, targets, &changed));
        tx.append(&Event { user, ..event }.about(Subjects::of(&changed)));
    }
    BatchResult { at: tx.now, changes, next }
}

/// The one user of all changed sessions, if there is one: the audit log names the user after the sessions are deleted.
/// Children have the user of their parent.
fn user_of_all(tx: &WriteTx<'_>, targets: &[Target], changed: &[SessionId]) -> Option<String> {
    let mut users =
        targets.iter().filter(|target| changed.binary_search(&target.id).is_ok()).map(|target| target.user);
    let first = users.next()??;
    if users.any(|user| user != Some(first)) {
        return None;
    }
    tx.state.users.get(&first).map(|row| row.name.as_str().to_owned())
}
