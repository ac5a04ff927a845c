//! `db restore`: the way back to a backup, which forgets no end that was acknowledged since.

use std::fs;

use crate::harness::{PASSWORD, TestEnv};

const NEW: &str = "a quite different passphrase";

fn files(env: &TestEnv) -> Vec<String> {
    let entries = fs::read_dir(env.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn restore_brings_back_sessions_and_keeps_later_ends() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    let (kept, revoked, out) = (env.login("alice"), env.login("alice"), env.login("bob"));
    env.run(&["db", "backup", "b.db"]).ok();
    let later = env.login("alice");
    env.run(&["revoke", &env.id_of(&revoked), "--yes"]).ok();
    env.run_with_stdin(&["logout", "-"], &out).ok();
    let before = files(&env);
    let output = env.run(&["db", "restore", "b.db", "--yes"]).ok();
    assert_eq!(env.verdict(&kept), "active");
    assert_eq!(env.verdict(&revoked), "revoked", "a revocation was undone: {output:?}");
    assert_eq!(env.verdict(&out), "revoked", "a logout was undone: {output:?}");
    assert_ne!(env.verdict(&later), "active", "the copy does not know this session");
    for check in [["db", "check"], ["log", "verify"]] {
        env.run(&check).ok();
    }
    let kept_files: Vec<_> = files(&env).into_iter().filter(|name| !before.contains(name)).collect();
    assert!(!kept_files.is_empty(), "the old file is gone");
    let words = output.stdout_and_stderr();
    assert!(kept_files.iter().any(|name| words.contains(name.as_str())), "{words}");
}

#[test]
fn restore_keeps_users_disabled_and_passwords_changed_since() {
    let env = TestEnv::with_users(&["alice", "bob", "carol"]);
    env.run(&["db", "backup", "b.db"]).ok();
    env.run(&["user", "disable", "alice", "--yes"]).ok();
    env.run_with_stdin(&["user", "passwd", "bob", "--password-stdin"], NEW).ok();
    env.run(&["db", "restore", "b.db", "--yes"]).ok();
    for user in ["alice", "bob"] {
        let login = env.run_with_stdin(&["login", user, "--password-stdin"], PASSWORD);
        assert_eq!(login.exit_code(), 6, "{user}: {login:?}");
    }
    env.login("carol");
}

#[test]
fn restore_uses_no_id_again() {
    let env = TestEnv::new();
    env.generate_many(3);
    env.run(&["db", "backup", "b.db"]).ok();
    env.generate_many(4);
    env.run(&["db", "restore", "b.db", "--yes"]).ok();
    let id: i64 = env.id_of(&env.generate(&["--kind", "anonymous"])).parse().unwrap();
    assert!(id > 7, "id {id} was given before");
}

#[test]
fn restore_of_an_unusable_copy_changes_nothing() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    env.run(&["db", "backup", "torn.db"]).ok();
    let mut bytes = fs::read(env.path("torn.db")).unwrap();
    bytes[4096..].iter_mut().step_by(97).for_each(|byte| *byte ^= 0x5a);
    env.write_file("torn.db", bytes);
    env.write_file("text.db", "not a database");
    env.write_file("empty.db", "");
    for name in ["torn.db", "text.db", "empty.db", "missing.db", "sessions.db"] {
        env.run(&["db", "restore", name, "--yes"]).fails_with(1);
        assert_eq!(env.verdict(&token), "active", "{name}");
    }
    env.run(&["db", "check"]).ok();
}

#[test]
fn backup_without_keys_holds_no_signing_key() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let jwt = env.run_with_stdin(&["jwt", "issue", "-", "--audience", "a"], &token).ok().stdout();
    env.run(&["db", "backup", "copy.db", "--without-keys"]).ok();
    let count = rusqlite::Connection::open(env.path("copy.db"))
        .unwrap()
        .query_row("SELECT count(*) FROM jwt_key", [], |row| row.get::<_, i64>(0))
        .unwrap();
    assert_eq!(count, 0);
    env.run_with_stdin(&["--db", "copy.db", "jwt", "verify", "-", "--audience", "a"], &jwt).code(3);
}

