//! Clocks that are wrong, and locks that are waited for: what was reported as expired stays expired, and what takes
//! access away always works.

use std::thread::sleep;
use std::time::Duration;

use rusqlite::Connection;

use crate::harness::{Cmd, CommandOutput, PASSWORD, TestEnv};

/// Runs a command line under a shifted clock, as `faketime -f` takes it.
fn at(env: &TestEnv, shift: &str, line: &str, stdin: &str) -> CommandOutput {
    env.bash(&format!("faketime -f '{shift}' sessionctl {line}")).stdin(stdin).run()
}

/// Starts a command while another process holds the write lock, lets four seconds pass, in which a session of three
/// seconds expires, and releases the lock.
fn run_across_expiry(env: &TestEnv, cmd: Cmd, token: &str) -> std::process::Output {
    let lock = Connection::open(env.db()).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let child = cmd.spawn();
    sleep(Duration::from_secs(4));
    let word = env.run_with_stdin(&["verify", "-", "--no-touch"], token).stdout();
    assert_eq!(word, "expired", "the session should have expired meanwhile");
    lock.execute_batch("ROLLBACK").unwrap();
    child.wait_with_output().expect("it ends")
}

#[test]
fn change_that_waited_for_the_lock_decides_by_the_time_it_holds_it() {
    let changes: [(&[&str], bool); 7] = [
        (&["expire", "1", "--in", "2h", "--yes"], false),
        (&["rotate", "-"], true),
        (&["data", "set", "-", "cart", "[1]"], true),
        (&["jwt", "issue", "-"], true),
        (&["generate", "--under", "1"], true),
        (&["login", "alice", "--password-stdin", "--upgrade", "@t"], true),
        (&["verify", "-"], false),
    ];
    std::thread::scope(|scope| {
        for (args, must_fail) in changes {
            scope.spawn(move || {
                let env = TestEnv::with_users(&["alice"]);
                let kind: &[&str] = match args[0] {
                    "login" => &["--kind", "anonymous"],
                    "generate" => &["--kind", "sso", "--user", "alice"],
                    _ => &["--user", "alice"],
                };
                if args[0] == "jwt" {
                    env.run(&["jwt", "keys", "new"]).ok();
                }
                let token = env.generate(&[kind, &["--ttl", "3s"]].concat());
                env.write_file("t", &token);
                let stdin = if args[0] == "login" { PASSWORD } else { &token };
                let output = run_across_expiry(&env, env.cmd(args).stdin(stdin), &token);
                let words = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(!must_fail || output.status.code() != Some(0), "{args:?} succeeded: {words}");
                assert!(!must_fail || output.stdout.is_empty(), "{args:?} handed something out");
                let word = env.run_with_stdin(&["verify", "-"], &token).stdout();
                assert_eq!(word, "expired", "{args:?} revived an expired session");
                env.run(&["log", "verify"]).ok();
            });
        }
    });
}

#[test]
fn small_steps_do_not_walk_the_clock_back() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    at(&env, "+2h", "generate --kind anonymous", "").ok();
    assert_eq!(at(&env, "+2h", "verify -", &token).stdout(), "expired");
    for step in 1..=21 {
        at(&env, &format!("+{}s", 7_200 - 290 * step), "generate --kind anonymous", "").code_in(&[0, 1]);
    }
    assert_ne!(at(&env, "+20m", "verify -", &token).stdout(), "active", "the clock was walked back");
}

