//! Which filters no index answers. They are rare, so that an index for each would cost every insert more than it
//! saves; `query_plan` chooses among the indices that exist.

use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::store::FullScan;

/// The sessions that are read one by one to answer a selector.
pub(crate) fn full_scan(selector: &Selector) -> Option<FullScan> {
    let Selector { app, label, scope, .. } = selector;
    let unindexed = [app, label, scope].iter().any(|text| text.is_some())
        || selector.kind.is_some()
        || selector.state == Some(StateFilter::Only(State::Revoked))
        || selector.ip.is_some()
        || selector.seen_before.is_some()
        || selector.seen_after.is_some();
    let few = !selector.ids.is_empty() || selector.parent.is_some();
    if !unindexed || few {
        return None;
    }
    if selector.user.is_some() {
        return Some(FullScan::SessionsOfUser);
    }
    // API tokens have an index of their own, and nothing else carries scopes.
    if selector.kind == Some(Kind::Api) || scope.is_some() || selector.expiring_by.is_some() {
        return None;
    }
    let active = selector.effective_state() == StateFilter::Only(State::Active);
    Some(if active { FullScan::ActiveSessions } else { FullScan::AllSessions })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionctl_core::model::session::SessionId;

    #[test]
    fn full_scan_is_reported_where_no_index_answers() {
        let app = Selector { app: Some("shop".to_owned()), ..Selector::default() };
        let all = Selector { all: true, ..app.clone() };
        let of_user = Selector { user: "ann".parse().ok(), ..all.clone() };
        let api = Selector { kind: Some(Kind::Api), ..all.clone() };
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
            assert_eq!(full_scan(&selector), scan, "{selector:?}");
        }
    }
}
