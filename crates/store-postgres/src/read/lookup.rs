//! From tokens and ids to sessions. A token's locator leads to the row by its id; the digest, compared in constant
//! time, decides whether the token is the session's.

use std::collections::HashMap;

use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::{Digest, Token};
use sessionctl_core::model::user::UserName;
use sessionctl_core::store::{Found, TokenStatus};

use super::account::{self, NAME_COLUMNS};
use super::locator;
use super::locator_keys::LocatorKeys;
use super::row::{self, ENDED_EVENT, TABLES, columns, own_columns};
use crate::connection::Connection;
use crate::error::{PostgresError, corrupt};
use crate::store::PostgresStore;
use crate::value::values;

/// A session with the digest of its token; none where that is damaged, which hinders nobody from ending the session.
type Row = (Session, Option<Digest>);

/// The sessions of tokens, in their order: one statement for the sessions, and one each for parents and for tokens that
/// are not current, where there are any.
///
/// They are not of one moment: a later read can only deny (a revoked parent, a rotated-out token), so each answer was
/// true at some time in between.
pub(crate) fn look_up_many(
    store: &PostgresStore,
    tokens: &[&Token],
) -> Result<Vec<Option<Found>>, PostgresError> {
    let mut found = find(store, tokens, locator::keys(store)?.as_ref())?;
    let unknown: Vec<usize> = (0..found.len()).filter(|place| found[*place].is_none()).collect();
    // A key may have been added since.
    if !unknown.is_empty()
        && let Some(keys) = locator::newer_keys(store)?
    {
        let again: Vec<&Token> = unknown.iter().map(|place| tokens[*place]).collect();
        for (place, newer) in unknown.into_iter().zip(find(store, &again, &keys)?) {
            found[place] = newer;
        }
    }
    Ok(found)
}

fn find(
    store: &PostgresStore,
    tokens: &[&Token],
    keys: &LocatorKeys,
) -> Result<Vec<Option<Found>>, PostgresError> {
    let candidates: Vec<Vec<SessionId>> = tokens.iter().map(|token| keys.candidates(token)).collect();
    let sessions = by_ids(store, candidates.iter().flatten().copied())?;
    if sessions.values().any(|(_, stored)| stored.is_none()) {
        return Err(corrupt("a digest of another length"));
    }
    let digests: Vec<Digest> = tokens.iter().map(|token| token.digest()).collect();
    let other_tokens = candidates.iter().zip(&digests).flat_map(|(ids, presented)| {
        ids.iter()
            .filter(|id| sessions.get(id).is_some_and(|(_, stored)| !is(stored.as_ref(), presented)))
            .copied()
    });
    let retired = retired(store, other_tokens)?;
    let mut found = Vec::with_capacity(tokens.len());
    for (ids, presented) in candidates.iter().zip(&digests) {
        found.push(ids.iter().find_map(|id| {
            let (session, stored) = sessions.get(id)?;
            let status = match is(stored.as_ref(), presented) {
                true => TokenStatus::Current,
                false => retired.status(*id, presented)?,
            };
            Some((session, status))
        }));
    }
    let parents = by_ids(store, found.iter().flatten().filter_map(|(session, _)| session.parent))?;
    let with_parent = |(session, status): (&Session, TokenStatus)| {
        Ok(Found { session: session.clone(), parent: parent_of(session, &parents)?, status })
    };
    found.into_iter().map(|found| found.map(with_parent).transpose()).collect()
}

/// Whether a stored digest is the one presented, compared in constant time.
fn is(stored: Option<&Digest>, presented: &Digest) -> bool {
    stored.is_some_and(|stored| stored.matches(presented))
}

/// A session and its parent.
pub(crate) fn by_id(
    connection: &Connection,
    id: SessionId,
) -> Result<Option<(Session, Option<Session>)>, PostgresError> {
    Ok(with_parents(connection, [id].into_iter())?.pop())
}

/// The sessions with these ids, those that exist, each with its parent.
pub(crate) fn with_parents(
    connection: &Connection,
    ids: impl Iterator<Item = SessionId>,
) -> Result<Vec<(Session, Option<Session>)>, PostgresError> {
    let sessions = by_ids(connection, ids)?;
    let parents = by_ids(connection, sessions.values().filter_map(|(session, _)| session.parent))?;
    sessions.into_values().map(|(session, _)| Ok((session.clone(), parent_of(&session, &parents)?))).collect()
}

fn parent_of(session: &Session, parents: &HashMap<SessionId, Row>) -> Result<Option<Session>, PostgresError> {
    let Some(id) = session.parent else { return Ok(None) };
    // Without its parent, the session's state is unknown.
    let (parent, _) = parents.get(&id).ok_or_else(|| corrupt("a session whose parent does not exist"))?;
    Ok(Some(parent.clone()))
}