#[test]
fn restore_keeps_everything_that_was_taken_away_since() {
    let env = TestEnv::with_users(&["alice", "bob", "carol", "dave"]);
    let sso = env.login_with("alice", &["--sso"]);
    let child = env.generate(&["--under", &env.id_of(&sso)]);
    let (expired, shortened) = (env.login("alice"), env.login("bob"));
    let (rotated, visitor) = (env.login("bob"), env.generate(&["--kind", "anonymous"]));
    let (removed, untouched) = (env.login("carol"), env.login("dave"));
    let api = env.generate(&["--kind", "api", "--user", "dave", "--scope", "x"]);
    env.run_with_stdin(&["jwt", "issue", "-", "--audience", "a"], &untouched).ok();
    env.run(&["db", "backup", "b.db"]).ok();

    let kid = env.run(&["jwt", "keys", "list", "--format", "ids"]).ok().stdout();
    env.run(&["jwt", "keys", "revoke", &kid, "--yes"]).ok();
    env.run(&["revoke", &env.id_of(&sso), "--yes"]).ok();
    env.run(&["expire", &env.id_of(&expired), "--yes"]).ok();
    env.run(&["expire", &env.id_of(&shortened), "--in", "2m", "--yes"]).ok();
    env.run(&["expire", &env.id_of(&api), "--in", "2h", "--yes"]).ok();
    let newer = env.run_with_stdin(&["rotate", "-"], &rotated).ok().stdout();
    env.run_with_stdin(&["login", "alice", "--password-stdin", "--upgrade", "@v"], PASSWORD).code(1);
    env.write_file("v", &visitor);
    env.run_with_stdin(&["login", "alice", "--password-stdin", "--upgrade", "@v"], PASSWORD).ok();
    env.run(&["user", "remove", "carol", "--yes"]).ok();
    env.run_with_stdin(&["login", "dave", "--password-stdin"], "not the right password").code(6);

    let planned = env.run(&["db", "restore", "b.db", "--dry-run", "--format", "json"]).ok().json();
    assert_eq!(planned["result"], "planned");
    let done = env.run(&["db", "restore", "b.db", "--yes", "--format", "json"]).ok().json();
    for key in ["ended", "shortened", "rotated", "users_removed", "keys_revoked"] {
        assert_eq!(planned[key], done[key], "{key}");
        assert!(!done[key].as_array().unwrap().is_empty(), "{key}: {done}");
    }
    for (what, token) in [
        ("a revoked parent", &sso),
        ("its child", &child),
        ("an expired session", &expired),
        ("an upgraded visitor", &visitor),
        ("a session of a removed user", &removed),
        ("a token that was replaced", &rotated),
    ] {
        assert_ne!(env.verdict(token), "active", "{what} came back");
    }
    assert_eq!(env.verdict(&untouched), "active");
    // Shown again, the replaced token ends its session, as before.
    assert_ne!(env.verdict(&newer), "active");
    let at = |token: &str, now: &str| env.verdict_with(token, &["--no-touch", "--now", now]);
    assert_eq!([at(&shortened, "+1m"), at(&shortened, "+3m")], ["active", "expired"]);
    assert_eq!([at(&api, "+1h"), at(&api, "+3h")], ["active", "expired"]);
    assert_eq!(env.run(&["user", "show", "dave", "--fields", "failed_logins"]).ok().stdout(), "1");
    for check in [["db", "check"], ["log", "verify"]] {
        env.run(&check).ok();
    }
}

#[test]
fn restore_of_a_rotated_session_accepts_its_newest_token() {
    let env = TestEnv::with_users(&["alice"]);
    let old = env.login("alice");
    env.run(&["db", "backup", "b.db"]).ok();
    let middle = env.run_with_stdin(&["rotate", "-"], &old).ok().stdout();
    let newest = env.run_with_stdin(&["rotate", "-"], &middle).ok().stdout();
    env.run(&["db", "restore", "b.db", "--yes"]).ok();
    assert_eq!(env.verdict(&newest), "active");
    env.run(&["db", "check"]).ok();
    assert_eq!(env.verdict(&middle), "revoked", "a replaced token is a sign of theft");
}

