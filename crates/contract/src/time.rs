//! Which time decides a change: the clock's, read under the lock, never earlier than the latest event.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::Duration;

use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{CLOCK_TOLERANCE, Kind, Session, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{
    Access, DataOutcome, EndRule, EventFilter, LogIn, LogInOutcome, Merge, NewSession, Store, StoreError,
    StoreFactory, Touch,
};

use crate::StoreProvider;
use crate::acts::{self, World};
use crate::scene::{Scene, all, at, event, id, name, new_session, only};
use crate::{login, token, user};

/// The time of the latest event in the cases of a clock that went back.
const LATEST: i64 = 1_000;

/// A caller sees an active session; its limit passes before the change is made. Nothing comes of the change, and the
/// session stays expired.
pub fn what_is_expired_at_the_change_stays_expired(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let bob = scene.user("bob");
    let parent = scene.create_session(&new_session(Kind::Sso, Some(bob)));
    let visitor = scene.anonymous();
    let rotation = token::rotation(&mut scene, parent.id, &parent.token);
    let upgrade = login::upgrade(&visitor, Merge::Replace);
    let log_in = LogIn { upgrade, ..login::log_in(&mut scene, bob) };
    let child = NewSession { parent: Some(parent.id), ..new_session(Kind::Web, Some(bob)) };
    scene.go_to(599);
    let before = [parent.id, visitor.id].map(|id| (scene.session(id), scene.state(id)));
    assert!(before.iter().all(|(_, state)| *state == State::Active));
    let events = scene.event_count();

    scene.go_to(600);
    assert!(scene.try_create(&child).is_none(), "a child was created");
    assert!(scene.store.rotate(&rotation).unwrap().is_none(), "a token was issued");
    assert!(matches!(scene.store.log_in(log_in).unwrap(), LogInOutcome::NotUpgradable));
    assert_eq!(scene.set_data(visitor.id, "cart", "1"), DataOutcome::NotActive);
    let signed = scene.store.record_if_active(parent.id, at(0), event(Action::JwtIssued)).unwrap();
    assert!(!signed, "a JWT was issued");
    scene.store.touch(&[Touch::new(parent.id, at(599))], &event(Action::NetworkChanged)).unwrap();
    let selector = all();
    for end in [EndRule::Now, EndRule::In(Duration::from_secs(60)), EndRule::At(at(9_999))] {
        let batch = scene.batch(&selector);
        let result = scene.store.expire(&batch, end, event(Action::ExpirySet)).unwrap();
        assert!(result.changes.iter().all(|change| !change.changed && change.before == State::Expired));
    }
    assert!(scene.revoke(&selector).changes.iter().all(|change| !change.changed));
    let ended = scene.store.disable_user(bob, user::end_sessions(), event(Action::UserDisabled)).unwrap();
    assert_eq!(ended, Some(vec![]));

    for (session, _) in before {
        assert_eq!((scene.state(session.id), scene.session(session.id)), (State::Expired, session));
    }
    assert_eq!(scene.event_count(), events + 1, "an event of a change that was not made");
}

/// While a store reads the clock for a change, no other store can commit what excludes the change: the time is read under
/// the lock.
pub fn each_change_reads_the_clock_under_its_lock(provider: &dyn StoreProvider) {
    // Each act has a store of its own, because one changes what another works on.
    for number in 0.. {
        let clock = Arc::new(LockProbe::new());
        let factory: Arc<dyn StoreFactory> = provider.factory(Arc::clone(&clock) as Arc<dyn Clock>).into();
        let mut scene = Scene::on(Arc::clone(&factory), Arc::clone(&clock.clock));
        let world = acts::world(&mut scene);
        let mut acts = acts::grants(&mut scene, &world);
        acts.extend(acts::takings(&mut scene, &world));
        let Some(act) = acts.into_iter().nth(number) else { break };
        if !provider.excludes_other_writers() && acts::LOCK_NOTHING_THAT_EXISTS.contains(&act.name) {
            continue;
        }
        let rival = if provider.excludes_other_writers() { record } else { acts::change_everything };
        let held = clock.watch(&factory, rival, || (act.run)(scene.store.as_mut()).unwrap());
        assert_eq!(held, Some(true), "{} reads its clock before it holds the lock", act.name);
    }
}

fn record(store: &mut dyn Store) {
    store.record(event(Action::LoginFailed)).unwrap();
}

/// How long another writer tries to get the lock. If it gets none in that time, the lock counts as held.
const PROBE: Duration = Duration::from_millis(60);

/// A clock that, when it is watched, finds out at each reading whether another store could commit just then.
#[derive(Debug)]
struct LockProbe {
    clock: Arc<FixedClock>,
    /// The thread whose readings are watched.
    thread: ThreadId,
    watching: AtomicBool,
    /// What another store needs to write.
    other: Mutex<Option<OtherStore>>,
    /// Whether the lock was held at one of the readings.
    held: Mutex<Option<bool>>,
    writers: Mutex<Vec<JoinHandle<()>>>,
}

/// A change that is excluded while the clock is read.
type Rival = fn(&mut dyn Store);

#[derive(Clone)]
struct OtherStore(Arc<dyn StoreFactory>, Rival);

impl std::fmt::Debug for OtherStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OtherStore")
    }
}

