//! Users, and the count of their failed logins.

use std::ops::ControlFlow;
use std::time::Duration;

use sessionctl_core::model::event::{Action, Subjects};
use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::selector::{Selector, Sort};
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::model::user::{User, UserId};
use sessionctl_core::store::{Attempt, EndSessions, EventFilter, NewSession, NewUser, Renaming};

use crate::StoreProvider;
use crate::scene::{HASH, Scene, at, event, name, new_session};

/// Ends the sessions of a user.
pub(crate) fn end_sessions() -> EndSessions {
    EndSessions { reason: "account".to_owned(), event: event(Action::SessionRevoked) }
}

fn users(scene: &Scene) -> Vec<(UserId, String)> {
    let mut users = Vec::new();
    let mut each = |user: User| {
        users.push((user.id, user.name.as_str().to_owned()));
        ControlFlow::Continue(())
    };
    scene.store.users(&mut each).unwrap();
    users
}

/// Names that differ in case or in surrounding space are one name.
pub fn a_name_is_one_user_in_every_spelling(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("Bob");
    let again = scene.store.add_user(&name(" bOB "), None, event(Action::UserAdded)).unwrap();
    assert_eq!((again, scene.count_events(Action::UserAdded)), (None, 1));
    let user = scene.store.user(&name("bob")).unwrap().unwrap();
    assert_eq!((user.id, user.name.as_str(), user.password_changed_at), (bob, "Bob", Some(at(0))));
    let key = |text| scene.store.attempt_key(&name(text)).unwrap();
    assert_eq!(key("Bob"), key("bob "));
    assert_ne!(key("bob"), key("bobby"));
    let ann = scene.user("ann");
    assert_eq!(users(&scene), [(ann, "ann".to_owned()), (bob, "Bob".to_owned())], "by name");
    assert!(scene.store.user(&name("carl")).unwrap().is_none());
}

/// A new password, disabling and removing end the sessions in the same step, with one event where any ended.
pub fn each_change_of_an_account_ends_its_sessions(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let web = new_session(Kind::Web, Some(bob));

    let first = scene.create_session(&web).id;
    scene.go_to(50);
    let changed = || event(Action::PasswordChanged);
    let ended = scene.store.set_password(bob, "new", Some(end_sessions()), changed()).unwrap();
    assert_eq!((ended, scene.session(first).revoke_reason.as_deref()), (Some(vec![first]), Some("account")));
    let kept = scene.create_session(&web).id;
    let ended = scene.store.set_password(bob, "newer", None, changed()).unwrap();
    assert_eq!((ended, scene.state(kept)), (Some(vec![]), State::Active));
    assert_eq!(scene.store.password_hash(bob).unwrap().as_deref(), Some("newer"));
    assert_eq!(scene.store.user(&name("bob")).unwrap().unwrap().password_changed_at, Some(at(50)));

    let disabled = scene.store.disable_user(bob, end_sessions(), event(Action::UserDisabled)).unwrap();
    assert_eq!(disabled, Some(vec![kept]));
    assert_eq!(scene.store.user(&name("bob")).unwrap().unwrap().disabled_at, Some(at(50)));
    assert!(scene.try_create(&web).is_none(), "a disabled user got a session");
    assert!(scene.store.enable_user(bob, event(Action::UserEnabled)).unwrap());
    assert_eq!(scene.store.user(&name("bob")).unwrap().unwrap().disabled_at, None);
    let last = scene.create_session(&web).id;

    let removed = scene.store.remove_user(bob, end_sessions(), event(Action::UserRemoved)).unwrap();
    assert_eq!(removed, Some(vec![last]));
    assert_eq!(scene.store.password_hash(bob).unwrap(), None);
    assert!(scene.try_create(&web).is_none(), "a removed user got a session");
    assert_eq!(scene.count_events(Action::SessionRevoked), 3, "one event each time that sessions ended");

    // None of these users exists.
    assert_eq!(scene.store.remove_user(bob, end_sessions(), event(Action::UserRemoved)).unwrap(), None);
    assert_eq!(scene.store.disable_user(bob, end_sessions(), event(Action::UserDisabled)).unwrap(), None);
    assert!(!scene.store.enable_user(bob, event(Action::UserEnabled)).unwrap());
    assert_eq!(scene.store.set_password(UserId(99), HASH, None, changed()).unwrap(), None);
}

