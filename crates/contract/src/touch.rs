//! That a session was used: what moves with it, and what does not.

use sessionctl_core::model::event::{Action, Subjects};
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::store::{EndRule, EventFilter, NewSession, Touch};

use crate::StoreProvider;
use crate::scene::{Scene, at, event, new_session, only};

fn touch(scene: &mut Scene, id: SessionId, seen_at: i64) {
    scene.store.touch(&[Touch::new(id, at(seen_at))], &event(Action::NetworkChanged)).unwrap();
}

/// A touch extends the idle limit only, never shortens, never revives, and never moves an end that was set.
pub fn touch_extends_only_active_sessions_within_their_limits(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let without_idle = NewSession { idle_timeout: None, ..new_session(Kind::Sso, Some(bob)) };
    let parent = scene.create_session(&without_idle).id;
    let child = NewSession { parent: Some(parent), ..new_session(Kind::Web, Some(bob)) };
    let child = scene.create_session(&child).id;
    touch(scene.go_to(100), parent, 100);
    assert_eq!(scene.session(parent).deadline, at(3_600), "past the absolute limit");
    touch(scene.go_to(200), child, 200);
    assert_eq!((scene.session(child).deadline, scene.session(child).last_seen_at), (at(800), at(200)));
    touch(scene.go_to(300), child, 150);
    assert_eq!((scene.session(child).deadline, scene.session(child).last_seen_at), (at(800), at(200)));
    touch(&mut scene, child, 900);
    assert_eq!(scene.session(child).last_seen_at, at(300), "seen ahead of the clock");
    let late = scene.create_session(&new_session(Kind::Anonymous, None)).id;
    touch(scene.go_to(900), late, 899);
    assert_eq!((scene.state(late), scene.session(late).deadline), (State::Expired, at(900)), "revived");
    let events = scene.event_count();
    let selector = only(parent);
    let batch = scene.batch(&selector);
    scene.store.expire(&batch, EndRule::At(at(1_000)), event(Action::ExpirySet)).unwrap();
    touch(scene.go_to(950), parent, 950);
    let session = scene.session(parent);
    assert_eq!((session.deadline, session.last_seen_at), (at(1_000), at(950)), "an end that was set moved");
    scene.go_to(960).revoke(&selector);
    touch(scene.go_to(970), parent, 965);
    assert_eq!(scene.session(parent).last_seen_at, at(950), "a revoked session was touched");
    assert_eq!(scene.event_count(), events + 2, "a touch writes no event");
    scene.store.touch(&[], &event(Action::NetworkChanged)).unwrap();
}

/// The last address is kept; one in another network than the address before is an event, written once, which ends nothing.
pub fn touch_keeps_the_address_and_records_another_network(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let mut new = new_session(Kind::Web, Some(bob));
    (new.client.ip, new.client.app) = ("203.0.113.7".parse().ok(), Some("shop".to_owned()));
    let id = scene.create_session(&new).id;
    let mut seen_from = |seconds: i64, ip: &str| {
        let touch = Touch { ip: ip.parse().ok(), ..Touch::new(id, at(seconds)) };
        scene.go_to(seconds).store.touch(&[touch], &event(Action::NetworkChanged)).unwrap();
        let session = scene.session(id);
        assert_eq!((session.last_ip, session.client.ip), (touch.ip.or(session.last_ip), new.client.ip));
        assert_eq!((scene.state(id), session.last_seen_at), (State::Active, at(seconds)));
        scene.count_events(Action::NetworkChanged)
    };
    assert_eq!(seen_from(1, "203.0.113.200"), 0, "the same network");
    assert_eq!(seen_from(1, "198.51.100.9"), 1);
    assert_eq!(seen_from(2, "no address"), 1);
    assert_eq!(seen_from(2, "198.51.100.10"), 1);
    assert_eq!(seen_from(3, "2001:db8::1"), 2);
    assert_eq!(seen_from(3, "2001:db8::ffff"), 2);
    let filter = EventFilter { limit: Some(1), ..EventFilter::default() };
    let last = scene.events(&filter).remove(0);
    assert_eq!((last.subjects, last.user.as_deref()), (Subjects::One(id), Some("bob")));
    assert_eq!((last.ip, last.app.as_deref()), ("2001:db8::1".parse().ok(), Some("shop")));
    assert_eq!(last.detail.as_deref(), Some("from 198.51.100.0/24 to 2001:db8::/64"));
    // A session without an address has no network to leave.
    let bare = scene.anonymous().id;
    let touch = Touch { ip: "203.0.113.7".parse().ok(), ..Touch::new(bare, at(3)) };
    scene.store.touch(&[touch], &event(Action::NetworkChanged)).unwrap();
    assert_eq!((scene.session(bare).last_ip, scene.count_events(Action::NetworkChanged)), (touch.ip, 2));
    // What has ended is not seen any more.
    scene.revoke(&only(bare));
    let late = Touch { ip: "198.51.100.9".parse().ok(), ..touch };
    scene.store.touch(&[late], &event(Action::NetworkChanged)).unwrap();
    assert_eq!((scene.session(bare).last_ip, scene.count_events(Action::NetworkChanged)), (touch.ip, 2));
}

/// A child never outlives its parent, whatever is seen of it.
pub fn touch_never_passes_the_deadline_of_the_parent(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, child) = scene.parent_and_child();
    assert_eq!(scene.session(child.id).deadline, at(600));
    touch(scene.go_to(500), child.id, 500);
    assert_eq!(scene.session(child.id).deadline, at(600));
    touch(&mut scene, parent.id, 500);
    touch(&mut scene, child.id, 500);
    assert_eq!(scene.session(child.id).deadline, at(1_100), "the parent's end moved, so the child's may");
}
