//! Waiting for others who write.

use std::fs::File;
use std::time::{Duration, Instant};

use sessionctl_core::model::session::Kind;
use sessionctl_core::store::{SessionStore, StoreError, Touch};

use crate::scene::{Scene, at, only, plan, set_clock};

#[test]
fn who_writes_stands_in_the_queue_and_passes_one_that_does_not_move() {
    let mut scene = Scene::new();
    let made = scene.make(&plan(Kind::Anonymous, None));
    let queue = File::open(scene.path.with_extension("db-wal")).unwrap();
    queue.lock().unwrap();
    let begun = Instant::now();
    scene.revoke(&only(made.id), 10);
    assert!(begun.elapsed() >= Duration::from_secs(2), "it did not stand in the queue");
}

/// Who verifies a token waits for this, so it is given up soon; a change would wait for two minutes.
#[test]
fn being_seen_is_left_out_where_somebody_writes_for_long() {
    let mut scene = Scene::new();
    let made = scene.make(&plan(Kind::Anonymous, None));
    let other = rusqlite::Connection::open(&scene.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let seen = [Touch { id: made.id, seen_at: at(80) }];
    set_clock(80);
    let begun = Instant::now();
    assert!(matches!(scene.store.touch(&seen), Err(StoreError::Busy)));
    assert!(begun.elapsed() < Duration::from_secs(60), "it was waited for like a change");
    assert!(crate::scene::open_to_read(&scene.path).look_up(&made.token).unwrap().is_some());
    other.execute_batch("COMMIT").unwrap();
    scene.store.touch(&seen).unwrap();
    assert_eq!(scene.session(made.id).last_seen_at, at(80));
}
