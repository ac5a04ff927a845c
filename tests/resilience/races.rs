//! Threads that race for what only one may have. Each has the database open by itself, as a process has, and
//! all start together. Processes race in `tests/crash/races.rs`; threads leave time for many rounds.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use sessionctl_core::model::event::{Action, Subjects};
use sessionctl_core::model::policy::Policy;
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::model::user::UserId;
use sessionctl_core::store::{
    Attempt, AuditStore as _, Batch, Issued, LogIn, LogInOutcome, LogVerdict, Maintenance as _, Merge,
    Reauthentication, Rotation, SessionStore as _, TokenStatus, Touch, Upgrade, UserStore as _,
};
use sessionctl_store_sqlite::SqliteStore;

use crate::report::{report, trials};
use crate::scene::{START, Scene, at, event, new_session, open_to_write, set_clock};

/// Randomness that no two racers share.
fn random() -> [u8; 24] {
    static DRAWN: AtomicU32 = AtomicU32::new(0);
    let mut bytes = [3; 24];
    bytes[20..].copy_from_slice(&DRAWN.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

/// A database and its racers.
struct Field {
    scene: Scene,
    stores: Vec<SqliteStore>,
    bob: UserId,
}

impl Field {
    fn new() -> Self {
        let mut scene = Scene::new();
        let racers = trials(32, 64);
        let stores = (0..racers).map(|_| open_to_write(&scene.path)).collect();
        let bob = scene.user("bob");
        Field { scene, stores, bob }
    }

    fn make(&mut self) -> Issued {
        self.scene.make(&new_session(Kind::Anonymous, None))
    }

    /// Runs all racers at once; returns the result of each.
    fn race<T: Send>(&mut self, act: impl Fn(usize, &mut SqliteStore) -> T + Sync) -> Vec<T> {
        let begin = Barrier::new(self.stores.len());
        thread::scope(|scope| {
            let racers = self.stores.iter_mut().enumerate().map(|(number, store)| {
                let (begin, act) = (&begin, &act);
                scope.spawn(move || {
                    begin.wait();
                    act(number, store)
                })
            });
            let racers: Vec<_> = racers.collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        })
    }

    /// Runs the rounds, and checks the database at the end.
    fn rounds(mut self, what: &str, mut round: impl FnMut(&mut Field)) {
        let rounds = trials(20, 1_000);
        for _ in 0..rounds {
            round(&mut self);
        }
        let store = &self.stores[0];
        assert_eq!(store.check().unwrap(), Vec::<String>::new());
        assert!(matches!(store.verify_log().unwrap(), LogVerdict::Consistent { .. }));
        report(what, rounds, format!("{} at once, exactly one each time", self.stores.len()));
    }
}

#[test]
fn concurrent_rotate_in_process_has_one_winner() {
    Field::new().rounds("one rotation wins", |field| {
        let made = field.make();
        let outcomes = field.race(|_, store| {
            let rotation = Rotation {
                id: made.id,
                digest: made.token.digest(),
                random: random(),
                grace: Duration::ZERO,
                reauthentication: None,
                event: event(Action::SessionRotated, 0),
            };
            store.rotate(&rotation).unwrap()
        });
        let winners: Vec<_> = outcomes.into_iter().flatten().collect();
        assert_eq!(winners.len(), 1, "tokens were issued");
        let store = &field.stores[0];
        assert_eq!(store.look_up(&winners[0]).unwrap().unwrap().status, TokenStatus::Current);
        assert!(matches!(store.look_up(&made.token).unwrap().unwrap().status, TokenStatus::Retired { .. }));
        assert_eq!(store.rotations(made.id).unwrap(), 1);
    });
}

#[test]
fn concurrent_upgrade_moves_the_cart_once() {
    Field::new().rounds("one login takes a visitor's session", |field| {
        let visitor = field.make();
        let bob = field.bob;
        let outcomes = field.race(|_, store| {
            let upgrade = Upgrade {
                id: visitor.id,
                digest: visitor.token.digest(),
                merge: Merge::Keep,
                event: event(Action::SessionUpgraded, 0).about(Subjects::One(visitor.id)),
            };
            let login = LogIn {
                session: new_session(Kind::Web, Some(bob)),
                random: random(),
                sessions_max: 1_000_000,
                evict_oldest: false,
                ends: Vec::new(),
                upgrade: Some(upgrade),
                checked: Reauthentication {
                    user: bob,
                    checked_hash: "hash".to_owned(),
                    attempt_key: [1; 32],
                },
                rehash: None,
                event: event(Action::LoginSucceeded, 0),
            };
            store.log_in(login).unwrap()
        });
        let done = outcomes.iter().filter(|outcome| matches!(outcome, LogInOutcome::Done { .. })).count();
        let late = outcomes.iter().filter(|outcome| matches!(outcome, LogInOutcome::NotUpgradable)).count();
        assert_eq!((done, late), (1, outcomes.len() - 1));
        assert_eq!(field.scene.state(visitor.id, 2), State::Revoked);
    });
}

/// Half of the racers record that the session was seen, each a little later than the one before; the other
/// half revoke it.
#[test]
fn concurrent_revoke_wins_once_over_touches() {
    Field::new().rounds("revoke against touch", |field| {
        let id = field.make().id;
        set_clock(1);
        let revoked = field.race(|number, store| {
            if number % 2 == 0 {
                store.touch(&[Touch::new(id, at(1))], &event(Action::NetworkChanged, 1)).unwrap();
                return 0;
            }
            let selector = Selector { ids: vec![id], ..Selector::default() };
            let slice = Batch { selector: &selector, after: None, up_to: id, limit: 1, expect: None };
            let revoked = store.revoke(&slice, "raced", event(Action::SessionRevoked, 0)).unwrap();
            revoked.changes.iter().filter(|change| change.changed).count()
        });
        assert_eq!(revoked.iter().sum::<usize>(), 1, "not exactly one revoked it");
        let session = field.scene.session(id);
        assert_eq!((session.state(at(2)), session.deadline), (State::Revoked, at(1)));
    });
}

/// After the free failures, one more password may be tried when a wait ends: by one racer, however many try.
#[test]
fn concurrent_login_after_throttle_tries_one_password() {
    let policy = Policy::default();
    let mut round = 0;
    Field::new().rounds("login against the throttle", |field| {
        round += 1;
        set_clock(0);
        let name = format!("user {round}").parse().unwrap();
        let key = field.stores[0].attempt_key(&name).unwrap();
        let opens = loop {
            match field.stores[0].begin_attempt(key, &policy).unwrap() {
                Attempt::Allowed { failures } => assert!(failures < 20, "nothing is throttled"),
                Attempt::Throttled(until) => break until,
                Attempt::Locked => panic!("disabled so soon"),
            }
        };
        set_clock(opens.unix() - START);
        let outcomes = field.race(|_, store| store.begin_attempt(key, &policy).unwrap());
        let allowed = outcomes.iter().filter(|attempt| matches!(attempt, Attempt::Allowed { .. })).count();
        assert_eq!(allowed, 1, "{outcomes:?}");
        set_clock(opens.unix() - START - 1);
        let early = field.race(|_, store| store.begin_attempt(key, &policy).unwrap());
        assert!(early.iter().all(|attempt| matches!(attempt, Attempt::Throttled(_))), "{early:?}");
    });
}
