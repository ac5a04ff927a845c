//! What a login writes, and what makes it write nothing.

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{
    DataLimits, DataStore, DataWrite, Issued, LogIn, LogInOutcome, Merge, Reauthentication, SessionStore,
    StoreError, Upgrade, UserStore,
};

use crate::scene::{Scene, at, event, plan};

fn login(scene: &mut Scene, user: UserId) -> LogIn {
    LogIn {
        session: plan(Kind::Web, Some(user)),
        random: scene.random(),
        sessions_max: 3,
        evict_oldest: false,
        upgrade: None,
        checked: Reauthentication { user, checked_hash: "hash".to_owned(), attempt_key: [1; 32] },
        rehash: None,
        event: event(Action::LoginSucceeded, 0),
    }
}

fn upgrade(visitor: &Issued, merge: Merge) -> Option<Upgrade> {
    let event = event(Action::SessionUpgraded, 0);
    Some(Upgrade { id: visitor.id, digest: visitor.token.digest(), merge, event })
}

fn keep(scene: &mut Scene, session: SessionId, key: &str, json: &str) {
    let event = event(Action::DataChanged, 0);
    let limits = DataLimits { keys: 100, bytes: 10_000 };
    let write = DataWrite { session, key, json: Some(json), if_version: None, limits };
    scene.store.set_data(&write, event).unwrap();
}

fn values(scene: &Scene, session: SessionId) -> Vec<(String, String)> {
    scene.store.data(session).unwrap().into_iter().map(|entry| (entry.key, entry.json)).collect()
}

fn done(outcome: Result<LogInOutcome, StoreError>) -> (Issued, Vec<String>, Vec<String>, Vec<SessionId>) {
    match outcome.unwrap() {
        LogInOutcome::Done { issued, moved, merged, evicted } => (issued, moved, merged, evicted),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_visitors_session_becomes_the_logins() {
    let mut scene = Scene::new();
    let bob = scene.user("bob");
    let visitor = scene.make(&plan(Kind::Anonymous, None));
    keep(&mut scene, visitor.id, "cart", "[1]");
    let request = LogIn { upgrade: upgrade(&visitor, Merge::Keep), ..login(&mut scene, bob) };
    let (issued, moved, merged, _) = done(scene.store.log_in(request.clone()));
    assert_eq!((moved, merged), (vec!["cart".to_owned()], Vec::new()));
    assert_eq!(values(&scene, issued.id), [("cart".to_owned(), "[1]".to_owned())]);
    assert_eq!(scene.state(visitor.id, 0), State::Revoked);
    assert_eq!(scene.session(visitor.id).revoke_reason.as_deref(), Some("upgraded"));
    assert!(matches!(scene.store.log_in(request).unwrap(), LogInOutcome::NotUpgradable), "only once");
    let count = scene.store.newest().unwrap().unwrap().get();
    assert_eq!(count, 2, "the second try made nothing");
}

#[test]
fn values_on_both_sides_are_settled_as_was_said() {
    for (merge, expected) in [(Merge::Keep, "\"old\""), (Merge::Replace, "\"new\"")] {
        let mut scene = Scene::new();
        let bob = scene.user("bob");
        let request = login(&mut scene, bob);
        let (first, ..) = done(scene.store.log_in(request));
        keep(&mut scene, first.id, "cart", "\"old\"");
        let visitor = scene.make(&plan(Kind::Anonymous, None));
        keep(&mut scene, visitor.id, "cart", "\"new\"");
        let refused = LogIn { upgrade: upgrade(&visitor, Merge::Fail), ..login(&mut scene, bob) };
        match scene.store.log_in(refused).unwrap() {
            LogInOutcome::MergeConflict(names) => assert_eq!(names, ["cart"]),
            other => panic!("{other:?}"),
        }
        assert_eq!(scene.state(visitor.id, 0), State::Active, "nothing was changed");
        let request = LogIn { upgrade: upgrade(&visitor, merge), ..login(&mut scene, bob) };
        let (issued, _, merged, _) = done(scene.store.log_in(request));
        assert_eq!(merged, ["cart"]);
        assert_eq!(values(&scene, issued.id), [("cart".to_owned(), expected.to_owned())]);
        assert_eq!(values(&scene, first.id), [("cart".to_owned(), "\"old\"".to_owned())]);
    }
}

#[test]
fn one_too_many_is_refused_or_makes_room() {
    let mut scene = Scene::new();
    let bob = scene.user("bob");
    let mut ids = Vec::new();
    for _ in 0..3 {
        let request = login(&mut scene, bob);
        ids.push(done(scene.store.log_in(request)).0.id);
    }
    scene.make(&plan(Kind::Api, Some(bob)));
    let request = login(&mut scene, bob);
    assert!(matches!(scene.store.log_in(request.clone()).unwrap(), LogInOutcome::TooMany(3)));
    let (_, _, _, evicted) = done(scene.store.log_in(LogIn { evict_oldest: true, ..request }));
    assert_eq!(evicted, [ids[0]]);
    assert_eq!(scene.state(ids[0], 0), State::Revoked);
    assert_eq!(scene.state(ids[1], 0), State::Active);
}

#[test]
fn a_user_who_changed_meanwhile_does_not_get_in() {
    let mut scene = Scene::new();
    let bob = scene.user("bob");
    let mut stale = login(&mut scene, bob);
    stale.checked.checked_hash = "other".to_owned();
    assert!(matches!(scene.store.log_in(stale).unwrap(), LogInOutcome::UserGone));
    let request = LogIn { rehash: Some("stronger".to_owned()), ..login(&mut scene, bob) };
    done(scene.store.log_in(request.clone()));
    assert_eq!(scene.store.password_hash(bob).unwrap().as_deref(), Some("stronger"));
    assert!(matches!(scene.store.log_in(request).unwrap(), LogInOutcome::UserGone));
    assert_eq!(scene.session(scene.store.newest().unwrap().unwrap()).created_at, at(0));
}
