//! New sessions: made under the write lock with the next ids, which their tokens' locators carry.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::row::{written_scopes, written_span};
use super::{SqliteStore, event, lookup, user};
use crate::domain::address;
use crate::domain::event::{Event, Subjects};
use crate::domain::session::SessionId;
use crate::domain::time::Timestamp;
use crate::domain::token::{Digest, LocatorKey, Token, TokenForm};
use crate::store::{Issued, NewSession, RANDOM_PER_TOKEN, StoreError};

/// Makes one session for each element of `random`.
pub(super) fn create(
    store: &mut SqliteStore,
    session: &NewSession,
    random: &[[u8; RANDOM_PER_TOKEN]],
    event: Event,
) -> Result<Vec<Issued>, StoreError> {
    let key = store.locator_key()?.clone();
    store.write(|tx| {
        let Some(issued) = insert(tx, &key, session, random)? else { return Ok(Vec::new()) };
        let ids: Vec<SessionId> = issued.iter().map(|issued| issued.id).collect();
        if !ids.is_empty() {
            event::append(tx, &event.about(Subjects::of(&ids)))?;
        }
        Ok(issued)
    })
}

/// Writes the rows; `None` where the head is not active, or the user was disabled or removed.
pub(super) fn insert(
    tx: &Transaction<'_>,
    key: &LocatorKey,
    new: &NewSession,
    random: &[[u8; RANDOM_PER_TOKEN]],
) -> Result<Option<Vec<Issued>>, StoreError> {
    let mut deadline = new.absolute_expires_at;
    if let Some(idle) = new.idle_timeout {
        deadline = deadline.min(new.created_at.plus(idle));
    }
    if let Some(user) = new.user
        && !user::is_enabled(tx, user)?
    {
        return Ok(None);
    }
    if let Some(head) = new.parent {
        match lookup::live_deadline(tx, head, new.created_at)? {
            None => return Ok(None),
            Some(limit) => deadline = deadline.min(limit),
        }
    }
    let scopes = written_scopes(&new.scopes);
    let ip = new.client.ip.map(address::to_bytes);
    let mut statement = tx.prepare_cached(
        "INSERT INTO session (id, token_digest, kind, user_id, parent_id, created_at, authenticated_at, \
         last_seen_at, idle_timeout, absolute_expires_at, deadline, app, label, scopes, ip, user_agent) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    let first = next_id(tx)?;
    let mut issued = Vec::with_capacity(random.len());
    for (number, bytes) in (first..).zip(random) {
        let id = super::row::id(number)?;
        let token = token(key, id, bytes, new.form);
        statement.execute(params![
            number,
            token.digest().as_bytes(),
            new.kind as i64,
            new.user.map(|user| user.0),
            new.parent.map(SessionId::get),
            new.created_at.unix(),
            new.authenticated_at.map(Timestamp::unix),
            written_span(new.idle_timeout),
            new.absolute_expires_at.unix(),
            deadline.unix(),
            new.client.app,
            new.client.label,
            scopes,
            ip,
            new.client.user_agent,
        ])?;
        issued.push(Issued { id, token });
    }
    Ok(Some(issued))
}

/// The next id, which no session ever had. It is asked for before the row is written, because the token that
/// carries it is a part of the row.
fn next_id(tx: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'session'";
    let last: Option<i64> = tx.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0) + 1)
}

/// A token for a session, of bytes that nobody knows.
pub(super) fn token(
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

/// Whether a session is active and this is the digest of its token.
pub(super) fn is_current(
    tx: &Connection,
    id: SessionId,
    digest: &Digest,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "SELECT token_digest FROM session WHERE id = ?1 AND deadline > ?2 AND ended_at IS NULL";
    let stored =
        tx.prepare_cached(sql)?.query_row(params![id.get(), now.unix()], |row| row.get(0)).optional()?;
    Ok(stored.is_some_and(|stored| Digest::from_bytes(stored).matches(digest)))
}
