//! Bulk work: batch after batch, each whole, and no ended session comes back.

use std::ops::ControlFlow;
use std::time::Duration;

use sessionctl_core::model::event::{Action, Event, Subjects};
use sessionctl_core::model::selector::{Selector, Sort, StateFilter};
use sessionctl_core::model::session::{Client, Kind, Session, State};
use sessionctl_core::model::user::UserName;
use sessionctl_core::store::{
    Access, Batch, EndRule, EndSessions, EventFilter, LimitRule, NewSession, Page, StoreError, Touch,
};

use crate::StoreProvider;
use crate::scene::{Scene, all, at, event, id, name, new_session, only};

/// Children are revoked with their parent, once, with the time and the reason; a second time changes nothing.
pub fn revoke_cascades_to_children_and_changes_nothing_again(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, child) = scene.parent_and_child();
    let result = scene.go_to(10).revoke(&only(parent.id));
    let changes: Vec<_> =
        result.changes.iter().map(|c| (c.id, c.before, c.changed, c.cascaded_from, c.deadline)).collect();
    let now = Some(at(10));
    assert_eq!(
        changes,
        [(parent.id, State::Active, true, None, now), (child.id, State::Active, true, Some(parent.id), now)]
    );
    assert_eq!((result.at, result.next), (at(10), None));
    let session = scene.session(child.id);
    assert_eq!((session.revoked_at, session.revoke_reason.as_deref()), (now, Some("test")));
    let again = scene.go_to(20).revoke(&only(parent.id));
    let change = &again.changes[0];
    assert_eq!((again.changes.len(), change.changed, change.before), (1, false, State::Revoked));
    assert_eq!(scene.session(parent.id).revoked_at, now);
    assert_eq!(scene.count_events(Action::SessionRevoked), 1);
}

/// A child that is selected itself is reported once, as itself.
pub fn revoke_and_expire_report_a_selected_child_once(provider: &dyn StoreProvider) {
    for expire in [true, false] {
        let mut scene = Scene::new(provider);
        let (parent, child) = scene.parent_and_child();
        let selector = all();
        let batch = scene.go_to(10).batch(&selector);
        let result = if expire {
            scene.store.expire(&batch, EndRule::At(at(20)), event(Action::ExpirySet)).unwrap()
        } else {
            scene.store.revoke(&batch, "x", event(Action::SessionRevoked)).unwrap()
        };
        let changes: Vec<_> = result.changes.iter().map(|c| (c.id, c.changed, c.cascaded_from)).collect();
        assert_eq!(changes, [(parent.id, true, None), (child.id, true, None)], "expire: {expire}");
    }
}

/// Each batch continues where the one before it ended, in the order of ids, and stops at the given id.
pub fn revoke_continues_behind_a_batch_and_leaves_newer_sessions(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let issued = scene.create_many(&new_session(Kind::Anonymous, None), 10);
    let selector = Selector { except: vec![id(4)], ..all() };
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let batch = Batch { after, up_to: id(8), limit: 3, ..scene.go_to(5).batch(&selector) };
        let result = scene.store.revoke(&batch, "x", event(Action::SessionRevoked)).unwrap();
        assert!(result.changes.len() <= 3);
        seen.extend(result.changes.iter().map(|change| change.id.get()));
        after = result.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [1, 2, 3, 5, 6, 7, 8]);
    for issued in &issued {
        let revoked = seen.contains(&issued.id.get());
        assert_eq!(scene.state(issued.id) == State::Revoked, revoked, "{}", issued.id);
    }
    let filter = EventFilter { actions: vec!["session.revoked".into()], ..EventFilter::default() };
    let subjects: Vec<Subjects> = scene.events(&filter).into_iter().map(|event| event.subjects).collect();
    assert!(subjects.contains(&Subjects::Range(id(1), id(3))), "{subjects:?}");
    assert!(subjects.contains(&Subjects::Range(id(5), id(7))), "{subjects:?}");
}

/// An expected count that does not match refuses the whole batch.
pub fn revoke_with_another_expected_count_changes_nothing(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let issued = scene.anonymous();
    let selector = all();
    for (expected, found) in [(2, 1), (0, 1)] {
        let batch = Batch { expect: Some(expected), ..scene.batch(&selector) };
        let error = scene.store.revoke(&batch, "x", event(Action::SessionRevoked)).unwrap_err();
        match error {
            StoreError::CountMismatch { expected: e, found: f, .. } => assert_eq!((e, f), (expected, found)),
            other => panic!("{other}"),
        }
    }
    assert_eq!((scene.state(issued.id), scene.count_events(Action::SessionRevoked)), (State::Active, 0));
    let batch = Batch { expect: Some(1), ..scene.batch(&selector) };
    assert_eq!(scene.store.revoke(&batch, "x", event(Action::SessionRevoked)).unwrap().changes.len(), 1);
}

