//! The migration of a database that the program wrote with its first layout (`fixtures/layout-1.db`, made-up data; one
//! of its event times falls).

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Barrier;

use rusqlite::Connection;
use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{SessionId, State};
use sessionctl_core::store::{
    Access, AuditStore as _, FileBackups as _, LogVerdict, Maintenance as _, SessionStore as _,
    UserStore as _,
};

use crate::env::{Env, at, event};

const LAYOUT_1: &[u8] = include_bytes!("../fixtures/layout-1.db");
/// The time of the latest event of the fixture, and the number of its events.
const LATEST_EVENT: (i64, u64) = (1_795_162_920, 22);

/// The migration itself, and the new name of one of two users whose names are now one.
const MIGRATION_EVENTS: u64 = 2;

/// An environment whose folder contains the fixture as well.
fn with_layout_1() -> (Env, PathBuf) {
    let env = Env::new();
    let path = env.folder.path().join("layout-1.db");
    fs::write(&path, LAYOUT_1).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    (env, path)
}

#[test]
fn reader_and_writer_migrate_an_older_layout_and_keep_its_content() {
    for access in [Access::Read, Access::Write] {
        let (env, path) = with_layout_1();
        let store = env.factory_at(&path).open_sqlite(access).unwrap();
        assert_eq!(store.info().unwrap().schema_version, 2);
        let session = |id| store.session(SessionId::new(id).unwrap()).unwrap().unwrap().0;
        assert_eq!(session(1).state(at(0)), State::Revoked);
        // Its row does not name the event that ended it; the audit log has it.
        assert_eq!(session(1).revoked_by.as_deref(), Some("root"));
        assert_eq!(session(1).user.unwrap().to_string(), "alice");
        assert_eq!((session(3).parent, store.rotations(session(3).id).unwrap()), (SessionId::new(2), 1));
        assert!(matches!(
            store.verify_log().unwrap(),
            LogVerdict::Consistent { events, .. } if events == LATEST_EVENT.1 + MIGRATION_EVENTS
        ));
        assert_eq!(store.check().unwrap(), [] as [String; 0]);
    }
}

#[test]
fn migration_sets_the_floor_of_time_to_the_latest_event_of_all() {
    let (env, path) = with_layout_1();
    // So that the last event is not the latest one.
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch("UPDATE event SET at = at + 7200 WHERE id = 3").unwrap();
    drop(conn);
    env.clock.set(sessionctl_core::model::time::Timestamp::from_unix(LATEST_EVENT.0));
    let store = env.factory_at(&path).open_sqlite(Access::Write).unwrap();
    assert_eq!(store.latest_event_at().unwrap().unwrap().unix(), 1_795_161_720 + 7_200);
}

#[test]
fn migration_renews_the_keys_of_names_and_keeps_both_users_of_a_clash() {
    let (env, path) = with_layout_1();
    let store = env.factory_at(&path).open_sqlite(Access::Write).unwrap();
    let mut names = Vec::new();
    store
        .users(&mut |user| {
            names.push(user.name.as_str().to_owned());
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    names.sort_unstable();
    assert_eq!(names, ["Carl", "STRASSE", "Zoë", "alice", "ΟΔΟΣ (3)", "οδοσ"]);
    for name in ["carl", "strasse", "ZOË", "ALICE", "οδος", "οδοσ (3)"] {
        assert!(store.user(&name.parse().unwrap()).unwrap().is_some(), "{name}");
    }
}

/// The first version took any character; this one would refuse the row, and no command could reach the user.
#[test]
fn migration_renames_users_whose_names_are_not_accepted_any_more() {
    let (env, path) = with_layout_1();
    let conn = Connection::open(&path).unwrap();
    let add =
        "INSERT INTO user (id, name, name_key, created_at, removed_at) VALUES (?1, ?2, ?2, 1795162900, ?3)";
    let names = ["ev\u{1b}[31mil", "ev?[31mil", "\u{202e}bob", "a\u{200b}b", "", "\n", "gone\u{7}"];
    for (id, name) in (101..).zip(names) {
        let removed_at = name.starts_with("gone").then_some(1_795_162_910);
        conn.execute(add, rusqlite::params![id, name, removed_at]).unwrap();
    }
    drop(conn);
    let store = env.factory_at(&path).open_sqlite(Access::Write).unwrap();
    assert_eq!(store.check().unwrap(), [] as [String; 0]);
    drop(store);
    let conn = Connection::open(&path).unwrap();
    let sql = "SELECT name FROM user WHERE id > 100 ORDER BY id";
    let mut read = conn.prepare(sql).unwrap();
    let names: Vec<String> = read.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(names, ["ev?[31mil (101)", "ev?[31mil", "?bob", "a?b", "user 105", "?", "gone?"]);
}

#[test]
fn migration_raced_by_many_threads_happens_once() {
    let (env, path) = with_layout_1();
    let factory = env.factory_at(&path);
    let begin = Barrier::new(16);
    std::thread::scope(|scope| {
        for number in 0..16 {
            let access = if number % 2 == 0 { Access::Read } else { Access::Write };
            let (factory, begin) = (&factory, &begin);
            scope.spawn(move || {
                begin.wait();
                factory.open_sqlite(access).unwrap();
            });
        }
    });
    let store = factory.open_sqlite(Access::Read).unwrap();
    assert!(matches!(
        store.verify_log().unwrap(),
        LogVerdict::Consistent { events, .. } if events == LATEST_EVENT.1 + MIGRATION_EVENTS
    ));
}

/// A migrated database and a new one must have the same schema, or one of them would be refused as altered.
#[test]
fn migrated_schema_equals_a_new_one() {
    let (env, path) = with_layout_1();
    drop(env.factory_at(&path).open_sqlite(Access::Write).unwrap());
    let schema = |path: &std::path::Path| {
        let conn = Connection::open(path).unwrap();
        let mut statement = conn.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect::<Vec<(String, Option<String>)>>()
    };
    assert_eq!(schema(&path), schema(&env.path()));
}

#[test]
fn chain_is_bound_to_its_database() {
    for sql in [
        "UPDATE meta SET database_id = zeroblob(16)",
        "UPDATE meta SET bound_from = bound_from + 1",
        "UPDATE meta SET bound_from = 1",
        "UPDATE event SET user_id = user_id + 1 WHERE id = 25",
        "UPDATE event SET ip = zeroblob(16) WHERE id = 25",
        "UPDATE event SET app = 'x' WHERE id = 23",
    ] {
        let (env, path) = with_layout_1();
        let mut store = env.factory_at(&path).open_sqlite(Access::Write).unwrap();
        let name = "bob".parse().unwrap();
        let bob = store.add_user(&name, None, event(Action::UserAdded).user(Some(&name)));
        assert!(bob.unwrap().is_some());
        let copy = env.folder.path().join("copy.db");
        env.factory_at(&path).backup(&copy, None, &mut |_, _| {}).unwrap();
        let conn = Connection::open(&copy).unwrap();
        conn.execute_batch(sql).unwrap();
        let edited = env.factory_at(&copy).open_sqlite(Access::Read).unwrap();
        assert!(matches!(edited.verify_log().unwrap(), LogVerdict::Broken { .. }), "{sql}");
        assert!(matches!(store.verify_log().unwrap(), LogVerdict::Consistent { .. }));
    }
}
