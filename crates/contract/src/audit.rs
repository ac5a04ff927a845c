//! The audit log: which events a filter finds, and that the chain is consistent.

use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_core::store::{EndRule, EventFilter, LogHead, LogVerdict};

use crate::StoreProvider;
use crate::scene::{Scene, at, event, id, name, new_session, only};
use crate::user::end_sessions;

/// Four events: the database, a user, five sessions at 5 s, and the revocation of the sessions 2 and 4 at 10 s.
fn scene(provider: &dyn StoreProvider) -> Scene {
    let mut scene = Scene::new(provider);
    scene.user("bob");
    scene.go_to(5).create_many(&new_session(Kind::Anonymous, None), 5);
    let selector = Selector { ids: vec![id(2), id(4)], ..Selector::default() };
    scene.go_to(10).revoke(&selector);
    scene
}

fn found(scene: &Scene, filter: &EventFilter) -> Vec<i64> {
    scene.events(filter).into_iter().map(|event| event.id).collect()
}

/// Each part of the filter restricts what is found; the newest event comes first.
pub fn events_are_found_newest_first(provider: &dyn StoreProvider) {
    let scene = scene(provider);
    let any = EventFilter::default;
    let none = [] as [i64; 0];
    assert_eq!(found(&scene, &any()), [4, 3, 2, 1]);
    assert_eq!(found(&scene, &EventFilter { limit: Some(1), ..any() }), [4]);
    assert_eq!(found(&scene, &EventFilter { limit: Some(0), ..any() }), none);
    assert_eq!(found(&scene, &EventFilter { session: Some(id(4)), ..any() }), [4, 3]);
    assert_eq!(found(&scene, &EventFilter { session: Some(id(3)), ..any() }), [3], "3 is between 2 and 4");
    assert_eq!(found(&scene, &EventFilter { session: Some(id(9)), ..any() }), none);
    assert_eq!(found(&scene, &EventFilter { actions: vec!["session".into()], ..any() }), [4, 3]);
    assert_eq!(found(&scene, &EventFilter { actions: vec!["session.created".into()], ..any() }), [3]);
    assert_eq!(found(&scene, &EventFilter { actions: vec!["sess".into()], ..any() }), none);
    assert_eq!(found(&scene, &EventFilter { since: Some(at(5)), until: Some(at(10)), ..any() }), [3]);
    assert_eq!(found(&scene, &EventFilter { actor: Some("tester".into()), ..any() }).len(), 4);
    assert_eq!(found(&scene, &EventFilter { actor: Some("another".into()), ..any() }), none);
    assert_eq!(found(&scene, &EventFilter { actor: Some("test".into()), ..any() }), none);
    assert_eq!(scene.store.latest_event_at().unwrap(), Some(at(10)));
}

/// What root did through sudo is found as an act of root and of the account that called it.
pub fn event_through_sudo_is_found_by_both_accounts(provider: &dyn StoreProvider) {
    let mut scene = scene(provider);
    let before = found(&scene, &EventFilter::default()).len();
    for actor in ["root (sudo eve)", "root", "eve"] {
        scene.store.record(Event::new(Action::ExpirySet, actor)).unwrap();
    }
    for (asked, expected) in
        [("root", 2), ("eve", 2), ("root (sudo eve)", 1), ("ve", 0), ("sudo", 0), ("sudo eve", 0)]
    {
        let filter = EventFilter { actor: Some(asked.to_owned()), ..EventFilter::default() };
        assert_eq!(found(&scene, &filter).len(), expected, "{asked}");
    }
    assert_eq!(found(&scene, &EventFilter::default()).len(), before + 3);
}

/// What is new since an earlier answer is found by the id of its newest event.
pub fn events_continue_after_an_id(provider: &dyn StoreProvider) {
    let scene = scene(provider);
    for (after, expected) in [(0, &[4, 3, 2, 1][..]), (2, &[4, 3]), (4, &[]), (99, &[])] {
        let filter = EventFilter { after: Some(after), ..EventFilter::default() };
        assert_eq!(found(&scene, &filter), expected, "after {after}");
    }
}

/// One event is found by its number, and nothing where there is none, or where it does not match the rest.
pub fn event_is_found_by_its_number(provider: &dyn StoreProvider) {
    let scene = scene(provider);
    let numbered = |id| EventFilter { id: Some(id), ..EventFilter::default() };
    for (id, expected) in
        [(1, &[1][..]), (3, &[3]), (4, &[4]), (0, &[]), (-1, &[]), (5, &[]), (i64::MAX, &[])]
    {
        assert_eq!(found(&scene, &numbered(id)), expected, "event {id}");
    }
    assert_eq!(found(&scene, &EventFilter { session: Some(id(3)), ..numbered(3) }), [3]);
    assert_eq!(found(&scene, &EventFilter { session: Some(id(3)), ..numbered(4) }), [] as [i64; 0]);
}

