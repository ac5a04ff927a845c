//! `log`: what was done, by whom, and whether the audit log was altered.

use rusqlite::Connection;

use crate::following::Following;
use crate::harness::{PASSWORD, TestEnv};

fn actions(env: &TestEnv, args: &[&str]) -> Vec<String> {
    let events = env.run(&[&["log", "--format", "jsonl"], args].concat()).ok().jsonl();
    events.iter().map(|event| event["action"].as_str().expect("an action").to_owned()).collect()
}

#[test]
fn each_change_is_logged_newest_first() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let id = env.id_of(&token);
    let token = env.run_with_stdin(&["rotate", "-"], &token).ok().stdout();
    env.run_with_stdin(&["logout", "-"], &token).ok();
    let events = actions(&env, &["--session", &id]);
    assert_eq!(events, ["session.revoked", "session.rotated", "login.succeeded"]);
    let all = actions(&env, &[]);
    for action in ["db.created", "policy.changed", "user.added"] {
        assert!(all.contains(&action.to_owned()), "no {action}: {all:?}");
    }
}

#[test]
fn log_filters_by_user_action_actor_and_limit() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    env.login("alice");
    env.login("bob");
    env.run_with_stdin(&["login", "bob", "--password-stdin"], "not the right password").code(6);
    assert_eq!(actions(&env, &["--user", "alice"]), ["login.succeeded", "user.added"]);
    assert_eq!(actions(&env, &["--action", "login.failed"]), ["login.failed"]);
    assert_eq!(actions(&env, &["--limit", "2"]).len(), 2);
    assert!(actions(&env, &["--since", "2099-01-01"]).is_empty());
    assert!(actions(&env, &["--until", "2001-01-01"]).is_empty());
    assert!(actions(&env, &["--actor", "nobody-of-that-name"]).is_empty());
    let events = env.run(&["log", "--format", "jsonl", "--limit", "1"]).ok().jsonl();
    let actor = events[0]["actor"].as_str().unwrap();
    assert_eq!(actions(&env, &["--actor", actor]).len(), actions(&env, &[]).len());
}

#[test]
fn reading_commands_leave_no_event() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let before = actions(&env, &[]).len();
    env.ids(&["--all"]);
    env.verdict(&token);
    env.run(&["inspect", "999"]).code(3);
    env.run(&["revoke", "--user", "alice", "--dry-run"]).ok();
    assert_eq!(actions(&env, &[]).len(), before);
}

#[test]
fn log_verify_reports_altered_and_deleted_events() {
    let env = TestEnv::with_users(&["alice"]);
    env.login("alice");
    env.run(&["log", "verify"]).ok();
    for damage in ["UPDATE {} SET actor = 'somebody else' WHERE id = 3", "DELETE FROM {} WHERE id = 3"] {
        let copy = env.path("copy.db");
        let _ = std::fs::remove_file(&copy);
        env.run(&["db", "backup", "copy.db"]).ok();
        let connection = Connection::open(&copy).unwrap();
        let table: String = connection
            .query_row(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%actor%'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(connection.execute(&damage.replace("{}", &table), []).unwrap(), 1);
        drop(connection);
        let output = env.run(&["--db", "copy.db", "log", "verify"]).code(1);
        assert!(output.stdout_and_stderr().contains('3'), "the altered event is not named: {output:?}");
    }
    env.run(&["log", "verify"]).ok();
}

#[test]
fn password_typed_as_user_name_is_not_logged() {
    let env = TestEnv::with_users(&["alice"]);
    env.run_with_stdin(&["login", PASSWORD, "--password-stdin"], PASSWORD).code(6);
    let log = env.run(&["log", "--format", "jsonl"]).ok();
    assert!(!log.stdout().contains(PASSWORD), "{log:?}");
}

#[test]
fn log_by_user_finds_bulk_events_of_any_selector() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    env.login_with("alice", &["--ip", "203.0.113.7"]);
    env.login_with("bob", &["--ip", "203.0.113.9"]);
    env.run(&["revoke", "--ip", "203.0.113.0/24", "--yes"]).ok();
    for user in ["alice", "BOB"] {
        assert_eq!(actions(&env, &["--user", user, "--action", "session.revoked"]), ["session.revoked"]);
    }
    env.run(&["user", "add", "carol", "--no-password"]).ok();
    assert!(actions(&env, &["--user", "carol", "--action", "session"]).is_empty());
    env.run(&["prune", "--all", "--older-than", "0s", "--yes"]).ok();
    assert_eq!(
        actions(&env, &["--session", "1", "--action", "session"]),
        ["session.pruned", "session.revoked"]
    );
}

