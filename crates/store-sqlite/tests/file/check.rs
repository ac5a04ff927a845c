//! `check`: damage, rows that no program of ours could have written, and rows that contradict the audit log.

use sessionctl_core::model::event::{Action, Subjects};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::{
    Access, AuditStore as _, FileBackups as _, LogVerdict, Maintenance as _, SessionStore as _, StoreError,
};

use crate::env::{Env, at, event};

#[test]
fn check_reports_nothing_for_a_sound_database() {
    let mut env = Env::new();
    let (parent, _) = env.create_parent_and_child();
    env.clock.set(at(10));
    env.revoke(parent.id);
    assert_eq!(env.store.check().unwrap(), Vec::<String>::new());
}

#[test]
fn check_reports_rows_that_no_program_of_ours_wrote() {
    for (sql, expected) in [
        ("UPDATE session SET deadline = 1800000700 WHERE parent_id IS NOT NULL", "outlives its parent"),
        ("UPDATE user SET disabled_at = 1", "user was disabled"),
        ("UPDATE session SET scopes = 'x' WHERE id = 1", "no API token"),
        ("UPDATE event SET actor = 'x' WHERE id = 1", "inconsistent at event 1"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM session WHERE id = 1", "does not exist"),
        (
            "UPDATE session SET ip = zeroblob(16), user_agent = CAST(x'ff' AS TEXT) WHERE id = 2",
            "session 2 cannot",
        ),
    ] {
        let mut env = Env::new();
        env.create_parent_and_child();
        env.run_sql(sql);
        env.clock.set(at(20));
        let problems = env.store.check().unwrap();
        assert!(problems.iter().any(|line| line.contains(expected)), "{sql}: {problems:?}");
    }
}

/// SQLite has no checksums: a row can contain anything.
#[test]
fn check_reports_rows_that_contradict_the_audit_log() {
    let mut env = Env::new();
    let (parent, _) = env.create_parent_and_child();
    let anonymous = env.create_anonymous();
    env.clock.set(at(10));
    env.revoke(parent.id);
    env.clock.set(at(20));
    env.revoke(anonymous.id);
    env.create_anonymous();
    env.clock.set(at(30));
    assert_eq!(env.store.check().unwrap(), Vec::<String>::new());
    for (number, (sql, expected)) in [
        (
            "UPDATE session SET ended_at = NULL, end_reason = NULL, deadline = 1800000600 WHERE id = 3",
            "session 3 was revoked according to the audit log",
        ),
        (
            "UPDATE session SET ended_at = deadline, end_reason = 'x' WHERE id = 4",
            "session 4 is revoked, but the audit log does not record it",
        ),
        (
            "UPDATE session SET created_at = created_at - 256 WHERE id = 4",
            "session 4 was created at another time",
        ),
        ("UPDATE session SET kind = 1 WHERE id = 4", "CHECK constraint failed in session"),
        (
            "UPDATE attempt SET failures = -1; INSERT INTO attempt (key, failures, last_at) VALUES (x'00', 1, 1)",
            "CHECK constraint failed in attempt",
        ),
        ("DELETE FROM session WHERE id = 3", "session 3 is missing"),
        ("DELETE FROM session WHERE id = 4", "session 4 is missing"),
        (
            "UPDATE session SET last_seen_at = last_seen_at + 1 WHERE id = 4",
            "session 4 has a deadline that none",
        ),
        ("UPDATE session SET idle_timeout = 601 WHERE id = 4", "session 4 has a deadline that none"),
        (
            "UPDATE session SET last_seen_at = created_at - 1, deadline = deadline - 1 WHERE id = 4",
            "before it was created",
        ),
        (
            "CREATE TEMP TABLE copy AS SELECT * FROM session WHERE id = 4; UPDATE copy SET id = 9; \
             INSERT INTO session SELECT * FROM copy",
            "session 9 is not recorded in the audit log",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let copy = env.folder.path().join(format!("copy{number}.db"));
        let sql = &format!("PRAGMA ignore_check_constraints = ON; {sql}");
        env.factory_at(&env.path()).backup(&copy, None, &mut |_, _| {}).unwrap();
        rusqlite::Connection::open(&copy).unwrap().execute_batch(sql).unwrap();
        // As `db check` opens it: for reading.
        let problems = env.factory_at(&copy).open_sqlite(Access::Read).unwrap().check().unwrap();
        assert!(problems.iter().any(|line| line.contains(expected)), "{sql}: {problems:?}");
    }
}

/// A log that was written again as a whole can record any number of sessions.
#[test]
fn check_of_a_forged_log_ends() {
    let mut env = Env::new();
    let [first, last] = [1, i64::MAX].map(|number| SessionId::new(number).unwrap());
    for action in [Action::SessionCreated, Action::SessionRevoked] {
        env.store.record(event(action).about(Subjects::Range(first, last))).unwrap();
    }
    let problems = env.store.check().unwrap();
    assert!(problems.len() <= 20, "{problems:?}");
    env.create_anonymous();
    assert!(!env.store.check().unwrap().is_empty());
}

#[test]
fn verify_log_reports_the_first_event_that_was_changed_or_removed() {
    for (sql, expected) in [
        ("UPDATE event SET actor = 'someone' WHERE id = 2", 2),
        ("UPDATE event SET detail = 'x' WHERE id = 4", 4),
        ("UPDATE event SET at = at + 1 WHERE id = 1", 1),
        ("UPDATE event SET members = x'0203' WHERE id = 4", 4),
        ("UPDATE event SET members = x'80' WHERE id = 4", 4),
        ("DELETE FROM event WHERE id = 3", 3),
        ("DELETE FROM event WHERE id = 4", 4),
        ("DELETE FROM event", 1),
        ("UPDATE event SET link = zeroblob(32) WHERE id = 3", 3),
    ] {
        let mut env = Env::new();
        for _ in 0..3 {
            env.create_anonymous();
        }
        assert!(matches!(env.store.verify_log().unwrap(), LogVerdict::Consistent { events: 4, .. }));
        env.run_sql(sql);
        match env.store.verify_log().unwrap() {
            LogVerdict::Broken { at, .. } => assert_eq!(at, expected, "{sql}"),
            verdict => panic!("{sql}: {verdict:?}"),
        }
    }
}

/// SQLite has no checksums: one flipped bit in a deadline would let an expired session in.
#[test]
fn look_up_of_a_session_with_contradictory_times_is_an_error() {
    for sql in [
        "deadline = deadline + 1",
        "last_seen_at = last_seen_at - 1",
        "scheduled_at = deadline - 1",
        "deadline = absolute_expires_at + 1",
        "ended_at = deadline - 1, end_reason = 'x'",
        "ended_at = deadline",
    ] {
        let mut env = Env::new();
        let issued = env.create_anonymous();
        assert!(env.store.look_up(&issued.token).unwrap().is_some());
        env.run_sql(&format!("PRAGMA ignore_check_constraints = ON; UPDATE session SET {sql}"));
        assert!(matches!(env.store.look_up(&issued.token), Err(StoreError::Corrupt(_))), "{sql}");
        assert!(env.store.session(issued.id).is_err(), "{sql}");
    }
}

#[test]
fn check_reports_accounts_that_contradict_the_audit_log() {
    use sessionctl_core::model::user::UserName;
    use sessionctl_core::store::{EndSessions, UserStore as _};
    for (sql, expected) in [
        ("UPDATE user SET disabled_at = NULL", Some("user 1 was disabled according to the audit log")),
        ("UPDATE user SET name = 'eve' WHERE id = 2", Some("user 2 has another name")),
        ("UPDATE user SET removed_at = NULL WHERE id = 3", Some("user 3 was removed according to")),
        ("UPDATE user SET disabled_at = 1 WHERE id = 4", Some("user 4 is disabled, but the audit log")),
        ("DELETE FROM user WHERE id = 2", Some("user 2 is missing")),
        ("UPDATE user SET created_at = created_at", None),
    ] {
        let mut env = Env::new();
        let end = || EndSessions { reason: "test".to_owned(), event: event(Action::SessionRevoked) };
        let ids = ["ann", "bob", "cid", "dan"].map(|name| {
            let name: UserName = name.parse().unwrap();
            let added = event(Action::UserAdded).user(Some(&name));
            (env.store.add_user(&name, None, added).unwrap().unwrap(), name)
        });
        let of = |action, index: usize| event(action).user(Some(&ids[index].1));
        env.store.disable_user(ids[0].0, end(), of(Action::UserDisabled, 0)).unwrap();
        env.store.remove_user(ids[2].0, end(), of(Action::UserRemoved, 2)).unwrap();
        env.store.disable_user(ids[3].0, end(), of(Action::UserDisabled, 3)).unwrap();
        env.store.enable_user(ids[3].0, of(Action::UserEnabled, 3)).unwrap();
        env.run_sql(sql);
        let problems = env.store.check().unwrap();
        match expected {
            None => assert_eq!(problems, Vec::<String>::new()),
            Some(expected) => {
                assert!(problems.iter().any(|line| line.starts_with(expected)), "{sql}: {problems:?}");
            }
        }
    }
}

#[test]
fn check_reports_a_session_of_another_owner_than_the_audit_log_records() {
    use sessionctl_core::model::session::Kind;
    let mut env = Env::new();
    let (bob, _) = (env.add_user("bob"), env.add_user("eve"));
    let random = env.random();
    let created = event(Action::SessionCreated).user(Some(&"bob".parse().unwrap()));
    env.store.create(&crate::env::new_session(Kind::Web, Some(bob)), &[random], created).unwrap();
    assert_eq!(env.store.check().unwrap(), Vec::<String>::new());
    env.run_sql("UPDATE session SET user_id = 2");
    assert_eq!(env.store.check().unwrap(), ["session 1 belongs to another user than the audit log records"]);
}
