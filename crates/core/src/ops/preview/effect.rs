//! What bulk work would do, as values: to one session, and in all. How it is found out does not belong here.

use std::net::IpAddr;
use std::time::Duration;

use crate::model::session::{Kind, SessionId};
use crate::model::time::Timestamp;
use crate::store::EndRule;

/// Users, addresses and API tokens that a summary names, at most; the others are only counted.
pub const MAX_NAMED_GROUPS: usize = 10_000;

/// The bulk work that is looked at.
#[derive(Clone, Copy, Debug)]
pub enum PlannedAct {
    /// Revoking.
    Revoke,
    /// Setting the end.
    Expire(EndRule),
    /// Deleting what ended at least this long ago, or the policy's age.
    Prune(Option<Duration>),
}

/// What the work would do to one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Nothing: it has ended already.
    None,
    /// It ends now.
    Ends,
    /// It gets another deadline.
    NewDeadline {
        /// The deadline now.
        old: Timestamp,
        /// The deadline then.
        new: Timestamp,
        /// Whether its absolute limit or its parent sets the new one.
        clamped: bool,
    },
    /// It is deleted; a parent only if all its children are deleted too.
    Deleted,
}

/// How many sessions have something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups<T> {
    /// The largest groups first, at most [`MAX_NAMED_GROUPS`].
    pub named: Vec<(T, u64)>,
    /// Sessions of further groups.
    pub others: u64,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Groups { named: Vec::new(), others: 0 }
    }
}

/// An API token that the work would end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedApiToken {
    /// Its session.
    pub id: SessionId,
    /// Its user.
    pub user: Option<String>,
    /// Its label.
    pub label: Option<String>,
}

/// What the work would do in all.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// Sessions that match.
    pub matched: u64,
    /// Sessions among them that would be changed.
    pub changing: u64,
    /// Sessions among them that have ended already, and would stay as they are.
    pub already_ended: u64,
    /// Sessions whose end would be earlier than asked for.
    pub clamped: u64,
    /// Sessions whose end would be later than it is.
    pub prolonged: u64,
    /// Sessions whose end would be earlier than it is, though not at once.
    pub shortened: u64,
    /// API tokens among those.
    pub shortened_api_tokens: u64,
    /// Children that would be changed with their parents, without being selected: each parent with its children.
    pub cascades: Vec<(SessionId, Vec<SessionId>)>,
    /// Parents that match and would not be deleted, because children of theirs would stay: each parent with those
    /// children.
    pub kept: Vec<(SessionId, Vec<SessionId>)>,
    /// Ids that were named and belong to no session.
    pub missing: Vec<SessionId>,
    /// The changing sessions by kind.
    pub kinds: Groups<Kind>,
    /// The changing sessions by user; `None` are those without a user.
    pub users: Groups<Option<String>>,
    /// The changing sessions by the address that they were created from.
    pub addresses: Groups<Option<IpAddr>>,
    /// The changing API tokens, at most [`MAX_NAMED_GROUPS`].
    pub api_tokens: Vec<AffectedApiToken>,
}
