//! Many different commands at once: all finish, and none reports that the database is busy.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{CommandOutput, PASSWORD, TestEnv};
use crate::report::{report, trials};

#[test]
fn mixed_commands_under_contention_all_finish() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    env.run(&["db", "policy", "user.sessions_max", "1000000"]).ok();
    let own = [env.generate(&["--kind", "anonymous"]), env.generate(&["--user", "bob"])];
    let (workers, rounds) = (trials(64, 256), trials(20, 100));
    let done = AtomicUsize::new(0);
    let longest = thread::scope(|scope| {
        let work = (0..workers).map(|worker| {
            let (env, done, own) = (&env, &done, &own);
            scope.spawn(move || {
                let mut longest = (Duration::ZERO, String::new());
                for round in 0..rounds {
                    let started = Instant::now();
                    let (output, codes) = one(env, own, worker, round);
                    let took = started.elapsed();
                    assert!(
                        !output.stderr().contains("busy") && !output.stderr().contains("locked"),
                        "{output:?}"
                    );
                    if took > longest.0 {
                        longest = (took, format!("{output:?}").lines().next().unwrap_or_default().to_owned());
                    }
                    output.code_in(codes);
                    done.fetch_add(1, Ordering::Relaxed);
                }
                longest
            })
        });
        let handles: Vec<_> = work.collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).max().unwrap()
    });
    env.run(&["db", "check"]).ok();
    env.run(&["log", "verify"]).ok();
    let more = format!("{workers} at once; the longest took {:.1?} ({})", longest.0, longest.1);
    report("commands of many processes at once", done.into_inner(), more);
}

/// Every command that reads or changes the database, with the exit codes it may have under contention.
fn one(
    env: &TestEnv,
    [cart, web]: &[String; 2],
    worker: usize,
    round: usize,
) -> (CommandOutput, &'static [i32]) {
    let app = format!("app{}", (worker + round) % 5);
    let (key, copy) = (format!("key-{}", worker % 50), format!("copy-{worker}-{round}.db"));
    let fresh = || env.generate(&["--kind", "anonymous"]);
    const DONE: &[i32] = &[0];
    // Nothing matched, because another process was first.
    const NONE: &[i32] = &[0, 3];
    match (worker * 7 + round) % 22 {
        0 => (env.run(&["generate", "--kind", "anonymous", "-n", "20"]), DONE),
        // Each attempt counts as failed until its password is found right, so many at once are slowed down.
        1 => (env.run_with_stdin(&["login", "alice", "--password-stdin", "--app", &app], PASSWORD), &[0, 6]),
        2 => (env.run(&["list", "--format", "jsonl"]), DONE),
        3 => (env.run(&["revoke", "--app", &app, "--yes"]), NONE),
        4 => (env.run(&["expire", "--app", &app, "--in", "5m", "--yes"]), NONE),
        5 => (env.run(&["log", "--limit", "5"]), DONE),
        6 => (env.run(&["generate", "--user", "bob", "--app", &app]), DONE),
        7 => (env.run(&["prune", "--all", "--older-than", "0s", "--yes"]), NONE),
        8 => (env.run(&["stats"]), DONE),
        9 => (env.run(&["db", "info"]), DONE),
        10 => (env.run_with_stdin(&["rotate", "-"], &fresh()), DONE),
        11 => (env.run_with_stdin(&["verify", "-"], &fresh()), DONE),
        12 => (env.run_with_stdin(&["logout", "-"], &fresh()), DONE),
        13 => (env.run_with_stdin(&["data", "set", "-", &key, "1"], cart), DONE),
        14 => (env.run_with_stdin(&["data", "list", "-"], cart), DONE),
        15 => (env.run_with_stdin(&["inspect", "-", "--format", "json"], cart), DONE),
        16 => (env.run(&["tree"]), NONE),
        17 => (env.run_with_stdin(&["jwt", "issue", "-", "--audience", "shop"], web), DONE),
        18 => (env.run(&["user", "add", &format!("user-{worker}-{round}"), "--no-password"]), DONE),
        19 => (env.run(&["user", "list", "--format", "count"]), DONE),
        20 => (env.run_with_stdin(&["verify", "--batch"], &format!("{cart}\n{}\n", fresh())), DONE),
        _ => (env.run(&["db", "backup", &copy]), DONE),
    }
}

/// Without a database every writing command creates one: one wins, and all continue with its database.
#[test]
fn concurrent_first_writers_all_succeed() {
    let (rounds, racers) = (trials(20, 200), 64);
    for _ in 0..rounds {
        let env = TestEnv::empty();
        let children: Vec<_> =
            (0..racers).map(|_| env.cmd(&["generate", "--kind", "anonymous", "-q"]).spawn()).collect();
        let mut tokens = Vec::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && words.is_empty(), "{words}");
            tokens.extend(output.stdout);
        }
        let answers = env.cmd(&["verify", "--batch"]).stdin(&tokens).run().ok().stdout();
        assert_eq!(answers, vec!["active"; racers].join("\n"), "each has a session of the one database");
        env.run(&["db", "check"]).ok();
        let left: Vec<_> = std::fs::read_dir(env.path("")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.len() <= 3, "a file was left behind: {left:?}");
    }
    report("the first creation raced", rounds, format!("{racers} processes each, all succeeded"));
}
