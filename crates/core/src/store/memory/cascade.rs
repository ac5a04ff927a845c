//! Ending sessions together with their children.

use std::collections::HashSet;

use super::lookup;
use super::write_tx::WriteTx;
use crate::model::event::{Event, Subjects};
use crate::model::session::SessionId;
use crate::model::time::Timestamp;
use crate::model::user::UserId;

/// Revokes a session on behalf of the actor of the event that the caller appends; `false` where it has ended by the
/// clock.
pub(super) fn revoke(tx: &mut WriteTx<'_>, id: SessionId, reason: &str, actor: &str) -> bool {
    let Some((row, end)) = tx.endable_mut(id) else { return false };
    (row.session.revoked_at, row.session.deadline) = (Some(end), end);
    row.session.revoke_reason = Some(reason.to_owned());
    row.session.revoked_by = Some(actor.to_owned());
    true
}

/// The children of a session that are active after a time, except those in `own`, which the batch itself handles.
pub(super) fn active_children(
    tx: &WriteTx<'_>,
    parent: SessionId,
    after: Timestamp,
    own: &HashSet<SessionId>,
) -> Vec<SessionId> {
    let children = lookup::children(tx.state, parent).filter(|row| row.is_live(after));
    children.map(|row| row.session.id).filter(|id| !own.contains(id)).collect()
}

/// Revokes sessions and their children, and returns those that were active.
pub(super) fn end(tx: &mut WriteTx<'_>, ids: &[SessionId], reason: &str, actor: &str) -> Vec<SessionId> {
    let mut ended = Vec::new();
    for id in ids {
        if revoke(tx, *id, reason, actor) {
            ended.push(*id);
            let children = active_children(tx, *id, tx.clock, &HashSet::new());
            ended.extend(children.into_iter().filter(|child| revoke(tx, *child, reason, actor)));
        }
    }
    ended.sort_unstable();
    ended
}

/// Revokes all sessions of a user, with the event.
pub(super) fn end_all_of_user(
    tx: &mut WriteTx<'_>,
    user: UserId,
    reason: &str,
    event: Event,
) -> Vec<SessionId> {
    let rows = tx.state.sessions.values().filter(|row| row.user == Some(user));
    let ids: Vec<SessionId> = rows.map(|row| row.session.id).collect();
    let ended = end(tx, &ids, reason, &event.actor);
    if !ended.is_empty() {
        tx.append(&event.about(Subjects::of(&ended)));
    }
    ended
}
