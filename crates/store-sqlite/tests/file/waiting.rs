//! A change that waits for the lock is decided by the time at which it holds the lock: what expired meanwhile stays
//! expired, nothing comes of it, and no event is earlier than the one before it.

use std::ops::ControlFlow;
use std::sync::mpsc;
use std::time::Duration;

use rusqlite::Connection;
use sessionctl_core::model::event::{Action, LoggedEvent};
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::Token;
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{
    AuditStore as _, DataLimits, DataOutcome, DataStore as _, DataWrite, EndRule, EventFilter, Issued, LogIn,
    LogInOutcome, Merge, NewSession, Reauthentication, Rotation, SessionStore as _, StoreError, Touch,
    Upgrade, UserStore as _,
};
use sessionctl_store_sqlite::SqliteStore;

use crate::env::{Env, at, batch, event, new_session, only};

/// The idle timeout of the sessions of these tests ends here.
const LIMIT_SECONDS: i64 = 600;

/// Runs `act` while another connection holds the write lock. The clock passes the limit of the sessions before the lock
/// is released.
fn while_locked<T: Send>(env: &mut Env, act: impl FnOnce(&mut SqliteStore) -> T + Send) -> T {
    let (result, waited) = try_while_locked(env, act);
    assert!(waited, "the change did not wait for the lock");
    result
}

