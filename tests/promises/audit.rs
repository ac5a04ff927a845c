//! The audit log: a rollback is shown, one damaged row hides no other, and each event names who did it and from where.

use rusqlite::Connection;

use crate::harness::TestEnv;

#[test]
fn one_damaged_row_does_not_hide_the_others() {
    let env = TestEnv::new();
    env.generate_many(6);
    env.run(&["revoke", "2", "--yes"]).ok();
    let connection = Connection::open(env.db()).unwrap();
    let edit = "UPDATE session SET ended_at = NULL, end_reason = NULL, deadline = absolute_expires_at, \
                last_seen_at = created_at WHERE id = 2";
    connection.execute(edit, []).unwrap();
    drop(connection);
    for format in ["table", "json", "jsonl", "csv", "ids"] {
        let output = env.run(&["list", "--format", format]);
        assert_eq!(output.exit_code(), 1, "{format}: {output:?}");
        assert!(output.stderr().contains('2'), "{format}: the damaged row is not named: {output:?}");
        assert!(!output.stdout().is_empty(), "{format}: the sound rows are hidden: {output:?}");
    }
    let ids = env.run(&["list", "--format", "ids"]).stdout();
    assert_eq!(ids, "6\n5\n4\n3\n1");
}

#[test]
fn kept_head_is_found_in_the_chain_and_a_rollback_is_not() {
    for format in ["table", "json", "csv"] {
        let env = TestEnv::new();
        env.generate_many(2);
        env.run(&["db", "backup", "old.db"]).ok();
        env.run(&["revoke", "1", "--yes"]).ok();
        let head = env.run(&["log", "head", "--format", format]).ok().stdout();
        env.write_file("head", format!("{head}\n"));
        env.run(&["log", "verify", "--head", "head"]).ok();
        env.generate_many(1);
        env.run(&["log", "verify", "--head", "head"]).ok();
        env.run(&["--db", "old.db", "log", "verify", "--head", "head"]).code(1);
        let other = TestEnv::new();
        other.generate_many(9);
        other.write_file("head", format!("{head}\n"));
        other.run(&["log", "verify", "--head", "head"]).code(1);
        for text in ["", "hello\n", "0000\n"] {
            env.write_file("no-head", text);
            env.run(&["log", "verify", "--head", "no-head"]).code(2);
        }
    }
}

#[test]
fn log_shows_actor_and_address_by_default() {
    let env = TestEnv::with_users(&["alice"]);
    let more = ["--ip", "198.51.100.6", "--app", "shop"];
    let args = [&["login", "alice", "--password-stdin"][..], &more].concat();
    env.run_with_stdin(&args, "not the right password").code(6);
    env.login_with("alice", &more);
    let heading = env.run(&["log"]).ok().stdout();
    assert!(heading.lines().next().unwrap().contains("actor"), "{heading}");
    let events = env.run(&["log", "--action", "login", "--format", "jsonl"]).ok().jsonl();
    assert_eq!(events.len(), 2);
    for event in events {
        assert_eq!(event["ip"], "198.51.100.6", "{event}");
    }
    let found = env.run(&["log", "--ip", "198.51.100.0/24", "--format", "count"]).ok().stdout();
    assert_eq!(found, "2");
    env.run(&["revoke", "1", "--yes"]).ok();
    let actor = env.run(&["log", "--limit", "1", "--format", "jsonl"]).ok().jsonl()[0]["actor"].clone();
    assert_eq!(env.field("1", "ended_by"), actor.as_str().unwrap());
}

/// An event of bulk work is found by any of its sessions, and shows which they were and who did it.
#[test]
fn log_of_one_session_shows_bulk_events_with_their_sessions_and_actor() {
    let env = TestEnv::new();
    env.generate_many(60);
    env.run(&["revoke", "--all", "--yes", "-q"]).ok();
    let table = env.run(&["log", "--session", "30"]).ok().stdout();
    let heading = table.lines().next().unwrap();
    assert!(heading.contains("actor") && heading.contains("ip"), "{table}");
    for action in ["session.created", "session.revoked"] {
        let line = table.lines().find(|line| line.contains(action)).unwrap();
        assert!(line.contains("1–60"), "{table}");
    }
    for id in ["1", "60"] {
        let count = env.run(&["log", "--session", id, "--format", "count"]).ok().stdout();
        assert_eq!(count, "2", "session {id}");
    }
    env.run(&["log", "--session", "61", "--format", "count"]).code_in(&[0, 3]);
}

#[test]
fn rotated_out_token_with_a_damaged_grace_is_not_accepted() {
    for bit in [6, 7, 20, 31, 38] {
        let env = TestEnv::new();
        let old = env.generate(&["--kind", "anonymous"]);
        env.run_with_stdin(&["rotate", "-", "--grace", "30s"], &old).ok();
        assert_eq!(env.verdict(&old), "active", "within its grace");
        let connection = Connection::open(env.db()).unwrap();
        // So that the flipped bit, and not the grace, decides.
        let edit = format!("UPDATE retired_token SET honoured_until = retired_at + (1 << {bit})");
        assert_eq!(connection.execute(&edit, []).unwrap(), 1);
        drop(connection);
        assert_ne!(env.verdict(&old), "active", "bit {bit}");
    }
}
