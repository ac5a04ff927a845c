//! Each limit one second before, at and after it; and a wrong clock.

use crate::harness::{PASSWORD, TestEnv};
use crate::inject;
use crate::report::report;

fn verdict(env: &TestEnv, token: &str, seconds: i64) -> String {
    env.verdict_with(token, &["--no-touch", "--now", &format!("{seconds}")])
}

/// An environment at a given time.
fn at(env: &TestEnv, seconds: i64, args: &[&str], stdin: &str) -> String {
    let now = seconds.to_string();
    env.run_with_stdin(&[args, &["--now", &now]].concat(), stdin).ok().stdout()
}

#[test]
fn session_at_its_limit_is_expired() {
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
        let env = TestEnv::sandbox();
        at(&env, start, &["user", "add", "alice", "--password-stdin"], PASSWORD);
        let token = at(&env, start, args, "");
        for (seconds, word) in
            [(0, "active"), (limit - 1, "active"), (limit, "expired"), (limit + 1, "expired")]
        {
            assert_eq!(verdict(&env, &token, start + seconds), word, "{args:?} after {seconds} s");
            tried += 1;
        }
        let ten_years = start + 10 * 366 * 86_400;
        assert_eq!(verdict(&env, &token, ten_years), "expired");
    }
    report(
        "one second before, at and after each limit; ten years on",
        tried,
        "no session is active too long",
    );
}

#[test]
fn used_session_expires_at_its_absolute_limit() {
    let env = TestEnv::sandbox();
    let start = 4_000_000_000;
    let token = at(&env, start, &["generate", "--kind", "anonymous", "--idle", "10m", "--ttl", "1h"], "");
    for seconds in (0..3_600).step_by(590) {
        assert_eq!(at(&env, start + seconds, &["verify", "-"], &token), "active", "{seconds}");
    }
    assert_eq!(verdict(&env, &token, start + 3_599), "active");
    assert_eq!(verdict(&env, &token, start + 3_600), "expired");
}

#[test]
fn expire_deadline_holds_to_the_second() {
    let env = TestEnv::sandbox();
    let start = 4_000_000_000;
    let token = at(&env, start, &["generate", "--kind", "anonymous"], "");
    at(&env, start, &["expire", "--all", "--state", "active", "--in", "5m", "--yes"], "");
    assert_eq!(at(&env, start + 299, &["verify", "-"], &token), "active");
    assert_eq!(verdict(&env, &token, start + 300), "expired");
}

/// Limits other than a session's lifetime: a grace period, a parent's end, the age of a login.
#[test]
fn other_limits_hold_to_the_second() {
    let env = TestEnv::sandbox();
    let start = 4_000_000_000;
    at(&env, start, &["user", "add", "alice", "--password-stdin"], PASSWORD);
    let old = at(&env, start, &["generate", "--kind", "anonymous"], "");
    at(&env, start, &["rotate", "-", "--grace", "30s"], &old);
    for (seconds, word) in [(0, "active"), (29, "active"), (30, "revoked"), (31, "revoked")] {
        assert_eq!(verdict(&env, &old, start + seconds), word, "the grace, after {seconds} s");
    }
    let head = at(&env, start, &["generate", "--user", "alice", "--kind", "sso", "--idle", "10m"], "");
    env.write_file("head", &head);
    let child = at(&env, start + 100, &["generate", "--under", "@head", "--idle", "8h"], "");
    for (seconds, word) in [(599, "active"), (600, "expired"), (601, "expired")] {
        assert_eq!(verdict(&env, &child, start + seconds), word, "the head's end, after {seconds} s");
    }
    let login = at(&env, start, &["login", "alice", "--password-stdin"], PASSWORD);
    for (seconds, word) in [(299, "active"), (300, "active"), (301, "insufficient")] {
        let now = format!("{}", start + seconds);
        let more = ["--no-touch", "--max-auth-age", "5m", "--now", &now];
        assert_eq!(env.verdict_with(&login, &more), word, "the age of the login, after {seconds} s");
    }
    report(
        "a grace period, a parent's end, the age of a login, to the second",
        10,
        "no session is active too long",
    );
}

/// With a clock that starts at zero or is set back, ended sessions could come back to life, so nothing is
/// verified or issued. A clock that is set far ahead expires sessions and destroys nothing.
#[test]
fn wrong_clock_never_yields_active() {
    let env = TestEnv::new();
    let ended = env.generate(&["--kind", "anonymous"]);
    env.run_with_stdin(&["logout", "-"], &ended).ok();
    let active = env.generate(&["--kind", "anonymous"]);
    let before = crate::template::state(&env.db());
    let mut tried = 0;
    for (name, value) in [
        ("CLOCK_SHIFT", "-3600"),
        ("CLOCK_SHIFT", "-86400"),
        ("CLOCK_AT", "0"),
        ("CLOCK_AT", "1000"),
        ("CLOCK_SHIFT", "-400"),
    ] {
        for (args, stdin) in [
            (&["verify", "-"][..], &ended),
            (&["verify", "-"], &active),
            (&["rotate", "-"], &active),
            (&["generate", "--kind", "anonymous"], &active),
            (&["prune", "--all", "--older-than", "0s", "--yes"], &active),
        ] {
            let output = inject::clock(env.cmd(args), name, value).stdin(stdin).run();
            assert_eq!(
                (output.exit_code(), output.stdout()),
                (1, String::new()),
                "{name}={value}: {output:?}"
            );
            assert!(output.stderr().contains("clock"), "{output:?}");
            tried += 1;
        }
        // A resident process goes on, because the clock may be set meanwhile.
        let batch = inject::clock(env.cmd(&["verify", "--batch"]), name, value);
        let output = batch.stdin(format!("{active}\n{ended}\n")).run();
        assert_eq!((output.exit_code(), output.stdout()), (1, "unknown\nunknown".to_owned()), "{output:?}");
        assert!(output.stderr().contains("clock"), "{output:?}");
        tried += 1;
    }
    for (name, value) in
        [("CLOCK_SHIFT", "315360000"), ("CLOCK_AT", "2147483648"), ("CLOCK_AT", "9999999999")]
    {
        for (token, codes) in [(&ended, &[5][..]), (&active, &[4])] {
            inject::clock(env.cmd(&["verify", "-"]), name, value).stdin(token).run().code_in(codes);
            tried += 1;
        }
    }
    assert_eq!(crate::template::state(&env.db()), before, "a wrong clock changed something");
    assert_eq!(env.verdict(&active), "active");
    assert_eq!(env.verdict(&ended), "revoked");
    report(
        "an hour, a day, decades back; ten years on; 1970, 2038",
        tried,
        "nothing revives, nothing is written",
    );
}