/// The same, and whether `act` still waited when the lock was released.
fn try_while_locked<T: Send>(env: &mut Env, act: impl FnOnce(&mut SqliteStore) -> T + Send) -> (T, bool) {
    let other = Connection::open(env.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    env.clock.set(at(LIMIT_SECONDS - 1));
    let (begun, begins) = mpsc::channel();
    let (store, clock) = (&mut env.store, &env.clock);
    std::thread::scope(|scope| {
        let change = scope.spawn(move || {
            begun.send(()).unwrap();
            act(store)
        });
        begins.recv().unwrap();
        // Long enough for the change to begin and to wait; if it is not, the test asks less, but nothing wrong.
        std::thread::sleep(Duration::from_millis(200));
        let waits = !change.is_finished();
        clock.set(at(LIMIT_SECONDS));
        other.execute_batch("ROLLBACK").unwrap();
        (change.join().unwrap(), waits)
    })
}

fn events(env: &Env) -> Vec<(String, Timestamp)> {
    let mut events = Vec::new();
    let mut each = |event: LoggedEvent| {
        events.push((event.action, event.at));
        ControlFlow::Continue(())
    };
    env.store.events(&EventFilter::default(), &mut each).unwrap();
    events.reverse();
    events
}

/// Checks that the session is expired, that `act` wrote no event, and that event times rise.
fn assert_still_expired(env: &Env, id: SessionId, events_before: usize) {
    assert_eq!(env.session(id).state(at(LIMIT_SECONDS)), State::Expired);
    let events = events(env);
    assert_eq!(events.len(), events_before, "{events:?}");
    assert!(events.is_sorted_by_key(|(_, at)| *at), "{events:?}");
}

/// A session of bob, and the number of events so far.
fn bobs_session(env: &mut Env) -> (UserId, Issued, usize) {
    let bob = env.add_user("bob");
    let issued = env.create(&new_session(Kind::Web, Some(bob)));
    let events_before = events(env).len();
    (bob, issued, events_before)
}

fn rotation(env: &mut Env, id: SessionId, token: &Token) -> Rotation {
    Rotation {
        id,
        digest: token.digest(),
        random: env.random(),
        grace: Duration::from_secs(10),
        reauthentication: None,
        event: event(Action::SessionRotated),
    }
}

#[test]
fn touch_that_waited_extends_no_expired_session() {
    let mut env = Env::new();
    let (_, issued, before) = bobs_session(&mut env);
    let touches = [Touch::new(issued.id, at(LIMIT_SECONDS - 1))];
    // It waits for about a second: on a machine that has other work, the lock may be released too late for it.
    let has_waited = (0..30).any(|_| {
        let touch = |store: &mut SqliteStore| store.touch(&touches, &event(Action::NetworkChanged));
        let (touched, waited) = try_while_locked(&mut env, touch);
        assert!(waited || matches!(touched, Err(StoreError::Busy)), "the touch did not wait: {touched:?}");
        touched.is_ok()
    });
    assert!(has_waited, "it always gave up");
    assert_eq!(env.session(issued.id).last_seen_at, at(0));
    assert_still_expired(&env, issued.id, before);
}

#[test]
fn rotate_that_waited_gives_no_token_for_an_expired_session() {
    let mut env = Env::new();
    let (_, issued, before) = bobs_session(&mut env);
    let rotation = rotation(&mut env, issued.id, &issued.token);
    assert!(while_locked(&mut env, |store| store.rotate(&rotation)).unwrap().is_none());
    assert_still_expired(&env, issued.id, before);
}

#[test]
fn reauthentication_that_waited_renews_no_expired_session() {
    let mut env = Env::new();
    let (user, issued, before) = bobs_session(&mut env);
    let attempt_key = env.store.attempt_key(&"bob".parse().unwrap()).unwrap();
    let checked = Reauthentication { user, checked_hash: "hash".to_owned(), attempt_key };
    let rotation =
        Rotation { reauthentication: Some(checked), ..rotation(&mut env, issued.id, &issued.token) };
    assert!(while_locked(&mut env, |store| store.rotate(&rotation)).unwrap().is_none());
    assert_still_expired(&env, issued.id, before);
}

#[test]
fn expire_that_waited_extends_no_expired_session() {
    let mut env = Env::new();
    let (_, issued, before) = bobs_session(&mut env);
    let selector = only(issued.id);
    for rule in [EndRule::In(Duration::from_secs(1_200)), EndRule::At(at(2_000)), EndRule::Now] {
        let changes = while_locked(&mut env, |store| {
            let batch = batch(store, &selector);
            store.expire(&batch, rule, event(Action::ExpirySet)).unwrap().changes
        });
        assert!(changes.iter().all(|change| !change.changed), "{rule:?}: {changes:?}");
        assert_still_expired(&env, issued.id, before);
    }
}

#[test]
fn revoke_that_waited_leaves_an_expired_session_expired() {
    let mut env = Env::new();
    let (_, issued, before) = bobs_session(&mut env);
    let selector = only(issued.id);
    let result = while_locked(&mut env, |store| {
        let batch = batch(store, &selector);
        store.revoke(&batch, "test", event(Action::SessionRevoked)).unwrap()
    });
    assert!(result.changes.iter().all(|change| !change.changed));
    assert_still_expired(&env, issued.id, before);
}

#[test]
fn create_that_waited_creates_no_child_of_an_expired_parent() {
    let mut env = Env::new();
    let bob = env.add_user("bob");
    let parent = env.create(&new_session(Kind::Sso, Some(bob)));
    let (before, random) = (events(&env).len(), env.random());
    let child = NewSession { parent: Some(parent.id), ..new_session(Kind::Web, Some(bob)) };
    let issued =
        while_locked(&mut env, |store| store.create(&child, &[random], event(Action::SessionCreated)));
    assert!(issued.unwrap().is_empty());
    assert_still_expired(&env, parent.id, before);
}

#[test]
fn create_that_waited_counts_the_lifetime_from_the_lock() {
    let mut env = Env::new();
    let random = env.random();
    let session = new_session(Kind::Anonymous, None);
    let issued =
        while_locked(&mut env, |store| store.create(&session, &[random], event(Action::SessionCreated)));
    let created = env.session(issued.unwrap()[0].id);
    assert_eq!(created.created_at, at(LIMIT_SECONDS));
    assert_eq!(created.absolute_expires_at, at(LIMIT_SECONDS + 3_600));
    assert_eq!(events(&env).last().unwrap().1, at(LIMIT_SECONDS));
}

#[test]
fn set_data_that_waited_writes_nothing_to_an_expired_session() {
    let mut env = Env::new();
    let (_, issued, before) = bobs_session(&mut env);
    let limits = DataLimits { keys: 10, bytes: 1_000 };
    let write = DataWrite { session: issued.id, key: "cart", json: Some("[1]"), if_version: None, limits };
    let outcome = while_locked(&mut env, |store| store.set_data(&write, event(Action::DataChanged)));
    assert_eq!(outcome.unwrap(), DataOutcome::NotActive);
    assert!(env.store.data(issued.id).unwrap().is_empty());
    assert_still_expired(&env, issued.id, before);
}

#[test]
fn record_if_active_that_waited_records_nothing_for_an_expired_session() {
    let mut env = Env::new();
    let (_, issued, before) = bobs_session(&mut env);
    let recorded = while_locked(&mut env, |store| {
        store.record_if_active(issued.id, at(LIMIT_SECONDS), event(Action::JwtIssued))
    });
    assert!(!recorded.unwrap());
    assert_still_expired(&env, issued.id, before);
}

#[test]
fn log_in_that_waited_takes_over_no_expired_anonymous_session() {
    let mut env = Env::new();
    let user = env.add_user("bob");
    let anonymous = env.create_anonymous();
    let (before, random) = (events(&env).len(), env.random());
    let attempt_key = env.store.attempt_key(&"bob".parse().unwrap()).unwrap();
    let login = LogIn {
        session: new_session(Kind::Web, Some(user)),
        random,
        sessions_max: 20,
        evict_oldest: false,
        ends: Vec::new(),
        upgrade: Some(Upgrade {
            id: anonymous.id,
            digest: anonymous.token.digest(),
            merge: Merge::Keep,
            event: event(Action::SessionUpgraded),
        }),
        checked: Reauthentication { user, checked_hash: "hash".to_owned(), attempt_key },
        rehash: None,
        event: event(Action::LoginSucceeded),
    };
    let outcome = while_locked(&mut env, |store| store.log_in(login)).unwrap();
    assert!(matches!(outcome, LogInOutcome::NotUpgradable), "{outcome:?}");
    assert_still_expired(&env, anonymous.id, before);
}

/// A clock that was set back while a change waited.
#[test]
fn event_times_do_not_fall_when_the_clock_does() {
    let mut env = Env::new();
    env.clock.set(at(200));
    let issued = env.create_anonymous();
    env.clock.set(at(100));
    let id = env.create_anonymous().id;
    assert_eq!(env.session(id).created_at, at(200));
    env.clock.set(at(-500));
    let random = env.random();
    let created =
        env.store.create(&new_session(Kind::Anonymous, None), &[random], event(Action::SessionCreated));
    assert!(matches!(created, Err(StoreError::ClockBehind { .. })), "{created:?}");
    env.revoke(issued.id);
    assert_eq!(env.session(issued.id).revoked_at, Some(at(200)));
    let events = events(&env);
    assert!(events.is_sorted_by_key(|(_, at)| *at), "{events:?}");
}
