//! Many clients at once: idle connections, heads and bodies that do not end, and a crowd that logs in. The memory is
//! bounded, and the gate goes on answering.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::front::{Front, PASSWORD};
use crate::http::get;
use crate::kept::{Kept, Waits};
use crate::long::{count, is_long, report};
use crate::process::PATIENCE;

/// Descriptors that the test itself needs.
const OWN_FILES: usize = 200;
/// For 10,000 idle connections of one front, which were opened within seconds. A debug build takes 10 MiB more than the
/// goal's 120 MiB for its own code.
const MAX_IDLE_KIB: usize = 130 * 1024;
/// For 10,000 connections that all asked in the same moment, or are in the middle of a head or a body: a debug build
/// keeps twice the room for an answer that waits.
const MAX_BUSY_KIB: usize = 250 * 1024;
/// While a crowd logs in: two hashes of 64 MiB run, and 64 wait.
const MAX_CROWD_KIB: usize = 200 * 1024;
/// For one answer in a hundred. In the short form, which runs beside other tests on any machine, only that nobody starves.
fn max_p99() -> Duration {
    Duration::from_millis(if is_long() { 300 } else { 10_000 })
}

/// The bound on a slow machine: twenty times the wait without load, and never less than [`max_p99`].
fn bound(before: Duration) -> Duration {
    max_p99().max(before * 20)
}

/// The memory of the front that is resident, in KiB.
pub(crate) fn resident_kib(front: &Front) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", front.process_id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// How many connections this process can have open.
fn most_connections() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").expect("limits");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("a limit");
    let soft = line.split_whitespace().nth(3).and_then(|number| number.parse::<usize>().ok());
    soft.unwrap_or(usize::MAX).saturating_sub(OWN_FILES)
}

fn rate(waits: &Waits, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let number = waits.len() as f64;
    number / took.as_secs_f64()
}

/// Answers a second over one connection, and the 99th percentile.
fn measure(front: &Front, cookie: &str, questions: usize) -> (f64, Duration) {
    let started = Instant::now();
    let waits = Waits::measure(front.address, cookie, |asked| asked == questions);
    (rate(&waits, started.elapsed()), waits.quantile(0.99))
}

/// An idle connection gives its buffers back: nothing of a request that begins at that moment is lost.
#[test]
fn connection_that_was_idle_answers_a_request_in_any_parts() {
    let front = Front::start(&["--log", "off"]);
    let cookie = front.log_in_at(front.address);
    let mut gate = Kept::open(front.address, &cookie).expect("it accepts");
    // Around the time after which it rests.
    for pause in [0, 5, 240, 260, 490, 510, 700].map(Duration::from_millis) {
        thread::sleep(pause);
        assert_eq!(gate.ask(), Some(200), "after {pause:?}");
        assert_eq!(gate.ask_in_parts(pause), Some(200), "in two parts, {pause:?} between them");
    }
    // Two requests in one packet, after a rest.
    thread::sleep(Duration::from_millis(700));
    let one = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert!(gate.send(&format!("{one}{last}")));
    let answers = gate.rest(PATIENCE).expect("the connection is closed");
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 2, "{answers}");
}

