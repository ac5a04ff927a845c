//! Guessing passwords: the time of a login does not reveal user names, and neither killing the program nor
//! another spelling of the name wins a free guess.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use sessionctl_core::model::policy::Key;
use sessionctl_core::model::session::Client;
use sessionctl_core::model::user::UserName;
use sessionctl_core::ops::login::{LoginKind, Outcome, Request, login};
use sessionctl_core::ops::{Lifetime, policy, user};
use sessionctl_core::store::Merge;

use crate::corruption::Prng;
use crate::harness::{PASSWORD, TestEnv};
use crate::properties::world::ModelDatabase;
use crate::report::{report, trials};
use crate::template::{rows, sql};

/// Attempts for one name: below a hundred, at which its password would be locked.
const ON_ONE_NAME: usize = 90;

/// A sample of times without the longest two in five, which come from a busy machine: the mean of the others,
/// and its error.
struct TrimmedMean {
    mean: f64,
    /// Squared. Omitted times count as the longest that was kept, because the position of the cut is chance
    /// too (Yuen 1974).
    error: f64,
}

impl TrimmedMean {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let (count, kept) = (times.len(), times.len() * 3 / 5);
        let mean = times[..kept].iter().sum::<f64>() / kept as f64;
        let longest = times[kept - 1];
        times[kept..].fill(longest);
        let center = times.iter().sum::<f64>() / count as f64;
        let spread = times.iter().map(|time| (time - center).powi(2)).sum::<f64>();
        TrimmedMean { mean, error: spread / (kept * (kept - 1)) as f64 }
    }
}

/// Welch's t of two samples with different variances. Below 4.5 the samples are not distinguished (as in
/// dudect).
fn welch(a: &TrimmedMean, b: &TrimmedMean) -> f64 {
    (a.mean - b.mean) / (a.error + b.error).sqrt()
}

#[test]
fn welch_statistic_separates_different_samples() {
    let mut prng = Prng(9);
    // One measurement in four is disturbed.
    let mut noise = |more: f64| {
        let mut one = || more + prng.below(1_000) as f64 + if prng.below(4) == 0 { 10_000.0 } else { 0.0 };
        TrimmedMean::of((0..400).map(|_| one()).collect())
    };
    let alike = (0..200).filter(|_| welch(&noise(0.0), &noise(0.0)).abs() < 2.0).count();
    assert!((180..200).contains(&alike), "of 200, 190 are expected: {alike}");
    assert!((0..200).all(|_| welch(&noise(400.0), &noise(0.0)) > 4.5));
}

fn set(model_db: &mut ModelDatabase, key: Key, value: u64) {
    model_db.act(|cx| policy::set(cx, key, value).unwrap());
}

/// The time that this thread has worked, in microseconds: what else the machine does costs it none. With one lane, a
/// password is hashed in the thread that asks.
fn thread_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// The time of a failing login under a name, in microseconds.
fn attempt(model_db: &mut ModelDatabase, name: &str) -> f64 {
    let name: UserName = name.parse().unwrap();
    let request = Request {
        name: &name,
        kind: LoginKind::Web,
        client: Client::default(),
        lifetime: Lifetime::default(),
        evict_oldest: false,
        ends: Vec::new(),
        upgrade: None,
        upgrade_grace: Duration::ZERO,
        merge: Merge::Keep,
    };
    let started = thread_time();
    let outcome = model_db.act(|cx| login(cx, &request, b"a wrong password, and a long one").unwrap());
    let took = thread_time() - started;
    assert!(matches!(outcome, Outcome::Refused), "{outcome:?}");
    took
}

/// Measures names of two kinds in turn, each pair in random order.
fn timed(
    model_db: &mut ModelDatabase,
    kinds: [&str; 2],
    samples: usize,
    prng: &mut Prng,
) -> [TrimmedMean; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for number in 0..samples {
        let first = prng.below(2);
        for kind in [first, 1 - first] {
            let name = format!("{}-{}", kinds[kind], number / ON_ONE_NAME);
            times[kind].push(attempt(model_db, &name));
        }
    }
    times.map(TrimmedMean::of)
}

#[test]
fn login_time_does_not_reveal_user_names() {
    let samples = trials(60, 1_000);
    let mut measured = Vec::new();
    // Rounds with different names: a disturbed machine fails some, a leak fails all.
    for round in 0..10 {
        let mut model_db = ModelDatabase::new();
        for (key, value) in [
            (Key::PasswordMemory, 19_456),
            (Key::PasswordPasses, 2),
            (Key::PasswordLanes, 1),
            (Key::ThrottleFree, 100),
            (Key::ThrottleDisable, 100),
        ] {
            set(&mut model_db, key, value);
        }
        let add = |model_db: &mut ModelDatabase, kind: &str, samples: usize| {
            for number in 0..samples.div_ceil(ON_ONE_NAME) {
                let name = format!("{kind}-{number}").parse().unwrap();
                model_db.act(|cx| user::add(cx, &name, Some(PASSWORD.as_bytes())).unwrap());
            }
        };
        let mut prng = Prng(round);
        add(&mut model_db, "known", samples);
        let [known, unknown] = timed(&mut model_db, ["known", "unknown"], samples, &mut prng);
        let same = welch(&known, &unknown);
        // Hashes that were computed before the policy doubled the work. A second hash makes up the
        // difference; it cannot take exactly as long, but must not take half of it.
        add(&mut model_db, "older", samples);
        set(&mut model_db, Key::PasswordPasses, 4);
        let [older, nobody] = timed(&mut model_db, ["older", "nobody"], samples, &mut prng);
        let older = older.mean / nobody.mean;
        // A control: a hash that costs twice as much is noticed.
        add(&mut model_db, "slow", 80);
        set(&mut model_db, Key::PasswordPasses, 2);
        let [slow, other] = timed(&mut model_db, ["slow", "other"], 80, &mut prng);
        let slow = welch(&slow, &other);
        if same.abs() < 4.5 && (0.8..1.2).contains(&older) && slow.abs() > 4.5 {
            let printed = format!(
                "Welch's t = {same:.2}; of twice the work it is {slow:.0}; an older hash took {older:.3} of the time"
            );
            report("logins timed, known and unknown names", 4 * samples, printed);
            return;
        }
        measured.push([same, older, slow]);
    }
    panic!("known and unknown names take different times, or twice the work is not seen: {measured:.1?}");
}

