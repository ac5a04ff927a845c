//! A session that bulk work selected, and the change that is reported of it.

use sessionctl_core::model::session::{SessionId, State};
use sessionctl_core::store::{Change, StoreError};

use crate::error::PostgresError;

/// A session that matches.
pub(crate) struct Target {
    pub(crate) id: SessionId,
    pub(crate) is_parent: bool,
    pub(crate) before: State,
    /// The id of its user.
    pub(super) user: Option<i64>,
}

pub(crate) fn active(targets: &[Target]) -> Vec<SessionId> {
    targets.iter().filter(|target| is_active(target)).map(|target| target.id).collect()
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
    Err(StoreError::Corrupt(format!("{written} of {expected} sessions could be changed; nothing was")).into())
}
