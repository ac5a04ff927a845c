//! Many processes at once, each doing something else: all get their turn, and nobody is told that the database
//! is busy.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{PASSWORD, Place};
use crate::report::{tell, times};

#[test]
fn every_command_mixed_gets_its_turn() {
    let place = Place::with_users(&["alice", "bob"]);
    place.run(&["db", "policy", "user.sessions_max", "1000000"]).ok();
    let (workers, rounds) = (times(16, 128), times(8, 60));
    let done = AtomicUsize::new(0);
    let longest = thread::scope(|scope| {
        let work = (0..workers).map(|worker| {
            let (place, done) = (&place, &done);
            scope.spawn(move || {
                let mut longest = Duration::ZERO;
                for round in 0..rounds {
                    let begun = Instant::now();
                    one(place, worker * 7 + round);
                    longest = longest.max(begun.elapsed());
                    done.fetch_add(1, Ordering::Relaxed);
                }
                longest
            })
        });
        let handles: Vec<_> = work.collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).max().unwrap()
    });
    place.run(&["db", "check"]).ok();
    place.run(&["log", "verify"]).ok();
    tell("commands of many processes at once", done.into_inner(), format!("the longest took {longest:.1?}"));
}

fn one(place: &Place, number: usize) {
    let tag = format!("app{}", number % 5);
    let (ran, codes) = match number % 12 {
        0 => (place.run(&["generate", "--kind", "anonymous", "-n", "20"]), &[0][..]),
        // Each attempt counts as failed until its password is found right, so many at once are slowed down: 6.
        1 => (place.feed(&["login", "alice", "--password-stdin", "--app", &tag], PASSWORD), &[0, 6][..]),
        2 => (place.run(&["list", "--format", "jsonl"]), &[0][..]),
        3 => (place.run(&["revoke", "--app", &tag, "--yes"]), &[0, 3][..]),
        4 => (place.run(&["expire", "--app", &tag, "--in", "5m", "--yes"]), &[0, 3][..]),
        5 => (place.run(&["log", "--limit", "5"]), &[0][..]),
        6 => (place.run(&["generate", "--user", "bob", "--app", &tag]), &[0][..]),
        7 => (place.run(&["prune", "--older-than", "0s", "--yes"]), &[0][..]),
        8 => (place.run(&["stats"]), &[0][..]),
        9 => (place.run(&["db", "info"]), &[0][..]),
        10 => {
            let token = place.generate(&["--kind", "anonymous"]);
            (place.feed(&["rotate", "-"], &token), &[0][..])
        }
        _ => {
            let token = place.generate(&["--kind", "anonymous"]);
            (place.feed(&["verify", "-"], &token), &[0][..])
        }
    };
    assert!(!ran.err().contains("busy") && !ran.err().contains("locked"), "{ran:?}");
    ran.any_code(codes);
}