#[test]
fn event_times_never_fall() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    at(&env, "+200s", "generate --kind anonymous", "").ok();
    env.generate(&["--kind", "anonymous"]);
    let events = env.run(&["log", "--format", "jsonl"]).ok().jsonl();
    let times: Vec<&str> = events.iter().map(|event| event["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
}

/// A database whose newest event is ten years ahead, as an empty clock battery leaves it.
fn false_future() -> (TestEnv, String) {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    at(&env, "+3650d", "login nobody --password-stdin", "made-up battery staple").code(6);
    (env, token)
}

#[test]
fn taking_access_away_works_with_the_clock_behind() {
    let ends: [(&str, &str); 6] = [
        ("revoke 1 --yes", ""),
        ("revoke --user alice --yes", ""),
        ("revoke --stdin --yes", "token"),
        ("logout -", "token"),
        ("user disable alice --yes", ""),
        ("user remove alice --yes", ""),
    ];
    for (line, stdin) in ends {
        let (env, token) = false_future();
        let stdin = if stdin == "token" { &token } else { "" };
        env.bash(&format!("sessionctl {line}")).stdin(stdin).run().ok();
        let word = at(&env, "+3650d", "verify -", &token).stdout();
        assert!(["revoked", "unknown"].contains(&word.as_str()), "{line}: {word}");
    }
}

/// A session that was reported as ended stays ended once the clock is mended: whether it "has ended already" is judged by
/// the clock, not by the false event.
#[test]
fn what_was_taken_away_with_the_clock_behind_stays_away_once_it_is_mended() {
    let ends: [(&str, &str); 8] = [
        ("revoke 1 --yes", ""),
        ("revoke --all --yes", ""),
        ("revoke --user alice --state active --yes", ""),
        ("revoke --stdin --yes", "token"),
        ("logout -", "token"),
        ("expire 1 --yes", ""),
        ("user disable alice --yes", ""),
        ("user remove alice --yes", ""),
    ];
    for (line, stdin) in ends {
        for shift in ["+10m", "+40m", "+3650d"] {
            let env = TestEnv::with_users(&["alice"]);
            let token = env.login("alice");
            at(&env, shift, "login nobody --password-stdin", "made-up battery staple").code(6);
            let stdin = if stdin == "token" { &token } else { "" };
            let output = env.bash(&format!("sessionctl {line}")).stdin(stdin).run().ok();
            assert!(!output.stdout_and_stderr().contains("already"), "{line}, {shift}: {output:?}");
            env.run(&["db", "clock", "--accept", "--yes"]).ok();
            let word = env.verdict(&token);
            assert!(["revoked", "expired"].contains(&word.as_str()), "{line}, {shift}: {word}");
            env.run(&["db", "check"]).ok();
        }
    }
}

#[test]
fn clock_behind_answers_unknown_in_every_format() {
    let (env, token) = false_future();
    for format in ["json", "jsonl", "csv"] {
        for line in ["list", "inspect 1", "tree 1", "revoke 1 --dry-run"] {
            let output = env.bash(&format!("sessionctl {line} --format {format}")).run().code(1);
            let text = output.stdout();
            assert!(text.contains("unknown") && output.stderr().contains("clock"), "{line}: {output:?}");
            assert!(!text.contains("\"active\"") && !text.contains(",active,"), "{line}: {output:?}");
        }
    }
    for line in ["list --state active --format ids", "list --expiring-within 1h --format ids"] {
        let output = env.bash(&format!("sessionctl {line}")).run();
        assert_eq!((output.exit_code(), output.stdout()), (1, String::new()), "{line}: {output:?}");
    }
    let user = env.run(&["user", "show", "alice"]).code(1).stdout();
    assert!(!user.contains("active sessions,") && user.contains("unknown"), "{user}");
    let batch = env.run_with_stdin(&["verify", "--batch"], &format!("{token}\n{token}\n")).code(1);
    assert_eq!(batch.stdout(), "unknown\nunknown");
    let stats = env.run(&["stats", "--by", "state", "--format", "json"]).code(1).stdout();
    assert!(!stats.contains("\"active\":1") && stats.contains("unknown"), "{stats}");
}

#[test]
fn clock_behind_answers_unknown_about_a_jwt() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let jwt = env.run_with_stdin(&["jwt", "issue", "-", "--audience", "a"], &token).ok().stdout();
    at(&env, "+3650d", "login nobody --password-stdin", "made-up battery staple").code(6);
    let args = ["jwt", "verify", "-", "--audience", "a", "--online"];
    assert_eq!(env.run_with_stdin(&args, &jwt).code(1).stdout(), "unknown");
    assert_eq!(env.run_with_stdin(&args[..5], &jwt).code(1).stdout(), "", "offline nothing is valid");
}

#[test]
fn clock_behind_reports_nothing_as_active() {
    let (env, token) = false_future();
    env.write_file("token", &token);
    for line in
        ["verify @token", "inspect 1", "inspect @token", "list", "list --format json", "tree", "stats"]
    {
        let output = env.bash(&format!("sessionctl {line}")).run();
        assert_eq!(output.exit_code(), 1, "{line}: {output:?}");
        let active = output.stdout().split(|c: char| !c.is_alphanumeric()).any(|word| word == "active");
        assert!(!active || line == "stats", "{line}: {output:?}");
    }
    for line in ["login alice --password-stdin", "generate --kind anonymous", "rotate @token"] {
        let output = env.bash(&format!("sessionctl {line}")).stdin(PASSWORD).run();
        assert!(output.exit_code() == 1 && output.stdout().is_empty(), "{line}: {output:?}");
    }
}

#[test]
fn false_future_is_corrected_deliberately_and_ends_what_it_issued() {
    let (env, token) = false_future();
    let false_token = at(&env, "+3650d", "generate --kind anonymous", "").ok().stdout();
    env.run(&["db", "clock", "--accept", "--yes"]).ok();
    env.login("alice");
    assert_ne!(env.verdict(&false_token), "active", "what the false future issued is active");
    assert!(["active", "expired", "revoked"].contains(&env.verdict(&token).as_str()));
    env.run(&["log", "verify"]).ok();
    env.run(&["db", "check"]).ok();
    env.run(&["db", "clock", "--accept", "--yes"]).code(3);
}

