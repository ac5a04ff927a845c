//! Creating sessions: with ids that the sequence gives, which their tokens' locators carry.

use sessionctl_core::model::address;
use sessionctl_core::model::creation::CreationRecord;
use sessionctl_core::model::event::{Event, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::{LocatorKey, Token, TokenForm};
use sessionctl_core::store::{AuthenticatedAt, Issued, NewSession, RANDOM_PER_TOKEN};

use super::conditions;
use super::lock::{self, UserLock};
use crate::audit::append::append;
use crate::error::PostgresError;
use crate::read::locator;
use crate::read::row::{numbers, stored_duration, stored_scopes};
use crate::store::PostgresStore;
use crate::transaction::{Commit, WriteTx};
use crate::value::values;

/// More sessions at once are bulk work.
const MAX_SESSIONS_AT_ONCE: usize = 500;

/// Creates one session for each element of `random`.
pub(crate) fn create(
    store: &mut PostgresStore,
    session: &NewSession,
    random: &[[u8; RANDOM_PER_TOKEN]],
    event: &Event,
) -> Result<Vec<Issued>, PostgresError> {
    let commit = if random.len() > MAX_SESSIONS_AT_ONCE { Commit::Bulk } else { Commit::Durable };
    store.write_as(commit, |tx| {
        let allowed = match session.user {
            // Whoever counts the user's logins excludes others who create some.
            Some(user) if session.logins_max.is_some() => lock::user(tx, user, UserLock::Exclusive)?,
            Some(user) => lock::user(tx, user, UserLock::Share)?,
            None => true,
        };
        lock_parent(tx, session);
        tx.grant()?;
        if !allowed {
            return Ok(Vec::new());
        }
        let Some((issued, record)) = insert(tx, session, random)? else { return Ok(Vec::new()) };
        let ids: Vec<SessionId> = issued.iter().map(|issued| issued.id).collect();
        if !ids.is_empty() {
            append(tx, &event.clone().about(Subjects::of(&ids)).detail(record.to_string()))?;
        }
        Ok(issued)
    })
}

/// Locks the parent of a session that is to be created, so that it cannot be revoked before its child is there.
pub(crate) fn lock_parent(tx: &WriteTx<'_>, session: &NewSession) {
    if let Some(parent) = session.parent {
        lock::share(tx, parent);
    }
}

/// Inserts the rows, and returns what the log records of them, within a transaction that has locked the user and the
/// parent; `None` where the parent is not active, or the user would have too many logins.
pub(crate) fn insert(
    tx: &WriteTx<'_>,
    new: &NewSession,
    random: &[[u8; RANDOM_PER_TOKEN]],
) -> Result<Option<(Vec<Issued>, CreationRecord)>, PostgresError> {
    let created_at = tx.now()?;
    let mut absolute_expires_at = created_at.plus(new.lifetime);
    if let (Some(user), Some(max)) = (new.user, new.logins_max)
        && conditions::active_logins(tx, user)?.len() + random.len()
            > usize::try_from(max).unwrap_or(usize::MAX)
    {
        return Ok(None);
    }
    let mut limit = Timestamp::MAX;
    let mut authenticated_at = (new.authenticated_at == AuthenticatedAt::Now).then_some(created_at);
    if let Some(parent) = new.parent {
        let Some(parent) = conditions::live_limits(tx, parent, created_at)? else { return Ok(None) };
        limit = parent.deadline;
        absolute_expires_at = absolute_expires_at.min(parent.absolute_expires_at);
        if new.authenticated_at == AuthenticatedAt::AsParent {
            authenticated_at = parent.authenticated_at;
        }
    }
    let idle = new.idle_timeout.map_or(Timestamp::MAX, |idle| created_at.plus(idle));
    let deadline = absolute_expires_at.min(idle).min(limit);
    let key = locator::newest(tx)?;
    let ids = tx.draw_sessions(random.len())?;
    let issued: Vec<Issued> = std::iter::zip(&ids, random)
        .map(|(id, bytes)| Issued { id: *id, token: token(&key, *id, bytes, new.form) })
        .collect();
    let digests: Vec<Vec<u8>> =
        issued.iter().map(|issued| issued.token.digest().as_bytes().to_vec()).collect();
    tx.queue(
        "INSERT INTO sessionctl.session (id, token_digest, kind, user_id, parent_id, created_at, authenticated_at, \
         last_seen_at, idle_timeout, absolute_expires_at, deadline, app, label, scopes, ip, user_agent) \
         SELECT n.id, n.digest, $3, $4, $5, $6, $7, $6, $8, $9, $10, $11, $12, $13, $14, $15 \
         FROM unnest($1, $2) AS n (id, digest)",
        values![
            numbers(&ids),
            digests,
            new.kind as i64,
            new.user.map(|user| user.0),
            new.parent.map(SessionId::get),
            created_at.unix(),
            authenticated_at.map(Timestamp::unix),
            stored_duration(new.idle_timeout),
            absolute_expires_at.unix(),
            deadline.unix(),
            new.client.app.clone(),
            new.client.label.clone(),
            stored_scopes(&new.scopes),
            new.client.ip.map(address::to_bytes),
            new.client.user_agent.clone(),
        ],
    );
    Ok(Some((issued, new.creation_record(absolute_expires_at.since(created_at)))))
}

/// A token for a session, from random bytes.
pub(crate) fn token(
    key: &LocatorKey,
    id: SessionId,
    random: &[u8; RANDOM_PER_TOKEN],
    form: TokenForm,
) -> Token {
    let (mut salt, mut secret) = ([0; 8], [0; 16]);
    salt.copy_from_slice(&random[..8]);
    secret.copy_from_slice(&random[8..]);
    Token::assemble(key.seal(id, salt), secret, form)
}
