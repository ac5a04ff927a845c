//! `db`: the database as a whole.

use rusqlite::Connection;

use crate::harness::TestEnv;

#[test]
fn init_creates_once_and_info_describes() {
    let env = TestEnv::empty();
    env.run(&["db", "info"]).fails_with(1);
    env.run(&["db", "init"]).ok();
    env.run(&["db", "init"]).ok();
    env.run(&["db", "init", "--sandbox"]).fails_with(1);
    let info = env.run(&["db", "info", "--format", "json"]).ok().json();
    assert_eq!((&info["sandbox"], &info["sessions"]), (&false.into(), &0.into()));
}

#[test]
fn reading_without_a_database_names_db_init_and_creates_none() {
    let env = TestEnv::empty();
    for args in [
        &["list"][..],
        &["stats"],
        &["inspect", "1"],
        &["log"],
        &["db", "info"],
        &["user", "list"],
        &["tree"],
    ] {
        let output = env.run(args).fails_with(1);
        assert!(output.stderr().contains("db init"), "{output:?}");
        assert!(!env.db().exists(), "{args:?}");
    }
}

#[test]
fn now_on_a_writing_command_needs_a_sandbox() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.run_with_stdin(&["logout", "-", "--now", "+1h"], &token).code_in(&[1, 2]);
    env.run(&["revoke", "--all", "--yes", "--now", "+1m"]).code_in(&[1, 2]);
    assert_eq!(env.verdict(&token), "active");
    assert_eq!(env.ids(&["--now", "+1d"]).len(), 0);
    let sandbox = TestEnv::sandbox();
    sandbox.generate(&["--kind", "anonymous", "--now", "+1h"]);
}

#[test]
fn check_passes_sound_and_fails_damaged_database() {
    let env = TestEnv::with_users(&["alice"]);
    env.login_with("alice", &["--sso"]);
    env.run(&["db", "check"]).ok();

    // Every page after the first, so that the damage hits something in use.
    env.run(&["db", "backup", "torn.db"]).ok();
    let mut bytes = std::fs::read(env.path("torn.db")).unwrap();
    bytes[4096..].iter_mut().step_by(97).for_each(|byte| *byte ^= 0x5a);
    env.write_file("torn.db", bytes);
    env.run(&["--db", "torn.db", "db", "check"]).code(1);

    env.run(&["db", "backup", "cut.db"]).ok();
    let bytes = std::fs::read(env.path("cut.db")).unwrap();
    env.write_file("cut.db", &bytes[..bytes.len() / 2]);
    env.run(&["--db", "cut.db", "db", "check"]).code(1);
    // Where the last page is empty, SQLite finds the zeros that it reads instead of the rest sound.
    for missing in [1, 1_000, 4_095] {
        env.write_file("cut.db", &bytes[..bytes.len() - missing]);
        let output = env.run(&["--db", "cut.db", "db", "check"]).code(1);
        assert!(
            output.stdout_and_stderr().contains(&format!("{missing} bytes of it are missing")),
            "{output:?}"
        );
    }
}

#[test]
fn planted_trigger_does_not_undo_a_revocation() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let connection = Connection::open(env.db()).unwrap();
    let table: String = connection
        .query_row(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%deadline%'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    connection
        .execute_batch(&format!(
            "CREATE TRIGGER spare AFTER UPDATE ON {table} BEGIN \
             UPDATE {table} SET revoked_at = NULL, revoke_reason = NULL WHERE id = new.id; END"
        ))
        .unwrap();
    drop(connection);
    let output = env.run(&["revoke", "--all", "--yes"]);
    if output.stdout().contains("revoked") {
        assert_eq!(env.verdict(&token), "revoked", "reported as revoked, and active");
    }
    env.run(&["db", "check"]).code(1);
}

