//! Changes to one active session: its token was accepted, or it gets a new one. Nothing here revives a session
//! (CVE-2025-46336).

use super::create;
use super::login::is_unchanged;
use super::state::{RetiredToken, WriteTx};
use crate::model::event::Event;
use crate::model::event::Subjects;
use crate::model::session::Kind;
use crate::model::token::{Token, TokenForm};
use crate::store::{Rotation, StoreError, Touch};

/// Writes that sessions were used.
pub(super) fn touch(
    tx: &mut WriteTx<'_>,
    touches: &[Touch],
    network_changed: &Event,
) -> Result<(), StoreError> {
    tx.grant()?;
    for touch in touches {
        let seen_at = touch.seen_at.min(tx.now);
        let parent_deadline = tx.live(touch.id).and_then(|row| tx.state.parent_deadline(&row.session));
        let Some(row) = tx.live_mut(touch.id) else { continue };
        let session = &mut row.session;
        if session.last_seen_at > seen_at {
            continue;
        }
        // An end that `expire` set does not move, and a deadline is never shortened.
        if session.scheduled_at.is_none() {
            session.deadline = session.deadline.max(session.deadline_when_seen(seen_at, parent_deadline));
        }
        session.last_seen_at = seen_at;
        let event = touch.network_event(session, network_changed);
        session.last_ip = touch.ip.or(session.last_ip);
        if let Some(event) = event {
            tx.append(&event);
        }
    }
    Ok(())
}

/// Replaces a session's token; `None` where the session is not active or the old token not current.
pub(super) fn rotate(tx: &mut WriteTx<'_>, rotation: &Rotation) -> Result<Option<Token>, StoreError> {
    tx.grant()?;
    let current = tx.live(rotation.id).filter(|row| row.digest.matches(&rotation.digest));
    let Some(row) = current else { return Ok(None) };
    let form = if row.session.kind == Kind::Api { TokenForm::Api } else { TokenForm::Bare };
    if let Some(checked) = &rotation.reauthentication {
        if !is_unchanged(tx.state, checked) {
            return Ok(None);
        }
        tx.state.attempts.remove(&checked.attempt_key);
    }
    let now = tx.now;
    let token = create::token(tx, rotation.id, &rotation.random, form);
    let Some(row) = tx.live_mut(rotation.id) else { return Ok(None) };
    let honoured_until = now.plus(rotation.grace);
    row.retired.push(RetiredToken { digest: row.digest, at: now, honoured_until });
    row.digest = token.digest();
    if rotation.reauthentication.is_some() {
        row.session.authenticated_at = Some(now);
    }
    tx.append(&rotation.event.clone().about(Subjects::One(rotation.id)));
    Ok(Some(token))
}
