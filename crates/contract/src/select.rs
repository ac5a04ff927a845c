//! Lists: a store finds what `Selector::matches` defines, in whichever way it reaches the sessions.

use std::ops::ControlFlow;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sessionctl_core::model::address::Cidr;
use sessionctl_core::model::event::Action;
use sessionctl_core::model::selector::{Cursor, Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Kind, Session, State};
use sessionctl_core::store::{Batch, Page, select_prefetched};

use crate::StoreProvider;
use crate::scene::{Scene, all, at, event, id, name, new_session};
use crate::selectors::{NOW, SESSIONS, crowd, selectors};

const SORTS: [Sort; 4] = [Sort::Newest, Sort::Oldest, Sort::Expiring, Sort::LastSeen];
/// Random selectors per run.
const SELECTORS: u32 = 400;

/// Random selectors, in every order, whole and by page, and counted.
pub fn select_finds_what_the_selector_matches(provider: &dyn StoreProvider) {
    let scene = crowd(provider);
    let sessions: Vec<Session> = (1..=SESSIONS).map(|number| scene.session(id(number))).collect();
    for state in [State::Active, State::Expired, State::Revoked] {
        assert!(sessions.iter().any(|session| session.state(at(NOW)) == state), "none is {state:?}");
    }
    let ids = |sessions: &[&Session]| sessions.iter().map(|session| session.id.get()).collect::<Vec<_>>();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(SELECTORS));
    let result = runner.run(&selectors(), |selector| {
        let mut expected: Vec<&Session> =
            sessions.iter().filter(|session| selector.matches(session, at(NOW))).collect();
        prop_assert_eq!(scene.store.count(&selector, at(NOW)).unwrap(), expected.len() as u64);
        for sort in SORTS {
            match sort {
                Sort::Newest => expected.sort_by_key(|session| std::cmp::Reverse(session.id)),
                Sort::Oldest => expected.sort_by_key(|session| session.id),
                Sort::Expiring => expected.sort_by_key(|session| (session.deadline, session.id)),
                Sort::LastSeen => {
                    expected.sort_by_key(|session| std::cmp::Reverse((session.last_seen_at, session.id)));
                }
            }
            prop_assert_eq!(scene.listed(&selector, sort), ids(&expected));
            // A store may find a page in another way than a whole list.
            let page = Page { sort, after: None, limit: Some(5) };
            prop_assert_eq!(scene.selected(&selector, page), ids(&expected[..expected.len().min(5)]));
        }
        Ok(())
    });
    result.unwrap();
}

/// Pages that begin behind the last session of the page before are the whole list.
pub fn select_in_pages_neither_repeats_nor_skips(provider: &dyn StoreProvider) {
    let scene = crowd(provider);
    for sort in SORTS {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = scene.selected(&all(), Page { sort, after, limit: Some(7) });
            let Some(last) = page.last() else { break };
            let last = scene.session(id(*last));
            after = Some(Cursor::of(&last));
            pages.extend(page);
        }
        assert_eq!(pages, scene.listed(&all(), sort), "{sort:?}");
    }
}

/// The sessions that expire soon are active ones, whatever else a selector asks for: no state, and no age of what prune
/// deletes, makes it find those that ended long ago.
pub fn expiring_by_selects_active_sessions_only(provider: &dyn StoreProvider) {
    let scene = crowd(provider);
    let soon = Selector { expiring_by: Some(at(100_000)), ..Selector::default() };
    let active = scene.listed(&soon, Sort::Oldest);
    assert!(!active.is_empty());
    for (state, ended_by, expected) in [
        (Some(StateFilter::Any), None, &active[..]),
        (Some(StateFilter::Only(State::Active)), None, &active),
        (Some(StateFilter::Only(State::Expired)), None, &[]),
        (Some(StateFilter::Only(State::Revoked)), None, &[]),
        (Some(StateFilter::Ended), None, &[]),
        (None, Some(at(NOW)), &[]),
    ] {
        let selector = Selector { state, ended_by, ..soon.clone() };
        assert_eq!(scene.listed(&selector, Sort::Oldest), expected, "{selector:?}");
        assert_eq!(scene.store.count(&selector, at(NOW)).unwrap(), expected.len() as u64, "{selector:?}");
    }
}

/// What a list shows is what a change with the same selector changes, and nothing else but children.
pub fn revoke_changes_what_select_shows(provider: &dyn StoreProvider) {
    for selector in [
        Selector { user: name("bob").into(), ..Selector::default() },
        Selector { kind: Kind::Api.into(), ..Selector::default() },
        Selector { ip: "203.0.113.0/30".parse::<Cidr>().unwrap().into(), ..Selector::default() },
        Selector { expiring_by: Some(at(700)), ..Selector::default() },
        Selector { parent: Some(id(1)), ..Selector::default() },
        Selector { label: "laptop-?".to_owned().into(), except: vec![id(7)], ..Selector::default() },
    ] {
        let mut scene = crowd(provider);
        let listed = scene.listed(&selector, Sort::Oldest);
        assert!(!listed.is_empty(), "{selector:?}");
        let (mut after, mut changed) = (None, Vec::new());
        loop {
            let batch = Batch { after, limit: 4, ..scene.batch(&selector) };
            let result = scene.store.revoke(&batch, "x", event(Action::SessionRevoked)).unwrap();
            changed.extend(result.changes.iter().filter(|change| change.changed).cloned());
            after = result.next;
            if after.is_none() {
                break;
            }
        }
        for number in &listed {
            assert!(changed.iter().any(|change| change.id.get() == *number), "{number}: {selector:?}");
        }
        for change in changed {
            let own = listed.contains(&change.id.get());
            assert!(own || change.cascaded_from == Some(id(1)), "{change:?}: {selector:?}");
        }
    }
}

/// Reading ahead in another thread changes neither the order nor the end of a list.
pub fn select_prefetched_finds_the_same_and_stops_on_request(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    scene.create_many(&new_session(Kind::Anonymous, None), 3_210);
    let selector = Selector::default();
    let expected = scene.listed(&selector, Sort::Newest);
    for stop in [1, 499, 500, 501, 3_209, 3_210, 9_999] {
        for limit in [None, Some(1_999), Some(2_000), Some(3_000)] {
            let page = Page { sort: Sort::Newest, after: None, limit };
            let mut found = Vec::new();
            select_prefetched(scene.store.as_mut(), &selector, page, at(0), &mut |session| {
                found.push(session.id.get());
                if found.len() == stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
            let most = limit.map_or(expected.len(), |limit| limit as usize);
            assert_eq!(found, expected[..stop.min(most).min(expected.len())], "{stop} {limit:?}");
        }
    }
}
