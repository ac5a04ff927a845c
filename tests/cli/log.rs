//! `log`: what was done, by whom, and whether the record was altered.

use rusqlite::Connection;

use crate::harness::{PASSWORD, TestEnv};

fn actions(place: &TestEnv, args: &[&str]) -> Vec<String> {
    let events = place.run(&[&["log", "--format", "jsonl"], args].concat()).ok().jsonl();
    events.iter().map(|event| event["action"].as_str().expect("an action").to_owned()).collect()
}

#[test]
fn each_change_leaves_its_event_newest_first() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let id = place.id_of(&token);
    let token = place.feed(&["rotate", "-"], &token).ok().out();
    place.feed(&["logout", "-"], &token).ok();
    let events = actions(&place, &["--session", &id]);
    assert_eq!(events, ["session.revoked", "session.rotated", "login.succeeded"]);
    let all = actions(&place, &[]);
    for action in ["db.created", "policy.changed", "user.added"] {
        assert!(all.contains(&action.to_owned()), "no {action}: {all:?}");
    }
}

#[test]
fn events_are_found_by_user_action_actor_and_number() {
    let place = TestEnv::with_users(&["alice", "bob"]);
    place.login("alice");
    place.login("bob");
    place.feed(&["login", "bob", "--password-stdin"], "not the right password").code(6);
    assert_eq!(actions(&place, &["--user", "alice"]), ["login.succeeded", "user.added"]);
    assert_eq!(actions(&place, &["--action", "login.failed"]), ["login.failed"]);
    assert_eq!(actions(&place, &["--limit", "2"]).len(), 2);
    assert!(actions(&place, &["--since", "2099-01-01"]).is_empty());
    assert!(actions(&place, &["--until", "2001-01-01"]).is_empty());
    assert!(actions(&place, &["--actor", "nobody-of-that-name"]).is_empty());
    let events = place.run(&["log", "--format", "jsonl", "--limit", "1"]).ok().jsonl();
    let actor = events[0]["actor"].as_str().unwrap();
    assert_eq!(actions(&place, &["--actor", actor]).len(), actions(&place, &[]).len());
}

#[test]
fn reading_and_failing_to_find_leave_no_event() {
    let place = TestEnv::with_users(&["alice"]);
    let token = place.login("alice");
    let before = actions(&place, &[]).len();
    place.ids(&["--all"]);
    place.verdict(&token);
    place.run(&["inspect", "999"]).code(3);
    place.run(&["revoke", "--user", "alice", "--dry-run"]).ok();
    assert_eq!(actions(&place, &[]).len(), before);
}

#[test]
fn an_altered_record_shows() {
    let place = TestEnv::with_users(&["alice"]);
    place.login("alice");
    place.run(&["log", "verify"]).ok();
    for damage in ["UPDATE {} SET actor = 'somebody else' WHERE id = 3", "DELETE FROM {} WHERE id = 3"] {
        let copy = place.path("copy.db");
        let _ = std::fs::remove_file(&copy);
        place.run(&["db", "backup", "copy.db"]).ok();
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
        let ran = place.run(&["--db", "copy.db", "log", "verify"]).code(1);
        assert!(ran.all().contains('3'), "which event does not fit is not said: {ran:?}");
    }
    place.run(&["log", "verify"]).ok();
}

#[test]
fn a_password_in_the_place_of_a_name_is_not_kept() {
    let place = TestEnv::with_users(&["alice"]);
    place.feed(&["login", PASSWORD, "--password-stdin"], PASSWORD).code(6);
    let log = place.run(&["log", "--format", "jsonl"]).ok();
    assert!(!log.out().contains(PASSWORD), "{log:?}");
}

#[test]
fn a_users_events_are_found_however_the_sessions_were_selected() {
    let place = TestEnv::with_users(&["alice", "bob"]);
    place.login_with("alice", &["--ip", "203.0.113.7"]);
    place.login_with("bob", &["--ip", "203.0.113.9"]);
    place.run(&["revoke", "--ip", "203.0.113.0/24", "--yes"]).ok();
    for user in ["alice", "BOB"] {
        assert_eq!(actions(&place, &["--user", user, "--action", "session.revoked"]), ["session.revoked"]);
    }
    place.run(&["user", "add", "carol", "--no-password"]).ok();
    assert!(actions(&place, &["--user", "carol", "--action", "session"]).is_empty());
    place.run(&["prune", "--older-than", "0s", "--yes"]).ok();
    assert_eq!(
        actions(&place, &["--session", "1", "--action", "session"]),
        ["session.pruned", "session.revoked"]
    );
}
