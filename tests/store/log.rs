//! The log: found by what it is about, and whoever alters it is found out.

use std::ops::ControlFlow;

use sessionctl::domain::event::{Action, LoggedEvent};
use sessionctl::domain::session::Kind;
use sessionctl::store::{EventFilter, LogStore, LogVerdict, SessionStore};

use crate::scene::{Scene, at, event, id, plan};

fn scene() -> Scene {
    let mut scene = Scene::new();
    scene.user("bob");
    let random: Vec<[u8; 24]> = (0..5).map(|_| scene.random()).collect();
    scene.store.create(&plan(Kind::Anonymous, None), &random, event(Action::SessionCreated, 5)).unwrap();
    let selector = sessionctl::domain::selector::Selector { ids: vec![id(2), id(4)], ..Default::default() };
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
fn an_untouched_log_is_whole() {
    match scene().store.verify_log().unwrap() {
        LogVerdict::Whole { events: 4, head } => assert_eq!(head.len(), 64),
        other => panic!("{other:?}"),
    }
}

#[test]
fn whatever_is_altered_shows_and_where() {
    for (sql, expected) in [
        ("UPDATE event SET actor = 'someone' WHERE id = 2", 2),
        ("UPDATE event SET detail = 'x' WHERE id = 4", 4),
        ("UPDATE event SET at = at + 1 WHERE id = 1", 1),
        ("UPDATE event SET members = x'0203' WHERE id = 4", 4),
        ("UPDATE event SET members = x'80' WHERE id = 4", 4),
        ("DELETE FROM event WHERE id = 3", 3),
        ("DELETE FROM event WHERE id = 4", 4),
        ("DELETE FROM event", 1),
        ("UPDATE event SET link = zeroblob(32) WHERE id = 3", 3),
    ] {
        let scene = scene();
        scene.tamper(sql);
        match scene.store.verify_log().unwrap() {
            LogVerdict::Broken { at, .. } => assert_eq!(at, expected, "{sql}"),
            whole => panic!("{sql}: {whole:?}"),
        }
    }
}
