//! Many processes at once, each doing something else: all get their turn, and nobody is told that the database
//! is busy.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{CommandOutput, PASSWORD, TestEnv};
use crate::report::{tell, times};

#[test]
fn every_command_mixed_gets_its_turn() {
    let place = TestEnv::with_users(&["alice", "bob"]);
    place.run(&["db", "policy", "user.sessions_max", "1000000"]).ok();
    let own = [place.generate(&["--kind", "anonymous"]), place.generate(&["--user", "bob"])];
    let (workers, rounds) = (times(64, 256), times(20, 100));
    let done = AtomicUsize::new(0);
    let longest = thread::scope(|scope| {
        let work = (0..workers).map(|worker| {
            let (place, done, own) = (&place, &done, &own);
            scope.spawn(move || {
                let mut longest = (Duration::ZERO, String::new());
                for round in 0..rounds {
                    let begun = Instant::now();
                    let (ran, codes) = one(place, own, worker, round);
                    let took = begun.elapsed();
                    assert!(!ran.err().contains("busy") && !ran.err().contains("locked"), "{ran:?}");
                    if took > longest.0 {
                        longest = (took, format!("{ran:?}").lines().next().unwrap_or_default().to_owned());
                    }
                    ran.any_code(codes);
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
    let more = format!("{workers} at once; the longest took {:.1?} ({})", longest.0, longest.1);
    tell("commands of many processes at once", done.into_inner(), more);
}

/// Every command that reads or changes the database; with the codes that each may end with in such a crowd.
fn one(
    place: &TestEnv,
    [cart, web]: &[String; 2],
    worker: usize,
    round: usize,
) -> (CommandOutput, &'static [i32]) {
    let app = format!("app{}", (worker + round) % 5);
    let (key, copy) = (format!("key-{}", worker % 50), format!("copy-{worker}-{round}.db"));
    let fresh = || place.generate(&["--kind", "anonymous"]);
    const DONE: &[i32] = &[0];
    // Nothing matched, since somebody else was there first.
    const NONE: &[i32] = &[0, 3];
    match (worker * 7 + round) % 22 {
        0 => (place.run(&["generate", "--kind", "anonymous", "-n", "20"]), DONE),
        // Each attempt counts as failed until its password is found right, so many at once are slowed down.
        1 => (place.feed(&["login", "alice", "--password-stdin", "--app", &app], PASSWORD), &[0, 6]),
        2 => (place.run(&["list", "--format", "jsonl"]), DONE),
        3 => (place.run(&["revoke", "--app", &app, "--yes"]), NONE),
        4 => (place.run(&["expire", "--app", &app, "--in", "5m", "--yes"]), NONE),
        5 => (place.run(&["log", "--limit", "5"]), DONE),
        6 => (place.run(&["generate", "--user", "bob", "--app", &app]), DONE),
        7 => (place.run(&["prune", "--older-than", "0s", "--yes"]), NONE),
        8 => (place.run(&["stats"]), DONE),
        9 => (place.run(&["db", "info"]), DONE),
        10 => (place.feed(&["rotate", "-"], &fresh()), DONE),
        11 => (place.feed(&["verify", "-"], &fresh()), DONE),
        12 => (place.feed(&["logout", "-"], &fresh()), DONE),
        13 => (place.feed(&["data", "set", "-", &key, "1"], cart), DONE),
        14 => (place.feed(&["data", "list", "-"], cart), DONE),
        15 => (place.feed(&["inspect", "-", "--format", "json"], cart), DONE),
        16 => (place.run(&["tree"]), NONE),
        17 => (place.feed(&["jwt", "issue", "-"], web), DONE),
        18 => (place.run(&["user", "add", &format!("user-{worker}-{round}"), "--no-password"]), DONE),
        19 => (place.run(&["user", "list", "--format", "count"]), DONE),
        20 => (place.feed(&["verify", "--batch"], &format!("{cart}\n{}\n", fresh())), DONE),
        _ => (place.run(&["db", "backup", &copy]), DONE),
    }
}

/// Before there is a database, everybody who writes would make it: one does, and all go on with that one.
#[test]
fn the_first_who_write_all_succeed() {
    let (rounds, racers) = (times(20, 200), 64);
    for _ in 0..rounds {
        let place = TestEnv::empty();
        let children: Vec<_> =
            (0..racers).map(|_| place.call(&["generate", "--kind", "anonymous", "-q"]).start()).collect();
        let mut tokens = Vec::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && words.is_empty(), "{words}");
            tokens.extend(output.stdout);
        }
        let answers = place.call(&["verify", "--batch"]).stdin(&tokens).run().ok().out();
        assert_eq!(answers, vec!["active"; racers].join("\n"), "each has a session of the one database");
        place.run(&["db", "check"]).ok();
        let left: Vec<_> =
            std::fs::read_dir(place.path("")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.len() <= 3, "something was left behind: {left:?}");
    }
    tell("the first creation raced", rounds, format!("{racers} processes each, all succeeded"));
}
