//! The filter over sessions that list, expire, revoke and prune share, and its meaning. Each store finds sessions
//! in its own way, and is held by the store contract to what [`Selector::matches`] answers. No SQL and no index may
//! appear here.

use super::address::Cidr;
use super::glob;
use super::session::{Client, Kind, Session, SessionId, State};
use super::time::Timestamp;
use super::user::UserName;

/// The states that a selector accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFilter {
    /// Sessions in this state.
    Only(State),
    /// Sessions that are expired or revoked.
    Ended,
    /// Sessions in any state.
    Any,
}

impl StateFilter {
    /// Whether the filter accepts a state.
    #[must_use]
    pub fn accepts(self, state: State) -> bool {
        match self {
            StateFilter::Only(accepted) => state == accepted,
            StateFilter::Ended => state != State::Active,
            StateFilter::Any => true,
        }
    }
}

/// A filter over sessions. A session matches where every part that is set holds.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// Only these sessions; empty for no such limit.
    pub ids: Vec<SessionId>,
    /// Only sessions of this user, in any spelling of the name.
    pub user: Option<UserName>,
    /// Only sessions of this kind.
    pub kind: Option<Kind>,
    /// Only sessions in this state; see [`Selector::effective_state`] for what `None` means.
    pub state: Option<StateFilter>,
    /// Only sessions of this application.
    pub app: Option<String>,
    /// Only sessions whose label matches this pattern: `*`, `?` and `[…]`, case-sensitive.
    pub label: Option<String>,
    /// Only sessions that carry this scope.
    pub scope: Option<String>,
    /// Only the children of this session.
    pub parent: Option<SessionId>,
    /// Only sessions that were created from an address in this block.
    pub ip: Option<Cidr>,
    /// Only sessions that were created before this time.
    pub created_before: Option<Timestamp>,
    /// Only sessions that were created at or after this time.
    pub created_after: Option<Timestamp>,
    /// Only sessions that were last seen before this time.
    pub seen_before: Option<Timestamp>,
    /// Only sessions that were last seen at or after this time.
    pub seen_after: Option<Timestamp>,
    /// Only sessions whose deadline is at or before this time; active ones, unless `state` is set.
    pub expiring_by: Option<Timestamp>,
    /// Only sessions that ended at or before this time; prune uses it.
    pub ended_by: Option<Timestamp>,
    /// None of these sessions.
    pub except: Vec<SessionId>,
    /// Every session: an explicit request, so that an empty selector never means all by accident.
    pub all: bool,
}

impl Selector {
    /// Whether a session matches at a given time. This is the only definition of what a selector means.
    #[must_use]
    pub fn matches(&self, session: &Session, now: Timestamp) -> bool {
        // Every field is named, so that a new one cannot be forgotten here.
        let Selector {
            ids,
            user,
            kind,
            state: _,
            app,
            label,
            scope,
            parent,
            ip,
            created_before,
            created_after,
            seen_before,
            seen_after,
            expiring_by,
            ended_by,
            except,
            all: _,
        } = self;
        let Client { app: own_app, label: own_label, ip: own_ip, user_agent: _ } = &session.client;
        self.effective_state().accepts(session.state(now))
            && (ids.is_empty() || ids.contains(&session.id))
            && !except.contains(&session.id)
            && holds(user, |name| session.user.as_ref() == Some(name))
            && holds(kind, |kind| session.kind == *kind)
            && holds(app, |app| own_app.as_ref() == Some(app))
            && holds(label, |pattern| own_label.as_ref().is_some_and(|label| glob::matches(pattern, label)))
            && holds(scope, |scope| session.scopes.contains(scope))
            && holds(parent, |parent| session.parent == Some(*parent))
            && holds(ip, |block| own_ip.is_some_and(|ip| block.contains(ip)))
            && holds(created_before, |time| session.created_at < *time)
            && holds(created_after, |time| session.created_at >= *time)
            && holds(seen_before, |time| session.last_seen_at < *time)
            && holds(seen_after, |time| session.last_seen_at >= *time)
            && holds(expiring_by, |time| session.deadline <= *time)
            && holds(ended_by, |time| session.deadline <= *time)
    }

    /// Whether no part is set that selects sessions. `list` shows the active sessions then; commands that change
    /// sessions refuse. An exception alone selects nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Selector { ids, user, kind, state, app, label, scope, parent, ip, all, .. } = self;
        let times =
            [self.created_before, self.created_after, self.seen_before, self.seen_after, self.expiring_by];
        !all && ids.is_empty()
            && user.is_none()
            && kind.is_none()
            && state.is_none()
            && [app, label, scope].iter().all(|text| text.is_none())
            && parent.is_none()
            && ip.is_none()
            && times.iter().all(Option::is_none)
    }

    /// The states that the selector accepts: those of `state` where it is set. Otherwise any state where sessions
    /// are named or all are requested, ended sessions for prune, and active sessions for the rest.
    #[must_use]
    pub fn effective_state(&self) -> StateFilter {
        match self.state {
            Some(state) => state,
            None if self.ended_by.is_some() => StateFilter::Ended,
            None if self.expiring_by.is_some() => StateFilter::Only(State::Active),
            None if self.all || !self.ids.is_empty() => StateFilter::Any,
            None => StateFilter::Only(State::Active),
        }
    }
}

/// Whether a part of the selector holds: it is not set, or the test passes.
fn holds<T>(part: &Option<T>, test: impl FnOnce(&T) -> bool) -> bool {
    part.as_ref().is_none_or(test)
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sort {
    /// By id, the newest first.
    #[default]
    Newest,
    /// By id, the oldest first.
    Oldest,
    /// By deadline, the next to expire first.
    Expiring,
}

impl Sort {
    /// The names, as the command line accepts them.
    pub const NAMES: [&str; 3] = ["newest", "oldest", "expiring"];
}

impl std::str::FromStr for Sort {
    type Err = super::session::UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "newest" => Ok(Sort::Newest),
            "oldest" => Ok(Sort::Oldest),
            "expiring" => Ok(Sort::Expiring),
            _ => Err(super::session::UnknownName("sort order")),
        }
    }
}

/// The end of a page: the last session shown, by the keys of every order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The session's deadline.
    pub deadline: Timestamp,
    /// The session's id.
    pub id: SessionId,
}

impl Cursor {
    /// Whether a session comes after the cursor in an order.
    #[must_use]
    pub fn precedes(&self, session: &Session, sort: Sort) -> bool {
        match sort {
            Sort::Newest => session.id < self.id,
            Sort::Oldest => session.id > self.id,
            Sort::Expiring => (session.deadline, session.id) > (self.deadline, self.id),
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.id, self.deadline.unix())
    }
}

impl std::str::FromStr for Cursor {
    type Err = super::session::UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (id, deadline) = text.split_once('-')?;
            let id = SessionId::new(id.parse().ok()?)?;
            Some(Cursor { deadline: Timestamp::from_unix(deadline.parse().ok()?), id })
        };
        parse().ok_or(super::session::UnknownName("cursor: take it from the \"next\" of a list"))
    }
}

#[cfg(test)]
mod tests;
