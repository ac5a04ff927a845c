//! `db check` replays the audit log: an edit of the database by one SQL statement that decides who is let in is found, or
//! SECURITY.md names it.

use std::fs;

use rusqlite::Connection;

use crate::harness::{PASSWORD, TestEnv};

/// One SQL statement behind the program's back, and what it would change.
const EDITS: [(&str, &str); 55] = [
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
        "an end that was set is gone, with an idle limit in its place",
        "UPDATE session SET scheduled_at = NULL, deadline = min(absolute_expires_at, last_seen_at + idle_timeout) \
         WHERE scheduled_at > created_at + 60 AND kind = 1 AND parent_id IS NULL",
    ),
    (
        "an API token that was to end goes on",
        "UPDATE session SET scheduled_at = NULL, deadline = absolute_expires_at \
         WHERE scheduled_at IS NOT NULL AND kind = 3",
    ),
    (
        "a session that was ended with expire is back",
        "UPDATE session SET scheduled_at = NULL, deadline = min(absolute_expires_at, last_seen_at + idle_timeout) \
         WHERE scheduled_at <= created_at + 60 AND kind = 1",
    ),
    (
        "a parent that was ended with expire is back, with its child",
        "UPDATE session SET scheduled_at = NULL, deadline = min(absolute_expires_at, last_seen_at + idle_timeout) \
         WHERE (SELECT p.scheduled_at <= p.created_at + 60 FROM session p \
         WHERE p.id = coalesce(session.parent_id, session.id)) AND (kind = 2 OR parent_id IS NOT NULL)",
    ),
    (
        "an end that was set for a child is gone",
        "UPDATE session SET scheduled_at = NULL, deadline = (SELECT p.deadline FROM session p WHERE p.id = session.parent_id) \
         WHERE scheduled_at IS NOT NULL AND parent_id IS NOT NULL",
    ),
    (
        "a signing key has another algorithm",
        "UPDATE jwt_key SET algorithm = CASE algorithm WHEN 'EdDSA' THEN 'HS256' ELSE 'EdDSA' END \
         WHERE revoked_at IS NULL",
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
const DATABASE_EDITS: [(&str, &str); 11] = [
    ("the database is a sandbox", "UPDATE meta SET sandbox = 1 - sandbox"),
    ("the database is another", "UPDATE meta SET database_id = zeroblob(16)"),
    ("the log is bound elsewhere", "UPDATE meta SET bound_from = bound_from + 1"),
    ("nothing is answered before 2100", "UPDATE meta SET time_floor = 4102444800"),
    ("the log begins behind its end", "UPDATE meta SET log_start = 1000000"),
    (
        "the log begins at its end",
        "UPDATE meta SET log_start = (SELECT max(id) FROM event), \
         log_start_link = (SELECT link FROM event ORDER BY id DESC LIMIT 1)",
    ),
    (
        "the log begins later",
        "UPDATE meta SET log_start = 5, log_start_link = (SELECT link FROM event WHERE id = 5)",
    ),
    (
        "the number of the last event is given again",
        "UPDATE sqlite_sequence SET seq = seq - 1 WHERE name = 'event'",
    ),
    ("the numbers of all events are given again", "DELETE FROM sqlite_sequence WHERE name = 'event'"),
    ("the last event is cut off", "DELETE FROM event WHERE id = (SELECT max(id) FROM event)"),
    ("an event is another", "UPDATE event SET actor = 'nobody' WHERE id = 3"),
];

/// Edits that nothing in the log contradicts. SECURITY.md names each.
const NOT_FOUND: [(&str, &str); 15] = [
    ("another digest of a token", "UPDATE session SET token_digest = zeroblob(32) WHERE id = 1"),
    ("a password hash", "UPDATE user SET password_hash = '$argon2id$other' WHERE name = 'bob'"),
    ("a count of failed logins", "DELETE FROM attempt"),
    (
        "when a session was last seen",
        "UPDATE session SET last_seen_at = last_seen_at + 9, deadline = deadline + 9 WHERE id = 1",
    ),
    (
        "that end in place of the idle time",
        "UPDATE session SET scheduled_at = (SELECT p.deadline FROM session p WHERE p.id = session.parent_id), \
         deadline = (SELECT p.deadline FROM session p WHERE p.id = session.parent_id) \
         WHERE scheduled_at IS NULL AND parent_id IN (SELECT id FROM session WHERE scheduled_at > created_at + 60)",
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
        "`label`, `ip`, `last_ip`, `user_agent`",
        "UPDATE session SET label = 'x', ip = zeroblob(16), last_ip = zeroblob(16), user_agent = 'y' WHERE id = 1",
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
    expire_some(&env);
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

/// Sets ends: of an API token, of a session at once, of a child before its parent, and of a family at once.
fn expire_some(env: &TestEnv) {
    let expire = |id: &str, when: &[&str]| {
        env.run(&[&["expire", id, "--yes"], when].concat()).ok();
    };
    let api = env.generate(&["--kind", "api", "--user", "erik", "--scope", "x"]);
    expire(&env.id_of(&api), &["--in", "10m"]);
    expire(&env.id_of(&env.login("erik")), &[]);
    for ends in [&["--in", "20m"][..], &[]] {
        let parent = env.id_of(&env.login_with("frida", &["--sso"]));
        let child = env.id_of(&env.generate(&["--under", &parent]));
        env.generate(&["--under", &parent]);
        if !ends.is_empty() {
            expire(&child, &["--in", "5m"]);
        }
        expire(&parent, ends);
    }
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
    let parent = env.id_of(&env.login_with("erik", &["--sso"]));
    let child = env.id_of(&env.generate(&["--under", &parent]));
    for (id, span) in [(&child, "5m"), (&parent, "3m"), (&parent, "2h")] {
        env.run(&["expire", id, "--in", span, "--yes"]).ok();
    }
    for (setting, value) in
        [("web.idle", "4m"), ("web.idle", "9m"), ("web.absolute", "1h"), ("web.absolute", "2h")]
    {
        env.run(&["db", "policy", setting, value, "--apply", "--yes"]).code_in(&[0, 3]);
        env.run(&["db", "check"]).ok();
    }
    env.run(&["db", "backup", "copy.db", "--without-keys"]).ok();
    env.run(&["--db", "copy.db", "db", "check"]).ok();
}
