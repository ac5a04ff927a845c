//! Revoking, expiring and pruning many: slice by slice, each whole, and nothing that is dead comes back.

use sessionctl_core::model::event::{Action, Subjects};
use sessionctl_core::model::selector::{Selector, StateFilter};
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::store::EndRule;
use sessionctl_core::store::{AuditStore, Batch, EventFilter, SessionStore, StoreError};

use crate::scene::{Scene, at, event, id, only, plan};

fn all() -> Selector {
    Selector { all: true, ..Selector::default() }
}

#[test]
fn a_head_takes_its_family_along_and_again_changes_nothing() {
    let mut scene = Scene::new();
    let (head, child) = scene.family();
    let swept = scene.revoke(&only(head.id), 10);
    let told: Vec<_> = swept.changes.iter().map(|c| (c.id, c.before, c.changed, c.cascaded_from)).collect();
    assert_eq!(told, [(head.id, State::Active, true, None), (child.id, State::Active, true, Some(head.id))]);
    let session = scene.session(child.id);
    assert_eq!((session.revoked_at, session.revoke_reason.as_deref()), (Some(at(10)), Some("test")));
    let again = scene.revoke(&only(head.id), 20);
    assert_eq!(
        (again.changes.len(), again.changes[0].changed, again.changes[0].before),
        (1, false, State::Revoked)
    );
    assert_eq!(scene.session(head.id).revoked_at, Some(at(10)));
    assert_eq!(scene.actions().iter().filter(|action| *action == "session.revoked").count(), 1);
}

#[test]
fn slices_go_on_where_they_ended_and_leave_what_is_newer() {
    let mut scene = Scene::new();
    let made = {
        let random: Vec<[u8; 24]> = (0..10).map(|_| scene.random()).collect();
        scene.store.create(&plan(Kind::Anonymous, None), &random, event(Action::SessionCreated, 0)).unwrap()
    };
    let selector = Selector { except: vec![id(4)], ..all() };
    let up_to = id(8);
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let slice = Batch { after, up_to, limit: 3, expect: None, ..scene.slice(&selector, 5) };
        let swept = scene.store.revoke(&slice, "x", event(Action::SessionRevoked, 5)).unwrap();
        assert!(swept.changes.len() <= 3);
        seen.extend(swept.changes.iter().map(|change| change.id.get()));
        after = swept.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [1, 2, 3, 5, 6, 7, 8]);
    for issued in &made {
        let revoked = seen.contains(&issued.id.get());
        assert_eq!(scene.state(issued.id, 5) == State::Revoked, revoked, "{}", issued.id);
    }
    let mut subjects = Vec::new();
    let filter = EventFilter { action: Some("session.revoked".into()), ..EventFilter::default() };
    let mut each = |event: sessionctl_core::model::event::LoggedEvent| {
        subjects.push(event.subjects);
        std::ops::ControlFlow::Continue(())
    };
    scene.store.events(&filter, &mut each).unwrap();
    let many = Subjects::Many(vec![id(5), id(6), id(7)]);
    assert!(subjects.contains(&Subjects::Range(id(1), id(3))), "{subjects:?}");
    assert!(subjects.contains(&many) || subjects.contains(&Subjects::Range(id(5), id(7))), "{subjects:?}");
}

#[test]
fn another_number_than_expected_changes_nothing() {
    let mut scene = Scene::new();
    let made = scene.make(&plan(Kind::Anonymous, None));
    let selector = all();
    let slice = Batch { expect: Some(2), ..scene.slice(&selector, 1) };
    let error = scene.store.revoke(&slice, "x", event(Action::SessionRevoked, 1)).unwrap_err();
    assert!(matches!(error, StoreError::CountMismatch { expected: 2, found: 1 }), "{error}");
    assert_eq!(scene.state(made.id, 1), State::Active);
    let slice = Batch { expect: Some(1), ..scene.slice(&selector, 1) };
    assert_eq!(scene.store.revoke(&slice, "x", event(Action::SessionRevoked, 1)).unwrap().changes.len(), 1);
}

#[test]
fn an_end_is_set_within_the_absolute_limit_and_cuts_the_family() {
    let mut scene = Scene::new();
    let (head, child) = scene.family();
    let selector = only(head.id);
    let slice = scene.slice(&selector, 10);
    scene.store.expire(&slice, EndRule::At(at(99_999)), event(Action::ExpirySet, 10)).unwrap();
    assert_eq!(scene.session(head.id).deadline, at(3_600));
    let slice = scene.slice(&selector, 20);
    let swept = scene.store.expire(&slice, EndRule::At(at(300)), event(Action::ExpirySet, 20)).unwrap();
    assert_eq!(swept.changes.len(), 2);
    assert_eq!((scene.session(head.id).deadline, scene.session(child.id).deadline), (at(300), at(300)));
    let slice = scene.slice(&selector, 30);
    scene.store.expire(&slice, EndRule::At(at(30)), event(Action::ExpirySet, 30)).unwrap();
    assert_eq!([head.id, child.id].map(|id| scene.state(id, 30)), [State::Expired; 2]);
    let slice = scene.slice(&selector, 40);
    let late = scene.store.expire(&slice, EndRule::At(at(3_000)), event(Action::ExpirySet, 40)).unwrap();
    assert!(!late.changes[0].changed, "what is dead is not revived");
    assert_eq!(scene.state(head.id, 40), State::Expired);
}

#[test]
fn at_the_limit_itself_there_is_nothing_left_to_revoke() {
    let mut scene = Scene::new();
    let made = scene.make(&plan(Kind::Anonymous, None));
    let swept = scene.revoke(&only(made.id), 600);
    assert_eq!((swept.changes[0].before, swept.changes[0].changed), (State::Expired, false));
    assert_eq!(scene.state(made.id, 600), State::Expired);
}

#[test]
fn only_the_long_dead_are_deleted_and_a_head_after_its_family() {
    let mut scene = Scene::new();
    let (head, child) = scene.family();
    let live = scene.make(&plan(Kind::Anonymous, None));
    scene.revoke(&only(head.id), 100);
    let selector = Selector { ended_by: Some(at(100)), ..Selector::default() };
    assert_eq!(selector.effective_state(), StateFilter::Ended);
    // By one: the head comes first, and must stay as long as a session stands under it.
    let slice = Batch { limit: 1, ..scene.slice(&selector, 200) };
    let first = scene.store.prune(&slice, event(Action::SessionsPruned, 200)).unwrap();
    assert_eq!((first.changes.len(), first.changes[0].changed), (1, false));
    let slice = Batch { after: first.next, ..slice };
    let second = scene.store.prune(&slice, event(Action::SessionsPruned, 200)).unwrap();
    assert_eq!((second.changes[0].id, second.changes[0].changed), (child.id, true));
    let slice = scene.slice(&selector, 200);
    scene.store.prune(&slice, event(Action::SessionsPruned, 200)).unwrap();
    assert!(scene.store.session(head.id).unwrap().is_none());
    assert_eq!(scene.state(live.id, 200), State::Active);
    assert!(scene.store.look_up(&head.token).unwrap().is_none());
    let next = scene.make(&plan(Kind::Anonymous, None));
    assert_eq!(next.id.get(), live.id.get() + 1, "no id is used again");
}
