//! Checking, copying, counting.

use sessionctl_core::model::session::Kind;
use sessionctl_core::store::{FileBackups as _, StatsStore as _};
use sessionctl_core::store::{GroupCount, Maintenance, SessionStore, StoreError};

use crate::scene::{Scene, at, only, plan};

#[test]
fn a_sound_database_has_nothing_to_tell() {
    let mut scene = Scene::new();
    let (head, _) = scene.family();
    scene.revoke(&only(head.id), 10);
    assert_eq!(scene.checked_at(20).unwrap(), Vec::<String>::new());
}

#[test]
fn what_no_program_of_ours_wrote_is_told() {
    for (sql, told) in [
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
        let mut scene = Scene::new();
        scene.family();
        scene.tamper(sql);
        let problems = scene.checked_at(20).unwrap();
        assert!(problems.iter().any(|line| line.contains(told)), "{sql}: {problems:?}");
    }
}

/// Whoever opens the database first reads the whole log.
#[test]
fn after_many_single_changes_the_log_is_short() {
    let mut scene = Scene::new();
    for _ in 0..300 {
        scene.make(&plan(Kind::Anonymous, None));
    }
    let log = std::fs::metadata(scene.path.with_extension("db-wal")).unwrap().len();
    assert!(log < 120 * 4_120, "{log} bytes");
}

/// SQLite has no checksums: a row can say anything. Where the log knows better, it is told.
#[test]
fn what_the_log_says_otherwise_is_told() {
    let mut scene = Scene::new();
    let (head, _) = scene.family();
    let visitor = scene.make(&plan(Kind::Anonymous, None));
    scene.revoke(&only(head.id), 10);
    scene.revoke(&only(visitor.id), 20);
    scene.make(&plan(Kind::Anonymous, None));
    assert_eq!(scene.checked_at(30).unwrap(), Vec::<String>::new());
    for (sql, told) in [
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
            "UPDATE attempt SET failures = -1; INSERT INTO attempt VALUES (x'00', 1, 1)",
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
            "INSERT INTO session SELECT 9, token_digest, kind, user_id, parent_id, created_at, authenticated_at, \
             last_seen_at, idle_timeout, absolute_expires_at, scheduled_at, deadline, ended_at, end_reason, app, \
             label, scopes, ip, user_agent FROM session WHERE id = 4",
            "session 9 is not recorded in the audit log",
        ),
    ] {
        let copy = scene.folder.path().join("copy.db");
        let sql = &format!("PRAGMA ignore_check_constraints = ON; {sql}");
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", copy.display()));
        }
        crate::scene::factory(&scene.path).backup(&copy, &mut |_, _| {}).unwrap();
        rusqlite::Connection::open(&copy).unwrap().execute_batch(sql).unwrap();
        // As `db check` opens it: to read.
        let problems = crate::scene::open_to_read(&copy).check().unwrap();
        assert!(problems.iter().any(|line| line.contains(told)), "{sql}: {problems:?}");
    }
}

/// A log that was written anew as a whole can tell of any number of sessions.
#[test]
fn a_forged_log_does_not_make_the_check_endless() {
    use sessionctl_core::model::event::{Action, Subjects};
    use sessionctl_core::store::AuditStore;
    let mut scene = Scene::new();
    let most = crate::scene::id(i64::MAX);
    for action in [Action::SessionCreated, Action::SessionRevoked] {
        let range = Subjects::Range(crate::scene::id(1), most);
        scene.store.record(crate::scene::event(action, 1).about(range)).unwrap();
    }
    let problems = scene.checked_at(30).unwrap();
    assert!(problems.len() <= 20, "{problems:?}");
    scene.make(&plan(Kind::Anonymous, None));
    assert!(!scene.checked_at(30).unwrap().is_empty());
}

#[test]
fn a_backup_is_a_database_of_its_own_and_replaces_nothing() {
    let mut scene = Scene::new();
    let made = scene.make(&plan(Kind::Anonymous, None));
    let copy = scene.folder.path().join("copy.db");
    let mut told = (0, 0);
    crate::scene::factory(&scene.path).backup(&copy, &mut |done, all| told = (done, all)).unwrap();
    assert!(told.0 == told.1 && told.1 > 0);
    scene.revoke(&only(made.id), 1);
    let restored = crate::scene::open_to_read(&copy);
    let session = restored.look_up(&made.token).unwrap().unwrap().session;
    assert_eq!(session.revoked_at, None);
    assert!(restored.check().unwrap().is_empty());
    let again = crate::scene::factory(&scene.path).backup(&copy, &mut |_, _| {}).unwrap_err();
    assert!(matches!(again, StoreError::Refused(_)), "{again}");
    let names: Vec<_> =
        std::fs::read_dir(scene.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains(".new-")), "{names:?}");
}

#[test]
fn sessions_are_counted_by_group_and_state() {
    let mut scene = Scene::new();
    let (head, _) = scene.family();
    scene.make(&plan(Kind::Anonymous, None));
    scene.revoke(&only(head.id), 10);
    let rows = |tallies: Vec<GroupCount>| -> Vec<_> {
        tallies.into_iter().map(|t| (t.name, t.active, t.expired, t.revoked)).collect()
    };
    let steps = [600, 1_200].map(std::time::Duration::from_secs);
    let census = |seconds| scene.store.stats(at(seconds), &steps, 10).unwrap();
    let early = census(20);
    assert_eq!((early.ages, early.ends), (vec![1, 0, 0], vec![1, 0, 0]));
    assert_eq!(rows(vec![early.all]), [(String::new(), 1, 0, 2)]);
    assert_eq!(rows(early.users), [(String::new(), 1, 0, 0), ("bob".to_owned(), 0, 0, 2)]);
    assert_eq!(
        rows(early.kinds),
        [("anonymous".to_owned(), 1, 0, 0), ("web".to_owned(), 0, 0, 1), ("sso".to_owned(), 0, 0, 1)]
    );
    assert_eq!(rows(early.apps), [(String::new(), 1, 0, 2)]);
    assert_eq!(rows(vec![census(900).all]), [(String::new(), 0, 1, 2)]);
    assert_eq!(scene.store.stats(at(20), &steps, 1).unwrap().users.len(), 1);
    let info = scene.store.info().unwrap();
    assert_eq!((info.sessions, info.users, info.sandbox), (3, 1, true));
}