/// Of each setting the stricter value holds, whichever of both databases has it, and no change without direction is
/// taken over.
#[test]
fn restore_keeps_a_policy_that_was_made_stricter_since() {
    let env = TestEnv::with_users(&["alice"]);
    for (setting, value) in [("sso.idle", "1h"), ("password.passes", "3"), ("throttle.free", "2")] {
        env.run(&["db", "policy", setting, value]).ok();
    }
    env.run(&["db", "backup", "b.db"]).ok();
    let stricter = [
        ("user.sessions_max", "1"),
        ("web.idle", "5m"),
        ("api.absolute_max", "2d"),
        ("throttle.free", "0"),
        ("throttle.delay_max", "1h"),
        ("throttle.disable_at", "7"),
        ("rotate.grace_max", "0s"),
        ("password.memory", "20000"),
    ];
    let other =
        [("sso.idle", "2h"), ("password.passes", "2"), ("prune.older_than", "1d"), ("password.lanes", "2")];
    for (setting, value) in stricter.iter().chain(&other) {
        env.run(&["db", "policy", setting, value]).ok();
    }
    let args = ["db", "restore", "b.db", "--format", "json"];
    let planned = env.run(&[&args[..], &["--dry-run"]].concat()).ok().json();
    let done = env.run(&[&args[..], &["--yes"]].concat()).ok().json();
    assert_eq!(planned["stricter_settings"], done["stricter_settings"]);
    let mut names: Vec<&str> =
        done["stricter_settings"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    names.sort_unstable();
    let mut expected: Vec<&str> = stricter.iter().map(|(name, _)| *name).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
    let value = |setting: &str| env.run(&["db", "policy", setting, "--fields", "value"]).ok().stdout();
    for (setting, expected) in stricter {
        assert_eq!(value(setting), expected, "{setting}");
    }
    for (setting, expected) in
        [("sso.idle", "1h"), ("password.passes", "3"), ("prune.older_than", "30d"), ("password.lanes", "1")]
    {
        assert_eq!(value(setting), expected, "{setting}");
    }
    env.run(&["db", "check"]).ok();
    // As it is, the copy brings its own.
    env.run(&["db", "restore", "b.db", "--yes", "--as-is"]).ok();
    assert_eq!(value("user.sessions_max"), "20");
    env.run(&["db", "check"]).ok();
}

#[test]
fn restore_brings_back_no_value_that_was_removed_since() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let (id, ended) = (env.id_of(&token), env.id_of(&env.generate(&["--kind", "anonymous"])));
    for (session, key, value) in [
        (&id, "note", "\"made-up-secret\""),
        (&id, "kept", "1"),
        (&id, "changed", "1"),
        (&ended, "cart", "\"gone-too\""),
    ] {
        env.run(&["data", "set", session, key, value]).ok();
    }
    env.run(&["db", "backup", "b.db"]).ok();
    env.run(&["data", "unset", &id, "note"]).ok();
    env.run(&["data", "set", &id, "changed", "2"]).ok();
    env.run(&["revoke", &ended, "--yes"]).ok();
    env.run(&["prune", "--older-than", "0s", "--all", "--yes"]).ok();
    let done = env.run(&["db", "restore", "b.db", "--yes", "--format", "json"]).ok().json();
    assert_eq!(
        done["values_removed"],
        serde_json::json!([id.parse::<i64>().unwrap(), ended.parse::<i64>().unwrap()])
    );
    env.run(&["data", "get", &id, "note"]).code(3);
    assert_eq!(env.run(&["data", "get", &id, "kept"]).ok().stdout(), "1");
    let file = fs::read(env.db()).unwrap();
    for secret in ["made-up-secret", "gone-too"] {
        assert!(
            !file.windows(secret.len()).any(|window| window == secret.as_bytes()),
            "{secret} is in the file"
        );
    }
    env.run(&["db", "check"]).ok();
}

#[test]
fn restore_as_it_is_forgets_what_was_revoked_and_says_so() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    env.run(&["db", "backup", "b.db"]).ok();
    env.run_with_stdin(&["logout", "-"], &token).ok();
    let output = env.run(&["db", "restore", "b.db", "--yes", "--as-is"]).ok();
    assert_eq!(env.verdict(&token), "active");
    assert!(output.stderr().contains("warning"), "{output:?}");
    env.run(&["db", "check"]).ok();
}

#[test]
fn restore_refuses_a_copy_of_another_database() {
    let (env, other) = (TestEnv::new(), TestEnv::new());
    let token = env.generate(&["--kind", "anonymous"]);
    let foreign = other.generate(&["--kind", "anonymous"]);
    other.run(&["db", "backup", "b.db"]).ok();
    env.write_file("b.db", fs::read(other.path("b.db")).unwrap());
    env.run(&["db", "restore", "b.db", "--yes"]).fails_with(1);
    assert_eq!(env.verdict(&token), "active");
    env.run(&["db", "restore", "b.db", "--yes", "--other-database"]).ok();
    assert_eq!((env.verdict(&token).as_str(), env.verdict(&foreign).as_str()), ("unknown", "active"));
    env.run(&["db", "check"]).ok();
}

#[test]
fn restore_needs_confirmation_and_leaves_nothing_behind_without_it() {
    let env = TestEnv::new();
    env.generate_many(3);
    env.run(&["db", "backup", "b.db"]).ok();
    let names = |env: &TestEnv| {
        let mut names = files(env);
        names.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
        names.sort();
        names
    };
    let before = (names(&env), fs::read(env.db()).unwrap());
    env.run(&["db", "restore", "b.db"]).fails_with(2);
    env.run(&["db", "restore", "b.db", "--dry-run"]).ok();
    env.run(&["db", "restore", "b.db", "--yes", "--now", "+1h"]).fails_with(2);
    assert_eq!(names(&env), before.0);
    assert!(fs::read(env.db()).unwrap() == before.1, "the database was changed");
}

