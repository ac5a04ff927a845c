//! The audit log and `db check`: an edit by SQL is found, a rollback is shown, and one damaged row hides no other.

use std::fs;

use rusqlite::Connection;

use crate::harness::{PASSWORD, TestEnv};

/// One SQL statement behind the program's back, and what it would change.
const EDITS: [(&str, &str); 49] = [
    ("a disabled user is enabled", "UPDATE user SET disabled_at = NULL WHERE disabled_at IS NOT NULL"),
    ("a removed user is back", "UPDATE user SET removed_at = NULL WHERE removed_at IS NOT NULL"),
    ("a user is disabled", "UPDATE user SET disabled_at = created_at WHERE name = 'bob'"),
    ("a user is deleted", "DELETE FROM user WHERE name = 'dora'"),
    ("a user is renamed", "UPDATE user SET name = 'mallory', name_key = 'mallory' WHERE name = 'bob'"),
    (
        "a user is added",
        "INSERT INTO user (name, name_key, created_at) VALUES ('mallory', 'mallory', 1800000000)",
    ),
    ("a number is given to a user again", "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'user'"),
    ("a session is un-revoked", "UPDATE session SET ended_at = NULL, end_reason = NULL WHERE id = 2"),
    (
        "a session is un-revoked and lives on",
        "UPDATE session SET ended_at = NULL, end_reason = NULL, \
         deadline = min(absolute_expires_at, last_seen_at + idle_timeout) WHERE id = 2",
    ),
    (
        "a session that was revoked for a reused token is back",
        "UPDATE session SET ended_at = NULL, end_reason = NULL, \
         deadline = min(absolute_expires_at, last_seen_at + idle_timeout) WHERE end_reason = 'token reused'",
    ),
    (
        "a session is revoked in the future",
        "UPDATE session SET ended_at = absolute_expires_at, deadline = absolute_expires_at WHERE id = 2",
    ),
    ("a session has another owner", "UPDATE session SET user_id = 2 WHERE id = 1"),
    ("a session lives longer", "UPDATE session SET deadline = absolute_expires_at WHERE id = 1"),
    (
        "an absolute limit is later",
        "UPDATE session SET absolute_expires_at = absolute_expires_at + 86400 WHERE id = 1",
    ),
    (
        "a session without an idle limit lives longer",
        "UPDATE session SET absolute_expires_at = absolute_expires_at + 1, deadline = deadline + 1 WHERE kind = 3",
    ),
    ("an idle limit is gone", "UPDATE session SET idle_timeout = NULL WHERE id = 1"),
    (
        "an idle limit is gone, and the deadline with it",
        "UPDATE session SET idle_timeout = NULL, deadline = absolute_expires_at WHERE id = 1",
    ),
    (
        "an idle limit is longer",
        "UPDATE session SET idle_timeout = idle_timeout + 60, deadline = deadline + 60 WHERE id = 1",
    ),
    (
        "an end replaces the idle limit",
        "UPDATE session SET scheduled_at = absolute_expires_at, deadline = absolute_expires_at WHERE id = 1",
    ),
    (
        "an end that was set is later",
        "UPDATE session SET scheduled_at = scheduled_at + 60, deadline = deadline + 60 WHERE scheduled_at IS NOT NULL",
    ),
    (
        "an end that was set is gone",
        "UPDATE session SET scheduled_at = NULL, deadline = absolute_expires_at WHERE scheduled_at IS NOT NULL",
    ),
    ("a session is older", "UPDATE session SET created_at = created_at - 60 WHERE id = 1"),
    (
        "a session is younger",
        "UPDATE session SET created_at = created_at + 1, last_seen_at = last_seen_at + 1 WHERE id = 1",
    ),
    ("a login is later", "UPDATE session SET authenticated_at = authenticated_at + 600 WHERE id = 1"),
    ("an API token was logged in", "UPDATE session SET authenticated_at = created_at WHERE kind = 3"),
    ("a child has no parent", "UPDATE session SET parent_id = NULL WHERE parent_id IS NOT NULL"),
    (
        "a session has a parent",
        "UPDATE session SET parent_id = (SELECT id FROM session WHERE kind = 2) WHERE id = 1",
    ),
    ("a token has another scope", "UPDATE session SET scopes = 'admin' WHERE kind = 3"),
    ("a token has a scope more", "UPDATE session SET scopes = scopes || ' admin' WHERE kind = 3"),
    ("a login is an API token", "UPDATE session SET kind = 3 WHERE id = 1"),
    ("a session is of another application", "UPDATE session SET app = 'bank' WHERE id = 1"),
    ("a session is of no application", "UPDATE session SET app = NULL WHERE app IS NOT NULL"),
    ("a session is deleted", "DELETE FROM session WHERE id = 1"),
    ("an id is given again", "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'session'"),
    (
        "a replaced token is accepted for longer",
        "UPDATE retired_token SET honoured_until = honoured_until + 86400",
    ),
    (
        "a token is accepted as one that was replaced just now",
        "INSERT INTO retired_token SELECT id, zeroblob(32), 1800000000, 1800000030 FROM session WHERE id = 1",
    ),
    ("a replaced token is forgotten", "DELETE FROM retired_token"),
    ("a setting is changed", "UPDATE policy SET value = value + 60"),
    ("a setting is put back", "DELETE FROM policy WHERE name = 'web.idle'"),
    ("a setting is added", "INSERT INTO policy (name, value) VALUES ('user.sessions_max', 1000)"),
    ("a signing key is retired", "UPDATE jwt_key SET retired_at = created_at WHERE retired_at IS NULL"),
    (
        "a signing key signs again",
        "UPDATE jwt_key SET retired_at = NULL WHERE retired_at IS NOT NULL AND revoked_at IS NULL",
    ),
    (
        "a signing key retires later",
        "UPDATE jwt_key SET retired_at = retired_at + 86400 WHERE revoked_at IS NULL",
    ),
    (
        "a revoked key is back",
        "UPDATE jwt_key SET revoked_at = NULL, retired_at = NULL, secret = zeroblob(33) WHERE revoked_at IS NOT NULL",
    ),
    ("a revoked key signs again", "UPDATE jwt_key SET retired_at = NULL WHERE revoked_at IS NOT NULL"),
    (
        "a replaced token was replaced later",
        "UPDATE retired_token SET retired_at = retired_at + 3600, honoured_until = honoured_until + 3600",
    ),
    ("a replaced token is another session's", "UPDATE retired_token SET session_id = 1"),
    ("a signing key is deleted", "DELETE FROM jwt_key WHERE revoked_at IS NULL"),
    (
        "a signing key is added",
        "INSERT INTO jwt_key (kid, algorithm, secret, created_at) VALUES ('x', 'HS256', zeroblob(33), 1800000000)",
    ),
];

