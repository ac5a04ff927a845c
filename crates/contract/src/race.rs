//! Many stores at one place that change it at once: each change is whole, and of those that exclude each other one
//! wins.

use std::sync::{Arc, Barrier};
use std::thread;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::store::{Access, LogVerdict, Store};

use crate::StoreProvider;
use crate::scene::{Scene, event, name, new_session, only};
use crate::token;

/// The stores that race.
const RACERS: usize = 8;
/// The changes of each.
const ROUNDS: usize = 5;

/// Runs `change` in as many threads as there are racers, each with a store of its own, and returns what each returned.
fn race<T: Send>(scene: &Scene, change: impl Fn(usize, &mut dyn Store) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(RACERS);
    thread::scope(|scope| {
        let racers: Vec<_> = (0..RACERS)
            .map(|racer| {
                let (start, change, factory) = (&start, &change, Arc::clone(&scene.factory));
                scope.spawn(move || {
                    let mut store = factory.open(Access::Write).unwrap();
                    start.wait();
                    change(racer, store.as_mut())
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    })
}

/// Of many rotations of one token at once, exactly one succeeds, and only its token is current.
pub fn rotate_at_once_has_one_winner(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let issued = scene.anonymous();
    let rotations: Vec<_> =
        (0..RACERS).map(|_| token::rotation(&mut scene, issued.id, &issued.token)).collect();
    let winners = race(&scene, |racer, store| store.rotate(&rotations[racer]).unwrap());
    assert_eq!(winners.iter().flatten().count(), 1);
    assert_eq!(
        (scene.store.rotations(issued.id).unwrap(), scene.count_events(Action::SessionRotated)),
        (1, 1)
    );
}

/// Of many revocations of one session at once, exactly one changes it, with one event.
pub fn revoke_at_once_changes_a_session_once(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let id = scene.anonymous().id;
    let selector = only(id);
    let batch = scene.batch(&selector);
    let changed = race(&scene, |racer, store| {
        let result = store.revoke(&batch, &format!("racer {racer}"), event(Action::SessionRevoked)).unwrap();
        result.changes.iter().filter(|change| change.changed).count()
    });
    assert_eq!(changed.iter().sum::<usize>(), 1);
    assert_eq!((scene.state(id), scene.count_events(Action::SessionRevoked)), (State::Revoked, 1));
}

/// Sessions that are created at once have ids without gaps and tokens of their own; the chain of the log is whole.
pub fn create_at_once_assigns_each_id_once(provider: &dyn StoreProvider) {
    let mut scene = Scene::new(provider);
    let random: Vec<_> = (0..RACERS * ROUNDS).map(|_| scene.random()).collect();
    let new = new_session(Kind::Anonymous, None);
    let issued = race(&scene, |racer, store| {
        let mine = random.chunks(ROUNDS).nth(racer).unwrap().iter();
        let created = mine.map(|bytes| store.create(&new, &[*bytes], event(Action::SessionCreated)).unwrap());
        created.flatten().collect::<Vec<_>>()
    });
    let issued: Vec<_> = issued.into_iter().flatten().collect();
    for one in &issued {
        assert_eq!(scene.store.look_up(&one.token).unwrap().unwrap().session.id, one.id);
    }
    let mut ids: Vec<i64> = issued.iter().map(|one| one.id.get()).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=(RACERS * ROUNDS) as i64).collect::<Vec<_>>());
    let whole = scene.store.verify_log().unwrap();
    let events = 1 + (RACERS * ROUNDS) as u64;
    assert!(matches!(whole, LogVerdict::Consistent { events: n, .. } if n == events), "{whole:?}");
}

/// Of many additions of one name at once, exactly one adds the user.
pub fn add_user_at_once_adds_one(provider: &dyn StoreProvider) {
    let scene = Scene::new(provider);
    let added = race(&scene, |_, store| {
        store.add_user(&name("bob"), None, event(Action::UserAdded)).unwrap().is_some()
    });
    assert_eq!(added.into_iter().filter(|added| *added).count(), 1);
    assert_eq!(scene.count_events(Action::UserAdded), 1);
}