/// A bulk change names its user in the event, because the sessions may be deleted; where several users are concerned,
/// the event is found through the sessions as long as they exist.
pub fn events_of_a_user_are_found_after_the_sessions_are_deleted(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (bob, eve) = (scene.user("bob"), scene.user("eve"));
    let ids = [bob, bob, eve].map(|user| scene.create_session(&new_session(Kind::Web, Some(user))).id);
    let of = |ids: &[SessionId]| Selector { ids: ids.to_vec(), ..Selector::default() };
    let actions = |scene: &Scene, user: &str| -> Vec<_> {
        let filter = EventFilter { user: Some(name(user)), since: Some(at(10)), ..EventFilter::default() };
        scene.events(&filter).into_iter().map(|event| (event.action, event.user)).collect()
    };
    scene.go_to(10).revoke(&of(&ids[..2]));
    scene.go_to(20).revoke(&of(&ids[2..]));
    let ended = Selector { ended_by: Some(at(10)), ..Selector::default() };
    let batch = scene.go_to(30).batch(&ended);
    scene.store.prune(&batch, event(Action::SessionsPruned)).unwrap();
    let bob_name = Some("bob".to_owned());
    let expected =
        [("session.pruned".to_owned(), bob_name.clone()), ("session.revoked".to_owned(), bob_name)];
    assert_eq!(actions(&scene, "Bob"), expected);
    let eve_name = Some("eve".to_owned());
    assert_eq!(actions(&scene, "eve"), [("session.revoked".to_owned(), eve_name.clone())]);

    let both = [bob, eve].map(|user| scene.create_session(&new_session(Kind::Web, Some(user))).id);
    let selector = of(&both);
    let batch = scene.go_to(40).batch(&selector);
    scene.store.expire(&batch, EndRule::At(at(50)), event(Action::ExpirySet)).unwrap();
    let newest = actions(&scene, "eve").swap_remove(0);
    assert_eq!(newest, ("session.expiry_set".to_owned(), None), "an event about two users names neither");
}

/// A name that is given again does not mix the events of two accounts, whichever way it is written.
pub fn events_of_two_users_of_one_name_are_told_apart(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let record = |scene: &mut Scene, user: &str, detail: &str| {
        let event = event(Action::LoginFailed).user(Some(&name(user))).detail(detail.to_owned());
        scene.store.record(event).unwrap();
    };
    record(&mut scene, "Zoe\u{308}", "before");
    for detail in ["first", "second"] {
        let user = scene.user("ZOË");
        record(&mut scene, "zoë", detail);
        if detail == "first" {
            scene.store.remove_user(user, end_sessions(), event(Action::UserRemoved)).unwrap();
        }
    }
    record(&mut scene, "zoe", "another name");
    let details = |user: &str| -> Vec<_> {
        let filter = EventFilter {
            user: Some(name(user)),
            actions: vec![Action::LoginFailed.as_str().to_owned()],
            ..EventFilter::default()
        };
        let events = scene.events(&filter);
        events.into_iter().map(|event| (event.detail.unwrap(), event.account)).collect()
    };
    // Nobody had the name at the first event, which therefore belongs to everyone who had it later.
    let before = ("before".to_owned(), None);
    assert_eq!(details("zoë"), [("second".to_owned(), Some(name("ZOË"))), before.clone()]);
    let removed = name("zoë (removed 2027-01-15)");
    assert_eq!(details(removed.as_str()), [("first".to_owned(), Some(removed)), before]);
    assert_eq!(details("zoe"), [("another name".to_owned(), None)]);
}

/// The chain of an unchanged log is consistent, and its head is the last link.
pub fn verify_log_accepts_an_unchanged_log(provider: &dyn StoreProvider) {
    let mut scene = scene(provider);
    let head = |scene: &Scene| match scene.store.verify_log().unwrap() {
        LogVerdict::Consistent { events, head } => (events, head),
        broken => panic!("{broken:?}"),
    };
    let (events, before) = head(&scene);
    assert_eq!((events, before.len()), (4, 64));
    scene.store.record(event(Action::LoginFailed)).unwrap();
    let (events, after) = head(&scene);
    assert_eq!(events, 5);
    assert_ne!(before, after);
}

/// A head that was kept belongs to the log for ever, and to no other log.
pub fn kept_head_belongs_to_its_log_only(provider: &dyn StoreProvider) {
    let mut scene = scene(provider);
    let kept = scene.store.head().unwrap();
    assert_eq!(kept.event, 4);
    scene.store.record(event(Action::LoginFailed)).unwrap();
    assert!(scene.store.contains_head(&kept).unwrap());
    let head = scene.store.head().unwrap();
    assert_eq!(head.event, 5);
    assert!(scene.store.contains_head(&head).unwrap());
    for other in [
        LogHead { event: 4, ..head.clone() },
        LogHead { event: 6, ..head.clone() },
        LogHead { link: kept.link, ..head.clone() },
        LogHead { database_id: [0; 16], ..head },
    ] {
        assert!(!scene.store.contains_head(&other).unwrap(), "{other}");
    }
}

/// An event on the strength of a session is written only while the session and its parent last.
pub fn record_if_active_writes_only_for_an_active_session(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, child) = scene.parent_and_child();
    let visitor = scene.anonymous();
    let record = |scene: &mut Scene, id, until: i64| {
        let before = scene.event_count();
        let written = scene.store.record_if_active(id, at(until), event(Action::JwtIssued)).unwrap();
        assert_eq!(scene.event_count() - before, usize::from(written));
        written
    };
    assert!(record(&mut scene, child.id, 600));
    assert!(!record(&mut scene, child.id, 601), "the session does not last until then");
    assert!(!record(&mut scene, id(99), 1));
    scene.go_to(600);
    assert!(!record(&mut scene, visitor.id, 600), "it is expired");
    scene.go_to(10).revoke(&only(parent.id));
    assert!(!record(&mut scene, child.id, 20), "it is revoked");
}