/// The sessions with these ids, those that exist.
fn by_ids(
    connection: &Connection,
    ids: impl Iterator<Item = SessionId>,
) -> Result<HashMap<SessionId, Row>, PostgresError> {
    let ids: Vec<i64> = ids.map(SessionId::get).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql =
        format!("SELECT {}, s.token_digest FROM sessionctl.session s WHERE s.id = ANY($1)", own_columns());
    let rows = connection.query(&sql, values![ids])?;
    let (users, actors) = names(connection, &rows)?;
    let mut sessions = HashMap::with_capacity(rows.len());
    for row in &rows {
        let user = match row.try_get::<_, Option<i64>>(2)? {
            None => None,
            Some(id) => {
                Some(users.get(&id).cloned().ok_or_else(|| corrupt("the id of a user that does not exist"))?)
            }
        };
        let ended_by =
            row.try_get::<_, Option<i64>>(ENDED_EVENT)?.and_then(|event| actors.get(&event).cloned());
        let session = row::session_of(row, user, ended_by)?;
        let digest = <[u8; 32]>::try_from(row.try_get::<_, &[u8]>(ENDED_EVENT + 1)?).ok();
        sessions.insert(session.id, (session, digest.map(Digest::from_bytes)));
    }
    Ok(sessions)
}

/// The names of users, and of those who caused events, by their numbers.
type Names = (HashMap<i64, UserName>, HashMap<i64, String>);

/// The names that some sessions need: most active ones were ended by nobody, and many have no user, so that a join
/// would cost a single look-up more than the session itself.
fn names(connection: &Connection, rows: &[tokio_postgres::Row]) -> Result<Names, PostgresError> {
    let numbers = |column: usize| -> Result<Vec<i64>, PostgresError> {
        let mut found = Vec::new();
        for row in rows {
            found.extend(row.try_get::<_, Option<i64>>(column)?);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    };
    let (users, events) = (numbers(2)?, numbers(ENDED_EVENT)?);
    let of_users = format!("SELECT a.id, {NAME_COLUMNS} FROM sessionctl.account a WHERE a.id = ANY($1)");
    let of_events = "SELECT v.id, v.actor FROM sessionctl.event v WHERE v.id = ANY($1)";
    let mut names: Names = Default::default();
    if !users.is_empty() {
        for row in connection.query(&of_users, values![users])? {
            let name = account::shown(&row, 1)?.ok_or_else(|| corrupt("a user without a name"))?;
            names.0.insert(row.try_get(0)?, name);
        }
    }
    if !events.is_empty() {
        for row in connection.query(of_events, values![events])? {
            names.1.insert(row.try_get(0)?, row.try_get(1)?);
        }
    }
    Ok(names)
}

/// The retired tokens of some sessions.
struct Retired(HashMap<SessionId, Vec<(Digest, Timestamp, Timestamp)>>);

impl Retired {
    /// What a token is to a session: all are compared, so that the time does not reveal which one was similar.
    fn status(&self, id: SessionId, presented: &Digest) -> Option<TokenStatus> {
        let mut status = None;
        for (digest, at, honoured_until) in self.0.get(&id)? {
            if digest.matches(presented) {
                status = Some(TokenStatus::Retired { at: *at, honoured_until: *honoured_until });
            }
        }
        status
    }
}

fn retired(connection: &Connection, ids: impl Iterator<Item = SessionId>) -> Result<Retired, PostgresError> {
    let ids: Vec<i64> = ids.map(SessionId::get).collect();
    let mut tokens: HashMap<_, Vec<_>> = HashMap::new();
    if ids.is_empty() {
        return Ok(Retired(tokens));
    }
    let sql = "SELECT session_id, token_digest, retired_at, honoured_until FROM sessionctl.retired_token \
               WHERE session_id = ANY($1)";
    for row in connection.query(sql, values![ids])? {
        let token =
            (Digest::from_bytes(row::bytes(&row, 1)?), row::timestamp(&row, 2)?, row::timestamp(&row, 3)?);
        tokens.entry(row::id(row.try_get(0)?)?).or_default().push(token);
    }
    Ok(Retired(tokens))
}

/// The children of a session, oldest first.
pub(crate) fn children(connection: &Connection, parent: SessionId) -> Result<Vec<Session>, PostgresError> {
    let sql = format!("SELECT {} FROM {TABLES} WHERE s.parent_id = $1 ORDER BY s.id", columns());
    connection.query(&sql, values![parent.get()])?.iter().map(row::session).collect()
}

/// The number of rotated-out tokens of a session.
pub(crate) fn rotations(connection: &Connection, id: SessionId) -> Result<u64, PostgresError> {
    let sql = "SELECT count(*) FROM sessionctl.retired_token WHERE session_id = $1";
    row::unsigned(&connection.query_one(sql, values![id.get()])?, 0)
}

/// The highest existing id.
pub(crate) fn newest(connection: &Connection) -> Result<Option<SessionId>, PostgresError> {
    let newest: Option<i64> =
        connection.query_one("SELECT max(id) FROM sessionctl.session", &[])?.try_get(0)?;
    newest.map(row::id).transpose()
}