/// Edits of the database as a whole.
const DATABASE_EDITS: [(&str, &str); 6] = [
    ("the database is a sandbox", "UPDATE meta SET sandbox = 1 - sandbox"),
    ("the database is another", "UPDATE meta SET database_id = zeroblob(16)"),
    ("the log is bound elsewhere", "UPDATE meta SET bound_from = bound_from + 1"),
    ("nothing is answered before 2100", "UPDATE meta SET time_floor = 4102444800"),
    ("the last event is cut off", "DELETE FROM event WHERE id = (SELECT max(id) FROM event)"),
    ("an event is another", "UPDATE event SET actor = 'nobody' WHERE id = 3"),
];

/// Edits that nothing in the log contradicts. SECURITY.md names each.
const NOT_FOUND: [(&str, &str); 14] = [
    ("another digest of a token", "UPDATE session SET token_digest = zeroblob(32) WHERE id = 1"),
    ("a password hash", "UPDATE user SET password_hash = '$argon2id$other' WHERE name = 'bob'"),
    ("a count of failed logins", "DELETE FROM attempt"),
    (
        "when a session was last seen",
        "UPDATE session SET last_seen_at = last_seen_at + 9, deadline = deadline + 9 WHERE id = 1",
    ),
    ("a grace of up to 30 s", "UPDATE retired_token SET honoured_until = retired_at + 30"),
    ("another digest", "UPDATE retired_token SET token_digest = randomblob(32)"),
    ("another locator key", "UPDATE meta SET locator_key = zeroblob(16)"),
    ("the key under which they are counted", "UPDATE meta SET attempt_key = zeroblob(32)"),
    ("an earlier limit or login", "UPDATE session SET authenticated_at = authenticated_at - 1 WHERE id = 1"),
    ("which event ended it", "UPDATE session SET ended_event = 1 WHERE ended_event IS NOT NULL"),
    (
        "when a user was created",
        "UPDATE user SET created_at = created_at - 9, password_changed_at = created_at - 9 WHERE name = 'bob'",
    ),
    ("session data", "UPDATE session_data SET value = '\"admin\"'"),
    ("the secret of a key", "UPDATE jwt_key SET secret = zeroblob(33) WHERE revoked_at IS NULL"),
    (
        "`label`, `ip`, `user_agent`",
        "UPDATE session SET label = 'x', ip = zeroblob(16), user_agent = 'y' WHERE id = 1",
    ),
];

