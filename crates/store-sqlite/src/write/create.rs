//! Creating sessions: under the write lock, with the next ids, which their tokens' locators carry.

use std::sync::LazyLock;

use rusqlite::{Connection, OptionalExtension, ToSql};
use sessionctl_core::model::address;
use sessionctl_core::model::creation::CreationRecord;
use sessionctl_core::model::event::{Event, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::{LocatorKey, Token, TokenForm};
use sessionctl_core::store::{AuthenticatedAt, Issued, NewSession, RANDOM_PER_TOKEN};

use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::lookup::active_logins;
use crate::read::row::{self, stored_duration, stored_scopes};
use crate::read::{lookup, user};
use crate::store::{SqliteStore, WriteTx};

/// Creates one session for each element of `random`.
pub(crate) fn create(
    store: &mut SqliteStore,
    session: &NewSession,
    random: &[[u8; RANDOM_PER_TOKEN]],
    event: Event,
) -> Result<Vec<Issued>, SqliteError> {
    let key = store.locator_key()?.clone();
    store.hint_bulk_write(random.len())?;
    store.write(|tx| {
        tx.time.grant()?;
        let Some((issued, record)) = insert(tx, &key, session, random)? else { return Ok(Vec::new()) };
        let ids: Vec<SessionId> = issued.iter().map(|issued| issued.id).collect();
        if !ids.is_empty() {
            append(tx, &event.about(Subjects::of(&ids)).detail(record.to_string()))?;
        }
        Ok(issued)
    })
}

/// Inserts the rows, and returns what the audit log keeps of them; `None` where the parent is not active, the user was
/// disabled or removed, or would have too many logins.
pub(crate) fn insert(
    tx: &WriteTx<'_>,
    key: &LocatorKey,
    new: &NewSession,
    random: &[[u8; RANDOM_PER_TOKEN]],
) -> Result<Option<(Vec<Issued>, CreationRecord)>, SqliteError> {
    let created_at = tx.time.now;
    let mut absolute_expires_at = created_at.plus(new.lifetime);
    let mut limit = Timestamp::MAX;
    let mut authenticated_at = (new.authenticated_at == AuthenticatedAt::Now).then_some(created_at);
    if let Some(user) = new.user
        && !user::is_enabled(tx, user)?
    {
        return Ok(None);
    }
    if let (Some(user), Some(max)) = (new.user, new.logins_max)
        && active_logins(tx, user, created_at)?.len() + random.len()
            > usize::try_from(max).unwrap_or(usize::MAX)
    {
        return Ok(None);
    }
    if let Some(parent) = new.parent {
        let Some(parent) = lookup::live_limits(tx, parent, created_at)? else { return Ok(None) };
        limit = parent.deadline;
        absolute_expires_at = absolute_expires_at.min(parent.absolute_expires_at);
        if new.authenticated_at == AuthenticatedAt::AsParent {
            authenticated_at = parent.authenticated_at;
        }
    }
    let idle = new.idle_timeout.map_or(Timestamp::MAX, |idle| created_at.plus(idle));
    let deadline = absolute_expires_at.min(idle).min(limit);
    let scopes = stored_scopes(&new.scopes);
    let ip = new.client.ip.map(address::to_bytes);
    let mut issued = Vec::with_capacity(random.len());
    for (number, bytes) in (next_id(tx)?..).zip(random) {
        let id = row::id(number)?;
        issued.push(Issued { id, token: token(key, id, bytes, new.form) });
    }
    let shared: [&dyn ToSql; SHARED_COLUMNS] = [
        &(new.kind as i64),
        &new.user.map(|user| user.0),
        &new.parent.map(SessionId::get),
        &created_at.unix(),
        &authenticated_at.map(Timestamp::unix),
        &stored_duration(new.idle_timeout),
        &absolute_expires_at.unix(),
        &deadline.unix(),
        &new.client.app,
        &new.client.label,
        &scopes,
        &ip,
        &new.client.user_agent,
    ];
    insert_rows(tx, &issued, &shared)?;
    Ok(Some((issued, new.creation_record(absolute_expires_at.since(created_at)))))
}

/// Inserts a row for each token, with the same values in all of them.
fn insert_rows(
    tx: &WriteTx<'_>,
    issued: &[Issued],
    shared: &[&dyn ToSql; SHARED_COLUMNS],
) -> Result<(), SqliteError> {
    let (grouped, single) = issued.split_at(issued.len() - issued.len() % ROWS_PER_INSERT);
    for rows in grouped.chunks(ROWS_PER_INSERT).chain(single.chunks(1)) {
        let mut statement = tx.prepare_cached(statement_for(rows.len()))?;
        for (index, value) in shared.iter().enumerate() {
            statement.raw_bind_parameter(1 + index, value)?;
        }
        for (index, row) in rows.iter().enumerate() {
            statement.raw_bind_parameter(SHARED_COLUMNS + 1 + 2 * index, row.id.get())?;
            statement.raw_bind_parameter(SHARED_COLUMNS + 2 + 2 * index, row.token.digest().as_bytes())?;
        }
        statement.raw_execute()?;
    }
    Ok(())
}

/// The rows of one statement: half the work of a statement for each row.
const ROWS_PER_INSERT: usize = 50;
/// The parameters that are the same in every row of a statement.
const SHARED_COLUMNS: usize = 13;

/// The statement that inserts `rows` rows, [`ROWS_PER_INSERT`] or one.
fn statement_for(rows: usize) -> &'static str {
    static STATEMENTS: LazyLock<[String; 2]> = LazyLock::new(|| {
        [1, ROWS_PER_INSERT].map(|rows| {
            let row = |index| {
                let (id, digest) = (SHARED_COLUMNS + 1 + 2 * index, SHARED_COLUMNS + 2 + 2 * index);
                format!("(?{id}, ?{digest}, ?1, ?2, ?3, ?4, ?5, ?4, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")
            };
            format!(
                "INSERT INTO session (id, token_digest, kind, user_id, parent_id, created_at, \
                 authenticated_at, last_seen_at, idle_timeout, absolute_expires_at, deadline, app, label, \
                 scopes, ip, user_agent) VALUES {}",
                (0..rows).map(row).collect::<Vec<_>>().join(", ")
            )
        })
    });
    &STATEMENTS[usize::from(rows > 1)]
}

/// The next id, which no session ever had. It is read before the row is inserted, because the row contains the digest
/// of the token that carries it.
fn next_id(tx: &Connection) -> Result<i64, SqliteError> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'session'";
    let last: Option<i64> = tx.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0) + 1)
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