/// A false future is corrected first: restoring grants, and the time of the copy would be taken for the present.
#[test]
fn restore_waits_until_a_false_future_is_corrected() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.run(&["db", "backup", "b.db"]).ok();
    let guess = "faketime -f +3650d sessionctl login nobody --password-stdin";
    env.bash(guess).stdin("made-up battery staple").run().code(6);
    env.run(&["db", "restore", "b.db", "--yes"]).fails_with(1);
    env.run(&["db", "clock", "--accept", "--yes"]).ok();
    env.run(&["db", "restore", "b.db", "--yes"]).ok();
    assert_eq!(env.verdict(&token), "active");
    env.run(&["db", "check"]).ok();
}

/// The copy itself is of a false future, which was corrected in the database since.
#[test]
fn restore_of_a_copy_from_a_false_future_names_the_way() {
    let env = TestEnv::with_users(&["alice"]);
    env.bash("faketime -f +3650d sessionctl generate --kind anonymous -q").run().ok();
    env.run(&["db", "backup", "b.db"]).ok();
    env.run(&["db", "clock", "--accept", "--yes"]).ok();
    let refused = env.run(&["db", "restore", "b.db", "--yes"]);
    assert!(refused.stderr().contains("cannot restore the copy: its latest event"), "{refused:?}");
    refused.fails_with(1);
    env.run(&["--db", "b.db", "db", "clock", "--accept", "--yes"]).ok();
    fs::remove_file(env.path("b.db-wal")).unwrap_or_default();
    env.run(&["db", "restore", "b.db", "--yes"]).ok();
    env.run(&["db", "check"]).ok();
}

#[test]
fn restore_beside_files_of_a_deleted_database_is_refused() {
    for suffix in ["-wal", "-journal"] {
        let env = TestEnv::new();
        env.run(&["db", "backup", "b.db"]).ok();
        fs::remove_file(env.db()).unwrap();
        env.write_file(&format!("sessions.db{suffix}"), "left over");
        env.run(&["db", "restore", "b.db", "--yes"]).fails_with(1);
        assert!(!env.db().exists(), "a database appeared beside {suffix}");
        env.write_file(&format!("b.db{suffix}"), "left over");
        for name in files(&env).iter().filter(|name| name.starts_with("sessions.db")) {
            fs::remove_file(env.path(name)).unwrap();
        }
        env.run(&["db", "restore", "b.db", "--yes"]).fails_with(1);
        fs::remove_file(env.path(&format!("b.db{suffix}"))).unwrap();
        let output = env.run(&["db", "restore", "b.db", "--yes"]).ok();
        assert!(output.stderr().contains("warning"), "{output:?}");
        env.run(&["db", "check"]).ok();
    }
}

#[test]
fn revocations_that_race_with_a_restore_hold() {
    let env = TestEnv::new();
    let tokens = env.generate_many(24);
    env.run(&["db", "backup", "b.db"]).ok();
    let acknowledged = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for part in tokens.chunks(8) {
            let (env, acknowledged) = (&env, &acknowledged);
            scope.spawn(move || {
                for token in part {
                    if env.run_with_stdin(&["logout", "-"], token).exit_code() == 0 {
                        acknowledged.lock().unwrap().push(token.clone());
                    }
                }
            });
        }
        for _ in 0..4 {
            env.run(&["db", "restore", "b.db", "--yes"]).code_in(&[0, 1]);
        }
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() > 4, "only {} logouts", acknowledged.len());
    for token in &acknowledged {
        assert_eq!(env.verdict(token), "revoked", "an acknowledged logout was lost");
    }
    env.run(&["db", "check"]).ok();
}

/// Every act that a hint or a document names for a damaged or moved database is one that exists.
#[test]
fn way_back_to_a_backup_is_documented_where_somebody_looks_for_it() {
    let env = TestEnv::new();
    env.generate_many(3);
    let help = env.run(&["db", "backup", "--help"]).ok().stdout();
    assert!(help.contains("sessionctl db restore") && help.contains("cp"), "{help}");
    let readme = include_str!("../../README.md");
    assert!(readme.contains("db restore") && readme.contains("db backup"));
    let connection = rusqlite::Connection::open(env.db()).unwrap();
    connection.execute("UPDATE session SET created_at = created_at - 1 WHERE id = 1", []).unwrap();
    drop(connection);
    let hint = env.run(&["db", "check"]).code(1).stderr();
    assert!(hint.contains("`db restore`"), "{hint}");
    env.run(&["db", "restore", "--help"]).ok();
}
