//! The selector: what it finds is what a plain reading of it says, by whichever way the rows are reached.

use std::net::IpAddr;
use std::ops::ControlFlow;
use std::time::Duration;

use proptest::prelude::*;
use sessionctl_core::model::event::Action;
use sessionctl_core::model::selector::{Cursor, Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Client, Kind, Session, SessionId, State};
use sessionctl_core::store::{Batch, NewSession, Page, SessionStore, select_prefetched};

use crate::scene::{Scene, at, event, id, only, plan};

const NOW: i64 = 500;

/// Sessions of every kind, user, client and state.
fn crowd() -> Scene {
    let mut scene = Scene::new();
    let users = [scene.user("ann"), scene.user("bob")];
    let head = scene.make(&plan(Kind::Sso, Some(users[0]))).id;
    for number in 0..60_u64 {
        let kind = Kind::ALL[(number % 4) as usize];
        let user = (kind != Kind::Anonymous).then(|| users[(number % 3 % 2) as usize]);
        let new = NewSession {
            parent: (kind == Kind::Web && number % 8 == 1).then_some(head),
            scopes: if kind == Kind::Api { vec!["read".into(), format!("s{}", number % 5)] } else { vec![] },
            client: Client {
                app: (number % 5 > 0).then(|| format!("app{}", number % 5)),
                label: (number % 7 > 2).then(|| format!("laptop-{}", number % 7)),
                ip: (number % 6 > 1).then(|| IpAddr::from([203, 0, 113, (number % 6) as u8])),
                user_agent: None,
            },
            idle_timeout: Some(Duration::from_secs(300 + 10 * number)),
            ..plan(kind, user)
        };
        scene.make_at(&new, number as i64);
    }
    for number in (3..61).step_by(5).filter(|number| *number != head.get()) {
        scene.revoke(&only(id(number)), 70);
    }
    scene
}

fn all(scene: &Scene) -> Vec<Session> {
    (1..=61).map(|number| scene.session(id(number))).collect()
}

/// The selector, read word for word.
fn fits(selector: &Selector, session: &Session) -> bool {
    let state = session.state(at(NOW));
    let in_state = match selector.effective_state() {
        StateFilter::Any => true,
        StateFilter::Ended => state != State::Active,
        StateFilter::Only(wanted) => state == wanted,
    };
    in_state
        && (selector.ids.is_empty() || selector.ids.contains(&session.id))
        && selector.user.as_ref().is_none_or(|name| session.user.as_ref() == Some(name))
        && selector.kind.is_none_or(|kind| kind == session.kind)
        && selector.app.as_ref().is_none_or(|app| session.client.app.as_ref() == Some(app))
        && selector.label.as_ref().is_none_or(|glob| {
            let prefix = glob.trim_end_matches('*');
            session.client.label.as_ref().is_some_and(|label| label.starts_with(prefix))
        })
        && selector.scope.as_ref().is_none_or(|scope| session.scopes.contains(scope))
        && selector.parent.is_none_or(|head| session.parent == Some(head))
        && selector.ip.is_none_or(|block| session.client.ip.is_some_and(|ip| block.contains(ip)))
        && selector.created_before.is_none_or(|time| session.created_at < time)
        && selector.created_after.is_none_or(|time| session.created_at >= time)
        && selector.seen_before.is_none_or(|time| session.last_seen_at < time)
        && selector.seen_after.is_none_or(|time| session.last_seen_at >= time)
        && selector.expiring_by.is_none_or(|time| session.deadline <= time)
        && selector.ended_by.is_none_or(|time| session.deadline <= time)
        && !selector.except.contains(&session.id)
}

fn selectors() -> impl Strategy<Value = Selector> {
    let maybe = |strategy: BoxedStrategy<i64>| proptest::option::weighted(0.15, strategy.prop_map(at));
    let time = || maybe((0_i64..1_000).boxed());
    let ids = || {
        proptest::collection::vec(1_i64..65, 0..6)
            .prop_map(|numbers| numbers.into_iter().map(id).collect::<Vec<SessionId>>())
    };
    let rare =
        |words: &'static [&'static str]| proptest::option::weighted(0.25, proptest::sample::select(words));
    let states = proptest::option::of(proptest::sample::select(vec![
        StateFilter::Any,
        StateFilter::Only(State::Active),
        StateFilter::Only(State::Expired),
        StateFilter::Only(State::Revoked),
    ]));
    (
        (
            prop_oneof![3 => Just(Vec::new()), 1 => ids()],
            rare(&["ann", "BOB", "carl"]),
            states,
            any::<bool>(),
        ),
        (
            proptest::option::weighted(0.25, proptest::sample::select(&Kind::ALL[..])),
            rare(&["app1", "app4", "x"]),
            rare(&["laptop-*", "laptop-3*"]),
            rare(&["read", "s1", "rea"]),
        ),
        (rare(&["203.0.113.0/24", "203.0.113.3", "10.0.0.0/8"]), proptest::bool::weighted(0.15), ids()),
        (time(), time(), time(), time(), time(), time()),
    )
        .prop_map(|((ids, user, state, all), (kind, app, label, scope), (ip, under, except), times)| {
            Selector {
                ids,
                user: user.map(|name| name.parse().unwrap()),
                kind,
                state,
                app: app.map(str::to_owned),
                label: label.map(str::to_owned),
                scope: scope.map(str::to_owned),
                parent: under.then(|| id(1)),
                ip: ip.map(|block| block.parse().unwrap()),
                created_before: times.0,
                created_after: times.1,
                seen_before: times.2,
                seen_after: times.3,
                expiring_by: times.4,
                ended_by: times.5,
                except,
                all,
            }
        })
}

