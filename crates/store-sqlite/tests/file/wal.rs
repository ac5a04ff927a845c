//! The WAL: short while the database is in use, and gone when a store that changed something is closed last.

use std::fs;

use rusqlite::Connection;
use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::{
    DataLimits, DataStore as _, DataWrite, EndSessions, SessionStore as _, Touch, UserStore as _,
};

use crate::env::{Env, at, beside, event};

fn wal_bytes(env: &Env) -> u64 {
    fs::metadata(beside(&env.path(), "-wal")).map_or(0, |wal| wal.len())
}

/// The main file alone, as `cp` copies it.
fn copy_main_file(env: &Env) -> Connection {
    let copy = env.folder.path().join("copy.db");
    fs::copy(env.path(), &copy).unwrap();
    Connection::open(&copy).unwrap()
}

fn count(conn: &Connection, sql: &str) -> i64 {
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// The first process that opens the database reads the whole WAL.
#[test]
fn wal_stays_short_after_many_single_changes() {
    let mut env = Env::new();
    for _ in 0..300 {
        env.create_anonymous();
    }
    assert!(wal_bytes(&env) < 120 * 4_120, "{} bytes", wal_bytes(&env));
}

#[test]
fn closing_the_last_store_after_a_change_removes_the_wal() {
    let mut env = Env::new();
    env.create_anonymous();
    assert!(wal_bytes(&env) > 0);
    let Env { store, folder, .. } = env;
    drop(store);
    let path = folder.path().join("sessions.db");
    assert!(!beside(&path, "-wal").exists() && !beside(&path, "-shm").exists());
    assert_eq!(count(&Connection::open(&path).unwrap(), "SELECT count(*) FROM session"), 1);
}

#[test]
fn closing_a_store_leaves_the_wal_to_others_that_use_it() {
    let mut env = Env::new();
    let mut other = env.open(sessionctl_core::store::Access::Write);
    let random = env.random();
    let session = crate::env::new_session(sessionctl_core::model::session::Kind::Anonymous, None);
    other.create(&session, &[random], event(Action::SessionCreated)).unwrap();
    drop(other);
    assert!(wal_bytes(&env) > 0);
    assert!(env.store.newest().unwrap().is_some());
}

#[test]
fn touch_does_not_copy_the_wal_back() {
    let mut env = Env::new();
    let id = env.create_anonymous().id;
    let Env { store, folder, clock, .. } = env;
    drop(store);
    clock.set(at(70));
    let path = folder.path().join("sessions.db");
    let factory = sessionctl_store_sqlite::SqliteFactory::new(&path, clock);
    let mut store = factory.open_sqlite(sessionctl_core::store::Access::Write).unwrap();
    store.touch(&[Touch::new(id, at(70))], &event(Action::NetworkChanged)).unwrap();
    drop(store);
    assert!(
        beside(&path, "-wal").exists(),
        "a touch, which each verification may write, copied the WAL back"
    );
}

/// While another process has the database open, the main file alone must still show that access was taken away.
#[test]
fn main_file_contains_each_change_that_takes_access_away() {
    type Act = fn(&mut Env, SessionId);
    let acts: [(&str, Act); 4] = [
        ("revoke", |env, id| drop(env.revoke(id))),
        ("disable_user", |env, _| {
            let bob = env.store.user(&"bob".parse().unwrap()).unwrap().unwrap().id;
            let end = EndSessions { reason: "disabled".to_owned(), event: event(Action::SessionRevoked) };
            env.store.disable_user(bob, end, event(Action::UserDisabled)).unwrap();
        }),
        ("remove_user", |env, _| {
            let bob = env.store.user(&"bob".parse().unwrap()).unwrap().unwrap().id;
            let end = EndSessions { reason: "removed".to_owned(), event: event(Action::SessionRevoked) };
            env.store.remove_user(bob, end, event(Action::UserRemoved)).unwrap();
        }),
        ("set_password", |env, _| {
            let bob = env.store.user(&"bob".parse().unwrap()).unwrap().unwrap().id;
            let end = EndSessions { reason: "password".to_owned(), event: event(Action::SessionRevoked) };
            env.store.set_password(bob, "new hash", Some(end), event(Action::PasswordChanged)).unwrap();
        }),
    ];
    for (name, act) in acts {
        let mut env = Env::new();
        let (parent, _) = env.create_parent_and_child();
        act(&mut env, parent.id);
        let copy = copy_main_file(&env);
        assert_eq!(count(&copy, "SELECT count(*) FROM session WHERE ended_at IS NOT NULL"), 2, "{name}");
    }
}

#[test]
fn main_file_contains_the_end_of_bulk_work_whose_last_batch_is_empty() {
    let mut env = Env::new();
    for _ in 0..3 {
        env.create_anonymous();
    }
    let selector = sessionctl_core::model::selector::Selector::default();
    let all = crate::env::batch(&env.store, &selector);
    let mut after = None;
    loop {
        let batch = sessionctl_core::store::Batch { after, limit: 1, ..all.clone() };
        let result = env.store.revoke(&batch, "test", event(Action::SessionRevoked)).unwrap();
        after = result.next;
        if after.is_none() {
            break;
        }
    }
    let copy = copy_main_file(&env);
    assert_eq!(count(&copy, "SELECT count(*) FROM session WHERE ended_at IS NOT NULL"), 3);
}

#[test]
fn main_file_contains_the_removal_of_a_value() {
    let mut env = Env::new();
    let session = env.create_anonymous().id;
    for json in [Some("1"), Some("2"), None] {
        let limits = DataLimits { keys: 10, bytes: 1_000 };
        let write = DataWrite { session, key: "note", json, if_version: None, limits };
        env.store.set_data(&write, event(Action::DataChanged)).unwrap();
    }
    assert_eq!(count(&copy_main_file(&env), "SELECT count(*) FROM session_data"), 0);
}