impl LockProbe {
    fn new() -> Self {
        LockProbe {
            clock: Arc::new(FixedClock::new(at(0))),
            thread: thread::current().id(),
            watching: AtomicBool::new(false),
            other: Mutex::default(),
            held: Mutex::default(),
            writers: Mutex::default(),
        }
    }

    /// Whether the lock was held at one of the readings of the clock by `change`; none where it was not read.
    fn watch(&self, factory: &Arc<dyn StoreFactory>, rival: Rival, change: impl FnOnce()) -> Option<bool> {
        *self.other.lock().unwrap() = Some(OtherStore(Arc::clone(factory), rival));
        self.watching.store(true, Ordering::SeqCst);
        change();
        self.watching.store(false, Ordering::SeqCst);
        *self.other.lock().unwrap() = None;
        for writer in self.writers.lock().unwrap().drain(..) {
            writer.join().unwrap();
        }
        self.held.lock().unwrap().take()
    }

    fn probe(&self) {
        let Some(OtherStore(factory, rival)) = self.other.lock().unwrap().clone() else { return };
        let (done, committed) = mpsc::channel();
        let writer = thread::spawn(move || {
            let mut store = factory.open(Access::Write).unwrap();
            rival(store.as_mut());
            // The receiver is gone where the lock was held.
            let _ = done.send(());
        });
        let held = committed.recv_timeout(PROBE).is_err();
        // A store may read the clock before as well, and for what follows the commit, such as a seal.
        let mut any = self.held.lock().unwrap();
        *any = Some(held || *any == Some(true));
        self.writers.lock().unwrap().push(writer);
    }
}

impl Clock for LockProbe {
    fn now(&self) -> Timestamp {
        if self.watching.load(Ordering::SeqCst) && thread::current().id() == self.thread {
            self.probe();
        }
        self.clock.now()
    }
}

/// Whatever a clock does within its tolerance, the times of events never fall.
pub fn event_times_never_fall(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    scene.user("bob");
    for seconds in [100, 50, 120, 0, 119, 300, 1, 299, 301] {
        scene.go_to(seconds).anonymous();
        scene.store.record(event(Action::LoginFailed)).unwrap();
        let newest = id(scene.store.newest().unwrap().unwrap().get());
        scene.revoke(&only(newest));
    }
    let mut events = scene.events(&EventFilter::default());
    events.reverse();
    assert_eq!(events.len(), 2 + 27);
    assert!(events.is_sorted_by_key(|event| event.at), "{events:?}");
    assert_eq!(events.last().map(|event| event.at), Some(at(301)));
    let created: Vec<_> = (1..=9).map(|number| scene.session(id(number)).created_at).collect();
    assert!(created.is_sorted(), "{created:?}");
}

/// A world whose latest event is at [`LATEST`].
fn late_world(scene: &mut Scene) -> World {
    scene.go_to(LATEST);
    acts::world(scene)
}

/// All that a change could alter: sessions, users and settings.
fn contents(scene: &Scene) -> (Vec<Session>, Vec<String>) {
    let newest = scene.store.newest().unwrap().map_or(0, SessionId::get);
    let sessions = (1..=newest)
        .filter_map(|number| scene.store.session(id(number)).unwrap())
        .map(|(session, _)| session);
    let mut others: Vec<String> = ["bob", "eve", "carl"]
        .into_iter()
        .map(|text| format!("{:?}", scene.store.user(&name(text)).unwrap()))
        .collect();
    others.push(format!("{:?}", scene.store.policy().unwrap()));
    let keys = scene.store.keys().unwrap();
    others.extend(keys.iter().map(|key| format!("{} {:?}", key.kid, key.retired_at)));
    others.push(scene.event_count().to_string());
    (sessions.collect(), others)
}