fn edited() -> TestEnv {
    let env = TestEnv::with_users(&["alice", "bob", "carol", "erik", "frida"]);
    env.login_with("alice", &["--app", "shop"]);
    env.login("bob");
    env.run(&["revoke", "2", "--yes"]).ok();
    let sso = env.login_with("alice", &["--sso"]);
    env.generate(&["--under", &env.id_of(&sso)]);
    env.generate(&["--kind", "api", "--user", "bob", "--scope", "orders:read"]);
    let ending = env.login("bob");
    env.run(&["expire", &env.id_of(&ending), "--in", "10m", "--yes"]).ok();
    let rotated = env.run_with_stdin(&["rotate", "-"], &env.login("erik")).ok().stdout();
    let stolen = env.login("frida");
    env.run_with_stdin(&["rotate", "-"], &stolen).ok();
    env.run_with_stdin(&["verify", "-"], &stolen).code(5);
    env.run_with_stdin(&["login", "erik", "--password-stdin", "--upgrade", "@t"], PASSWORD).code(1);
    env.write_file("t", &rotated);
    env.run_with_stdin(&["login", "erik", "--password-stdin", "--upgrade", "@t"], PASSWORD).ok();
    env.run(&["data", "set", "1", "role", "\"user\""]).ok();
    env.run_with_stdin(&["login", "bob", "--password-stdin"], "not the right password").code(6);
    env.run(&["user", "disable", "carol", "--yes"]).ok();
    env.run(&["user", "add", "dora", "--no-password"]).ok();
    env.run(&["user", "add", "gone", "--no-password"]).ok();
    env.run(&["user", "remove", "gone", "--yes"]).ok();
    env.run(&["db", "policy", "web.idle", "20m"]).ok();
    for end in ["revoke", "retire"] {
        let kid = env.run(&["jwt", "keys", "new", "--fields", "kid"]).ok().stdout();
        env.run(&["jwt", "keys", end, &kid]).ok();
    }
    env.run_with_stdin(&["jwt", "issue", "-", "--audience", "a"], &sso).ok();
    env.run(&["db", "check"]).ok();
    env
}

/// The exit code of the check after an edit of a sound copy.
fn check_after(env: &TestEnv, sound: &[u8], (what, statement): (&str, &str)) -> i32 {
    let path = env.write_file("edited.db", sound);
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    let changed = connection.execute(statement, []).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(changed > 0, "{what}: nothing was edited");
    drop(connection);
    let code = env.run(&["--db", "edited.db", "db", "check"]).code_in(&[0, 1]).exit_code();
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(env.path(&format!("edited.db{suffix}")));
    }
    code
}

#[test]
fn check_finds_edits_by_one_sql_statement() {
    let env = edited();
    env.run(&["db", "backup", "sound.db"]).ok();
    let sound = fs::read(env.path("sound.db")).unwrap();
    let edits = EDITS.into_iter().chain(DATABASE_EDITS);
    let missed: Vec<_> =
        edits.filter(|edit| check_after(&env, &sound, *edit) != 1).map(|edit| edit.0).collect();
    assert!(missed.is_empty(), "db check does not find: {missed:?}");
    let security = include_str!("../../SECURITY.md");
    for (what, statement) in NOT_FOUND {
        assert_eq!(check_after(&env, &sound, (what, statement)), 0, "{what} is found: move it up");
        assert!(security.contains(what), "SECURITY.md does not name: {what}");
    }
}

#[test]
fn check_accepts_what_the_program_does_to_limits_keys_and_users() {
    let env = edited();
    for line in [
        "expire --user alice --in 1h --yes",
        "expire --user alice --at +30m --yes",
        "db policy web.idle 10m --apply --yes",
        "db policy web.idle 45m --apply --yes",
        "db policy web.idle default",
        "user rename bob robert",
        "user enable carol",
        "prune --older-than 0s --all --yes",
        "generate --kind sso --user alice -n 3",
        "generate --under 3 -n 60",
        "revoke --all --yes",
    ] {
        env.bash(&format!("sessionctl {line}")).run().code_in(&[0, 2, 3]);
        env.run(&["db", "check"]).ok();
    }
    env.run(&["db", "backup", "copy.db", "--without-keys"]).ok();
    env.run(&["--db", "copy.db", "db", "check"]).ok();
}

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
