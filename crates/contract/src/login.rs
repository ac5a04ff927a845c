//! What a login writes, and what makes it write nothing.

use std::time::Duration;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::policy::Policy;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{
    Attempt, Issued, LogIn, LogInOutcome, Merge, NewSession, Reauthentication, Rotation, Upgrade,
};

use crate::StoreProvider;
use crate::scene::{HASH, Scene, at, event, name, new_session};

/// A login of a user with the right password.
pub(crate) fn log_in(scene: &mut Scene, user: UserId) -> LogIn {
    LogIn {
        session: new_session(Kind::Web, Some(user)),
        random: scene.random(),
        sessions_max: 3,
        evict_oldest: false,
        ends: Vec::new(),
        upgrade: None,
        checked: checked(scene, user),
        rehash: None,
        event: event(Action::LoginSucceeded),
    }
}

/// The right password of the user `bob`.
pub(crate) fn checked(scene: &Scene, user: UserId) -> Reauthentication {
    let attempt_key = scene.store.attempt_key(&name("bob")).unwrap();
    Reauthentication { user, checked_hash: HASH.to_owned(), attempt_key }
}

/// The anonymous session that a login replaces.
pub(crate) fn upgrade(visitor: &Issued, merge: Merge) -> Option<Upgrade> {
    let event = event(Action::SessionUpgraded);
    Some(Upgrade { id: visitor.id, digest: visitor.token.digest(), merge, event })
}

struct Done {
    issued: Issued,
    moved: Vec<String>,
    merged: Vec<String>,
    evicted: Vec<SessionId>,
}

fn done(outcome: LogInOutcome) -> Done {
    match outcome {
        LogInOutcome::Done { issued, moved, merged, evicted } => Done { issued, moved, merged, evicted },
        other => panic!("{other:?}"),
    }
}

fn values(scene: &Scene, session: SessionId) -> Vec<(String, String)> {
    scene.store.data(session).unwrap().into_iter().map(|entry| (entry.key, entry.json)).collect()
}

/// The values of an anonymous session move to the login, and the session ends with the reason.
pub fn log_in_takes_over_an_anonymous_session(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let visitor = scene.anonymous();
    scene.set_data(visitor.id, "cart", "[1]");
    let login = LogIn { upgrade: upgrade(&visitor, Merge::Keep), ..log_in(&mut scene, bob) };
    let first = done(scene.store.log_in(login.clone()).unwrap());
    assert_eq!((first.moved, first.merged), (vec!["cart".to_owned()], Vec::new()));
    assert_eq!(values(&scene, first.issued.id), [("cart".to_owned(), "[1]".to_owned())]);
    let ended = scene.session(visitor.id);
    assert_eq!((ended.revoked_at, ended.revoke_reason.as_deref()), (Some(at(0)), Some("upgraded")));
    assert!(scene.store.data(visitor.id).unwrap().is_empty());
    let events = scene.event_count();
    assert!(matches!(scene.store.log_in(login).unwrap(), LogInOutcome::NotUpgradable), "only once");
    assert_eq!(scene.store.newest().unwrap(), Some(first.issued.id), "the second login created a session");
    assert_eq!(scene.event_count(), events);
    let web = LogIn { upgrade: upgrade(&first.issued, Merge::Keep), ..log_in(&mut scene, bob) };
    assert!(matches!(scene.store.log_in(web).unwrap(), LogInOutcome::NotUpgradable), "it is not anonymous");
}

/// Values that both sides hold are kept, replaced or refused; the user's other sessions keep theirs.
pub fn log_in_merges_values_as_requested(provider: &dyn StoreProvider) {
    for (merge, expected, moved) in
        [(Merge::Keep, "\"old\"", &["theme"][..]), (Merge::Replace, "\"new\"", &["cart", "theme"])]
    {
        let mut scene = Scene::new(provider);
        let bob = scene.user("bob");
        let login = log_in(&mut scene, bob);
        let first = done(scene.store.log_in(login).unwrap()).issued.id;
        scene.set_data(first, "cart", "\"old\"");
        let visitor = scene.anonymous();
        scene.set_data(visitor.id, "cart", "\"new\"");
        scene.set_data(visitor.id, "theme", "\"dark\"");
        let refused = LogIn { upgrade: upgrade(&visitor, Merge::Fail), ..log_in(&mut scene, bob) };
        match scene.store.log_in(refused).unwrap() {
            LogInOutcome::MergeConflict(names) => assert_eq!(names, ["cart"]),
            other => panic!("{other:?}"),
        }
        assert_eq!(scene.state(visitor.id), State::Active, "a refused login changed a session");
        let login = LogIn { upgrade: upgrade(&visitor, merge), ..log_in(&mut scene, bob) };
        let second = done(scene.store.log_in(login).unwrap());
        assert_eq!(
            (second.merged, second.moved),
            (vec!["cart".to_owned()], moved.iter().map(|name| (*name).to_owned()).collect())
        );
        let kept =
            ["cart", "theme"].map(str::to_owned).into_iter().zip([expected, "\"dark\""].map(str::to_owned));
        assert_eq!(values(&scene, second.issued.id), kept.collect::<Vec<_>>());
        assert_eq!(values(&scene, first), [("cart".to_owned(), "\"old\"".to_owned())]);
    }
}