#[test]
fn log_follow_prints_older_and_new_events_and_refuses_json() {
    use std::io::{BufRead as _, BufReader};
    let env = TestEnv::new();
    env.generate_many(1);
    env.run(&["log", "--follow", "--format", "json"]).fails_with(2);
    let args = ["log", "--follow", "--since", "1d", "--format", "jsonl"];
    let mut child = env.cmd(&args).spawn();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap();
    while next()["action"] != "session.created" {}
    env.run(&["revoke", "1", "--yes"]).ok();
    assert_eq!(next()["action"], "session.revoked");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn log_follow_prints_asked_fields_as_a_table_at_once() {
    let env = TestEnv::new();
    env.generate_many(1);
    let args = ["log", "--follow", "--since", "1d", "--fields", "action,session"];
    let mut follow = Following::start(env.cmd(&args));
    follow.until("the older events", |lines| lines.iter().any(|line| line.starts_with("session.created  1")));
    env.run(&["revoke", "1", "--yes"]).ok();
    let lines =
        follow.until("a new event", |lines| lines.iter().any(|line| line.starts_with("session.revoked")));
    assert_eq!(lines.iter().filter(|line| line.starts_with("action")).count(), 1, "{lines:?}");
    assert_eq!(follow.interrupt().0, Some(130));
}

#[test]
fn log_of_a_user_or_a_session_that_nobody_knows_is_not_found() {
    let env = TestEnv::with_users(&["alice"]);
    env.run(&["log", "--user", "alice", "--action", "session"]).ok();
    let output = env.run(&["log", "--user", "alise"]).fails_with(3);
    assert!(output.stderr().contains("no user 'alise'"), "{output:?}");
    env.run(&["log", "--session", "99"]).fails_with(3);
    env.run(&["log", "--limit", "0"]).fails_with(2);
}

#[test]
fn log_answers_for_several_actions_at_once() {
    let env = TestEnv::with_users(&["alice"]);
    env.login("alice");
    env.run(&["revoke", "1", "--yes"]).ok();
    let names = "session.revoked,login,session.revoked,login.succeeded";
    assert_eq!(actions(&env, &["--action", names]), ["session.revoked", "login.succeeded"]);
    let repeated = actions(&env, &["--action", "login.succeeded", "--action", "user"]);
    assert_eq!(repeated, ["login.succeeded", "user.added"]);
}

#[test]
fn log_verify_reads_a_head_from_standard_input() {
    let env = TestEnv::with_users(&["alice"]);
    let head = env.run(&["log", "head"]).ok().stdout();
    let output = env.run_with_stdin(&["log", "verify", "--head", "-"], &head).ok();
    assert!(output.stderr().contains("the kept head is event"), "{output:?}");
    env.run_with_stdin(&["log", "verify", "--head", "-"], "nothing").fails_with(2);
}

#[test]
fn log_verify_answers_with_a_result_and_the_same_keys_always() {
    let (env, other) = (TestEnv::new(), TestEnv::new());
    let head = other.run(&["log", "head"]).ok().stdout();
    let answer = env.run(&["log", "verify", "--format", "json"]).ok().json();
    assert_eq!((answer["result"].as_str(), answer["reason"].as_str()), (Some("consistent"), None));
    let missing = env.run(&["log", "verify", "--head", &head, "--format", "json"]).code(1).json();
    assert_eq!(missing["result"], "head_missing");
    assert!(missing["reason"].as_str().is_some_and(|why| why.contains("another database")), "{missing}");
    let keys = |answer: &serde_json::Value| answer.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&answer), keys(&missing));
}