/// More than the tolerance behind the latest event, a clock could bring expired sessions back to life.
pub fn a_clock_far_behind_grants_nothing(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let world = late_world(&mut scene);
    let acts = acts::grants(&mut scene, &world);
    let before = contents(&scene);
    let now = at(LATEST).minus(CLOCK_TOLERANCE).minus(Duration::from_secs(1));
    scene.go_to(LATEST - 301);
    for act in acts {
        let result = (act.run)(scene.store.as_mut());
        let refused = matches!(
            result,
            Err(StoreError::ClockBehind { now: shown, latest }) if (shown, latest) == (now, at(LATEST))
        );
        assert!(refused, "{}: {result:?}", act.name);
        assert_eq!(contents(&scene), before, "{} changed something", act.name);
    }
}

/// Access can be taken away whatever the clock shows; the change has the time of the latest event.
pub fn a_clock_far_behind_takes_everything_away(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let world = late_world(&mut scene);
    let acts = acts::takings(&mut scene, &world);
    scene.go_to(0);
    for act in acts {
        let before = contents(&scene);
        let result = (act.run)(scene.store.as_mut());
        assert!(result.is_ok(), "{}: {result:?}", act.name);
        assert_ne!(contents(&scene), before, "{} changed nothing", act.name);
    }
    assert_eq!(scene.session(world.visitor.id).revoked_at, Some(at(LATEST)));
    assert_eq!(scene.session(world.parent.id).deadline, at(LATEST));
    assert_eq!(scene.store.latest_event_at().unwrap(), Some(at(LATEST)));
    let sessions = [world.parent.id, world.child.id, world.visitor.id, world.ended];
    scene.go_to(LATEST);
    assert!(sessions.iter().all(|id| scene.state(*id) != State::Active));
}

/// Which is wrong, the clock or the latest event, nobody knows. So what is active by either of them is ended, at a time
/// at which it is seen as ended once the clock is mended.
pub fn a_clock_far_behind_ends_what_is_active_by_it(provider: &dyn StoreProvider) {
    type End = fn(&mut Scene, SessionId);
    let ends: [(&str, End); 4] = [
        ("revoke", |scene, id| drop(scene.revoke(&only(id)))),
        ("expire", |scene, id| {
            let selector = only(id);
            let batch = scene.batch(&selector);
            scene.store.expire(&batch, EndRule::Now, event(Action::ExpirySet)).unwrap();
        }),
        ("disable_user", |scene, _| {
            let bob = scene.store.user(&name("bob")).unwrap().unwrap().id;
            let end = user::end_sessions();
            scene.store.disable_user(bob, end, event(Action::UserDisabled)).unwrap().unwrap();
        }),
        ("remove_user", |scene, _| {
            let bob = scene.store.user(&name("bob")).unwrap().unwrap().id;
            scene.store.remove_user(bob, user::end_sessions(), event(Action::UserRemoved)).unwrap().unwrap();
        }),
    ];
    for (name, end) in ends {
        let mut scene = Scene::new(provider);
        let (parent, child) = scene.parent_and_child();
        scene.go_to(1_000_000).store.record(event(Action::LoginFailed)).unwrap();
        scene.go_to(10);
        end(&mut scene, parent.id);
        for (what, id) in [("parent", parent.id), ("child", child.id)] {
            let session = scene.session(id);
            assert_eq!(session.deadline, at(10), "{name}, {what}: {session:?}");
            assert_ne!(scene.state(id), State::Active, "{name}, {what}");
        }
    }
}

/// A key that is retired with a clock behind refuses what it signs from the clock's time on, not from a false future on.
pub fn a_clock_far_behind_retires_a_key_at_its_own_time(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    acts::world(&mut scene);
    scene.go_to(1_000_000).store.record(event(Action::LoginFailed)).unwrap();
    scene.go_to(10);
    assert!(scene.store.retire_key("old", event(Action::JwtKeyRetired)).unwrap());
    let retired_at = |scene: &Scene| scene.store.keys().unwrap().iter().find_map(|key| key.retired_at);
    assert_eq!(retired_at(&scene), Some(at(10)));
    assert!(scene.store.revoke_key("old", event(Action::JwtKeyRevoked)).unwrap());
    assert_eq!(retired_at(&scene), Some(at(10)));
}