/// Only logins count towards the limit: no API tokens and no children.
pub fn log_in_refuses_or_evicts_one_session_too_many(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let sso = scene.create_session(&new_session(Kind::Sso, Some(bob))).id;
    let child = NewSession { parent: Some(sso), ..new_session(Kind::Web, Some(bob)) };
    let child = scene.create_session(&child).id;
    scene.create_session(&new_session(Kind::Api, Some(bob)));
    let mut ids = Vec::new();
    for _ in 0..2 {
        let login = log_in(&mut scene, bob);
        ids.push(done(scene.store.log_in(login).unwrap()).issued.id);
    }
    let login = log_in(&mut scene, bob);
    let events = scene.event_count();
    assert!(matches!(scene.store.log_in(login.clone()).unwrap(), LogInOutcome::TooMany(3)));
    assert_eq!(scene.event_count(), events);
    let evicted = done(scene.store.log_in(LogIn { evict_oldest: true, ..login }).unwrap()).evicted;
    assert_eq!(evicted, [sso, child], "the oldest ends, with its children");
    assert_eq!(scene.session(sso).revoke_reason.as_deref(), Some("evicted"));
    assert!(ids.iter().all(|id| scene.state(*id) == State::Active));
}

/// Sessions that the user chose end with the login, in the same step; ids of others are ignored.
pub fn log_in_ends_the_sessions_that_were_chosen(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (bob, alice) = (scene.user("bob"), scene.user("alice"));
    let foreign = scene.create_session(&new_session(Kind::Web, Some(alice))).id;
    let token = scene.create_session(&new_session(Kind::Api, Some(bob))).id;
    let ids: Vec<SessionId> =
        (0..3).map(|_| scene.create_session(&new_session(Kind::Web, Some(bob))).id).collect();
    let useless =
        LogIn { ends: vec![foreign, token, SessionId::new(99).unwrap()], ..log_in(&mut scene, bob) };
    let events = scene.event_count();
    assert!(matches!(scene.store.log_in(useless).unwrap(), LogInOutcome::TooMany(3)));
    assert_eq!(scene.event_count(), events);
    let two = LogIn { sessions_max: 2, ends: vec![ids[1]], ..log_in(&mut scene, bob) };
    assert!(matches!(scene.store.log_in(two).unwrap(), LogInOutcome::TooMany(3)), "one is not enough");
    assert_eq!(scene.state(ids[1]), State::Active, "a refused login ended a session");
    let login = LogIn { ends: vec![foreign, ids[1]], ..log_in(&mut scene, bob) };
    let evicted = done(scene.store.log_in(login).unwrap()).evicted;
    assert_eq!(evicted, [ids[1]]);
    assert_eq!(scene.session(ids[1]).revoke_reason.as_deref(), Some("evicted"));
    assert!([ids[0], ids[2], foreign, token].iter().all(|id| scene.state(*id) == State::Active));
    // What was chosen ends although there is room by now, and what is still missing is the oldest.
    let login = LogIn { sessions_max: 100, ends: vec![ids[2]], ..log_in(&mut scene, bob) };
    done(scene.store.log_in(login).unwrap());
    assert_eq!(scene.state(ids[2]), State::Revoked);
    let login = LogIn { sessions_max: 1, evict_oldest: true, ..log_in(&mut scene, bob) };
    assert_eq!(done(scene.store.log_in(login).unwrap()).evicted.first(), Some(&ids[0]));
}

/// A password that was checked against a hash that is no longer the user's creates no session.
pub fn log_in_refuses_a_user_who_changed_meanwhile(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let policy = Policy::default();
    let key = scene.store.attempt_key(&name("bob")).unwrap();
    scene.store.begin_attempt(key, &policy).unwrap();
    let mut stale = log_in(&mut scene, bob);
    stale.checked.checked_hash = "other".to_owned();
    assert!(matches!(scene.store.log_in(stale).unwrap(), LogInOutcome::UserGone));
    assert_eq!(scene.store.user(&name("bob")).unwrap().unwrap().failed_logins, 1);
    let login = LogIn { rehash: Some("stronger".to_owned()), ..log_in(&mut scene, bob) };
    done(scene.store.log_in(login.clone()).unwrap());
    assert_eq!(scene.store.password_hash(bob).unwrap().as_deref(), Some("stronger"));
    assert_eq!(scene.store.begin_attempt(key, &policy).unwrap(), Attempt::Allowed { failures: 1 });
    assert!(matches!(scene.store.log_in(login).unwrap(), LogInOutcome::UserGone));
    let mut login = log_in(&mut scene, bob);
    login.checked.checked_hash = "stronger".to_owned();
    let end = crate::user::end_sessions();
    scene.store.disable_user(bob, end, event(Action::UserDisabled)).unwrap();
    assert!(matches!(scene.store.log_in(login).unwrap(), LogInOutcome::UserGone), "the user is disabled");
}

/// A rotation with a password is held to the same conditions as a login.
pub fn rotate_refuses_a_user_who_changed_meanwhile(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let issued = scene.create_session(&new_session(Kind::Web, Some(bob)));
    let rotation = Rotation {
        id: issued.id,
        digest: issued.token.digest(),
        random: scene.random(),
        grace: Duration::ZERO,
        reauthentication: Some(checked(&scene, bob)),
        event: event(Action::SessionReauthenticated),
    };
    let mut stale = rotation.clone();
    stale.reauthentication.as_mut().unwrap().checked_hash = "other".to_owned();
    assert!(scene.store.rotate(&stale).unwrap().is_none());
    scene.go_to(30);
    assert!(scene.store.rotate(&rotation).unwrap().is_some());
    assert_eq!(scene.session(issued.id).authenticated_at, Some(at(30)));
}