/// A verification writes no event, and so no false future that the guard could see.
#[test]
fn session_that_a_false_future_has_only_seen_is_ended() {
    let env = TestEnv::with_users(&["alice"]);
    let (seen, parent, other) = (env.login("alice"), env.login_with("alice", &["--sso"]), env.login("alice"));
    let child = env.generate(&["--under", &env.id_of(&parent)]);
    assert_eq!(env.run(&["db", "clock", "--accept", "--yes"]).exit_code(), 3);
    for token in [&seen, &child] {
        assert_eq!(at(&env, "+25m", "verify -", token).stdout(), "active");
    }
    let shown = env.run(&["db", "clock"]).ok();
    assert!(shown.stderr().contains("3 sessions were seen later than the clock shows"), "{shown:?}");
    env.run(&["db", "clock", "--accept", "--dry-run"]).ok();
    assert_eq!(env.verdict_with(&seen, &["--no-touch"]), "active", "a dry run");
    let done = env.run(&["db", "clock", "--accept", "--yes", "--format", "json"]).ok().json();
    assert_eq!(done["ended_sessions"].as_array().unwrap().len(), 3, "{done}");
    for token in [&seen, &parent, &child] {
        assert_eq!(env.verdict(token), "revoked");
    }
    assert_eq!(env.verdict(&other), "active");
    assert_eq!(env.run(&["db", "clock", "--accept", "--yes"]).exit_code(), 3);
    for check in [["db", "check"], ["log", "verify"]] {
        env.run(&check).ok();
    }
}

#[test]
fn false_future_ends_whatever_it_touched() {
    let touched: [(&str, &str); 5] = [
        ("verify -", "seen"),
        ("rotate -", "rotated"),
        ("expire 1 --in 2h --yes", "given another end"),
        ("jwt issue - --audience a", "named in a JWT"),
        ("generate --under 1 --app x", "given a child"),
    ];
    for (line, what) in touched {
        let env = TestEnv::with_users(&["alice"]);
        let token = env.login_with("alice", &["--sso"]);
        let other = env.login_with("alice", &["--sso"]);
        at(&env, "+1h", line, &token).ok();
        at(&env, "+1h", "login nobody --password-stdin", "made-up battery staple").code(6);
        env.run(&["db", "clock", "--accept", "--yes"]).ok();
        if what != "given a child" {
            assert_ne!(env.field("1", "state"), "active", "a session that was {what} is active");
        }
        assert_eq!(env.ids(&["--created-after", "+1m"]), [""; 0], "{what}");
        assert_eq!(env.verdict(&other), "active", "{what}: the other session is no part of it");
        for check in [["db", "check"], ["log", "verify"]] {
            env.run(&check).ok();
        }
    }
}

#[test]
fn accepting_the_clock_is_deliberate_and_recorded() {
    let (env, token) = false_future();
    let reading = env.run(&["db", "clock", "--format", "json"]).ok().json();
    assert_eq!(reading["verdict"], "behind");
    assert!(reading["offset"].as_i64().unwrap() > 300_000_000, "{reading}");
    env.run(&["db", "clock", "--accept"]).fails_with(2);
    env.run(&["db", "clock", "--accept", "--dry-run"]).ok();
    assert_eq!(env.run(&["db", "clock", "--fields", "verdict"]).ok().stdout(), "behind");
    env.run(&["db", "clock", "--accept", "--yes"]).ok();
    assert_eq!(env.run(&["db", "clock", "--fields", "verdict"]).ok().stdout(), "ok");
    assert_eq!(env.verdict(&token), "active", "it has nothing to do with the false future");
    let event = &env.run(&["log", "--limit", "1", "--format", "jsonl"]).ok().jsonl()[0];
    assert_eq!(event["action"], "db.clock_accepted");
    env.run(&["db", "clock", "--accept", "--yes"]).code(3);
    TestEnv::new().run(&["db", "clock", "--accept", "--yes"]).code(3);
}