fn attempts(env: &TestEnv) -> String {
    rows(&env.db(), "SELECT count(*), coalesce(max(failures), 0) FROM attempt")
}

fn failures(env: &TestEnv) -> i64 {
    let connection = rusqlite::Connection::open(env.db()).unwrap();
    connection.query_row("SELECT coalesce(max(failures), 0) FROM attempt", [], |row| row.get(0)).unwrap()
}

/// Starts a login with a wrong password and kills it while it hashes, after the attempt was counted. Returns
/// whether it was killed before it answered; on a busy machine it may have been faster.
fn killed_while_it_hashes(env: &TestEnv, name: &str) -> bool {
    let before = failures(env);
    let wrong = "a wrong password, and a long one";
    let mut child = env.cmd(&["login", "--password-stdin", "--", name]).stdin(wrong).spawn();
    let started = Instant::now();
    while failures(env) == before {
        let answered = child.try_wait().unwrap().is_some();
        assert!(!answered || failures(env) > before, "it answered and did not count");
        assert!(started.elapsed() < Duration::from_secs(60), "it never counted");
    }
    let _ = child.kill();
    let ended = child.wait_with_output().unwrap();
    assert!(matches!(ended.status.code(), None | Some(6)) && ended.stdout.is_empty(), "{ended:?}");
    ended.status.code().is_none()
}

/// After six failures the password is locked here, so that no clock decides.
fn strict(users: &[&str]) -> TestEnv {
    let env = TestEnv::new();
    env.run(&["db", "policy", "throttle.disable_at", "6"]).ok();
    // The hash takes half a second, enough time to kill it.
    env.run(&["db", "policy", "password.passes", "40"]).ok();
    users.iter().for_each(|name| env.add_user(name));
    env
}

#[test]
fn killed_login_still_counts_as_failure() {
    let env = strict(&["alice"]);
    let login = ["login", "alice", "--password-stdin", "--evict-oldest"];
    let right = |code| env.run_with_stdin(&login, PASSWORD).code(code);
    let (rounds, mut killed) = (trials(1, 25), 0);
    for _ in 0..rounds {
        killed += (0..5).filter(|_| killed_while_it_hashes(&env, "alice")).count();
        assert_eq!(failures(&env), 5);
        right(0);
        assert_eq!(failures(&env), 0, "the right password did not clear them");
    }
    killed += (0..6).filter(|_| killed_while_it_hashes(&env, "alice")).count();
    assert_eq!(failures(&env), 6);
    right(6);
    assert!(killed > rounds * 2, "hardly one was killed in time: {killed}");
    report("logins killed while they hash", killed, "each counted as a failure");
}

/// The attempt counts before it is hashed, and is given back where the machine failed and not the password.
#[test]
fn login_that_could_not_be_hashed_is_given_back() {
    let env = TestEnv::with_users(&["alice"]);
    let unreadable =
        "$argon2id$v=19$m=4194304,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b4dWRWJTmaaJObG";
    sql(&env.db(), &format!("UPDATE user SET password_hash = '{unreadable}'"));
    for _ in 0..8 {
        let output = env.run_with_stdin(&["login", "alice", "--password-stdin"], PASSWORD);
        assert!(!matches!(output.exit_code(), 0 | 6), "it was hashed, or counted: {output:?}");
        assert_eq!(failures(&env), 0, "a failure of the machine counts as a wrong password");
    }
}

#[test]
fn throttle_counts_every_spelling_of_a_name() {
    let env = strict(&["bob"]);
    env.run(&["db", "policy", "password.passes", "2"]).ok();
    let wrong = "a wrong password, and a long one";
    let try_with = |name: &str, password: &str| {
        env.run_with_stdin(&["login", "--password-stdin", "--", name], password).exit_code()
    };
    for spellings in
        [["Bob", "bob ", "BOB", " bob", "bOb\t", "\u{a0}bob"], ["Eve", "eve ", "EVE", " eve", "eVe\t", "eve"]]
    {
        for spelling in spellings {
            assert_eq!(try_with(spelling, wrong), 6, "{spelling:?}");
        }
    }
    assert_eq!(attempts(&env), "Integer(2) Integer(6)", "a spelling counts apart");
    for spelling in ["bob", "Bob", "BOB "] {
        assert_eq!(try_with(spelling, PASSWORD), 6, "{spelling:?} escapes the throttle");
    }
    env.run_with_stdin(&["user", "passwd", "BOB", "--password-stdin"], PASSWORD).ok();
    assert_eq!(try_with("bob", PASSWORD), 0, "a new password clears them");
}
