//! The log: found by what it is about, and whoever alters it is found out.

use std::ops::ControlFlow;

use sessionctl_core::model::event::{Action, LoggedEvent};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_core::store::EndRule;
use sessionctl_core::store::{AuditStore, EventFilter, LogVerdict, SessionStore};

use crate::scene::{Scene, at, event, id, plan};

fn scene() -> Scene {
    let mut scene = Scene::new();
    scene.user("bob");
    let random: Vec<[u8; 24]> = (0..5).map(|_| scene.random()).collect();
    scene.store.create(&plan(Kind::Anonymous, None), &random, event(Action::SessionCreated, 5)).unwrap();
    let selector = Selector { ids: vec![id(2), id(4)], ..Default::default() };
    scene.revoke(&selector, 10);
    scene
}

fn found(scene: &Scene, filter: &EventFilter) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut each = |event: LoggedEvent| {
        ids.push(event.id);
        ControlFlow::Continue(())
    };
    scene.store.events(filter, &mut each).unwrap();
    ids
}

#[test]
fn events_are_found_newest_first() {
    let scene = scene();
    let any = EventFilter::default;
    assert_eq!(found(&scene, &any()), [4, 3, 2, 1]);
    assert_eq!(found(&scene, &EventFilter { limit: Some(1), ..any() }), [4]);
    assert_eq!(found(&scene, &EventFilter { session: Some(id(4)), ..any() }), [4, 3]);
    assert_eq!(found(&scene, &EventFilter { session: Some(id(3)), ..any() }), [3], "3 lies between 2 and 4");
    assert_eq!(found(&scene, &EventFilter { action: Some("session".into()), ..any() }), [4, 3]);
    assert_eq!(found(&scene, &EventFilter { action: Some("sess".into()), ..any() }), [] as [i64; 0]);
    assert_eq!(found(&scene, &EventFilter { since: Some(at(5)), until: Some(at(10)), ..any() }), [3]);
    assert_eq!(found(&scene, &EventFilter { actor: Some("nobody".into()), ..any() }), [] as [i64; 0]);
}

#[test]
fn what_was_done_to_a_users_sessions_is_found_when_they_are_gone() {
    let mut scene = Scene::new();
    let (bob, eve) = (scene.user("bob"), scene.user("eve"));
    let ids = [bob, bob, eve].map(|user| scene.make(&plan(Kind::Web, Some(user))).id);
    let of = |ids: &[SessionId]| Selector { ids: ids.to_vec(), ..Selector::default() };
    let named = |scene: &Scene, user: &str| {
        let mut found = Vec::new();
        let mut each = |event: LoggedEvent| {
            found.push((event.action, event.user));
            ControlFlow::Continue(())
        };
        let filter =
            EventFilter { user: Some(user.to_owned()), since: Some(at(10)), ..EventFilter::default() };
        scene.store.events(&filter, &mut each).unwrap();
        found
    };
    scene.revoke(&of(&ids[..2]), 10);
    scene.revoke(&of(&ids[2..]), 20);
    let dead = Selector { ended_by: Some(at(10)), ..Selector::default() };
    let slice = scene.slice(&dead, 30);
    scene.store.prune(&slice, event(Action::SessionsPruned, 30)).unwrap();
    let bob = Some("bob".to_owned());
    let expected = [("session.pruned".to_owned(), bob.clone()), ("session.revoked".to_owned(), bob)];
    assert_eq!(named(&scene, "Bob"), expected);
    // Of several users' sessions none is named; it is about each of them as long as they are there.
    let both = [scene.make(&plan(Kind::Anonymous, None)).id, ids[2]];
    scene
        .store
        .expire(&scene.slice(&of(&both), 40), EndRule::At(at(50)), event(Action::ExpirySet, 40))
        .unwrap();
    assert_eq!(named(&scene, "eve"), [("session.revoked".to_owned(), Some("eve".to_owned()))]);
}

#[test]
fn an_untouched_log_is_whole() {
    match scene().store.verify_log().unwrap() {
        LogVerdict::Consistent { events: 4, head } => assert_eq!(head.len(), 64),
        other => panic!("{other:?}"),
    }
}