#[test]
fn idle_and_slow_connections_leave_the_gate_its_rate() {
    let front = Front::start(&["--log", "off"]);
    let cookie = front.log_in_at(front.address);
    let (all, questions) = (count(10_000, 400).min(most_connections()), count(20_000, 1_000));
    let before = (resident_kib(&front), measure(&front, &cookie, questions));
    // Each has had an answer, and stays.
    let mut kept: Vec<Kept> = (0..all)
        .map(|_| {
            let mut gate = Kept::open(front.address, &cookie).expect("it accepts");
            assert_eq!(gate.ask(), Some(200));
            gate
        })
        .collect();
    let idle = (resident_kib(&front), measure(&front, &cookie, questions));
    assert!(idle.0 < MAX_IDLE_KIB, "{} KiB with {all} idle connections", idle.0);
    assert!(idle.1.1 < bound(before.1.1), "{:?} with {all} idle connections", idle.1.1);
    assert!(kept.iter_mut().all(|gate| gate.ask() == Some(200)), "an idle connection was closed");
    let busy = resident_kib(&front);
    assert!(busy < MAX_BUSY_KIB, "{busy} KiB with {all} connections that all asked");
    drop(kept);
    // Half a head, and a body of which nothing more comes.
    let (half, host) = (all / 2, format!("localhost:{}", front.site.port()));
    let mut heads: Vec<Kept> = (0..half)
        .map(|_| {
            let mut slow = Kept::open(front.address, "").expect("it accepts");
            assert!(slow.send("GET /_session/auth/shop HTTP/1.1\r\nHost: x\r\nCook"));
            slow
        })
        .collect();
    let begun = Instant::now();
    let mut bodies: Vec<Kept> = (0..half)
        .map(|_| {
            let mut slow = Kept::open(front.address, "").expect("it accepts");
            let head = format!(
                "POST /_session/login HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\nname=al"
            );
            assert!(slow.send(&head));
            slow
        })
        .collect();
    let slowed = (resident_kib(&front), measure(&front, &cookie, questions));
    assert!(slowed.0 < MAX_BUSY_KIB, "{} KiB with {all} slow connections", slowed.0);
    assert!(slowed.1.1 < bound(before.1.1), "{:?} with {all} slow connections", slowed.1.1);
    let answer = bodies.pop().and_then(|slow| slow.rest(PATIENCE));
    assert!(answer.as_ref().is_some_and(|answer| answer.starts_with("HTTP/1.1 408")), "{answer:?}");
    assert!(begun.elapsed() > Duration::from_secs(8), "after {:?}", begun.elapsed());
    if is_long() {
        let closed = heads.pop().and_then(|slow| slow.rest(PATIENCE * 3));
        assert!(closed.is_some(), "a head may take for ever");
        assert!(begun.elapsed() > Duration::from_secs(70), "after {:?}", begun.elapsed());
    }
    assert_eq!(front.gate(&cookie), 200);
    let show = |(kib, (rate, p99)): (usize, (f64, Duration))| {
        format!("{} MiB, {rate:.0} answers/s over one connection, p99 {p99:?}", kib / 1024)
    };
    let more = format!(
        "alone {}; idle {}; after all asked again {} MiB; slow heads and bodies {}",
        show(before),
        show(idle),
        busy / 1024,
        show(slowed)
    );
    report("idle connections, then as many slow ones", all, &more);
}

#[test]
fn crowd_of_logins_leaves_the_gate_its_time() {
    let front = Front::start(&["--log", "off"]);
    for (setting, value) in [("password.memory", "65536"), ("password.passes", "2"), ("throttle.free", "100")]
    {
        front.run(&["db", "policy", setting, value]);
    }
    let cookie = front.log_in_at(front.address);
    let crowd = count(1_000, 80).min(most_connections());
    let names: Vec<String> = (0..crowd.min(100)).map(|number| format!("user{number}")).collect();
    names.iter().for_each(|name| front.add_user(name));
    let (_, alone) = measure(&front, &cookie, 2_000);
    let (mut largest, mut statuses) = (0, Vec::new());
    let waits = thread::scope(|scope| {
        let logins: Vec<_> = (0..crowd)
            .map(|number| {
                let form =
                    format!("name={}&password={}", names[number % names.len()], PASSWORD.replace(' ', "+"));
                let login = get(front.address, "/_session/login?rd=/").form(&form).patience(PATIENCE * 10);
                thread::Builder::new().stack_size(128 * 1024).spawn_scoped(scope, move || login.try_send())
            })
            .map(|thread| thread.expect("a thread"))
            .collect();
        let waits = Waits::measure(front.address, &cookie, |_| {
            largest = largest.max(resident_kib(&front));
            logins.iter().all(|login| login.is_finished())
        });
        statuses.extend(
            logins.into_iter().map(|login| login.join().expect("a client").map(|answer| answer.status)),
        );
        waits
    });
    let with = |status| statuses.iter().filter(|other| **other == Some(status)).count();
    let (done, refused) = (with(303), with(503) + with(429));
    assert_eq!(done + refused, crowd, "{statuses:?}");
    assert!(done >= crowd.min(64), "only {done} of {crowd}");
    assert!(largest < MAX_CROWD_KIB, "{largest} KiB");
    let p99 = waits.quantile(0.99);
    assert!(p99 < bound(alone), "{p99:?} while {crowd} log in");
    // Whoever was refused may try again.
    assert_eq!(front.login_answer(front.address, "alice", PASSWORD).status, 303);
    let more = format!(
        "{done} logged in, {refused} refused for now; {} MiB at most; p99 of the gate {alone:?} alone, {p99:?} meanwhile",
        largest / 1024
    );
    report("logins at once", crowd, &more);
}
