//! What makes `revoke --all` wait for logins already in progress, in a store with many writers.

use crate::model::session::SessionId;

/// What bulk work that selects by more than ids has to cover: a session whose id was drawn before the work began, and
/// which is committed while it goes on, must not escape it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The highest id that was drawn, whether its session is committed or not.
    pub up_to: SessionId,
    /// What the store recognises the changes by that were going on.
    pub mark: i64,
}
