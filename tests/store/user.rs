//! Users, and the count of their failed logins.

use std::ops::ControlFlow;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::policy::Policy;
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::store::{Attempt, EndSessions, SessionStore, UserStore};

use crate::scene::{Scene, at, event, plan, set_clock};

fn end() -> EndSessions {
    EndSessions { reason: "account".to_owned(), event: event(Action::SessionRevoked, 50) }
}

#[test]
fn one_name_is_one_user_however_it_is_spelled() {
    let mut scene = Scene::new();
    let bob = scene.user("Bob");
    let twice = scene.store.add_user(&" bOB ".parse().unwrap(), None, event(Action::UserAdded, 0)).unwrap();
    assert_eq!(twice, None);
    assert_eq!(scene.store.user(&"bob".parse().unwrap()).unwrap().unwrap().id, bob);
    let one = scene.store.attempt_key(&"Bob".parse().unwrap()).unwrap();
    assert_eq!(one, scene.store.attempt_key(&"bob ".parse().unwrap()).unwrap());
    assert_ne!(one, scene.store.attempt_key(&"bobby".parse().unwrap()).unwrap());
}

#[test]
fn each_change_of_an_account_ends_its_sessions_in_the_same_step() {
    let mut scene = Scene::new();
    let bob = scene.user("bob");
    let session = |scene: &mut Scene| scene.make(&plan(Kind::Web, Some(bob))).id;

    let first = session(&mut scene);
    let ended = scene.store.set_password(bob, "new", Some(end()), event(Action::PasswordChanged, 50));
    assert_eq!(ended.unwrap(), Some(vec![first]));
    let kept = session(&mut scene);
    let ended = scene.store.set_password(bob, "newer", None, event(Action::PasswordChanged, 50));
    assert_eq!((ended.unwrap(), scene.state(kept, 50)), (Some(vec![]), State::Active));

    let ended = scene.store.disable_user(bob, end(), event(Action::UserDisabled, 50)).unwrap();
    assert_eq!(ended, Some(vec![kept]));
    let random = scene.random();
    let none = scene.store.create(&plan(Kind::Web, Some(bob)), &[random], event(Action::SessionCreated, 50));
    assert!(none.unwrap().is_empty(), "a disabled user gets no session");
    assert!(scene.store.enable_user(bob, event(Action::UserEnabled, 50)).unwrap());
    let last = session(&mut scene);

    let ended = scene.store.remove_user(bob, end(), event(Action::UserRemoved, 50)).unwrap();
    assert_eq!(ended, Some(vec![last]));
    assert_eq!(scene.store.password_hash(bob).unwrap(), None);
    let told = scene.actions().iter().filter(|action| *action == "session.revoked").count();
    assert_eq!(told, 3, "one event each time that sessions ended, and none where none did");
    assert!(scene.store.user(&"bob".parse().unwrap()).unwrap().is_none());
    assert_eq!(scene.session(last).user.unwrap().as_str(), "bob", "ended sessions keep the name");
    let again = scene.user("bob");
    assert_ne!(again, bob);
    assert_eq!(scene.store.remove_user(bob, end(), event(Action::UserRemoved, 50)).unwrap(), None);
    let mut names = Vec::new();
    let mut each = |user: sessionctl_core::model::user::User| {
        names.push((user.id, user.name.as_str().to_owned()));
        ControlFlow::Continue(())
    };
    scene.store.users(&mut each).unwrap();
    assert_eq!(names, [(again, "bob".to_owned())]);
    let token = scene.make(&plan(Kind::Web, Some(again))).token;
    assert!(scene.store.look_up(&token).unwrap().is_some());
}

#[test]
fn failures_count_before_the_password_is_checked() {
    let mut scene = Scene::new();
    let bob = scene.user("bob");
    let key = scene.store.attempt_key(&"bob".parse().unwrap()).unwrap();
    let policy = Policy::default();
    let mut attempt = |seconds| {
        set_clock(seconds);
        scene.store.begin_attempt(key, &policy).unwrap()
    };
    for failures in 1..=6 {
        assert_eq!(attempt(0), Attempt::Allowed { failures });
    }
    assert_eq!(attempt(0), Attempt::Throttled(at(1)));
    assert_eq!(attempt(1), Attempt::Allowed { failures: 7 });
    assert_eq!(attempt(2), Attempt::Throttled(at(3)));
    let mut seconds = 3;
    while let Attempt::Allowed { failures } = attempt(seconds) {
        assert!(failures <= 100);
        seconds += 900;
    }
    assert_eq!(attempt(seconds + 99_999), Attempt::Locked);
    let user = scene.store.user(&"bob".parse().unwrap()).unwrap().unwrap();
    assert_eq!(user.failed_logins, 100);
    assert!(user.throttled_until.is_some());
    scene.store.set_password(bob, "x", None, event(Action::PasswordChanged, 0)).unwrap();
    assert_eq!(scene.store.begin_attempt(key, &policy).unwrap(), Attempt::Allowed { failures: 1 });
}

#[test]
fn an_account_that_is_disabled_ends_each_session_of_a_family_once() {
    let mut scene = Scene::new();
    let (head, child) = scene.family();
    let bob = scene.store.user(&"bob".parse().unwrap()).unwrap().unwrap().id;
    let ended = scene.store.disable_user(bob, end(), event(Action::UserDisabled, 50)).unwrap();
    assert_eq!(ended, Some(vec![head.id, child.id]));
}
