//! Replacing the token of one active session.

use std::time::Duration;

use rusqlite::params;
use sessionctl_core::model::event::Subjects;
use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::{Digest, LocatorKey, Token, TokenForm};
use sessionctl_core::store::{RANDOM_PER_TOKEN, Rotation};

use super::batch::ensure;
use super::{create, login};
use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::lookup;
use crate::store::{SqliteStore, WriteTx};

/// Replaces a session's token; `None` where the session is not active or the old token not current.
pub(crate) fn rotate(store: &mut SqliteStore, rotation: &Rotation) -> Result<Option<Token>, SqliteError> {
    let key = store.locator_key()?.clone();
    store.write(|tx| {
        tx.time.grant()?;
        let Rotation { id, digest, .. } = rotation;
        if !lookup::is_current(tx, *id, digest, tx.time.now)? {
            return Ok(None);
        }
        if let Some(checked) = &rotation.reauthentication {
            if !login::is_unchanged(tx, checked)? {
                return Ok(None);
            }
            tx.execute("DELETE FROM attempt WHERE key = ?1", [checked.attempt_key])?;
        }
        let new = NewToken {
            id: *id,
            digest,
            random: &rotation.random,
            grace: rotation.grace,
            authenticated_at: rotation.reauthentication.as_ref().map(|_| tx.time.now),
        };
        let token = replace_token(tx, &key, &new)?;
        append(tx, &rotation.event.clone().about(Subjects::One(*id)))?;
        Ok(Some(token))
    })
}

/// A token that takes the place of a session's current one.
pub(super) struct NewToken<'a> {
    pub(super) id: SessionId,
    /// The digest of the current one.
    pub(super) digest: &'a Digest,
    pub(super) random: &'a [u8; RANDOM_PER_TOKEN],
    pub(super) grace: Duration,
    /// The time of a newer login.
    pub(super) authenticated_at: Option<Timestamp>,
}

/// Replaces the token of a session that was found to be active, with this current token.
pub(super) fn replace_token(
    tx: &WriteTx<'_>,
    key: &LocatorKey,
    new: &NewToken<'_>,
) -> Result<Token, SqliteError> {
    let NewToken { id, digest, .. } = *new;
    let token = create::token(key, id, new.random, form(tx, id)?);
    let rotated = tx.execute(
        "UPDATE session SET token_digest = ?2, authenticated_at = coalesce(?3, authenticated_at) \
         WHERE id = ?1 AND token_digest = ?4 AND deadline > ?5 AND ended_at IS NULL",
        params![
            id.get(),
            token.digest().as_bytes(),
            new.authenticated_at.map(Timestamp::unix),
            digest.as_bytes(),
            tx.time.now.unix()
        ],
    )?;
    ensure(rotated, 1)?;
    let honoured_until = tx.time.now.plus(new.grace);
    tx.execute(
        "INSERT INTO retired_token (session_id, token_digest, retired_at, honoured_until) VALUES (?1, ?2, ?3, ?4)",
        params![id.get(), digest.as_bytes(), tx.time.now.unix(), honoured_until.unix()],
    )?;
    Ok(token)
}

fn form(tx: &rusqlite::Connection, id: SessionId) -> Result<TokenForm, SqliteError> {
    let kind: i64 = tx.query_row("SELECT kind FROM session WHERE id = ?1", [id.get()], |row| row.get(0))?;
    Ok(if kind == Kind::Api as i64 { TokenForm::Api } else { TokenForm::Bare })
}
