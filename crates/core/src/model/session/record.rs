//! The session record of the contract as JSON, for fronts that answer with it. A token is never part of it.

use serde_json::{Value, json};

use super::{Session, State};
use crate::model::address;
use crate::model::time::Timestamp;

/// The record of a session, seen from `now`: the keys and values that `list --format json` prints.
#[must_use]
pub fn session_json(session: &Session, now: Timestamp) -> Value {
    let state = session.state(now);
    let client = &session.client;
    json!({
        "id": session.id.get(),
        "kind": session.kind.as_str(),
        "state": state.as_str(),
        "user": session.user.as_ref().map(|name| name.as_str()),
        "app": client.app,
        "label": client.label,
        "scopes": session.scopes,
        "parent": session.parent.map(|id| id.get()),
        "created_at": session.created_at,
        "authenticated_at": session.authenticated_at,
        "last_seen_at": session.last_seen_at,
        "expires_at": session.deadline,
        "absolute_expires_at": session.absolute_expires_at,
        "idle_timeout": session.idle_timeout.map(|span| span.as_secs()),
        "ended_at": session.ended_at(now),
        "ended_by": session.revoked_by.as_ref().filter(|_| state == State::Revoked),
        "end_reason": session.end_reason(now),
        "ip": client.ip.map(address::to_text),
        "last_ip": session.last_ip.map(address::to_text),
        "user_agent": client.user_agent,
        "from": "sessionctl",
        "authenticates": state == State::Active,
        "why": [],
    })
}

/// The members of a token introspection (RFC 7662 §2.2) that an active session has.
#[must_use]
pub fn introspection_json(session: &Session) -> Value {
    let mut answer = json!({
        "active": true,
        "token_type": "session",
        "exp": session.deadline.unix(),
        "iat": session.created_at.unix(),
        "sid": session.id.get(),
    });
    let more = [
        ("scope", (!session.scopes.is_empty()).then(|| session.scopes.join(" "))),
        ("client_id", session.client.app.clone()),
        ("username", session.user.as_ref().map(ToString::to_string)),
        ("sub", session.user.as_ref().map(|name| name.key())),
    ];
    if let Some(object) = answer.as_object_mut() {
        object.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
    }
    answer
}