/// An ended parent ends its children; none is reported twice, and all are in rising order.
pub fn disable_user_ends_each_session_once(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let parent = scene.create_session(&new_session(Kind::Sso, Some(bob))).id;
    let between = scene.create_session(&new_session(Kind::Web, Some(bob))).id;
    let child = NewSession { parent: Some(parent), ..new_session(Kind::Web, Some(bob)) };
    let child = scene.create_session(&child).id;
    let ended = scene.store.disable_user(bob, end_sessions(), event(Action::UserDisabled)).unwrap();
    assert_eq!(ended, Some(vec![parent, between, child]));
    let filter = EventFilter { limit: Some(1), ..EventFilter::default() };
    assert_eq!(scene.events(&filter)[0].subjects, Subjects::Range(parent, child));
}

/// A name is free again after its user was removed; the ended sessions keep showing it, with the day of the removal.
pub fn two_users_of_one_name_are_two_users(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let first = scene.user("bob");
    let old = scene.create_session(&new_session(Kind::Web, Some(first)));
    scene.store.remove_user(first, end_sessions(), event(Action::UserRemoved)).unwrap();
    assert!(scene.store.user(&name("bob")).unwrap().is_none());
    let second = scene.user("bob");
    assert_ne!(first, second);
    assert_eq!(users(&scene), [(second, "bob".to_owned())]);
    let removed = name("bob (removed 2027-01-15)");
    assert_eq!(scene.session(old.id).user.unwrap().as_str(), removed.as_str());
    let new = scene.create_session(&new_session(Kind::Web, Some(second)));
    assert!(scene.store.look_up(&new.token).unwrap().is_some());
    let ended = scene.store.remove_user(second, end_sessions(), event(Action::UserRemoved)).unwrap();
    assert_eq!(ended, Some(vec![new.id]), "the first user's sessions are not the second's");
    let again = name("BOB (removed 2027-01-15, 2)");
    for (shown, id, session) in [(&removed, first, old.id), (&again, second, new.id)] {
        let selector = Selector { user: shown.clone().into(), all: true, ..Selector::default() };
        assert_eq!(scene.listed(&selector, Sort::Oldest), [session.get()], "{shown}");
        assert_eq!(scene.store.account(shown).unwrap().unwrap().id, id);
        assert_eq!(scene.session(session).user.as_ref(), Some(shown));
    }
    // No account has the name: it selects the account that was removed last.
    let last = scene.store.account(&name("Bob")).unwrap().unwrap();
    assert_eq!((last.id, last.name, last.removed_at), (second, again, Some(at(0))));
    let third = scene.user("Bob");
    assert_eq!(scene.store.account(&name("bob")).unwrap().unwrap().id, third);
    assert!(scene.store.account(&name("bob (removed 2027-01-15, 3)")).unwrap().is_none());
}

/// Of users that are added together, all are added or none.
pub fn add_users_adds_all_or_none(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    scene.user("bob");
    let new = |text: &str, hash: Option<&str>| NewUser {
        name: name(text),
        hash: hash.map(str::to_owned),
        event: event(Action::UserAdded).user(Some(&name(text))),
    };
    let mixed = [new("ann", None), new("BOB", None), new("carl", None), new("Ann", Some(HASH))];
    assert_eq!(scene.store.add_users(&mixed).unwrap(), [1, 3]);
    assert_eq!((users(&scene).len(), scene.count_events(Action::UserAdded)), (1, 1));
    assert!(scene.store.add_users(&[new("ann", Some(HASH)), new("carl", None)]).unwrap().is_empty());
    assert_eq!(
        users(&scene).iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(),
        ["ann", "bob", "carl"]
    );
    let ann = scene.store.user(&name("ann")).unwrap().unwrap();
    assert_eq!(scene.store.password_hash(ann.id).unwrap().as_deref(), Some(HASH));
    assert_eq!(ann.password_changed_at, Some(at(0)));
    let last = &scene.events(&EventFilter::default())[0];
    assert_eq!((last.user.as_deref(), scene.count_events(Action::UserAdded)), (Some("carl"), 3));
    assert!(last.user_id.is_some());
    assert!(scene.store.add_users(&[]).unwrap().is_empty());
}