#[test]
fn backup_is_complete_private_and_never_overwrites() {
    use std::os::unix::fs::PermissionsExt as _;
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    env.run(&["db", "backup", "copy.db"]).ok();
    let mode = std::fs::metadata(env.path("copy.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(env.run_with_stdin(&["--db", "copy.db", "verify", "-"], &token).ok().stdout(), "active");
    let before = std::fs::read(env.path("copy.db")).unwrap();
    env.run(&["db", "backup", "copy.db"]).fails_with(1);
    env.write_file("precious", "not a database");
    env.run(&["db", "backup", "precious"]).fails_with(1);
    assert_eq!(std::fs::read(env.path("precious")).unwrap(), b"not a database");
    assert_eq!(std::fs::read(env.path("copy.db")).unwrap().len(), before.len());
}

#[test]
fn policy_is_shown_set_and_bounded() {
    let env = TestEnv::with_users(&["alice"]);
    env.run(&["db", "policy", "web.idle", "10m"]).ok();
    assert!(env.run(&["db", "policy"]).ok().stdout().contains("web.idle"));
    let id = env.id_of(&env.login("alice"));
    assert_eq!(env.field(&id, "idle_timeout"), "600");
    env.run(&["db", "policy", "web.idle", "forever"]).fails_with(2);
    env.run(&["db", "policy", "password.memory", "1"]).fails_with(2);
    env.run(&["db", "policy", "no.such", "1"]).code_in(&[2, 3]);
    let id = env.id_of(&env.login("alice"));
    assert_eq!(env.field(&id, "idle_timeout"), "600");
}

#[test]
fn newer_database_is_refused_and_unchanged() {
    let env = TestEnv::new();
    env.run(&["db", "backup", "newer.db"]).ok();
    Connection::open(env.path("newer.db")).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let before = std::fs::read(env.path("newer.db")).unwrap();
    env.run(&["--db", "newer.db", "list"]).fails_with(1).stderr_contains("newer");
    env.run(&["--db", "newer.db", "generate", "--kind", "anonymous"]).fails_with(1);
    assert_eq!(std::fs::read(env.path("newer.db")).unwrap(), before);
}

#[test]
fn db_policy_reports_active_sessions_that_keep_their_limits() {
    let env = TestEnv::new();
    env.generate_many(2);
    let output = env.run(&["db", "policy", "anonymous.idle", "15m"]).ok();
    assert!(output.stderr().contains("2 active sessions keep their limits"), "{output:?}");
    let output = env.run(&["db", "policy", "anonymous.idle", "15m"]).ok();
    assert!(!output.stderr().contains("keep"), "{output:?}");
    // A longer limit: they keep the shorter one they have.
    let kept = "2 active sessions keep their limits";
    let hint = "`sessionctl db policy anonymous.idle --apply --lengthen` lengthens them too";
    env.run(&["db", "policy", "anonymous.idle", "50m", "--dry-run"])
        .ok()
        .stderr_contains("2 active sessions would keep their limits");
    env.run(&["db", "policy", "anonymous.idle", "50m"]).ok().stderr_contains(kept).stderr_contains(hint);
    env.run(&["db", "policy", "anonymous.idle", "55m", "--apply"]).ok().stderr_contains(kept);
}

#[test]
fn db_policy_apply_reports_what_ends() {
    let env = TestEnv::sandbox();
    env.run(&["user", "add", "alice", "--no-password"]).ok();
    env.run(&["generate", "--user", "alice", "--kind", "sso"]).ok();
    env.run(&["generate", "--under", "1", "--app", "shop"]).ok();
    let apply = |more: &[&str]| {
        env.run(
            &[&["--now", "+20m", "db", "policy", "sso.absolute", "10m", "--apply", "--format", "ids"], more]
                .concat(),
        )
        .ok()
    };
    let planned = apply(&["--dry-run"]);
    assert_eq!(planned.stdout(), "1\n2");
    assert!(planned.stderr().contains("2 active sessions would change, 2 would end now"), "{planned:?}");
    let applied = apply(&[]);
    assert!(applied.stderr().contains("2 active sessions changed, 2 ended"), "{applied:?}");
    assert_eq!(env.run(&["--now", "+20m", "list", "--format", "count"]).ok().stdout(), "0");
}

#[test]
fn db_policy_applies_limits_to_active_sessions() {
    let env = TestEnv::with_users(&["alice"]);
    let web = env.id_of(&env.login("alice"));
    let remembered = env.id_of(&env.login_with("alice", &["--remember"]));
    let visitors = env.generate_many(2);
    let idle = |id: &str| env.field(id, "idle_timeout");
    let planned =
        env.run(&["db", "policy", "web.idle", "15m", "--apply", "--dry-run", "--format", "jsonl"]).ok();
    assert_eq!(planned.jsonl().len(), 1);
    assert_eq!(
        (planned.jsonl()[0]["id"].to_string(), &planned.jsonl()[0]["new_idle_timeout"]),
        (web.clone(), &900.into())
    );
    assert!(planned.stderr().contains("web.idle would be 15m, is 30m"), "{planned:?}");
    assert_eq!(idle(&web), "1800");
    let applied = env.run(&["db", "policy", "web.idle", "15m", "--apply", "--format", "json"]).ok().json();
    assert_eq!((&applied["value"], &applied["changed_sessions"]), (&"15m".into(), &1.into()));
    assert_eq!((idle(&web).as_str(), idle(&remembered).as_str()), ("900", "1209600"));
    assert_eq!(idle(&env.id_of(&visitors[0])), "1800");
    // Longer limits are given only where that is asked for.
    env.run(&["db", "policy", "web.idle", "default", "--apply"])
        .ok()
        .stderr_contains("1 active session keeps its limit");
    assert_eq!(idle(&web), "900");
    env.run(&["db", "policy", "web.idle", "--apply", "--lengthen"])
        .ok()
        .stderr_contains("1 active session changed");
    assert_eq!(idle(&web), "1800");
    // The whole policy; each of its limits once.
    env.run(&["db", "policy", "anonymous.absolute", "1h"]).ok().stderr_contains("2 active sessions keep");
    env.run(&["db", "policy", "--apply"]).ok().stderr_contains("2 active sessions changed");
    let events = env.run(&["log", "--action", "policy.applied", "--format", "jsonl"]).ok().jsonl();
    assert_eq!(events.iter().map(|event| event["sessions"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 1, 1]);
    env.run(&["db", "policy", "touch.interval", "--apply"]).fails_with(2);
    env.run(&["db", "policy", "--dry-run"]).fails_with(2);
    env.run(&["db", "check"]).ok();
}

#[test]
fn policy_that_ends_a_session_gives_its_limit_as_the_reason() {
    for (setting, reason) in [("web.idle", "idle"), ("web.absolute", "absolute")] {
        let env = TestEnv::sandbox();
        env.add_user("bob");
        env.generate(&["--user", "bob"]);
        let later = ["--now", "+20m"];
        env.run(&[&["db", "policy", setting, "10m", "--apply", "--yes"], &later[..]].concat()).ok();
        let shown = env.run(
            &[&["list", "--all", "--format", "csv", "--fields", "state,end_reason"], &later[..]].concat(),
        );
        assert_eq!(shown.ok().stdout(), format!("state,end_reason\nexpired,{reason}"), "{setting}");
        let inspected = env.run(&[&["inspect", "1"], &later[..]].concat()).ok().stdout();
        assert!(!inspected.contains("scheduled"), "{inspected}");
        env.run(&[&["db", "check"], &later[..]].concat()).ok();
    }
}