/// At its limit a session is expired, and stays so: its end is not rewritten as a revocation.
pub fn revoke_at_the_limit_changes_nothing(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let issued = scene.anonymous();
    let change = scene.go_to(600).revoke(&only(issued.id)).changes.remove(0);
    assert_eq!((change.before, change.changed, change.deadline), (State::Expired, false, None));
    assert_eq!(scene.state(issued.id), State::Expired);
    assert_eq!(scene.count_events(Action::SessionRevoked), 0);
}

/// Other writers get the lock between two batches only, so no batch takes everything, whatever its limit.
pub fn revoke_and_prune_leave_the_lock_between_batches(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    // A batch that deletes may be larger: nobody waits for a session that has ended.
    let sessions = 11_000;
    scene.create_many(&new_session(Kind::Anonymous, None), sessions);
    let selector = all();
    let batch = Batch { limit: usize::MAX, ..scene.go_to(10).batch(&selector) };
    let revoked = scene.store.revoke(&batch, "test", event(Action::SessionRevoked)).unwrap();
    assert!(
        revoked.next.is_some() && revoked.changes.len() < sessions / 3,
        "all were revoked under one lock"
    );
    let selector = Selector { ended_by: Some(at(10_000)), ..Selector::default() };
    let mut other = scene.factory.open(Access::Write).unwrap();
    let batch = Batch { limit: usize::MAX, ..scene.go_to(10_000).batch(&selector) };
    let pruned = other.prune(&batch, event(Action::SessionsPruned)).unwrap();
    assert!(pruned.next.is_some() && pruned.changes.len() < sessions, "all were deleted under one lock");
}

/// An end is cut to the absolute limit and given to the children; what is expired is not extended.
pub fn expire_stays_within_the_absolute_limit_and_cascades(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, child) = scene.parent_and_child();
    let selector = only(parent.id);
    let expire = |scene: &mut Scene, now, end| {
        let batch = scene.go_to(now).batch(&selector);
        scene.store.expire(&batch, end, event(Action::ExpirySet)).unwrap().changes
    };
    let deadlines = |scene: &Scene| [parent.id, child.id].map(|id| scene.session(id).deadline);
    expire(&mut scene, 10, EndRule::At(at(99_999)));
    assert_eq!(deadlines(&scene), [at(3_600), at(600)]);
    assert_eq!(expire(&mut scene, 20, EndRule::At(at(300))).len(), 2);
    assert_eq!(deadlines(&scene), [at(300), at(300)]);
    expire(&mut scene, 30, EndRule::In(std::time::Duration::from_secs(100)));
    assert_eq!(deadlines(&scene), [at(130), at(130)], "in a hundred seconds from the change");
    expire(&mut scene, 40, EndRule::At(at(20)));
    assert_eq!(deadlines(&scene), [at(40), at(40)], "no end is before the change");
    assert_eq!([parent.id, child.id].map(|id| scene.state(id)), [State::Expired; 2]);
    let late = expire(&mut scene, 50, EndRule::At(at(3_000)));
    assert_eq!(
        (late[0].changed, late[0].before),
        (false, State::Expired),
        "an expired session is not revived"
    );
    assert_eq!(scene.state(parent.id), State::Expired);
}

/// Each change carries the deadline that it set, so that a caller knows which were cut to a limit.
pub fn expire_reports_the_deadlines_that_it_set(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, child) = scene.parent_and_child();
    let ended = scene.anonymous();
    scene.revoke(&only(ended.id));
    let selector = all();
    let batch = scene.go_to(10).batch(&selector);
    let result = scene.store.expire(&batch, EndRule::At(at(9_999)), event(Action::ExpirySet)).unwrap();
    for change in &result.changes {
        let deadline = change.changed.then(|| scene.session(change.id).deadline);
        assert_eq!(change.deadline, deadline, "{change:?}");
    }
    let changed: Vec<_> = result.changes.iter().filter(|change| change.changed).map(|c| c.id).collect();
    assert_eq!(changed, [parent.id, child.id]);
    assert_eq!(scene.session(child.id).deadline, at(3_600));
}