/// A renamed user is the same account: sessions, failed logins and earlier events belong to it, and the old name is free.
pub fn rename_user_keeps_the_account(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let (bob, carl) = (scene.user("bob"), scene.user("carl"));
    let login = event(Action::LoginSucceeded).user(Some(&name("bob")));
    scene.store.record(login).unwrap();
    let id = scene.create_session(&new_session(Kind::Web, Some(bob))).id;
    let key = scene.store.attempt_key(&name("bob")).unwrap();
    scene.store.begin_attempt(key, &Policy::default()).unwrap();
    let renamed = |text: &str| event(Action::UserRenamed).user(Some(&name(text)));
    for (user, text, expected) in [
        (bob, "CARL", Renaming::Taken),
        (UserId(99), "dora", Renaming::NoSuchUser),
        (bob, "Robert", Renaming::Done),
        (carl, "Carl", Renaming::Done),
    ] {
        let events = scene.event_count();
        assert_eq!(scene.store.rename_user(user, &name(text), renamed(text)).unwrap(), expected, "{text}");
        assert_eq!(scene.event_count(), events + usize::from(expected == Renaming::Done));
    }
    assert_eq!(users(&scene), [(carl, "Carl".to_owned()), (bob, "Robert".to_owned())]);
    assert_eq!(scene.session(id).user.unwrap().as_str(), "Robert");
    let robert = scene.store.user(&name("robert")).unwrap().unwrap();
    assert_eq!((robert.id, robert.failed_logins), (bob, 1));
    assert!(scene.store.account(&name("bob")).unwrap().is_none());
    let filter = EventFilter { user: Some(name("robert")), ..EventFilter::default() };
    let actions: Vec<String> = scene.events(&filter).into_iter().map(|event| event.action).collect();
    assert!(actions.contains(&Action::LoginSucceeded.as_str().to_owned()), "{actions:?}");
    let selector = Selector { user: name("robert").into(), ..Selector::default() };
    assert_eq!(scene.listed(&selector, Sort::Oldest), [id.get()]);
    // Another one may have the old name, and has nothing of the first.
    let second = scene.user("bob");
    assert_ne!(second, bob);
    assert_eq!(scene.store.user(&name("bob")).unwrap().unwrap().failed_logins, 0);
    assert!(scene.store.check().unwrap().is_empty(), "{:?}", scene.store.check());
}

/// An attempt counts as failed before the password is checked; each failure beyond the free ones doubles the wait, and
/// at the limit of the policy the password is locked until it is set again.
pub fn begin_attempt_counts_before_the_password_is_checked(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let key = scene.store.attempt_key(&name("bob")).unwrap();
    let policy = Policy::default();
    let attempt = |scene: &mut Scene, seconds| {
        let attempt = scene.go_to(seconds).store.begin_attempt(key, &policy).unwrap();
        if matches!(attempt, Attempt::Allowed { .. }) {
            scene.store.settle_attempt(key, event(Action::LoginFailed)).unwrap();
        }
        attempt
    };
    for failures in 1..=6 {
        assert_eq!(attempt(&mut scene, 0), Attempt::Allowed { failures });
    }
    assert_eq!(attempt(&mut scene, 0), Attempt::Throttled(at(1)));
    let user = scene.store.user(&name("bob")).unwrap().unwrap();
    assert_eq!((user.failed_logins, user.throttled_until), (6, Some(at(1))));
    assert_eq!(attempt(&mut scene, 1), Attempt::Allowed { failures: 7 });
    assert_eq!(attempt(&mut scene, 2), Attempt::Throttled(at(3)));
    let mut seconds = 3;
    while let Attempt::Allowed { failures } = attempt(&mut scene, seconds) {
        assert!(u64::from(failures) <= policy.get(Key::ThrottleDisable));
        seconds += 900;
    }
    assert_eq!(attempt(&mut scene, seconds + 99_999), Attempt::Locked);
    assert_eq!(scene.store.user(&name("bob")).unwrap().unwrap().failed_logins, 100);
    scene.store.set_password(bob, "x", None, event(Action::PasswordChanged)).unwrap();
    assert_eq!(attempt(&mut scene, seconds + 99_999), Attempt::Allowed { failures: 1 });
}

/// An attempt whose process was killed is taken back after a minute; one that was only slow is counted all the same.
pub fn begin_attempt_takes_back_what_was_killed(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    scene.user("bob");
    let key = scene.store.attempt_key(&name("bob")).unwrap();
    let policy = Policy::default();
    let mut begin = |seconds| scene.go_to(seconds).store.begin_attempt(key, &policy).unwrap();
    assert_eq!(begin(0), Attempt::Allowed { failures: 1 });
    assert_eq!(begin(60), Attempt::Allowed { failures: 2 });
    assert_eq!(begin(121), Attempt::Allowed { failures: 1 });
    let failed = |scene: &Scene| scene.store.user(&name("bob")).unwrap().unwrap().failed_logins;
    for failures in [1, 2, 3] {
        scene.store.settle_attempt(key, event(Action::LoginFailed)).unwrap();
        assert_eq!(failed(&scene), failures);
    }
}

