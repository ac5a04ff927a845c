//! The filter over sessions that list, expire, revoke and prune share, and its meaning. Each store finds sessions
//! in its own way, and is held by the store contract to what [`Selector::matches`] answers. No SQL and no index may
//! appear here.

mod list;
mod page;
mod values;

pub use list::split_list;
pub use page::{Cursor, Sort};
pub use values::ValueFilter;

use super::address::Cidr;
use super::glob;
use super::session::{Kind, Session, SessionId, State};
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
    /// By user, in any spelling of the name.
    pub user: ValueFilter<UserName>,
    /// Only sessions without a user.
    pub anonymous: bool,
    /// By kind.
    pub kind: ValueFilter<Kind>,
    /// Only sessions in this state; see [`Selector::effective_state`] for what `None` means.
    pub state: Option<StateFilter>,
    /// By application.
    pub app: ValueFilter<String>,
    /// By label, which a pattern matches: `*`, `?` and `[…]`, case-sensitive.
    pub label: ValueFilter<String>,
    /// By user agent, which a pattern matches, as with labels.
    pub user_agent: ValueFilter<String>,
    /// By scope, of which a session can have several.
    pub scope: ValueFilter<String>,
    /// Only the children of this session.
    pub parent: Option<SessionId>,
    /// By the address that the session was created from, which a block contains.
    pub ip: ValueFilter<Cidr>,
    /// By the address that the session was seen from last, which a block contains: at the last verification that named
    /// one, or else when it was created.
    pub last_ip: ValueFilter<Cidr>,
    /// Only sessions that were created before this time.
    pub created_before: Option<Timestamp>,
    /// Only sessions that were created at or after this time.
    pub created_after: Option<Timestamp>,
    /// Only sessions that were last seen before this time.
    pub seen_before: Option<Timestamp>,
    /// Only sessions that were last seen at or after this time.
    pub seen_after: Option<Timestamp>,
    /// Only active sessions whose deadline is at or before this time.
    pub expiring_by: Option<Timestamp>,
    /// Only sessions that ended at or before this time; prune uses it.
    pub ended_by: Option<Timestamp>,
    /// Only sessions that ended before this time. An expired session ended at its deadline.
    pub ended_before: Option<Timestamp>,
    /// Only sessions that ended at or after this time.
    pub ended_after: Option<Timestamp>,
    /// Only sessions that had begun at this time, and had not ended.
    pub active_at: Option<Timestamp>,
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
            anonymous,
            kind,
            state: _,
            app,
            label,
            user_agent,
            scope,
            parent,
            ip,
            last_ip,
            created_before,
            created_after,
            seen_before,
            seen_after,
            expiring_by,
            ended_by,
            ended_before,
            ended_after,
            active_at,
            except,
            all: _,
        } = self;
        let client = &session.client;
        let state = session.state(now);
        self.effective_state().accepts(state)
            && (ids.is_empty() || ids.contains(&session.id))
            && !except.contains(&session.id)
            && user.accepts(|name| session.user.as_ref() == Some(name))
            && (!anonymous || session.user.is_none())
            && kind.accepts(|kind| session.kind == *kind)
            && app.accepts(|app| client.app.as_ref() == Some(app))
            && label.accepts(|pattern| matches_pattern(pattern, client.label.as_ref()))
            && user_agent.accepts(|pattern| matches_pattern(pattern, client.user_agent.as_ref()))
            && scope.accepts(|scope| session.scopes.contains(scope))
            && ip.accepts(|block| client.ip.is_some_and(|ip| block.contains(ip)))
            && last_ip.accepts(|block| session.known_ip().is_some_and(|ip| block.contains(ip)))
            && holds(parent, |parent| session.parent == Some(*parent))
            && holds(created_before, |time| session.created_at < *time)
            && holds(created_after, |time| session.created_at >= *time)
            && holds(seen_before, |time| session.last_seen_at < *time)
            && holds(seen_after, |time| session.last_seen_at >= *time)
            && holds(expiring_by, |time| state == State::Active && session.deadline <= *time)
            && holds(ended_by, |time| session.deadline <= *time)
            && holds(ended_before, |time| state != State::Active && session.deadline < *time)
            && holds(ended_after, |time| state != State::Active && session.deadline >= *time)
            && holds(active_at, |time| session.created_at <= *time && session.deadline > *time)
    }

    /// Whether no part is set that selects sessions. `list` shows the active sessions then; commands that change
    /// sessions refuse. An exception alone selects nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Selector {
            ids,
            user,
            anonymous,
            kind,
            state,
            app,
            label,
            user_agent,
            scope,
            parent,
            ip,
            last_ip,
            all,
            ..
        } = self;
        let times = [
            self.created_before,
            self.created_after,
            self.seen_before,
            self.seen_after,
            self.expiring_by,
            self.ended_before,
            self.ended_after,
            self.active_at,
        ];
        let texts = [app, label, user_agent, scope];
        !all && ids.is_empty()
            && !user.is_set()
            && !anonymous
            && !kind.is_set()
            && state.is_none()
            && !texts.iter().any(|text| text.is_set())
            && parent.is_none()
            && !ip.is_set()
            && !last_ip.is_set()
            && times.iter().all(Option::is_none)
    }

    /// Whether no part is set that narrows what prune deletes: it deletes sessions in any state but active.
    #[must_use]
    pub fn is_empty_for_prune(&self) -> bool {
        let state = self.state.filter(|state| !matches!(state, StateFilter::Any | StateFilter::Ended));
        Selector { state, ..self.clone() }.is_empty()
    }

    /// The states that the selector accepts: those of `state` where it is set. Otherwise any state where sessions
    /// are named, all are requested or the past is asked about, ended sessions for prune, and active sessions for
    /// the rest.
    #[must_use]
    pub fn effective_state(&self) -> StateFilter {
        match self.state {
            Some(state) => state,
            None if self.ended_by.is_some() => StateFilter::Ended,
            None if self.expiring_by.is_some() => StateFilter::Only(State::Active),
            None if self.asks_about_the_past() => StateFilter::Any,
            None if self.all || !self.ids.is_empty() => StateFilter::Any,
            None => StateFilter::Only(State::Active),
        }
    }

    /// Whether the selector asks when sessions began or ended, whatever became of them.
    #[must_use]
    pub fn asks_about_the_past(&self) -> bool {
        [self.ended_before, self.ended_after, self.active_at].iter().any(Option::is_some)
    }
}

fn matches_pattern(pattern: &str, text: Option<&String>) -> bool {
    text.is_some_and(|text| glob::matches(pattern, text))
}

/// Whether a part of the selector holds: it is not set, or the test passes.
fn holds<T>(part: &Option<T>, test: impl FnOnce(&T) -> bool) -> bool {
    part.as_ref().is_none_or(test)
}

#[cfg(test)]
mod tests;
