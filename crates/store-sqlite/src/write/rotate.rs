//! Replacing the token of one active session.

use rusqlite::params;
use sessionctl_core::model::event::Subjects;
use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_core::model::token::{Token, TokenForm};
use sessionctl_core::store::Rotation;

use super::batch::ensure;
use super::{create, login};
use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::lookup;
use crate::store::SqliteStore;

/// Replaces a session's token; `None` where the session is not active or the old token not current.
pub(crate) fn rotate(store: &mut SqliteStore, rotation: &Rotation) -> Result<Option<Token>, SqliteError> {
    let key = store.locator_key()?.clone();
    store.write(|tx| {
        tx.grant()?;
        let Rotation { id, digest, .. } = rotation;
        if !lookup::is_current(tx, *id, digest, tx.now)? {
            return Ok(None);
        }
        if let Some(checked) = &rotation.reauthentication {
            if !login::is_unchanged(tx, checked)? {
                return Ok(None);
            }
            tx.execute("DELETE FROM attempt WHERE key = ?1", [checked.attempt_key])?;
        }
        let token = create::token(&key, *id, &rotation.random, form(tx, *id)?);
        let authenticated_at = rotation.reauthentication.as_ref().map(|_| tx.now.unix());
        let rotated = tx.execute(
            "UPDATE session SET token_digest = ?2, authenticated_at = coalesce(?3, authenticated_at) \
             WHERE id = ?1 AND token_digest = ?4 AND deadline > ?5 AND ended_at IS NULL",
            params![
                id.get(),
                token.digest().as_bytes(),
                authenticated_at,
                digest.as_bytes(),
                tx.now.unix()
            ],
        )?;
        ensure(rotated, 1)?;
        let honoured_until = tx.now.plus(rotation.grace);
        tx.execute(
            "INSERT INTO retired_token (session_id, token_digest, retired_at, honoured_until) VALUES (?1, ?2, ?3, ?4)",
            params![id.get(), digest.as_bytes(), tx.now.unix(), honoured_until.unix()],
        )?;
        append(tx, &rotation.event.clone().about(Subjects::One(*id)))?;
        Ok(Some(token))
    })
}

fn form(tx: &rusqlite::Connection, id: SessionId) -> Result<TokenForm, SqliteError> {
    let kind: i64 = tx.query_row("SELECT kind FROM session WHERE id = ?1", [id.get()], |row| row.get(0))?;
    Ok(if kind == Kind::Api as i64 { TokenForm::Api } else { TokenForm::Bare })
}