/// What was issued or seen later than the clock shows ends; the rest goes on, and changes are possible again.
pub fn accept_clock_ends_what_a_false_future_issued(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let kept = scene.anonymous();
    let (parent, child) = scene.parent_and_child();
    let revoked = scene.anonymous().id;
    scene.go_to(500);
    let issued = scene.anonymous().id;
    let seen = Touch { id: parent.id, seen_at: at(500), ip: None };
    scene.store.touch(&[seen], &event(Action::NetworkChanged)).unwrap();
    scene.revoke(&only(revoked));
    scene.go_to(100);
    let planned = scene.store.accept_clock(false, event(Action::ClockAccepted)).unwrap().unwrap();
    assert_eq!(scene.store.latest_event_at().unwrap(), Some(at(500)), "a look changed something");
    let done = scene.store.accept_clock(true, event(Action::ClockAccepted)).unwrap().unwrap();
    assert_eq!(planned, done);
    assert_eq!((done.clock, done.latest), (at(100), at(500)));
    assert_eq!(done.ended, [parent.id, child.id, issued]);
    assert_eq!(scene.store.latest_event_at().unwrap(), Some(at(100)));
    for id in [parent.id, child.id, issued, revoked] {
        assert_eq!((scene.state(id), scene.session(id).deadline), (State::Revoked, at(100)), "{id}");
    }
    assert_eq!(scene.state(kept.id), State::Active);
    let created = scene.anonymous().id;
    assert_eq!(scene.session(created).created_at, at(100));
    assert_eq!(scene.store.accept_clock(true, event(Action::ClockAccepted)).unwrap(), None);
    assert!(scene.store.check().unwrap().is_empty());
}

/// A key that may have signed in a false future no longer signs, and what it signed then is refused.
pub fn accept_clock_retires_the_keys_of_a_false_future(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    acts::world(&mut scene);
    let session = scene.anonymous().id;
    scene.go_to(500).store.record_if_active(session, at(0), event(Action::JwtIssued)).unwrap();
    scene.go_to(100);
    let done = scene.store.accept_clock(true, event(Action::ClockAccepted)).unwrap().unwrap();
    assert_eq!(done.retired_keys, ["old"]);
    let keys = scene.store.keys().unwrap();
    assert!(keys.iter().all(|key| key.retired_at == Some(at(100))));
}

/// In a sandbox time is set at will, and a clock that is a little behind is no false future.
pub fn accept_clock_changes_nothing_where_the_clock_is_not_behind(provider: &dyn StoreProvider) {
    for (mut scene, seconds) in [(Scene::sandbox(provider), 0), (Scene::new(provider), 200)] {
        scene.go_to(500).anonymous();
        let events = scene.event_count();
        scene.go_to(seconds);
        assert_eq!(scene.store.accept_clock(true, event(Action::ClockAccepted)).unwrap(), None);
        assert_eq!(scene.event_count(), events);
    }
}

/// Within the tolerance the time of the latest event decides.
pub fn a_clock_a_little_behind_decides_by_the_latest_event(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let world = late_world(&mut scene);
    let acts = acts::grants(&mut scene, &world);
    scene.go_to(LATEST - 300);
    let created = scene.anonymous().id;
    assert_eq!(scene.session(created).created_at, at(LATEST));
    for act in acts {
        let result = (act.run)(scene.store.as_mut());
        assert!(result.is_ok(), "{}: {result:?}", act.name);
    }
    assert_eq!(scene.store.latest_event_at().unwrap(), Some(at(LATEST)));
}

/// In a sandbox time is set at will, to learn: it may go back.
pub fn in_a_sandbox_the_clock_alone_decides(provider: &dyn StoreProvider) {
    let mut scene = Scene::sandbox(provider);
    assert!(scene.store.is_sandbox().unwrap());
    let late = scene.go_to(LATEST).anonymous().id;
    let early = scene.go_to(10).anonymous().id;
    assert_eq!([late, early].map(|id| scene.session(id).created_at), [at(LATEST), at(10)]);
    scene.go_to(LATEST).revoke(&only(late));
    // Even seen from a time before its revocation, a session that was revoked cannot be changed.
    scene.go_to(10).store.touch(&[Touch::new(late, at(10))], &event(Action::NetworkChanged)).unwrap();
    assert_eq!(scene.set_data(late, "a", "1"), DataOutcome::NotActive);
    assert_eq!(scene.session(late).revoked_at, Some(at(LATEST)));
}
