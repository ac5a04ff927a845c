//! Replacing the token of one active session.

use std::time::Duration;

use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::{Digest, Token, TokenForm};
use sessionctl_core::store::{RANDOM_PER_TOKEN, Rotation};

use super::lock::{self, UserLock};
use super::target::ensure;
use super::{conditions, create};
use crate::audit::append::append;
use crate::error::PostgresError;
use crate::read::{locator, row};
use crate::store::PostgresStore;
use crate::transaction::WriteTx;
use crate::value::values;

/// Replaces a session's token; `None` where the session is not active or the old token not current.
pub(crate) fn rotate(store: &mut PostgresStore, rotation: &Rotation) -> Result<Option<Token>, PostgresError> {
    store.write(|tx| {
        let Rotation { id, digest, reauthentication, .. } = rotation;
        if let Some(checked) = reauthentication {
            lock::user(tx, checked.user, UserLock::Share)?;
        }
        lock::session(tx, *id);
        if let Some(checked) = reauthentication {
            lock::existing_attempt(tx, &checked.attempt_key);
        }
        let now = tx.grant()?;
        if !conditions::is_current(tx, *id, digest)? {
            return Ok(None);
        }
        if let Some(checked) = reauthentication {
            if !conditions::is_unchanged(tx, checked)? {
                return Ok(None);
            }
            tx.queue("DELETE FROM sessionctl.attempt WHERE key = $1", values![checked.attempt_key]);
        }
        let new = NewToken {
            id: *id,
            digest,
            random: &rotation.random,
            grace: rotation.grace,
            authenticated_at: reauthentication.as_ref().map(|_| now),
        };
        let token = replace_token(tx, &new)?;
        append(tx, &rotation.event)?;
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
pub(super) fn replace_token(tx: &WriteTx<'_>, new: &NewToken<'_>) -> Result<Token, PostgresError> {
    let (NewToken { id, digest, .. }, now) = (new, tx.now()?);
    let token = create::token(&locator::newest(tx)?, *id, new.random, form(tx, *id)?);
    let authenticated_at = new.authenticated_at.map(Timestamp::unix);
    // One conditional UPDATE: of many rotations of one token, one changes the row.
    let rotated = tx.execute(
        "UPDATE sessionctl.session SET token_digest = $2, authenticated_at = coalesce($3, authenticated_at) \
         WHERE id = $1 AND token_digest = $4 AND deadline > $5 AND ended_at IS NULL",
        values![id.get(), token.digest().as_bytes(), authenticated_at, digest.as_bytes(), now.unix()],
    )?;
    ensure(rotated, 1)?;
    tx.queue(
        "INSERT INTO sessionctl.retired_token (session_id, token_digest, retired_at, honoured_until) \
         VALUES ($1, $2, $3, $4)",
        values![id.get(), digest.as_bytes(), now.unix(), now.plus(new.grace).unix()],
    );
    Ok(token)
}

fn form(tx: &WriteTx<'_>, id: SessionId) -> Result<TokenForm, PostgresError> {
    let found = tx.query_one("SELECT kind FROM sessionctl.session WHERE id = $1", values![id.get()])?;
    let kind = row::kind(found.try_get(0)?)?;
    Ok(if kind == Kind::Api { TokenForm::Api } else { TokenForm::Bare })
}
