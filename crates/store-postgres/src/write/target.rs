//! A session that bulk work selected, and the change that is reported of it.

use sessionctl_core::counted;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Change, StoreError};
use tokio_postgres::Row;

use crate::error::PostgresError;
use crate::read::row;

/// The columns that [`Target::read`] reads, from `session s`.
pub(crate) const COLUMNS: &str = "s.id, s.kind, s.deadline, s.ended_at, s.user_id";

/// A session that matches.
pub(crate) struct Target {
    pub(crate) id: SessionId,
    pub(crate) is_parent: bool,
    pub(crate) before: State,
    /// The id of its user.
    pub(super) user: Option<i64>,
}

impl Target {
    /// Reads one, as it is at a time.
    pub(crate) fn read(found: &Row, now: Timestamp) -> Result<Self, PostgresError> {
        // A revoked session stays revoked, even if its time is ahead of this clock.
        let before = match (row::timestamp(found, 2)? > now, row::optional_timestamp(found, 3)?) {
            (_, Some(_)) => State::Revoked,
            (true, None) => State::Active,
            (false, None) => State::Expired,
        };
        let is_parent = row::kind(found.try_get(1)?)? == Kind::Sso;
        Ok(Target { id: row::id(found.try_get(0)?)?, is_parent, before, user: found.try_get(4)? })
    }
}

pub(crate) fn active(targets: &[Target]) -> Vec<SessionId> {
    targets.iter().filter(|target| is_active(target)).map(|target| target.id).collect()
}

/// Those of some sessions that are active and can have children.
pub(crate) fn active_parents(targets: &[Target]) -> Vec<SessionId> {
    let parents = targets.iter().filter(|target| target.is_parent && is_active(target));
    parents.map(|target| target.id).collect()
}

/// Whether a session is active.
pub(crate) fn is_active(target: &Target) -> bool {
    target.before == State::Active
}

pub(crate) fn change(target: &Target, changed: bool) -> Change {
    Change { id: target.id, before: target.before, changed, cascaded_from: None, deadline: None }
}

/// Checks that as many rows were written as were read under the same lock; the transaction is rolled back if not. A
/// planted rule or row security changes fewer.
pub(crate) fn ensure(written: u64, expected: usize) -> Result<(), PostgresError> {
    if written == expected as u64 {
        return Ok(());
    }
    let sessions = counted(expected, "session", "sessions");
    Err(StoreError::Corrupt(format!("{written} of {sessions} could be changed; nothing was")).into())
}
