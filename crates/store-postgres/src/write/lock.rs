//! The row locks of a change, always taken in this order: user, parent, sessions by rising id, attempt, event. Two
//! orders would be deadlocks. The time is read after them, mostly in the same round trip.

use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_core::model::user::UserId;
use tokio_postgres::Row;

use crate::error::PostgresError;
use crate::read::row::{ids, kind, numbers};
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
pub(crate) fn share(tx: &WriteTx<'_>, session: SessionId) {
    let sql = "SELECT 1 FROM sessionctl.session WHERE id = $1 FOR SHARE";
    tx.queue(sql, values![session.get()])
}

/// Locks one session for a change.
pub(crate) fn session(tx: &WriteTx<'_>, session: SessionId) {
    let sql = "SELECT 1 FROM sessionctl.session WHERE id = $1 FOR NO KEY UPDATE";
    tx.queue(sql, values![session.get()])
}

/// Locks sessions for a change that does not reach their children.
pub(crate) fn sessions(tx: &WriteTx<'_>, sessions: &[SessionId]) {
    let sql = "SELECT 1 FROM sessionctl.session WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
    tx.queue(sql, values![numbers(sessions)])
}

/// Locks sessions and the children of those that are parents. Whoever creates a child shares the lock of its parent, so
/// once the parents are locked, a later statement sees every child.
pub(crate) fn families(tx: &WriteTx<'_>, sessions: &[SessionId]) -> Result<(), PostgresError> {
    let sql =
        "SELECT id FROM sessionctl.session WHERE id = ANY($1) AND kind = 2 ORDER BY id FOR NO KEY UPDATE";
    let parents = ids(&tx.query(sql, values![numbers(sessions)])?)?;
    with_children(tx, sessions, &parents);
    Ok(())
}

/// Locks sessions of which it is known which are parents, and the children of those, as [`families`].
pub(crate) fn known_families(tx: &WriteTx<'_>, sessions: &[SessionId], parents: &[SessionId]) {
    if !parents.is_empty() {
        self::sessions(tx, parents);
    }
    with_children(tx, sessions, parents);
}

/// Locks the children of those of some locked sessions that are parents, and lets the time be read again behind that.
/// The rows begin with the id and the kind.
pub(crate) fn children(tx: &WriteTx<'_>, locked: &[Row]) -> Result<(), PostgresError> {
    let mut parents: Vec<i64> = Vec::new();
    for row in locked {
        if kind(row.try_get(1)?)? == Kind::Sso {
            parents.push(row.try_get(0)?);
        }
    }
    if !parents.is_empty() {
        let sql = "SELECT 1 FROM sessionctl.session WHERE parent_id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
        tx.queue(sql, values![parents]);
        tx.forget_time();
    }
    Ok(())
}

fn with_children(tx: &WriteTx<'_>, sessions: &[SessionId], parents: &[SessionId]) {
    if parents.is_empty() {
        return self::sessions(tx, sessions);
    }
    let sql = "SELECT 1 FROM sessionctl.session WHERE (id = ANY($1) AND kind <> 2) OR parent_id = ANY($2) \
               ORDER BY id FOR NO KEY UPDATE";
    tx.queue(sql, values![numbers(sessions), numbers(parents)]);
}

/// Locks the failed logins under a key, and creates the row where there is none.
pub(crate) fn attempt(tx: &WriteTx<'_>, key: &[u8; 32]) {
    // The time of a row without failures decides nothing.
    let sql = "INSERT INTO sessionctl.attempt (key, failures, last_at) VALUES ($1, 0, 0) \
               ON CONFLICT (key) DO UPDATE SET failures = attempt.failures";
    tx.queue(sql, values![key])
}

/// Locks the failed logins under a key, where there are any.
pub(crate) fn existing_attempt(tx: &WriteTx<'_>, key: &[u8; 32]) {
    let sql = "SELECT 1 FROM sessionctl.attempt WHERE key = $1 FOR UPDATE";
    tx.queue(sql, values![key])
}

/// Locks the policy and the signing keys as a whole: they change rarely.
pub(crate) fn settings(tx: &WriteTx<'_>) {
    tx.queue("SELECT 1 FROM sessionctl.meta WHERE id = 1 FOR NO KEY UPDATE", &[])
}
