//! What must hold under the lock for a change to be made.

use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::Digest;
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::Reauthentication;

use crate::error::PostgresError;
use crate::read::row;
use crate::transaction::WriteTx;
use crate::value::values;

/// The conditions of a login that counts towards the limit: API tokens and children do not.
pub(super) const COUNTED: &str = "user_id = $1 AND ended_at IS NULL AND kind IN (1, 2) AND parent_id IS NULL";

/// Whether the user is neither disabled nor removed, and the password is still the one that was checked. The caller has
/// locked the user.
pub(crate) fn is_unchanged(tx: &WriteTx<'_>, checked: &Reauthentication) -> Result<bool, PostgresError> {
    let sql = "SELECT c.password_hash FROM sessionctl.account a JOIN sessionctl.credential c ON c.account_id = a.id \
               WHERE a.id = $1 AND a.removed_at IS NULL AND a.disabled_at IS NULL";
    let found = tx.query_opt(sql, values![checked.user.0])?;
    let hash: Option<String> = found.map(|row| row.try_get(0)).transpose()?;
    Ok(hash.is_some_and(|hash| hash == checked.checked_hash))
}

/// Whether a session is active and `digest` is that of its current token.
pub(crate) fn is_current(tx: &WriteTx<'_>, id: SessionId, digest: &Digest) -> Result<bool, PostgresError> {
    let sql =
        "SELECT token_digest FROM sessionctl.session WHERE id = $1 AND deadline > $2 AND ended_at IS NULL";
    match tx.query_opt(sql, values![id.get(), tx.now()?.unix()])? {
        Some(found) => Ok(Digest::from_bytes(row::bytes(&found, 0)?).matches(digest)),
        None => Ok(false),
    }
}

/// The limits of an active session, which its children inherit.
pub(super) struct Limits {
    pub(super) deadline: Timestamp,
    pub(super) absolute_expires_at: Timestamp,
    pub(super) authenticated_at: Option<Timestamp>,
}

/// Reads them; `None` where the session is not active.
pub(super) fn live_limits(
    tx: &WriteTx<'_>,
    id: SessionId,
    now: Timestamp,
) -> Result<Option<Limits>, PostgresError> {
    let sql = "SELECT deadline, absolute_expires_at, authenticated_at FROM sessionctl.session \
               WHERE id = $1 AND deadline > $2 AND ended_at IS NULL";
    let Some(found) = tx.query_opt(sql, values![id.get(), now.unix()])? else { return Ok(None) };
    Ok(Some(Limits {
        deadline: row::timestamp(&found, 0)?,
        absolute_expires_at: row::timestamp(&found, 1)?,
        authenticated_at: row::optional_timestamp(&found, 2)?,
    }))
}

/// The user's active logins, oldest first.
pub(crate) fn active_logins(tx: &WriteTx<'_>, user: UserId) -> Result<Vec<SessionId>, PostgresError> {
    let sql = format!("SELECT id FROM sessionctl.session WHERE {COUNTED} AND deadline > $2 ORDER BY id");
    row::ids(&tx.query(&sql, values![user.0, tx.now()?.unix()])?)
}