#[test]
fn past_now_needs_a_sandbox() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.write_file("t", &token);
    let jwt = env.run(&["jwt", "issue", "@t", "--audience", "a"]).ok().stdout();
    env.write_file("jwt", &jwt);
    let jwks = env.run(&["jwt", "keys", "export"]).ok().stdout();
    env.write_file("jwks", jwks);
    for line in [
        "list --now -3d",
        "list --all --now -1s",
        "stats --now -1h",
        "tree --now 2001-01-01",
        "inspect 1 --now -1h",
        "verify @t --now -1h",
        "verify --batch --now -1h",
        "user list --now -1h",
        "user show alice --now -1h",
        "log --now -1h",
        "db info --now -1h",
        "revoke 1 --dry-run --now -1h",
        "jwt verify @jwt --audience a --now -1m",
        "jwt verify @jwt --audience a --jwks jwks --now -1m",
        "jwt decode @jwt --now -1m",
        "cookie format @t --now -1d",
        "generate --no-store --now -1d",
    ] {
        env.bash(&format!("sessionctl {line}")).run().fails_with(2);
    }
    env.run(&["list", "--now", "+1h"]).ok();
    env.run(&["list", "--now", "now"]).ok();
}

#[test]
fn past_now_in_a_sandbox_knows_nothing_of_what_came_later() {
    let env = TestEnv::sandbox();
    let sso = ["generate", "--user", "alice", "--kind", "sso", "--now", "2030-01-01T10:00:00Z"];
    env.run(&["user", "add", "alice", "--no-password", "--now", "2030-01-01T10:00:00Z"]).ok();
    env.run(&sso).ok();
    let child = env.run(&["generate", "--under", "1", "--now", "2030-01-01T10:10:00Z"]).ok().stdout();
    env.run(&["user", "add", "bob", "--no-password", "--now", "2030-01-01T10:10:00Z"]).ok();
    env.write_file("child", &child);
    let at = |line: &str, now: &str| env.bash(&format!("sessionctl {line} --now {now}")).run();
    let before = "2030-01-01T10:09:59Z";
    for line in ["verify @child", "inspect 2", "inspect @child", "user show bob"] {
        at(line, before).code(3);
    }
    for (line, expected) in [
        ("list --format ids", "1"),
        ("list --all --format ids", "1"),
        ("list --ip 0.0.0.0/0 --all --format ids", ""),
        ("tree 1 --format ids", "1"),
        ("user list --format ids", "alice"),
        ("stats --format json --fields name,active", ""),
        ("log --action session --format ids", "6"),
    ] {
        let text = at(line, before).ok().stdout();
        if line.starts_with("stats") {
            assert!(!text.contains("\"active\":2"), "{text}");
        } else {
            assert_eq!(text, expected, "{line}");
        }
    }
    assert_eq!(at("list --format ids", "2030-01-01T10:10:00Z").ok().stdout(), "2\n1");
    assert_eq!(at("verify @child", "2030-01-01T10:10:00Z").ok().stdout(), "active");
}

#[test]
fn past_now_in_a_sandbox_shows_nothing_created_later() {
    let env = TestEnv::sandbox();
    env.generate(&["--kind", "anonymous", "--now", "+20m"]);
    let ids = env.run(&["list", "--all", "--now", "+10m", "--format", "ids"]).code_in(&[0, 1]).stdout();
    assert_eq!(ids, "", "a session is shown ten minutes before it was created");
}

#[test]
fn active_at_answers_from_when_sessions_began_and_ended() {
    let env = TestEnv::sandbox();
    for now in ["2030-01-01T10:00:00Z", "2030-01-01T10:10:00Z", "2030-01-01T10:50:00Z"] {
        env.generate(&["--kind", "anonymous", "--now", now]);
    }
    env.run(&["revoke", "1", "--yes", "--now", "2030-01-01T10:20:00Z"]).ok();
    for (time, expected) in [
        ("2030-01-01T09:59:59Z", ""),
        ("2030-01-01T10:00:00Z", "1"),
        ("2030-01-01T10:15:00Z", "2\n1"),
        ("2030-01-01T10:20:00Z", "2"),
        ("2030-01-01T10:40:00Z", ""),
        ("2030-01-01T10:55:00Z", "3"),
    ] {
        let args = ["list", "--active-at", time, "--format", "ids", "--now", "2030-01-01T12:00:00Z"];
        assert_eq!(env.run(&args).ok().stdout(), expected, "at {time}");
    }
}

#[test]
fn question_ahead_of_time_is_a_visit_in_a_sandbox_and_nowhere_else() {
    let ask = |env: &TestEnv, token: &str, now: &str| env.verdict_with(token, &["--now", now]);
    let (sandbox, real) = (TestEnv::sandbox(), TestEnv::new());
    for (env, words) in
        [(&sandbox, ["expired", "active", "active"]), (&real, ["expired", "active", "expired"])]
    {
        let token = env.generate(&["--kind", "anonymous"]);
        assert_eq!(["+31m", "+29m", "+31m"].map(|now| ask(env, &token, now)), words);
    }
    let help = sandbox.run(&["verify", "--help"]).code(2).stdout();
    assert!(help.contains("sandbox"), "{help}");
}
