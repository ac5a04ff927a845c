//! The one filter over sessions that list, expire, revoke and prune share: what it can ask, and what it means
//! when something is left out. How it is asked of a database is the store's matter.

use super::address::Cidr;
use super::session::{Kind, SessionId, State};
use super::time::Timestamp;
use super::user::UserName;

/// Which states are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFilter {
    /// Sessions in this state.
    Only(State),
    /// Sessions that are expired or revoked.
    Dead,
    /// All of them.
    Any,
}

/// What is searched without an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Searched {
    /// All sessions.
    All,
    /// Those of the user.
    OfUser,
    /// Those that are active.
    Active,
}

/// A filter over sessions; every part that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// These sessions only; empty for no such limit.
    pub ids: Vec<SessionId>,
    /// Those of this user.
    pub user: Option<UserName>,
    /// Those of this kind.
    pub kind: Option<Kind>,
    /// Those in this state. Left out, it is [`Selector::effective_state`].
    pub state: Option<StateFilter>,
    /// Those of this application.
    pub app: Option<String>,
    /// Those whose label matches this pattern: `*`, `?` and `[…]`, case-sensitive.
    pub label: Option<String>,
    /// Those that carry this scope.
    pub scope: Option<String>,
    /// Those of the family under this head.
    pub under: Option<SessionId>,
    /// Those made from an address in this block.
    pub ip: Option<Cidr>,
    /// Made before this moment.
    pub created_before: Option<Timestamp>,
    /// Made at or after this moment.
    pub created_after: Option<Timestamp>,
    /// Last seen before this moment.
    pub seen_before: Option<Timestamp>,
    /// Last seen at or after this moment.
    pub seen_after: Option<Timestamp>,
    /// Active, but dead by this moment if nothing more happens.
    pub expiring_by: Option<Timestamp>,
    /// Ended at or before this moment: what prune looks for.
    pub ended_by: Option<Timestamp>,
    /// Not these.
    pub except: Vec<SessionId>,
    /// Said in so many words: every session.
    pub all: bool,
}

impl Selector {
    /// Whether nothing was asked for, which list takes for all that is active and the others refuse.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Selector { ids, user, kind, state, app, label, scope, under, ip, .. } = self;
        let times =
            [self.created_before, self.created_after, self.seen_before, self.seen_after, self.expiring_by];
        !self.all
            && ids.is_empty()
            && user.is_none()
            && kind.is_none()
            && state.is_none()
            && [app, label, scope].iter().all(|text| text.is_none())
            && under.is_none()
            && ip.is_none()
            && times.iter().all(Option::is_none)
    }

    /// Among which sessions each may have to be looked at to find what is asked for: it goes by what few would ask
    /// for, so that no index is kept of it.
    #[must_use]
    pub fn searched(&self) -> Option<Searched> {
        let Selector { app, label, scope, .. } = self;
        let unindexed = [app, label, scope].iter().any(|text| text.is_some())
            || self.kind.is_some()
            || self.state == Some(StateFilter::Only(State::Revoked))
            || self.ip.is_some()
            || self.seen_before.is_some()
            || self.seen_after.is_some();
        let few = !self.ids.is_empty() || self.under.is_some();
        if !unindexed || few {
            return None;
        }
        if self.user.is_some() {
            return Some(Searched::OfUser);
        }
        let indexed = self.kind == Some(Kind::Api) || scope.is_some() || self.expiring_by.is_some();
        if indexed {
            return None;
        }
        let active = self.effective_state() == StateFilter::Only(State::Active);
        Some(if active { Searched::Active } else { Searched::All })
    }

    /// The states looked for: what was said; else any where sessions are named or all are asked for, and the
    /// active ones where not.
    #[must_use]
    pub fn effective_state(&self) -> StateFilter {
        match self.state {
            Some(state) => state,
            None if self.ended_by.is_some() => StateFilter::Dead,
            None if self.expiring_by.is_some() => StateFilter::Only(State::Active),
            None if self.all || !self.ids.is_empty() => StateFilter::Any,
            None => StateFilter::Only(State::Active),
        }
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sort {
    /// By id, the newest first.
    #[default]
    Newest,
    /// By id, the oldest first.
    Oldest,
    /// By deadline, the next to die first.
    Expiring,
}

impl Sort {
    /// The names.
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

/// Where a page of a list ended: the last session shown, by the keys the order goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Its deadline.
    pub deadline: Timestamp,
    /// Its id.
    pub id: SessionId,
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
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_means_active_unless_sessions_are_named() {
        let named = Selector { ids: vec![SessionId::new(1).unwrap()], ..Selector::default() };
        let all = Selector { all: true, ..Selector::default() };
        let chosen =
            Selector { state: Some(StateFilter::Only(State::Revoked)), all: true, ..Selector::default() };
        assert!(Selector::default().is_empty() && !named.is_empty() && !all.is_empty());
        assert_eq!(Selector::default().effective_state(), StateFilter::Only(State::Active));
        assert_eq!(named.effective_state(), StateFilter::Any);
        assert_eq!(all.effective_state(), StateFilter::Any);
        assert_eq!(chosen.effective_state(), StateFilter::Only(State::Revoked));
    }

    #[test]
    fn what_may_take_long_is_known() {
        let app = Selector { app: Some("shop".to_owned()), ..Selector::default() };
        let all = Selector { all: true, ..app.clone() };
        let of_user = Selector { user: "ann".parse().ok(), ..all.clone() };
        let api = Selector { kind: Some(Kind::Api), ..all.clone() };
        let revoked =
            Selector { state: Some(StateFilter::Only(State::Revoked)), all: true, ..Selector::default() };
        let few = Selector { under: SessionId::new(1), ..app.clone() };
        for (selector, searched) in [
            (app, Some(Searched::Active)),
            (all, Some(Searched::All)),
            (of_user, Some(Searched::OfUser)),
            (api, None),
            (revoked, Some(Searched::All)),
            (few, None),
            (Selector::default(), None),
        ] {
            assert_eq!(selector.searched(), searched, "{selector:?}");
        }
    }

    #[test]
    fn a_cursor_survives_the_shell() {
        let cursor = Cursor { deadline: Timestamp::from_unix(99), id: SessionId::new(7).unwrap() };
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        for bad in ["", "7", "x-1", "0-1", "7-"] {
            assert!(bad.parse::<Cursor>().is_err(), "{bad}");
        }
    }
}
