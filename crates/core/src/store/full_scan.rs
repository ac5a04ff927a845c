//! Which filters no index of a database answers. They are rare, so that an index for each would cost every insert more
//! than it saves. The databases have the same indices, and their planners choose among them.

use crate::model::selector::{Selector, StateFilter};
use crate::model::session::{Kind, State};

/// The sessions that a store reads one by one to answer a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FullScan {
    /// All sessions.
    AllSessions,
    /// All sessions of the selected user.
    SessionsOfUser,
    /// All active sessions.
    ActiveSessions,
}

impl FullScan {
    /// What a database reads one by one to answer a selector; `None` where an index answers.
    #[must_use]
    pub fn of(selector: &Selector) -> Option<FullScan> {
        let Selector { app, label, user_agent, scope, .. } = selector;
        let unindexed = [app, label, user_agent, scope].iter().any(|text| text.is_set())
            || selector.kind.is_set()
            || selector.anonymous
            || !selector.user.none_of.is_empty()
            || selector.state == Some(StateFilter::Only(State::Revoked)) && selector.user.any_of.is_empty()
            || selector.ip.is_set()
            || selector.last_ip.is_set()
            || selector.seen_before.is_some()
            || selector.seen_after.is_some();
        let few = !selector.ids.is_empty() || selector.parent.is_some();
        if !unindexed || few {
            return None;
        }
        if !selector.user.any_of.is_empty() {
            return Some(FullScan::SessionsOfUser);
        }
        // API tokens have an index of their own, and nothing else carries scopes.
        let api = selector.kind.single() == Some(&Kind::Api) || !scope.any_of.is_empty();
        if api || selector.expiring_by.is_some() {
            return None;
        }
        let active = selector.effective_state() == StateFilter::Only(State::Active);
        Some(if active { FullScan::ActiveSessions } else { FullScan::AllSessions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::session::SessionId;
    use crate::model::user::UserName;

    #[test]
    fn full_scan_is_reported_where_no_index_answers() {
        let app = Selector { app: "shop".to_owned().into(), ..Selector::default() };
        let all = Selector { all: true, ..app.clone() };
        let of_user = Selector { user: "ann".parse::<UserName>().unwrap().into(), ..all.clone() };
        let api = Selector { kind: Kind::Api.into(), ..all.clone() };
        let revoked =
            Selector { state: Some(StateFilter::Only(State::Revoked)), all: true, ..Selector::default() };
        let few = Selector { parent: SessionId::new(1), ..app.clone() };
        for (selector, scan) in [
            (app, Some(FullScan::ActiveSessions)),
            (all, Some(FullScan::AllSessions)),
            (of_user, Some(FullScan::SessionsOfUser)),
            (api, None),
            (revoked, Some(FullScan::AllSessions)),
            (few, None),
            (Selector::default(), None),
        ] {
            assert_eq!(FullScan::of(&selector), scan, "{selector:?}");
        }
    }
}
