//! Changes to one living session: it was seen, or it gets a new token. Each is one conditional UPDATE, so that
//! whatever happened meanwhile wins: what is dead is never revived (CVE-2025-46336).

use crate::error::SqliteError;
use rusqlite::{Transaction, params};

use super::{SqliteStore, event, issue, open};
use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::{Token, TokenForm};
use sessionctl_core::store::{Rotation, Touch};

/// Notes that sessions were seen. Whoever verifies a token waits for this, so that it is left out where others write
/// for long: the next time will do.
pub(super) fn touch(store: &mut SqliteStore, seen: &[Touch], now: Timestamp) -> Result<(), SqliteError> {
    if seen.is_empty() {
        return Ok(());
    }
    store.hint_bulk_write(seen.len())?;
    store.with_patience(open::wait_a_second, |store| store.write(|tx| note(tx, seen, now)))
}

fn note(tx: &Transaction<'_>, seen: &[Touch], now: Timestamp) -> Result<(), SqliteError> {
    // What `expire` set is not moved by being seen; nothing passes the head's end.
    let mut statement = tx.prepare_cached(
        "UPDATE session SET last_seen_at = ?2, deadline = CASE WHEN scheduled_at IS NOT NULL THEN deadline \
             ELSE max(deadline, min(?3, absolute_expires_at, \
                coalesce((SELECT h.deadline FROM session h WHERE h.id = session.parent_id), ?3))) END \
             WHERE id = ?1 AND deadline > ?2 AND last_seen_at <= ?2 AND ended_at IS NULL",
    )?;
    for seen in seen {
        statement.execute(params![seen.id.get(), now.unix(), seen.deadline.unix()])?;
    }
    Ok(())
}

/// Replaces a session's token; `None` where it is not active or the old token is not current.
pub(super) fn rotate(store: &mut SqliteStore, rotation: &Rotation) -> Result<Option<Token>, SqliteError> {
    let key = store.locator_key()?.clone();
    store.write(|tx| {
        let Rotation { id, digest, at, .. } = rotation;
        if !issue::is_current(tx, *id, digest, *at)? {
            return Ok(None);
        }
        let token = issue::token(&key, *id, &rotation.random, form(tx, *id)?);
        tx.execute(
            "UPDATE session SET token_digest = ?2, authenticated_at = coalesce(?3, authenticated_at) WHERE id = ?1",
            params![id.get(), token.digest().as_bytes(), rotation.authenticated_at.map(Timestamp::unix)],
        )?;
        tx.execute(
            "INSERT INTO retired_token (session_id, token_digest, retired_at, honoured_until) VALUES (?1, ?2, ?3, ?4)",
            params![id.get(), digest.as_bytes(), at.unix(), rotation.honoured_until.unix()],
        )?;
        if let Some(key) = rotation.attempt_key {
            tx.execute("DELETE FROM attempt WHERE key = ?1", [key])?;
        }
        event::append(tx, &rotation.event)?;
        Ok(Some(token))
    })
}

fn form(tx: &rusqlite::Connection, id: SessionId) -> Result<TokenForm, SqliteError> {
    let kind: i64 = tx.query_row("SELECT kind FROM session WHERE id = ?1", [id.get()], |row| row.get(0))?;
    Ok(if kind == Kind::Api as i64 { TokenForm::Api } else { TokenForm::Bare })
}
