//! Creating sessions, and the tokens that carry their ids.

use std::collections::BTreeMap;

use super::accounts::is_enabled;
use super::lookup::active_logins;
use super::state::SessionRow;
use super::write_tx::WriteTx;
use crate::model::creation::CreationRecord;
use crate::model::event::{Event, Subjects};
use crate::model::session::{Session, SessionId};
use crate::model::time::Timestamp;
use crate::model::token::{Token, TokenForm};
use crate::model::user::UserName;
use crate::store::{AuthenticatedAt, Issued, NewSession, RANDOM_PER_TOKEN, StoreError};

/// Creates one session for each element of `random`.
pub(super) fn create(
    tx: &mut WriteTx<'_>,
    new: &NewSession,
    random: &[[u8; RANDOM_PER_TOKEN]],
    event: Event,
) -> Result<Vec<Issued>, StoreError> {
    tx.grant()?;
    let issued = insert(tx, new, random)?.unwrap_or_default();
    let ids: Vec<SessionId> = issued.iter().map(|issued| issued.id).collect();
    if let Some(first) = ids.first() {
        tx.append(&event.about(Subjects::of(&ids)).detail(record(tx, *first)));
    }
    Ok(issued)
}

/// Inserts the sessions; `None`, and no change, where the parent is not active, the user was disabled or
/// removed, or would have too many logins.
pub(super) fn insert(
    tx: &mut WriteTx<'_>,
    new: &NewSession,
    random: &[[u8; RANDOM_PER_TOKEN]],
) -> Result<Option<Vec<Issued>>, StoreError> {
    if new.user.is_some_and(|user| !is_enabled(tx.state, user)) {
        return Ok(None);
    }
    if let (Some(user), Some(max)) = (new.user, new.logins_max)
        && active_logins(tx.state, user, tx.now).len() + random.len()
            > usize::try_from(max).unwrap_or(usize::MAX)
    {
        return Ok(None);
    }
    let parent = match new.parent.map(|id| tx.live(id)) {
        Some(None) => return Ok(None),
        Some(Some(row)) => Some(row.session.clone()),
        None => None,
    };
    let user = new.user.and_then(|id| tx.state.users.get(&id)).map(|row| row.name.clone());
    let mut issued = Vec::with_capacity(random.len());
    for bytes in random {
        let number = tx.state.last_session + 1;
        let id = SessionId::new(number).ok_or_else(|| StoreError::Corrupt("no id is left".to_owned()))?;
        let token = token(tx, id, bytes, new.form);
        let row = SessionRow {
            session: session(id, user.clone(), new, parent.as_ref(), tx.now),
            user: new.user,
            digest: token.digest(),
            retired: Vec::new(),
            data: BTreeMap::new(),
        };
        tx.state.last_session = number;
        tx.state.sessions.insert(id, row);
        issued.push(Issued { id, token });
    }
    Ok(Some(issued))
}

/// What the audit log keeps of a session that was just created.
pub(super) fn record(tx: &WriteTx<'_>, id: SessionId) -> Option<String> {
    let session = &tx.state.sessions.get(&id)?.session;
    let record = CreationRecord {
        kind: session.kind,
        parent: session.parent,
        scopes: session.scopes.clone(),
        lifetime: session.absolute_expires_at.since(session.created_at),
        idle_timeout: session.idle_timeout,
    };
    Some(record.to_string())
}

/// A session as it is at its creation.
fn session(
    id: SessionId,
    user: Option<UserName>,
    new: &NewSession,
    parent: Option<&Session>,
    now: Timestamp,
) -> Session {
    let absolute = now.plus(new.lifetime);
    let mut session = Session {
        id,
        kind: new.kind,
        user,
        scopes: new.scopes.clone(),
        parent: new.parent,
        client: new.client.clone(),
        created_at: now,
        authenticated_at: match new.authenticated_at {
            AuthenticatedAt::Never => None,
            AuthenticatedAt::Now => Some(now),
            AuthenticatedAt::AsParent => parent.and_then(|parent| parent.authenticated_at),
        },
        last_seen_at: now,
        idle_timeout: new.idle_timeout,
        absolute_expires_at: parent.map_or(absolute, |parent| absolute.min(parent.absolute_expires_at)),
        scheduled_at: None,
        deadline: absolute,
        revoked_at: None,
        revoke_reason: None,
        revoked_by: None,
        last_ip: None,
    };
    session.deadline = session.deadline_when_seen(now, parent.map(|parent| parent.deadline));
    session
}

/// A token for a session, from random bytes.
pub(super) fn token(
    tx: &WriteTx<'_>,
    id: SessionId,
    random: &[u8; RANDOM_PER_TOKEN],
    form: TokenForm,
) -> Token {
    let (mut salt, mut secret) = ([0; 8], [0; 16]);
    salt.copy_from_slice(&random[..8]);
    secret.copy_from_slice(&random[8..]);
    Token::assemble(tx.state.locator_key.seal(id, salt), secret, form)
}