/// The actor of the event that ended a session is kept with it, with a parent, with an account, and until it is pruned; an
/// expired session was ended by nobody.
pub fn revoke_keeps_who_did_it(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, child) = scene.parent_and_child();
    let bob = scene.store.user(&name("bob")).unwrap().unwrap().id;
    let other = scene.create_session(&new_session(Kind::Web, Some(bob)));
    let expired = scene.anonymous();
    let selector = only(parent.id);
    let batch = scene.go_to(10).batch(&selector);
    scene.store.revoke(&batch, "test", Event::new(Action::SessionRevoked, "alice")).unwrap();
    let end =
        EndSessions { reason: "account".to_owned(), event: Event::new(Action::SessionRevoked, "carol") };
    scene.store.disable_user(bob, end, Event::new(Action::UserDisabled, "carol")).unwrap();
    scene.go_to(9_999);
    let ended_by = |scene: &Scene, id| scene.session(id).ended_by(at(9_999)).map(str::to_owned);
    for (session, actor) in
        [(&parent, Some("alice")), (&child, Some("alice")), (&other, Some("carol")), (&expired, None)]
    {
        assert_eq!(ended_by(&scene, session.id).as_deref(), actor);
        assert_ne!(scene.state(session.id), State::Active);
    }
    let mut listed = Vec::new();
    let page = Page::whole(Sort::Oldest);
    let mut each = |session: Session| {
        listed.push(session.revoked_by);
        ControlFlow::Continue(())
    };
    scene.store.select(&all(), page, at(9_999), &mut each).unwrap();
    let listed: Vec<Option<&str>> = listed.iter().map(Option::as_deref).collect();
    assert_eq!(listed, [Some("alice"), Some("alice"), Some("carol"), None]);
}

/// Active sessions get the limits of the rule; none passes its parent's, and what has ended stays as it is.
pub fn set_limits_changes_what_the_rule_says(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, child) = scene.parent_and_child();
    let ended = scene.anonymous();
    scene.revoke(&only(ended.id));
    let set = |scene: &mut Scene, rule: LimitRule, selector: &Selector| {
        let batch = scene.batch(selector);
        scene.store.set_limits(&batch, &rule, event(Action::PolicyApplied)).unwrap().changes
    };
    let idle =
        |seconds| LimitRule { idle_timeout: Some(Duration::from_secs(seconds)), ..LimitRule::default() };
    let deadlines = |scene: &Scene| [parent.id, child.id].map(|id| scene.session(id).deadline);
    scene.go_to(100);
    let selector = Selector { state: Some(StateFilter::Any), ..only(parent.id) };
    let changes = set(&mut scene, idle(300), &selector);
    assert_eq!(deadlines(&scene), [at(300), at(300)], "a child outlives its parent");
    assert_eq!(
        changes.iter().map(|c| (c.id, c.changed, c.cascaded_from, c.deadline)).collect::<Vec<_>>(),
        [(parent.id, true, None, Some(at(300))), (child.id, true, Some(parent.id), Some(at(300)))]
    );
    assert_eq!(scene.session(parent.id).idle_timeout, Some(Duration::from_secs(300)));
    let changes = set(&mut scene, idle(900), &all());
    assert!(changes.iter().all(|change| !change.changed), "limits were made longer: {changes:?}");
    assert_eq!(scene.count_events(Action::PolicyApplied), 1);
    let longer = LimitRule { may_lengthen: true, ..idle(900) };
    set(&mut scene, longer, &only(parent.id));
    assert_eq!(scene.session(parent.id).deadline, at(900));
    // Not used for the new timeout: it ends with the change, and was active until then.
    set(&mut scene, idle(60), &only(parent.id));
    assert_eq!(deadlines(&scene), [at(100), at(100)]);
    assert_eq!([parent.id, child.id].map(|id| scene.state(id)), [State::Expired; 2]);
    let short = LimitRule { lifetime: Some(Duration::from_secs(50)), ..LimitRule::default() };
    let visitor = scene.anonymous().id;
    let changes = set(scene.go_to(120), short, &all());
    assert_eq!(changes.iter().filter(|c| c.changed).map(|c| c.id).collect::<Vec<_>>(), [visitor]);
    assert_eq!(scene.session(visitor).absolute_expires_at, at(150));
    assert_eq!((scene.session(visitor).deadline, scene.state(ended.id)), (at(150), State::Revoked));
    assert!(scene.store.check().unwrap().is_empty(), "{:?}", scene.store.check());
}

