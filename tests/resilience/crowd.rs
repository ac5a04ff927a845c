//! A crowd of logins at the default cost of a password: none fails, and no more passwords are hashed at once than the
//! policy allows, so that the memory of all of them together is bounded.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::harness::{PASSWORD, TestEnv};
use crate::report::{report, trials};

/// The default of `password.hashes_at_once`.
const HASHES_AT_ONCE: usize = 4;
/// A process that holds more than half of a hash's 64 MiB is hashing.
const HASHING_RSS_KIB: u64 = 40 * 1024;

/// The processes in a folder that are hashing a password at one moment: a process hashes once, so one that is found twice
/// did so between both looks. One look takes its time, and other processes have their turn meanwhile.
fn hashing(folder: &Path) -> usize {
    let first = seen_hashing(folder);
    seen_hashing(folder).intersection(&first).count()
}

/// The processes in a folder that are seen hashing a password, one after the other.
fn seen_hashing(folder: &Path) -> HashSet<PathBuf> {
    let in_folder = |process: &Path| {
        let here = fs::metadata(process.join("cwd")).map(|cwd| (cwd.dev(), cwd.ino()));
        let there = fs::metadata(folder).map(|folder| (folder.dev(), folder.ino()));
        here.is_ok_and(|here| there.is_ok_and(|there| here == there))
    };
    let is_large = |process: &Path| {
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = rss.and_then(|rss| rss.split_whitespace().next()?.parse::<u64>().ok());
        kib.is_some_and(|kib| kib > HASHING_RSS_KIB)
    };
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    processes.filter(|process| in_folder(process) && is_large(process)).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn crowd_of_logins_all_succeed_within_the_limit_of_hashes() {
    let env = TestEnv::new();
    let crowd = trials(24, 256);
    for (setting, default) in
        [("password.memory", "65536"), ("password.passes", "3"), ("password.lanes", "4")]
    {
        env.run(&["db", "policy", setting, default]).ok();
    }
    env.run_with_stdin(&["user", "add", "user-0", "--password-stdin"], PASSWORD).ok();
    for number in 1..crowd {
        env.run(&["user", "add", &format!("user-{number}"), "--no-password"]).ok();
    }
    let connection = rusqlite::Connection::open(env.db()).unwrap();
    let copied = connection
        .execute(
            "UPDATE user SET (password_hash, password_changed_at) = \
             (SELECT password_hash, password_changed_at FROM user WHERE name = 'user-0')",
            [],
        )
        .unwrap();
    assert_eq!(copied, crowd);
    drop(connection);
    let done = AtomicBool::new(false);
    let most = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = 0;
            while !done.load(Ordering::Relaxed) {
                most = most.max(hashing(&env.path("")));
                thread::sleep(Duration::from_millis(5));
            }
            most
        });
        let logins: Vec<_> = (0..crowd)
            .map(|number| {
                let env = &env;
                scope.spawn(move || {
                    let name = format!("user-{number}");
                    env.run_with_stdin(&["login", &name, "--password-stdin"], PASSWORD).ok();
                })
            })
            .collect();
        let failed = logins.into_iter().filter_map(|login| login.join().err()).count();
        done.store(true, Ordering::Relaxed);
        assert_eq!(failed, 0, "logins of the crowd failed");
        watch.join().unwrap()
    });
    assert!((1..=HASHES_AT_ONCE).contains(&most), "{most} passwords were hashed at once");
    assert_eq!(env.run(&["list", "--format", "count"]).ok().stdout(), crowd.to_string());
    let left: Vec<_> = fs::read_dir(env.path(""))
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| name.contains("-hash"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    report("logins at once at the default cost", crowd, format!("at most {most} hashed at once"));
}
