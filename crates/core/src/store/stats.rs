//! Counts of sessions by what they have in common.

use std::time::Duration;

use super::StoreError;
use crate::model::time::Timestamp;

/// Counts of sessions in one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupCount {
    /// What they have in common; empty for sessions without that value.
    pub name: String,
    /// Active sessions.
    pub active: u64,
    /// Expired sessions.
    pub expired: u64,
    /// Revoked sessions.
    pub revoked: u64,
}

/// All sessions, counted in one pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionStats {
    /// All of them.
    pub all: GroupCount,
    /// By kind.
    pub kinds: Vec<GroupCount>,
    /// By user; the group without a name holds the sessions without a user.
    pub users: Vec<GroupCount>,
    /// By application.
    pub apps: Vec<GroupCount>,
    /// Active sessions whose age is within each step and beyond the one before; the last are beyond all steps.
    pub ages: Vec<u64>,
    /// Active sessions that expire within each step and after the one before; the last after all steps.
    pub ends: Vec<u64>,
}

/// Counts of sessions.
pub trait StatsStore {
    /// Counts all sessions: by group and state, those groups first that have most active sessions and of users and
    /// applications at most `max_groups`; and the active ones by age and by the time they have left, in rising `steps`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn stats(
        &self,
        now: Timestamp,
        steps: &[Duration],
        max_groups: usize,
    ) -> Result<SessionStats, StoreError>;
}