#[test]
fn every_way_finds_what_the_selector_says() {
    let scene = crowd();
    let sessions = all(&scene);
    let states = [State::Active, State::Expired, State::Revoked];
    assert!(states.iter().all(|state| sessions.iter().any(|s| s.state(at(NOW)) == *state)));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(400));
    let checked = runner.run(&selectors(), |selector| {
        let mut expected: Vec<&Session> = sessions.iter().filter(|s| fits(&selector, s)).collect();
        let ids = |sessions: &[&Session]| sessions.iter().map(|s| s.id.get()).collect::<Vec<_>>();
        prop_assert_eq!(scene.listed(&selector, Sort::Oldest, NOW), ids(&expected));
        prop_assert_eq!(scene.store.count(&selector, at(NOW)).unwrap(), expected.len() as u64);
        expected.reverse();
        prop_assert_eq!(scene.listed(&selector, Sort::Newest, NOW), ids(&expected));
        expected.sort_by_key(|s| (s.deadline, s.id));
        prop_assert_eq!(scene.listed(&selector, Sort::Expiring, NOW), ids(&expected));
        for sort in [Sort::Newest, Sort::Oldest, Sort::Expiring] {
            // A page is found by another statement than a whole list.
            let whole = scene.listed(&selector, sort, NOW);
            let mut page = Vec::new();
            let mut each = |session: Session| {
                page.push(session.id.get());
                ControlFlow::Continue(())
            };
            scene
                .store
                .select(&selector, Page { sort, after: None, limit: Some(5) }, at(NOW), &mut each)
                .unwrap();
            prop_assert_eq!(page, whole.iter().copied().take(5).collect::<Vec<_>>());
        }
        Ok(())
    });
    checked.unwrap();
}

#[test]
fn pages_neither_repeat_nor_skip() {
    let scene = crowd();
    let selector = Selector { all: true, ..Selector::default() };
    for sort in [Sort::Newest, Sort::Oldest, Sort::Expiring] {
        let whole = scene.listed(&selector, sort, NOW);
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let mut page = Vec::new();
            let mut each = |session: Session| {
                page.push(session);
                ControlFlow::Continue(())
            };
            scene.store.select(&selector, Page { sort, after, limit: Some(7) }, at(NOW), &mut each).unwrap();
            let Some(last) = page.last() else { break };
            after = Some(Cursor { deadline: last.deadline, id: last.id });
            pages.extend(page.iter().map(|session| session.id.get()));
        }
        assert_eq!(pages, whole, "{sort:?}");
    }
}

#[test]
fn bulk_work_changes_what_a_list_shows() {
    for selector in [
        Selector { user: Some("bob".parse().unwrap()), ..Selector::default() },
        Selector { kind: Some(Kind::Api), ..Selector::default() },
        Selector { ip: Some("203.0.113.0/30".parse().unwrap()), ..Selector::default() },
        Selector { expiring_by: Some(at(700)), ..Selector::default() },
        Selector { parent: Some(id(1)), ..Selector::default() },
        Selector { label: Some("laptop-?".into()), except: vec![id(7)], ..Selector::default() },
    ] {
        let mut scene = crowd();
        let listed = scene.listed(&selector, Sort::Oldest, NOW);
        assert!(!listed.is_empty());
        let (mut after, mut changed) = (None, Vec::new());
        loop {
            let slice = Batch { after, limit: 4, ..scene.slice(&selector, NOW) };
            let revoked = sessionctl_core::model::event::Action::SessionRevoked;
            let swept = scene.store.revoke(&slice, "x", event(revoked, NOW)).unwrap();
            changed.extend(swept.changes.iter().filter(|c| c.changed).copied());
            after = swept.next;
            if after.is_none() {
                break;
            }
        }
        for number in &listed {
            assert!(changed.iter().any(|change| change.id.get() == *number), "{number}");
        }
        for change in changed {
            assert!(listed.contains(&change.id.get()) || change.cascaded_from == Some(id(1)), "{change:?}");
        }
    }
}

#[test]
fn reading_ahead_finds_the_same_and_stops_when_told() {
    let mut scene = Scene::new();
    let random: Vec<_> = (0..3_210).map(|_| scene.random()).collect();
    scene.store.create(&plan(Kind::Anonymous, None), &random, event(Action::SessionCreated, 0)).unwrap();
    let selector = Selector::default();
    let expected = scene.listed(&selector, Sort::Newest, 1);
    for stop in [1, 499, 500, 501, 3_209, 3_210, 9_999] {
        for limit in [None, Some(1_999), Some(2_000), Some(3_000)] {
            let page = Page { sort: Sort::Newest, after: None, limit };
            let mut found = Vec::new();
            select_prefetched(&mut scene.store, &selector, page, at(1), &mut |session| {
                found.push(session.id.get());
                if found.len() == stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .unwrap();
            let most = limit.map_or(expected.len(), |limit| limit as usize);
            assert_eq!(found, expected[..stop.min(most).min(expected.len())]);
        }
    }
}
