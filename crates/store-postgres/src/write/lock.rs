//! The row locks of a change, always taken in this order: user, parent, sessions by rising id, attempt, event. Two
//! orders would be deadlocks. The time is read after them.

use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::user::UserId;

use crate::error::PostgresError;
use crate::read::row::{ids, numbers};
use crate::transaction::WriteTx;
use crate::value::values;

/// How strong a lock on a user is.
#[derive(Clone, Copy)]
pub(crate) enum UserLock {
    /// Others may create sessions of the user at the same time.
    Share,
    /// Nobody else may: for a login, which counts the sessions, and for a change of the account.
    Exclusive,
}

/// Locks a user; `false` where sessions may not be created for it.
pub(crate) fn user(tx: &WriteTx<'_>, user: UserId, strength: UserLock) -> Result<bool, PostgresError> {
    let clause = match strength {
        UserLock::Share => "FOR SHARE",
        UserLock::Exclusive => "FOR NO KEY UPDATE",
    };
    let sql = format!(
        "SELECT removed_at IS NULL AND disabled_at IS NULL FROM sessionctl.account WHERE id = $1 {clause}"
    );
    Ok(tx.query_opt(&sql, values![user.0])?.map(|row| row.try_get(0)).transpose()?.unwrap_or(false))
}

/// Locks a session so that it is not ended while something is created on the strength of it.
pub(crate) fn share(tx: &WriteTx<'_>, session: SessionId) -> Result<(), PostgresError> {
    let sql = "SELECT 1 FROM sessionctl.session WHERE id = $1 FOR SHARE";
    tx.query(sql, values![session.get()]).map(drop)
}

/// Locks one session for a change.
pub(crate) fn session(tx: &WriteTx<'_>, session: SessionId) -> Result<(), PostgresError> {
    let sql = "SELECT 1 FROM sessionctl.session WHERE id = $1 FOR NO KEY UPDATE";
    tx.query(sql, values![session.get()]).map(drop)
}

/// Locks sessions for a change that does not reach their children.
pub(crate) fn sessions(tx: &WriteTx<'_>, sessions: &[SessionId]) -> Result<(), PostgresError> {
    let sql = "SELECT 1 FROM sessionctl.session WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
    tx.query(sql, values![numbers(sessions)]).map(drop)
}

/// Locks sessions and the children of those that are parents. Whoever creates a child shares the lock of its parent, so
/// once the parents are locked, a later statement sees every child.
pub(crate) fn families(tx: &WriteTx<'_>, sessions: &[SessionId]) -> Result<(), PostgresError> {
    let sql =
        "SELECT id FROM sessionctl.session WHERE id = ANY($1) AND kind = 2 ORDER BY id FOR NO KEY UPDATE";
    let parents = ids(&tx.query(sql, values![numbers(sessions)])?)?;
    if parents.is_empty() {
        return self::sessions(tx, sessions);
    }
    let sql = "SELECT 1 FROM sessionctl.session WHERE (id = ANY($1) AND kind <> 2) OR parent_id = ANY($2) \
               ORDER BY id FOR NO KEY UPDATE";
    tx.query(sql, values![numbers(sessions), numbers(&parents)]).map(drop)
}

/// Locks the failed logins under a key, and creates the row where there is none.
pub(crate) fn attempt(tx: &WriteTx<'_>, key: &[u8; 32]) -> Result<(), PostgresError> {
    // The time of a row without failures decides nothing.
    let sql = "INSERT INTO sessionctl.attempt (key, failures, last_at) VALUES ($1, 0, 0) \
               ON CONFLICT (key) DO UPDATE SET failures = attempt.failures";
    tx.execute(sql, values![key]).map(drop)
}

/// Locks the failed logins under a key, where there are any.
pub(crate) fn existing_attempt(tx: &WriteTx<'_>, key: &[u8; 32]) -> Result<(), PostgresError> {
    let sql = "SELECT 1 FROM sessionctl.attempt WHERE key = $1 FOR UPDATE";
    tx.query(sql, values![key]).map(drop)
}

/// Locks the policy and the signing keys as a whole: they change rarely.
pub(crate) fn settings(tx: &WriteTx<'_>) -> Result<(), PostgresError> {
    tx.query("SELECT 1 FROM sessionctl.meta WHERE id = 1 FOR NO KEY UPDATE", &[]).map(drop)
}
