//! One second before each limit, at it and after it; and a clock that goes wrong.

use crate::harness::{PASSWORD, TestEnv};
use crate::inject;
use crate::report::tell;

fn verdict(place: &TestEnv, token: &str, seconds: i64) -> String {
    place.verdict_with(token, &["--no-touch", "--now", &format!("{seconds}")])
}

/// A place whose time is the one given.
fn at(place: &TestEnv, seconds: i64, args: &[&str], stdin: &str) -> String {
    let now = seconds.to_string();
    place.feed(&[args, &["--now", &now]].concat(), stdin).ok().out()
}

#[test]
fn at_the_limit_itself_a_session_is_dead() {
    let start = 4_000_000_000;
    let mut tried = 0;
    for (args, limit) in [
        (&["generate", "--kind", "anonymous"][..], 1_800),
        (&["generate", "--kind", "anonymous", "--ttl", "10m", "--idle", "10m"], 600),
        (&["generate", "--user", "alice", "--kind", "web"], 1_800),
        (&["generate", "--user", "alice", "--kind", "web", "--idle", "1h", "--ttl", "8h"], 3_600),
        (&["generate", "--user", "alice", "--kind", "web", "--remember"], 14 * 86_400),
        (&["generate", "--user", "alice", "--kind", "api", "--scope", "s"], 90 * 86_400),
        (&["generate", "--user", "alice", "--kind", "sso"], 14 * 86_400),
    ] {
        let place = TestEnv::sandbox();
        at(&place, start, &["user", "add", "alice", "--password-stdin"], PASSWORD);
        let token = at(&place, start, args, "");
        for (seconds, word) in
            [(0, "active"), (limit - 1, "active"), (limit, "expired"), (limit + 1, "expired")]
        {
            assert_eq!(verdict(&place, &token, start + seconds), word, "{args:?} after {seconds} s");
            tried += 1;
        }
        let ten_years = start + 10 * 366 * 86_400;
        assert_eq!(verdict(&place, &token, ten_years), "expired");
    }
    tell("one second before, at and after each limit; ten years on", tried, "nothing lives too long");
}

#[test]
fn a_session_that_is_used_lives_to_its_absolute_limit_and_no_longer() {
    let place = TestEnv::sandbox();
    let start = 4_000_000_000;
    let token = at(&place, start, &["generate", "--kind", "anonymous", "--idle", "10m", "--ttl", "1h"], "");
    for seconds in (0..3_600).step_by(590) {
        assert_eq!(at(&place, start + seconds, &["verify", "-"], &token), "active", "{seconds}");
    }
    assert_eq!(verdict(&place, &token, start + 3_599), "active");
    assert_eq!(verdict(&place, &token, start + 3_600), "expired");
}

#[test]
fn what_expire_set_decides_to_the_second() {
    let place = TestEnv::sandbox();
    let start = 4_000_000_000;
    let token = at(&place, start, &["generate", "--kind", "anonymous"], "");
    at(&place, start, &["expire", "--all", "--state", "active", "--in", "5m", "--yes"], "");
    assert_eq!(at(&place, start + 299, &["verify", "-"], &token), "active");
    assert_eq!(verdict(&place, &token, start + 300), "expired");
}

/// The limits that are no lifetime of a session: a grace, a head's end, the age of a login.
#[test]
fn the_other_limits_hold_to_the_second() {
    let place = TestEnv::sandbox();
    let start = 4_000_000_000;
    at(&place, start, &["user", "add", "alice", "--password-stdin"], PASSWORD);
    let old = at(&place, start, &["generate", "--kind", "anonymous"], "");
    at(&place, start, &["rotate", "-", "--grace", "30s"], &old);
    for (seconds, word) in [(0, "active"), (29, "active"), (30, "revoked"), (31, "revoked")] {
        assert_eq!(verdict(&place, &old, start + seconds), word, "the grace, after {seconds} s");
    }
    let head = at(&place, start, &["generate", "--user", "alice", "--kind", "sso", "--idle", "10m"], "");
    place.file("head", &head);
    let child = at(&place, start + 100, &["generate", "--under", "@head", "--idle", "8h"], "");
    for (seconds, word) in [(599, "active"), (600, "expired"), (601, "expired")] {
        assert_eq!(verdict(&place, &child, start + seconds), word, "the head's end, after {seconds} s");
    }
    let login = at(&place, start, &["login", "alice", "--password-stdin"], PASSWORD);
    for (seconds, word) in [(299, "active"), (300, "active"), (301, "insufficient")] {
        let now = format!("{}", start + seconds);
        let more = ["--no-touch", "--max-auth-age", "5m", "--now", &now];
        assert_eq!(place.verdict_with(&login, &more), word, "the age of the login, after {seconds} s");
    }
    tell("a grace, a head's end, the age of a login, to the second", 10, "nothing lives too long");
}

/// A machine that starts without a clock, or whose clock is set back, would bring the dead to life: nothing is
/// told or written then. One that is set far ahead keeps everybody out, and nothing is undone.
#[test]
fn a_wrong_clock_lets_nobody_in() {
    let place = TestEnv::new();
    let dead = place.generate(&["--kind", "anonymous"]);
    place.feed(&["logout", "-"], &dead).ok();
    let live = place.generate(&["--kind", "anonymous"]);
    let before = crate::template::state(&place.db());
    let mut tried = 0;
    for (name, value) in [
        ("CLOCK_SHIFT", "-3600"),
        ("CLOCK_SHIFT", "-86400"),
        ("CLOCK_AT", "0"),
        ("CLOCK_AT", "1000"),
        ("CLOCK_SHIFT", "-400"),
    ] {
        for (args, stdin) in [
            (&["verify", "-"][..], &dead),
            (&["verify", "-"], &live),
            (&["verify", "--batch"], &live),
            (&["rotate", "-"], &live),
            (&["generate", "--kind", "anonymous"], &live),
            (&["revoke", "--all", "--yes"], &live),
            (&["prune", "--older-than", "0s", "--yes"], &live),
        ] {
            let ran = inject::clock(place.call(args), name, value).stdin(stdin).run();
            assert_eq!((ran.code_of(), ran.out()), (1, String::new()), "{name}={value}: {ran:?}");
            assert!(ran.err().contains("clock"), "{ran:?}");
            tried += 1;
        }
    }
    for (name, value) in
        [("CLOCK_SHIFT", "315360000"), ("CLOCK_AT", "2147483648"), ("CLOCK_AT", "9999999999")]
    {
        for (token, codes) in [(&dead, &[5][..]), (&live, &[4])] {
            inject::clock(place.call(&["verify", "-"]), name, value).stdin(token).run().any_code(codes);
            tried += 1;
        }
    }
    assert_eq!(crate::template::state(&place.db()), before, "a wrong clock changed something");
    assert_eq!(place.verdict(&live), "active");
    assert_eq!(place.verdict(&dead), "revoked");
    tell(
        "an hour, a day, decades back; ten years on; 1970, 2038",
        tried,
        "nothing revives, nothing is written",
    );
}