/// Old attempts for names that no user has are forgotten; those for a user, and recent ones, stay.
pub fn prune_attempts_forgets_old_ones_at_unknown_names(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    scene.user("bob");
    let gone = scene.user("eve");
    let policy = Policy::default();
    let fail = |scene: &mut Scene, user: &str| {
        let key = scene.store.attempt_key(&name(user)).unwrap();
        scene.store.begin_attempt(key, &policy).unwrap();
        scene.store.settle_attempt(key, event(Action::LoginFailed)).unwrap();
    };
    for user in ["bob", "eve", "nobody", "Nobody-2"] {
        fail(scene.go_to(0), user);
    }
    scene.store.remove_user(gone, end_sessions(), event(Action::UserRemoved)).unwrap();
    fail(scene.go_to(99), "recent");
    let prune = |scene: &mut Scene, seconds| {
        scene.go_to(seconds).store.prune_attempts(Duration::from_secs(100)).unwrap()
    };
    assert_eq!(prune(&mut scene, 99), 0);
    assert_eq!(prune(&mut scene, 100), 3, "eve has no account any more");
    assert_eq!(prune(&mut scene, 100), 0);
    assert_eq!(scene.store.user(&name("bob")).unwrap().unwrap().failed_logins, 1);
    assert_eq!(prune(&mut scene, 199), 1);
}

/// Refused attempts are summed in the audit log: one event a minute.
pub fn record_refusal_writes_one_event_a_minute(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let key = scene.store.attempt_key(&name("bob")).unwrap();
    let mut refuse = |seconds| {
        let event = event(Action::LoginRefused).detail("throttled".to_owned());
        scene.go_to(seconds).store.record_refusal(key, event).unwrap()
    };
    assert_eq!([0, 1, 59, 60, 61].map(&mut refuse), [true, false, false, true, false]);
    let details: Vec<_> =
        scene.events(&Default::default()).into_iter().filter_map(|event| event.detail).collect();
    assert_eq!(details, ["throttled, 3 attempts", "throttled"]);
}

/// An attempt that the machine failed is taken back, and only that one.
pub fn cancel_attempt_takes_one_attempt_back(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    scene.user("bob");
    let key = scene.store.attempt_key(&name("bob")).unwrap();
    let policy = Policy::default();
    let failed = |scene: &Scene| scene.store.user(&name("bob")).unwrap().unwrap().failed_logins;
    scene.store.cancel_attempt(key).unwrap();
    assert_eq!(failed(&scene), 0);
    for _ in 0..2 {
        scene.store.begin_attempt(key, &policy).unwrap();
    }
    for left in [1, 0, 0] {
        scene.store.cancel_attempt(key).unwrap();
        assert_eq!(failed(&scene), left);
    }
    assert!(!scene.store.clear_attempts(key, event(Action::UserUnlocked)).unwrap(), "none is left");
}

/// Clearing unlocks a password; it writes an event only where there was something to clear.
pub fn clear_attempts_unlocks_and_reports_whether_there_were_any(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    scene.user("bob");
    let key = scene.store.attempt_key(&name("bob")).unwrap();
    let mut policy = Policy::default();
    policy.set(Key::ThrottleDisable, 1);
    scene.store.begin_attempt(key, &policy).unwrap();
    assert_eq!(scene.store.begin_attempt(key, &policy).unwrap(), Attempt::Locked);
    assert!(scene.store.clear_attempts(key, event(Action::UserUnlocked)).unwrap());
    assert!(!scene.store.clear_attempts(key, event(Action::UserUnlocked)).unwrap());
    assert_eq!(scene.count_events(Action::UserUnlocked), 1);
    assert_eq!(scene.store.begin_attempt(key, &policy).unwrap(), Attempt::Allowed { failures: 1 });
    // Guesses at a name before it existed do not lock its user out.
    let later = scene.store.attempt_key(&name("carl")).unwrap();
    scene.store.begin_attempt(later, &policy).unwrap();
    scene.user("carl");
    assert_eq!(scene.store.begin_attempt(later, &policy).unwrap(), Attempt::Allowed { failures: 1 });
}
