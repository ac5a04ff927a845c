//! Changes to one active session: its token was accepted, or it gets a new one. Nothing here revives a session
//! (CVE-2025-46336).

use std::time::Duration;

use super::create;
use super::login::is_unchanged;
use super::state::RetiredToken;
use super::write_tx::WriteTx;
use crate::model::event::Event;
use crate::model::event::Subjects;
use crate::model::session::{Kind, SessionId};
use crate::model::time::Timestamp;
use crate::model::token::{Token, TokenForm};
use crate::store::{RANDOM_PER_TOKEN, Rotation, StoreError, Touch};

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
    if current.is_none() {
        return Ok(None);
    }
    if let Some(checked) = &rotation.reauthentication {
        if !is_unchanged(tx.state, checked) {
            return Ok(None);
        }
        tx.state.attempts.remove(&checked.attempt_key);
    }
    let authenticated_at = rotation.reauthentication.as_ref().map(|_| tx.now);
    let Some(token) = replace_token(tx, rotation.id, &rotation.random, rotation.grace, authenticated_at)
    else {
        return Ok(None);
    };
    tx.append(&rotation.event.clone().about(Subjects::One(rotation.id)));
    Ok(Some(token))
}

/// Gives an active session a new token, and the time of a newer login where there is one.
pub(super) fn replace_token(
    tx: &mut WriteTx<'_>,
    id: SessionId,
    random: &[u8; RANDOM_PER_TOKEN],
    grace: Duration,
    authenticated_at: Option<Timestamp>,
) -> Option<Token> {
    let now = tx.now;
    let kind = tx.live(id)?.session.kind;
    let form = if kind == Kind::Api { TokenForm::Api } else { TokenForm::Bare };
    let token = create::token(tx, id, random, form);
    let row = tx.live_mut(id)?;
    row.retired.push(RetiredToken { digest: row.digest, at: now, honoured_until: now.plus(grace) });
    row.digest = token.digest();
    row.session.authenticated_at = authenticated_at.or(row.session.authenticated_at);
    Some(token)
}