/// Only sessions that ended long ago are deleted, a parent only after its children; no id is used again.
pub fn prune_deletes_ended_sessions_and_a_parent_after_its_children(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (parent, child) = scene.parent_and_child();
    let active = scene.anonymous();
    scene.go_to(100).revoke(&only(parent.id));
    let selector = Selector { ended_by: Some(at(100)), ..Selector::default() };
    assert_eq!(selector.effective_state(), StateFilter::Ended);
    // One at a time: the parent comes first, and must stay as long as it has a child.
    let batch = Batch { limit: 1, ..scene.go_to(200).batch(&selector) };
    let first = scene.store.prune(&batch, event(Action::SessionsPruned)).unwrap();
    assert_eq!((first.changes.len(), first.changes[0].changed), (1, false));
    let batch = Batch { after: first.next, ..batch };
    let second = scene.store.prune(&batch, event(Action::SessionsPruned)).unwrap();
    assert_eq!((second.changes[0].id, second.changes[0].changed), (child.id, true));
    let batch = scene.batch(&selector);
    scene.store.prune(&batch, event(Action::SessionsPruned)).unwrap();
    assert!(scene.store.session(parent.id).unwrap().is_none());
    assert!(scene.store.look_up(&parent.token).unwrap().is_none());
    assert_eq!(scene.state(active.id), State::Active);
    let everything = all();
    let batch = scene.batch(&everything);
    let result = scene.store.prune(&batch, event(Action::SessionsPruned)).unwrap();
    assert_eq!((result.changes.len(), result.changes[0].changed), (1, false), "an active session stays");
    assert_eq!(scene.anonymous().id.get(), active.id.get() + 1);
}

/// Each change names the session's kind, user and addresses, those of a child that is changed with its parent included,
/// so that a report needs no second look at a session, which `prune` deletes.
pub fn changes_name_whose_session_each_was(provider: &dyn StoreProvider) {
    for act in ["revoke", "expire", "prune"] {
        let mut scene = Scene::new(provider);
        let (parent, child) = scene.parent_and_child();
        let bob = scene.store.account(&name("bob")).unwrap().unwrap().id;
        let client = Client { ip: "2001:db8::1".parse().ok(), ..Client::default() };
        let token = NewSession { client, parent: Some(parent.id), ..new_session(Kind::Api, Some(bob)) };
        let token = scene.create_session(&token);
        let visitor = scene.anonymous();
        let touch = Touch { ip: "203.0.113.7".parse().ok(), ..Touch::new(child.id, at(70)) };
        scene.go_to(70).store.touch(&[touch], &event(Action::NetworkChanged)).unwrap();
        let everything = Selector { state: Some(StateFilter::Any), ..all() };
        let selector = match act {
            // The children are changed with their parent.
            "revoke" | "expire" => Selector { ids: vec![parent.id, visitor.id], ..Selector::default() },
            _ => {
                scene.revoke(&all());
                let end = EndSessions { reason: "gone".to_owned(), event: event(Action::SessionRevoked) };
                scene.store.remove_user(bob, end, event(Action::UserRemoved)).unwrap();
                everything
            }
        };
        let sessions = [parent.id, child.id, token.id, visitor.id].map(|id| scene.session(id));
        let batch = scene.go_to(200).batch(&selector);
        let result = match act {
            "revoke" => scene.store.revoke(&batch, "x", event(Action::SessionRevoked)),
            "expire" => scene.store.expire(&batch, EndRule::Now, event(Action::ExpirySet)),
            _ => scene.store.prune(&batch, event(Action::SessionsPruned)),
        };
        let changes = result.unwrap().changes;
        assert_eq!(changes.len(), sessions.len(), "{act}");
        for session in sessions {
            let change = changes.iter().find(|change| change.id == session.id).unwrap();
            let subject = &change.subject;
            let text = |name: &Option<UserName>| name.as_ref().map(|name| name.as_str().to_owned());
            assert_eq!(subject.kind, session.kind, "{act}");
            assert_eq!(text(&subject.user), text(&session.user), "{act}");
            assert_eq!((subject.ip, subject.last_ip), (session.client.ip, session.last_ip), "{act}");
            let has_user = session.id != visitor.id;
            assert_eq!(subject.user.is_some(), has_user, "{act}");
            let is_removed = text(&subject.user).is_some_and(|name| name.contains("(removed "));
            assert_eq!(is_removed, has_user && act == "prune", "{act}");
        }
    }
}
