//! How long a change waits for other writers.

use std::fs::File;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use sessionctl_core::model::event::Action;
use sessionctl_core::store::{Access, SessionStore as _, StoreError, Touch};

use crate::env::{Env, at, beside, event};

#[test]
fn writer_waits_in_the_queue_and_passes_one_that_does_not_move() {
    let mut env = Env::new();
    let id = env.create_anonymous().id;
    let queue = File::open(beside(&env.path(), "-wal")).unwrap();
    queue.lock().unwrap();
    let begun = Instant::now();
    env.revoke(id);
    assert!(begun.elapsed() >= Duration::from_secs(2), "it did not wait in the queue");
}

/// Verification waits for a touch, so it is given up soon; a change would wait for two minutes.
#[test]
fn touch_is_given_up_where_another_process_writes_for_long() {
    let mut env = Env::new();
    let issued = env.create_anonymous();
    let other = Connection::open(env.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    env.clock.set(at(80));
    let touches = [Touch::new(issued.id, at(80))];
    let begun = Instant::now();
    assert!(matches!(env.store.touch(&touches, &event(Action::NetworkChanged)), Err(StoreError::Busy)));
    assert!(begun.elapsed() < Duration::from_secs(60), "it waited like a change");
    assert!(env.open(Access::Read).look_up(&issued.token).unwrap().is_some());
    other.execute_batch("COMMIT").unwrap();
    env.store.touch(&touches, &event(Action::NetworkChanged)).unwrap();
    assert_eq!(env.session(issued.id).last_seen_at, at(80));
}
